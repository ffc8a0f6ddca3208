//! Why a verdict is what it is: typed, bounded, counted.

use core::fmt;

use heapless::Vec;

use super::{Severity, State, Verdict};

/// Something that a verdict rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Cause {
    /// Devices that an FMC manages are in this state.
    Devices(State),
    /// Application instances of an FXOS chassis are in this state.
    Instances(State),
    /// Chassis are in this state.
    Chassis(State),
    /// Faults of this severity stand.
    Faults(Severity),
    /// A part of the check did not come to its end.
    Item(Item, Trouble),
    /// The certificate expires soon; counted in days.
    CertificateExpires,
    /// The certificate has expired; counted in days.
    CertificateExpired,
    /// The check was given up before its end.
    Unfinished,
}

/// A part of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Item {
    /// The software version.
    Version,
    /// The host name and uptime of a chassis.
    System,
    /// The devices that an FMC manages.
    Devices,
    /// The chassis itself.
    Chassis,
    /// The application instances on a chassis.
    Instances,
    /// The faults that stand.
    Faults,
}

/// What kept a part of a check from its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Trouble {
    /// This version of the box does not have it.
    NotAvailable,
    /// It could not be read; the report holds the first such error.
    Unread,
    /// The answer holds nothing of what was asked for.
    Empty,
    /// The list ended before as many entries as were promised, or ran too long.
    Incomplete,
}

impl Cause {
    /// What it is worth.
    #[must_use]
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::Devices(state) | Self::Instances(state) | Self::Chassis(state) => state.verdict(),
            Self::Faults(severity) => severity.verdict(),
            Self::Item(_, Trouble::NotAvailable) => Verdict::Ok,
            Self::Item(_, _) | Self::Unfinished => Verdict::Unknown,
            Self::CertificateExpires => Verdict::Warning,
            Self::CertificateExpired => Verdict::Critical,
        }
    }

    /// Whether there is nothing to be said of it.
    pub(super) const fn is_well(self) -> bool {
        match self {
            Self::Devices(state) | Self::Instances(state) | Self::Chassis(state) => {
                matches!(state, State::Ok)
            }
            Self::Faults(severity) => matches!(severity.verdict(), Verdict::Ok),
            _ => false,
        }
    }

    /// Whether it only says that there is an error.
    pub(super) const fn is_unread(self) -> bool {
        matches!(self, Self::Item(_, Trouble::Unread))
    }

    /// What it is about: a stable word for programs.
    #[must_use]
    pub const fn subject(self) -> &'static str {
        match self {
            Self::Devices(_) => "devices",
            Self::Instances(_) => "instances",
            Self::Chassis(_) => "chassis",
            Self::Faults(_) => "faults",
            Self::Item(item, _) => item.as_str(),
            Self::CertificateExpires | Self::CertificateExpired => "certificate",
            Self::Unfinished => "check",
        }
    }

    /// What about it: a stable word for programs.
    #[must_use]
    pub const fn state(self) -> &'static str {
        match self {
            Self::Devices(state) | Self::Instances(state) | Self::Chassis(state) => state.as_str(),
            Self::Faults(severity) => severity.as_str(),
            Self::Item(_, trouble) => trouble.as_str(),
            Self::CertificateExpires => "expires",
            Self::CertificateExpired => "expired",
            Self::Unfinished => "unfinished",
        }
    }
}

impl Item {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::System => "system",
            Self::Devices => "devices",
            Self::Chassis => "chassis",
            Self::Instances => "instances",
            Self::Faults => "faults",
        }
    }
}

impl Trouble {
    const fn as_str(self) -> &'static str {
        match self {
            Self::NotAvailable => "not_available",
            Self::Unread => "unread",
            Self::Empty => "empty",
            Self::Incomplete => "incomplete",
        }
    }
}

/// A cause, and how often it was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Reason {
    /// What was met.
    pub cause: Cause,
    /// How often; days for a certificate.
    pub count: u32,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cause, count } = self;
        let s = if *count == 1 { "" } else { "s" };
        match cause {
            Cause::Devices(state) => write!(f, "{count} device{s} {}", state.as_str()),
            Cause::Instances(state) => {
                write!(f, "{count} application instance{s} {}", state.as_str())
            }
            Cause::Chassis(state) => write!(f, "chassis {}", state.as_str()),
            Cause::Faults(severity) => write!(f, "{count} {} fault{s}", severity.as_str()),
            Cause::Item(item, Trouble::NotAvailable) => {
                write!(f, "{} not available on this version", item.as_str())
            }
            Cause::Item(item, Trouble::Unread) => write!(f, "{} not readable", item.as_str()),
            Cause::Item(item, Trouble::Empty) => {
                write!(f, "the answer holds no {}; try again later", item.as_str())
            }
            Cause::Item(item, Trouble::Incomplete) => {
                write!(
                    f,
                    "the list of {} is incomplete; try again later",
                    item.as_str()
                )
            }
            Cause::CertificateExpires => {
                write!(f, "the certificate expires in {count} day{s}; renew it")
            }
            Cause::CertificateExpired => {
                write!(f, "the certificate expired {count} day{s} ago; renew it")
            }
            Cause::Unfinished => f.write_str("the check was given up before its end"),
        }
    }
}

/// More different causes than one report can have.
const MAX_REASONS: usize = 20;

/// The reasons of one report, each cause once.
#[derive(Clone, Debug, Default)]
pub struct Reasons(Vec<Reason, MAX_REASONS>);

impl Reasons {
    /// Counts `cause` once more.
    pub fn add(&mut self, cause: Cause) {
        self.add_many(cause, 1);
    }

    /// Counts `cause` so many times more.
    pub fn add_many(&mut self, cause: Cause, count: u32) {
        match self.0.iter_mut().find(|reason| reason.cause == cause) {
            Some(reason) => reason.count = reason.count.saturating_add(count),
            None => {
                let _ = self.0.push(Reason { cause, count });
            }
        }
    }

    /// The reasons, those that weigh most first.
    pub fn iter(&self) -> impl Iterator<Item = &Reason> + Clone {
        Verdict::WORST_FIRST.into_iter().flat_map(|verdict| {
            self.0
                .iter()
                .filter(move |reason| reason.cause.verdict() == verdict)
        })
    }

    /// The worst of them; OK if there are none.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.0
            .iter()
            .map(|reason| reason.cause.verdict())
            .max()
            .unwrap_or(Verdict::Ok)
    }
}
