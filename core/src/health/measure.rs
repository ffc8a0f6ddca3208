//! The numbers of a report, each under a label.

use core::fmt;
use core::time::Duration;

use super::limits::{Limit, Milli, Range};
use super::report::CERTIFICATE_WARNING;
use super::{Item, Report, Severity, State, Tally, Verdict};
use crate::product::Product;

/// A number that a report holds. Printed, it is its label in performance data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Measure {
    /// How long a phase took, in seconds.
    Time(Phase),
    /// How many are in that state.
    State(Item, State),
    /// How many are of that severity.
    Fault(Item, Severity),
    /// How many there are.
    Number(Item),
    /// How long the box has been up, in seconds.
    Uptime,
    /// How long the token still lives, in seconds.
    TokenLeft,
    /// How often it can still be refreshed.
    RefreshesLeft,
    /// Whole days until the certificate ends.
    CertificateDays,
}

/// A part of the time that a check takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Phase {
    /// All of it.
    Total,
    /// Resolving the name.
    Resolve,
    /// Connecting by TCP.
    Connect,
    /// The TLS handshake.
    Tls,
    /// The requests, login included.
    Requests,
}

impl Phase {
    /// All of them, the whole first.
    pub const ALL: [Self; 5] = [
        Self::Total,
        Self::Resolve,
        Self::Connect,
        Self::Tls,
        Self::Requests,
    ];

    const fn label(self) -> &'static str {
        match self {
            Self::Total => "time",
            Self::Resolve => "time_resolve",
            Self::Connect => "time_connect",
            Self::Tls => "time_tls",
            Self::Requests => "time_requests",
        }
    }
}

impl Measure {
    /// All of them, in the order of performance data.
    pub fn all() -> impl Iterator<Item = Self> + Clone {
        let times = Phase::ALL.into_iter().map(Self::Time);
        let counts = Item::ALL.into_iter().flat_map(Self::of_item);
        let rest = [
            Self::Uptime,
            Self::TokenLeft,
            Self::RefreshesLeft,
            Self::CertificateDays,
        ];
        times.chain(counts).chain(rest)
    }

    /// Those of one item.
    fn of_item(item: Item) -> impl Iterator<Item = Self> + Clone {
        let states = State::ALL.into_iter();
        let severities = Severity::ALL.into_iter();
        let has = move |tally| move || item.tally() == tally;
        let (states_of, faults_of) = (has(Tally::States), has(Tally::Faults));
        let number = (item.tally() == Tally::Number).then_some(Self::Number(item));
        states
            .filter(move |_| states_of())
            .map(move |state| Self::State(item, state))
            .chain(
                severities
                    .filter(move |_| faults_of())
                    .map(move |severity| Self::Fault(item, severity)),
            )
            .chain(number)
    }

    /// What it counts, if it counts something that a check looks at.
    #[must_use]
    pub const fn item(self) -> Option<Item> {
        match self {
            Self::State(item, _) | Self::Fault(item, _) | Self::Number(item) => Some(item),
            _ => None,
        }
    }

    /// The item whose answer holds it, on a box of that kind. `None`: it is no
    /// matter of what is asked.
    #[must_use]
    pub const fn sought_with(self, product: Product) -> Option<Item> {
        match (self, product) {
            (Self::Uptime, Product::Fmc | Product::CdFmc) => Some(Item::Version),
            (Self::Uptime, Product::Fxos) => Some(Item::System),
            _ => self.item(),
        }
    }

    /// Whether the report of a box of that kind can hold it.
    #[must_use]
    pub const fn is_of(self, product: Product) -> bool {
        match self {
            Self::State(item, _) | Self::Fault(item, _) | Self::Number(item) => item.is_of(product),
            Self::TokenLeft => !matches!(product, Product::CdFmc),
            Self::RefreshesLeft => matches!(product, Product::Fmc),
            Self::Time(_) | Self::Uptime | Self::CertificateDays => true,
        }
    }

    /// The measure of that label.
    #[must_use]
    pub fn of_label(label: &str) -> Option<Self> {
        Self::all().find(|measure| {
            let mut rest = Rest(label);
            fmt::write(&mut rest, format_args!("{measure}")).is_ok() && rest.0.is_empty()
        })
    }

    /// The number; `None` if the report does not have it.
    #[must_use]
    pub fn read(self, report: &Report) -> Option<Milli> {
        let (timings, session) = (report.observed.timings, report.observed.session);
        let seconds = |left: Duration| i64::try_from(left.as_secs()).unwrap_or(i64::MAX);
        let whole = match self {
            Self::Time(phase) => {
                let millis = match phase {
                    Phase::Total => timings.total,
                    Phase::Resolve => timings.resolve,
                    Phase::Connect => timings.connect,
                    Phase::Tls => timings.tls,
                    Phase::Requests => timings.request,
                };
                return millis.map(|millis| Milli(millis.into()));
            }
            Self::State(item, state) => report.counts.states(item)?.of(state).into(),
            Self::Fault(item, severity) => report.counts.faults(item)?.of(severity).into(),
            Self::Number(item) => report.counts.number(item)?.into(),
            Self::Uptime => report.facts.uptime_seconds()?.into(),
            Self::TokenLeft => seconds(session.token_left?),
            Self::RefreshesLeft => session.refreshes_left?.into(),
            Self::CertificateDays => report.observed.certificate_days?.into(),
        };
        Some(Milli::whole(whole))
    }

    /// The limits that stand for what it means, as far as ranges can say it.
    #[must_use]
    pub(super) fn default_limit(self) -> Limit {
        let (warning, critical) = match self.weight() {
            Verdict::Warning => (Some(Range::ZERO), None),
            Verdict::Critical => (None, Some(Range::ZERO)),
            Verdict::Ok | Verdict::Unknown if self == Self::CertificateDays => {
                let last = i64::from(CERTIFICATE_WARNING).saturating_add(1);
                (Some(Range::from(last)), Some(Range::from(0)))
            }
            Verdict::Ok | Verdict::Unknown => (None, None),
        };
        Limit {
            measure: self,
            warning,
            critical,
        }
    }

    /// What `number` is worth where no limit was set.
    #[must_use]
    pub(super) fn default_verdict(self, number: Milli) -> Verdict {
        match self.weight() {
            Verdict::Unknown if number > Milli(0) => Verdict::Unknown,
            _ => self.default_limit().verdict(number),
        }
    }

    /// What one of that state or severity is worth.
    const fn weight(self) -> Verdict {
        match self {
            Self::State(_, state) => state.verdict(),
            Self::Fault(_, severity) => severity.verdict(),
            _ => Verdict::Ok,
        }
    }

    /// Whether there is something to be said of it even if it is worth OK.
    pub(super) const fn is_noted(self) -> bool {
        match self {
            Self::State(_, state) => !matches!(state, State::Ok),
            Self::Fault(_, severity) => !matches!(severity.verdict(), Verdict::Ok),
            _ => false,
        }
    }

    /// What it is about: a stable word for programs.
    pub(super) const fn subject(self) -> &'static str {
        match self {
            Self::State(item, _) | Self::Fault(item, _) | Self::Number(item) => item.as_str(),
            Self::Time(_) => "time",
            Self::Uptime => "uptime",
            Self::TokenLeft | Self::RefreshesLeft => "session",
            Self::CertificateDays => "certificate",
        }
    }

    /// The unit in performance data.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Time(_) | Self::Uptime | Self::TokenLeft => "s",
            _ => "",
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time(phase) => f.write_str(phase.label()),
            Self::State(item, state) => write!(f, "{item}_{}", state.as_str()),
            Self::Fault(item, severity) => write!(f, "{item}_{}", severity.as_str()),
            Self::Number(item) => f.write_str(item.as_str()),
            Self::Uptime => f.write_str("uptime"),
            Self::TokenLeft => f.write_str("token_left"),
            Self::RefreshesLeft => f.write_str("refreshes_left"),
            Self::CertificateDays => f.write_str("certificate_days"),
        }
    }
}

/// What is left of a text after what was written.
struct Rest<'a>(&'a str);

impl fmt::Write for Rest<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(text).ok_or(fmt::Error)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::string::ToString;

    use super::*;

    #[test]
    fn every_label_names_one_measure() {
        let labels: BTreeSet<_> = Measure::all().map(|measure| measure.to_string()).collect();
        assert_eq!(labels.len(), Measure::all().count());
        for measure in Measure::all() {
            assert_eq!(Measure::of_label(&measure.to_string()), Some(measure));
        }
        for label in [
            "",
            "devices",
            "devices_",
            "devices_okay",
            "time_",
            "version",
        ] {
            assert_eq!(Measure::of_label(label), None, "{label}");
        }
    }

    #[test]
    fn the_default_ranges_say_what_the_verdict_says() {
        for measure in Measure::all() {
            for number in [-1, 0, 1, 30, 31].map(Milli::whole) {
                let range = measure.default_limit().verdict(number);
                let verdict = measure.default_verdict(number);
                let unknown = verdict == Verdict::Unknown && range == Verdict::Ok;
                assert!(verdict == range || unknown, "{measure} {number}");
            }
        }
    }
}
