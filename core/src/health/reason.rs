//! Why a verdict is what it is: typed, bounded, counted.

use core::fmt;

use super::limits::Milli;
use super::report::CERTIFICATE_WARNING;
use super::{Item, Items, Measure, State, Verdict};

/// Something that a verdict rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Cause {
    /// A number is where it should not be, or worth a note.
    Measure(Measure),
    /// A number has a limit, and was not found out.
    NotKnown(Measure),
    /// A part of the check did not come to its end.
    Item(Item, Trouble),
    /// The check was given up before its end.
    Unfinished,
}

/// What kept a part of a check from its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[repr(u8)]
pub enum Trouble {
    /// This version of the box does not have it.
    NotAvailable,
    /// It is asked for by the clock of the box, which no answer told.
    NoClock,
    /// It could not be read; the report holds the first such error.
    Unread,
    /// The answer holds nothing of what was asked for.
    Empty,
    /// The list ended before as many entries as were promised, or ran too long.
    Incomplete,
    /// A page of the list was not the one that was asked for.
    WrongPage,
}

impl Trouble {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 6] = [
        Self::NotAvailable,
        Self::NoClock,
        Self::Unread,
        Self::Empty,
        Self::Incomplete,
        Self::WrongPage,
    ];

    /// The word for it in reports.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::NotAvailable => "not_available",
            Self::NoClock => "no_clock",
            Self::Unread => "unread",
            Self::Empty => "empty",
            Self::Incomplete => "incomplete",
            Self::WrongPage => "wrong_page",
        }
    }

    /// What it is worth.
    const fn verdict(self) -> Verdict {
        match self {
            Self::NotAvailable => Verdict::Ok,
            _ => Verdict::Unknown,
        }
    }

    /// What is said of items: before their names, and after.
    pub(super) const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::NotAvailable => ("", " not available on this version"),
            Self::NoClock => (
                "no Date in the answers of the box, by which to ask for ",
                "; let the proxy before it pass that field, or skip the item",
            ),
            Self::Unread => ("", " not readable"),
            Self::Empty => ("the answers hold no ", "; try again later"),
            Self::Incomplete => ("incomplete lists of ", "; try again later"),
            Self::WrongPage => (
                "the box sends other pages than those asked for of ",
                "; look for a cache before it, or skip the item",
            ),
        }
    }
}

/// A cause, how much of it there is, and what that is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Reason {
    /// What was met.
    pub cause: Cause,
    /// The number that was measured; 1 for the causes that have none.
    pub number: Milli,
    /// What it is worth.
    pub verdict: Verdict,
}

impl Reason {
    /// What it is about: a stable word for programs.
    #[must_use]
    pub const fn subject(&self) -> &'static str {
        match self.cause {
            Cause::Measure(measure) | Cause::NotKnown(measure) => measure.subject(),
            Cause::Item(item, _) => item.as_str(),
            Cause::Unfinished => "check",
        }
    }

    /// What about it: a stable word for programs.
    #[must_use]
    pub const fn state(&self) -> &'static str {
        match self.cause {
            Cause::Measure(Measure::State(_, state)) => state.as_str(),
            Cause::Measure(Measure::Fault(_, severity)) => severity.as_str(),
            Cause::Measure(Measure::CertificateDays) if self.number.0 < 0 => "expired",
            Cause::Measure(Measure::CertificateDays) => "expires",
            Cause::Measure(_) => "limit",
            Cause::NotKnown(_) => "not_known",
            Cause::Item(_, trouble) => trouble.as_str(),
            Cause::Unfinished => "unfinished",
        }
    }

    /// How much of it there is: days for a certificate, seconds for times.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.number.magnitude()
    }

    /// Whether it is about a part of the check that did not come to its end.
    /// Those are told together.
    pub(super) const fn is_of_item(&self) -> bool {
        matches!(self.cause, Cause::Item(..))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.count();
        let s = if count == 1 { "" } else { "s" };
        match self.cause {
            Cause::Measure(Measure::State(item, state)) if state != State::Ok => {
                counted(f, item, count, state)
            }
            Cause::Measure(measure @ Measure::Fault(item, severity)) if measure.is_noted() => {
                let (noun, severity) = (item.noun(), severity.as_str());
                write!(f, "{count} {severity} {noun}{s}")
            }
            Cause::Measure(Measure::Number(item)) => write!(f, "{count} {}{s}", item.noun()),
            Cause::Measure(Measure::CertificateDays) if self.number.0 < 0 => {
                write!(f, "the certificate expired {count} day{s} ago; renew it")
            }
            // By limits that were set, perhaps against certificates that last too long.
            Cause::Measure(Measure::CertificateDays)
                if self.number > Milli::whole(CERTIFICATE_WARNING.into()) =>
            {
                write!(
                    f,
                    "the certificate expires in {count} day{s}, outside its limits"
                )
            }
            Cause::Measure(Measure::CertificateDays) => {
                write!(f, "the certificate expires in {count} day{s}; renew it")
            }
            Cause::Measure(measure) => {
                let (number, unit) = (self.number, measure.unit());
                write!(f, "{measure} is {number}{unit}, outside its limits")
            }
            Cause::NotKnown(measure) => write!(
                f,
                "{measure} has a limit and is not known; see what the box shows, or remove the limit"
            ),
            Cause::Item(item, trouble) => {
                let (before, after) = trouble.words();
                write!(f, "{before}{item}{after}")
            }
            Cause::Unfinished => {
                f.write_str("the check was given up before its end; allow it more time")
            }
        }
    }
}

fn counted(f: &mut fmt::Formatter<'_>, item: Item, count: u32, state: State) -> fmt::Result {
    let (noun, state) = (item.noun(), state.as_str());
    match (item.is_single(), count, noun.strip_suffix('y')) {
        (true, 1, _) => write!(f, "{noun} {state}"),
        (false, 1, _) | (true, _, _) => write!(f, "{count} {noun} {state}"),
        (false, _, Some(stem)) => write!(f, "{count} {stem}ies {state}"),
        (false, _, None) => write!(f, "{count} {noun}s {state}"),
    }
}

/// Which parts of a check did not come to their end, and why not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Troubles {
    /// In the order of [`Trouble::ALL`].
    items: [Items; Trouble::ALL.len()],
    unfinished: bool,
}

impl Troubles {
    /// Takes note of one.
    pub fn add(&mut self, item: Item, trouble: Trouble) {
        if let Some(items) = self.items.get_mut(trouble as usize) {
            *items = items.with(item);
        }
    }

    /// Takes it back.
    pub(super) fn remove(&mut self, item: Item, trouble: Trouble) {
        if let Some(items) = self.items.get_mut(trouble as usize) {
            *items = items.without(item);
        }
    }

    /// Takes note that the check was given up.
    pub const fn unfinished(&mut self) {
        self.unfinished = true;
    }

    /// The items that have that trouble.
    #[must_use]
    pub fn of(&self, trouble: Trouble) -> Items {
        let items = self.items.get(trouble as usize);
        items.copied().unwrap_or_default()
    }

    /// Whether it is said already that `item` is not known.
    pub(super) fn tells_of(&self, item: Item) -> bool {
        let mut troubles = Trouble::ALL.into_iter();
        troubles.any(|trouble| trouble.verdict() != Verdict::Ok && self.of(trouble).contains(item))
    }

    /// Whether data came that makes no sense, or did not come at all.
    pub(super) fn is_senseless(&self) -> bool {
        let is_one = |trouble: &Trouble| trouble.verdict() != Verdict::Ok;
        let mut senseless = Trouble::ALL.into_iter().filter(is_one);
        self.unfinished || senseless.any(|trouble| self.of(trouble) != Items::NONE)
    }

    pub(super) fn iter(self) -> impl Iterator<Item = Reason> + Clone {
        let reason = |cause, verdict| Reason {
            cause,
            number: Milli::whole(1),
            verdict,
        };
        let unfinished = self
            .unfinished
            .then(|| reason(Cause::Unfinished, Verdict::Unknown));
        let items = Trouble::ALL.into_iter().flat_map(move |trouble| {
            let items = self.of(trouble).iter();
            items.map(move |item| reason(Cause::Item(item, trouble), trouble.verdict()))
        });
        items.chain(unfinished)
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString as _;

    use super::*;

    #[test]
    fn only_a_certificate_near_its_end_is_to_be_renewed() {
        let said = |days| {
            let reason = Reason {
                cause: Cause::Measure(Measure::CertificateDays),
                number: Milli::whole(days),
                verdict: Verdict::Critical,
            };
            reason.to_string()
        };
        assert_eq!(said(-2), "the certificate expired 2 days ago; renew it");
        assert_eq!(said(30), "the certificate expires in 30 days; renew it");
        assert_eq!(
            said(3649),
            "the certificate expires in 3649 days, outside its limits"
        );
    }

    #[test]
    fn every_trouble_has_a_place_a_word_and_what_to_say() {
        let mut troubles = Troubles::default();
        for (place, trouble) in Trouble::ALL.into_iter().enumerate() {
            assert_eq!(trouble as usize, place);
            troubles.add(Item::Alerts, trouble);
            assert_eq!(troubles.of(trouble), Items::NONE.with(Item::Alerts));
        }
        assert_eq!(troubles.iter().count(), Trouble::ALL.len());
        for (place, reason) in troubles.iter().enumerate() {
            let mut others = troubles.iter().skip(place + 1);
            let told = reason.to_string();
            assert!(told.contains("alerts"), "{told}");
            assert!(
                others.all(|other| other.to_string() != told && other.state() != reason.state())
            );
        }
    }
}
