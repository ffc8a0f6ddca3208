//! What one check of one target found.

use core::time::Duration;

use super::{
    Cause, Faults, Item, Layer, Reason, Reasons, States, Trouble, Verdict, Worst, WorstFew,
    stopped_at,
};
use crate::error::Error;
use crate::product::Product;
use crate::text::Text;

/// From how many days before its end a certificate is a warning.
const CERTIFICATE_WARNING: i32 = 30;

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
    /// The devices that an FMC manages; `None` if they were not read.
    pub devices: Option<States>,
    /// The application instances of a chassis; `None` if they were not read.
    pub instances: Option<States>,
    /// The faults of a chassis; `None` if they were not read.
    pub faults: Option<Faults>,
    /// Why the verdict is what it is.
    pub reasons: Reasons,
    /// The names of the worst few devices, instances and faults.
    pub worst: WorstFew,
    /// The first word for a state that was not understood; empty for none.
    pub odd_word: Text<24>,
    /// The first error.
    pub error: Option<Error>,
    /// What the caller saw around the check.
    pub observed: Observed,
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
            devices: None,
            instances: None,
            faults: None,
            reasons: Reasons::default(),
            worst: WorstFew::default(),
            odd_word: Text::new(),
            error: None,
            observed: Observed::default(),
        }
    }

    /// The worst of all that was found.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let error = self.error.as_ref().map_or(Verdict::Ok, Verdict::of);
        self.reasons.verdict().max(error).max(
            self.certificate()
                .map_or(Verdict::Ok, |reason| reason.cause.verdict()),
        )
    }

    /// The layer that was not passed; `None` if the check came to its end.
    #[must_use]
    pub fn stopped_at(&self) -> Option<Layer> {
        let senseless = |cause| {
            let trouble = matches!(cause, Cause::Item(_, Trouble::Empty | Trouble::Incomplete));
            trouble || cause == Cause::Unfinished
        };
        match self.error {
            Some(error) => Some(stopped_at(&error)),
            None => self
                .reasons
                .iter()
                .any(|reason| senseless(reason.cause))
                .then_some(Layer::Data),
        }
    }

    /// A certificate that is near its end, or past it.
    #[must_use]
    pub fn certificate(&self) -> Option<Reason> {
        let days = self.observed.certificate_days?;
        let cause = match days {
            ..0 => Cause::CertificateExpired,
            0..=CERTIFICATE_WARNING => Cause::CertificateExpires,
            _ => return None,
        };
        Some(Reason {
            cause,
            count: days.unsigned_abs(),
        })
    }

    /// Keeps `error` if it is the first, and that `item` could not be read.
    pub(crate) fn fail(&mut self, item: Item, error: Error) {
        self.reasons.add(Cause::Item(item, Trouble::Unread));
        self.error.get_or_insert(error);
    }

    /// Takes note of one thing, if there is anything to be said of it: by its
    /// name, and by the box's word for its state.
    pub(crate) fn judge(&mut self, cause: Cause, name: &[u8], word: &[u8]) {
        if cause.is_well() {
            return;
        }
        let word = if word.is_empty() { b"missing" } else { word };
        let name = if name.is_empty() { b"unnamed" } else { name };
        let mut worst = Worst {
            name: Text::new(),
            state: Text::new(),
            verdict: cause.verdict(),
        };
        worst.name.push(name);
        worst.state.push(word);
        if worst.verdict == Verdict::Unknown && self.odd_word.is_empty() {
            self.odd_word.push(word);
        }
        self.worst.add(worst);
        self.reasons.add(cause);
    }
}
