//! How many things are in which state.

use super::{Severity, State};

/// A number for each [`State`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct States {
    /// Those that are well.
    pub ok: u32,
    /// Those worth a look.
    pub warning: u32,
    /// Those that do not work.
    pub critical: u32,
    /// Those that are switched off.
    pub disabled: u32,
    /// Those that nothing is known of.
    pub unknown: u32,
}

impl States {
    /// Counts one more.
    pub const fn add(&mut self, state: State) {
        let count = match state {
            State::Ok => &mut self.ok,
            State::Warning => &mut self.warning,
            State::Critical => &mut self.critical,
            State::Disabled => &mut self.disabled,
            State::Unknown => &mut self.unknown,
        };
        *count = count.saturating_add(1);
    }

    /// How many are in that state.
    #[must_use]
    pub const fn of(&self, state: State) -> u32 {
        match state {
            State::Ok => self.ok,
            State::Warning => self.warning,
            State::Critical => self.critical,
            State::Disabled => self.disabled,
            State::Unknown => self.unknown,
        }
    }

    /// How many there are.
    #[must_use]
    pub fn total(&self) -> u32 {
        State::ALL
            .iter()
            .fold(0, |sum, state| sum.saturating_add(self.of(*state)))
    }
}

/// A number for each [`Severity`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Faults {
    /// Those that are over.
    pub cleared: u32,
    /// Notices.
    pub info: u32,
    /// Notices that may become faults.
    pub condition: u32,
    /// Without effect on service yet.
    pub warning: u32,
    /// With an effect, none on service.
    pub minor: u32,
    /// With an effect on service.
    pub major: u32,
    /// With an effect on service that must be ended at once.
    pub critical: u32,
    /// Those of a severity that is not known.
    pub unknown: u32,
}

impl Faults {
    /// Counts one more.
    pub const fn add(&mut self, severity: Severity) {
        let count = match severity {
            Severity::Cleared => &mut self.cleared,
            Severity::Info => &mut self.info,
            Severity::Condition => &mut self.condition,
            Severity::Warning => &mut self.warning,
            Severity::Minor => &mut self.minor,
            Severity::Major => &mut self.major,
            Severity::Critical => &mut self.critical,
            Severity::Unknown => &mut self.unknown,
        };
        *count = count.saturating_add(1);
    }

    /// How many are of that severity.
    #[must_use]
    pub const fn of(&self, severity: Severity) -> u32 {
        match severity {
            Severity::Cleared => self.cleared,
            Severity::Info => self.info,
            Severity::Condition => self.condition,
            Severity::Warning => self.warning,
            Severity::Minor => self.minor,
            Severity::Major => self.major,
            Severity::Critical => self.critical,
            Severity::Unknown => self.unknown,
        }
    }
}
