//! What one check of one target found.

use core::time::Duration;

use heapless::Vec;

use super::limits::{LIMITS_MAX, Limits, Milli};
use super::reason::Troubles;
use super::{
    Cause, Counts, Item, Items, Layer, Measure, Reason, Severity, State, Trouble, Verdict, Worst,
    WorstFew, stopped_at, uptime,
};
use crate::error::Error;
use crate::product::Product;
use crate::text::Text;

/// From how many days before its end a certificate is a warning.
pub(super) const CERTIFICATE_WARNING: i32 = 30;

/// What one check of one target found. Of fixed size, about 1 KiB.
///
/// Made by [`Check`](crate::check::Check), and shown by the
/// [encoders](super::encode). Text in it is the box's own.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was checked.
    pub product: Product,
    /// What the box says it is.
    pub facts: Facts,
    /// What was counted.
    pub counts: Counts,
    /// What was not read.
    pub troubles: Troubles,
    /// The names of the worst few.
    pub worst: WorstFew,
    /// The first word for a state that was not understood; empty for none.
    pub odd_word: Text<24>,
    /// The first error.
    pub error: Option<Error>,
    /// What the caller saw around the check.
    pub observed: Observed,
    /// What the check asked for, and came to the end of.
    sought: Items,
    /// What measures are worth by limits that an operator set.
    limited: Vec<(Measure, Verdict), LIMITS_MAX, u8>,
}

/// What a box says of itself. Empty texts were not said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Facts {
    /// The software version.
    pub version: Text<48>,
    /// The model.
    pub model: Text<64>,
    /// The host name.
    pub name: Text<48>,
    /// The serial number.
    pub serial: Text<32>,
    /// The time since it started, in the box's own words.
    pub uptime: Text<48>,
}

/// What only the caller of a check can see, filled in by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Observed {
    /// How long things took.
    pub timings: Timings,
    /// The session that the check used.
    pub session: SessionFacts,
    /// Whole days until the certificate ends; negative if it has.
    pub certificate_days: Option<i32>,
    /// How old the report is when it is shown.
    pub age: Option<Duration>,
}

/// How long the phases took, in milliseconds. `None`: did not take place, as
/// with a connection that was already open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Timings {
    /// Resolving the name.
    pub resolve: Option<u32>,
    /// Connecting by TCP.
    pub connect: Option<u32>,
    /// The TLS handshake.
    pub tls: Option<u32>,
    /// The requests, login included.
    pub request: Option<u32>,
    /// All of the check.
    pub total: Option<u32>,
}

/// What became of the session so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SessionFacts {
    /// Logins that were accepted.
    pub logins: u32,
    /// Logins that were refused.
    pub refused: u32,
    /// Refreshes that were accepted.
    pub refreshes: u32,
    /// Refreshes that the token has left.
    pub refreshes_left: Option<u8>,
    /// How long the token still lives.
    pub token_left: Option<Duration>,
    /// How often another login of the same user took the session away.
    pub displaced: u32,
    /// For how long no login goes out because of that.
    pub stays_away: Option<Duration>,
    /// The age at which the box ends access tokens, where it had to be learned.
    pub token_age: Option<Duration>,
    /// The age at which the box ends sessions (its browser session timeout),
    /// where it had to be learned.
    pub session_age: Option<Duration>,
    /// Logging in has stopped, so as not to lock the account.
    pub locked_out: bool,
}

impl Report {
    /// A report that holds nothing yet.
    #[must_use]
    pub fn new(product: Product) -> Self {
        Self {
            product,
            facts: Facts::default(),
            counts: Counts::default(),
            troubles: Troubles::default(),
            worst: WorstFew::default(),
            odd_word: Text::new(),
            error: None,
            observed: Observed::default(),
            sought: Items::NONE,
            limited: Vec::new(),
        }
    }

    /// Judges what was measured by `limits`, in place of those it was judged by.
    /// Comes last: what is measured later, as [`observed`](Self::observed), is
    /// not seen.
    pub fn apply(&mut self, limits: &Limits) {
        self.limited.clear();
        for limit in limits.iter() {
            let verdict = match limit.measure.read(self) {
                Some(number) => limit.verdict(number),
                None if self.misses(limit.measure) => Verdict::Unknown,
                None => continue,
            };
            let _ = self.limited.push((limit.measure, verdict));
        }
    }

    /// Whether that number was sought in vain, and nothing says so yet.
    fn misses(&self, measure: Measure) -> bool {
        let item = measure.sought_with(self.product);
        item.is_some_and(|item| self.sought.contains(item) && !self.troubles.tells_of(item))
    }

    /// Why the verdict is what it is, what weighs most first; all but the error.
    pub fn reasons(&self) -> impl Iterator<Item = Reason> + Clone {
        Verdict::WORST_FIRST.into_iter().flat_map(move |verdict| {
            let all = self.measured().chain(self.troubles.iter());
            all.filter(move |reason| reason.verdict == verdict)
        })
    }

    /// The measures that are worth something.
    fn measured(&self) -> impl Iterator<Item = Reason> + Clone {
        Measure::all().filter_map(|measure| {
            let limited = self.limited.iter().find(|(known, _)| *known == measure);
            let Some(number) = measure.read(self) else {
                return limited.map(|(_, verdict)| Reason {
                    cause: Cause::NotKnown(measure),
                    number: Milli::whole(1),
                    verdict: *verdict,
                });
            };
            let verdict = match limited {
                Some((_, verdict)) => *verdict,
                None => measure.default_verdict(number),
            };
            let noted = measure.is_noted() && number > Milli(0);
            (noted || verdict != Verdict::Ok).then_some(Reason {
                cause: Cause::Measure(measure),
                number,
                verdict,
            })
        })
    }

    /// The worst of all that was found.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let error = self.error.as_ref().map_or(Verdict::Ok, Verdict::of);
        let reasons = self.measured().chain(self.troubles.iter());
        reasons.fold(error, |worst, reason| worst.max(reason.verdict))
    }

    /// The layer that was not passed; `None` if the check came to its end.
    #[must_use]
    pub fn stopped_at(&self) -> Option<Layer> {
        match self.error {
            Some(error) => Some(stopped_at(&error)),
            None => self.troubles.is_senseless().then_some(Layer::Data),
        }
    }

    /// Keeps `error` if it is the first, and that `item` could not be read.
    pub(crate) fn fail(&mut self, item: Item, error: Error) {
        self.troubles.add(item, Trouble::Unread);
        self.error.get_or_insert(error);
    }

    /// Takes note that `item` was asked for, whatever came.
    pub(crate) const fn seek(&mut self, item: Item) {
        self.sought = self.sought.with(item);
    }

    /// Says of what some entries have and others lack that it is incomplete.
    pub(crate) fn settle(&mut self) {
        for item in self.troubles.of(Trouble::NotAvailable).iter() {
            if self.counts.contains(item) {
                self.troubles.remove(item, Trouble::NotAvailable);
                self.troubles.add(item, Trouble::Incomplete);
            }
        }
    }

    /// Counts one thing in that state, by its name and by the box's word for it.
    pub(crate) fn add_state(&mut self, item: Item, state: State, name: &[u8], word: &[u8]) {
        self.counts.add_state(item, state);
        if state != State::Ok {
            self.note(item, state.verdict(), name, word);
        }
    }

    /// Counts one fault.
    pub(crate) fn add_fault(&mut self, item: Item, severity: Severity, name: &[u8], word: &[u8]) {
        self.counts.add_fault(item, severity);
        self.note(item, severity.verdict(), name, word);
    }

    /// Takes note of a word that says not whether to count something.
    pub(crate) fn add_odd(&mut self, item: Item, name: &[u8], word: &[u8]) {
        self.troubles.add(item, Trouble::Incomplete);
        self.note(item, Verdict::Unknown, name, word);
    }

    fn note(&mut self, item: Item, verdict: Verdict, name: &[u8], word: &[u8]) {
        let word = if word.is_empty() { b"missing" } else { word };
        let name = if name.is_empty() { b"unnamed" } else { name };
        if verdict == Verdict::Unknown && self.odd_word.is_empty() {
            self.odd_word.push(word);
        }
        let mut worst = Worst {
            item,
            name: Text::new(),
            state: Text::new(),
            verdict,
        };
        worst.name.push(name);
        worst.state.push(word);
        self.worst.add(worst);
    }
}

impl Facts {
    /// The seconds since the box started, if it says so in a way that is known.
    #[must_use]
    pub fn uptime_seconds(&self) -> Option<u32> {
        uptime::seconds(self.uptime.as_str()?)
    }
}
