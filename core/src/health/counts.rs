//! How many things are in which state.

use heapless::Vec;

use super::{Item, Severity, State, Tally};

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

/// Items of one product that have [`States`].
const STATES_MAX: usize = 10;

/// Items of one product that are numbers.
const NUMBERS_MAX: usize = 2;

/// What was counted of each [`Item`] that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    states: Vec<(Item, States), STATES_MAX, u8>,
    numbers: Vec<(Item, u32), NUMBERS_MAX, u8>,
    faults: Option<(Item, Faults)>,
}

impl Counts {
    /// How many are in which state; `None` if that was not read.
    #[must_use]
    pub fn states(&self, item: Item) -> Option<States> {
        let mut all = self.states.iter();
        all.find(|(known, _)| *known == item)
            .map(|(_, states)| *states)
    }

    /// How many are of which severity; `None` if that was not read.
    #[must_use]
    pub fn faults(&self, item: Item) -> Option<Faults> {
        let (known, faults) = self.faults?;
        (known == item).then_some(faults)
    }

    /// How many there are; `None` if that was not read.
    #[must_use]
    pub fn number(&self, item: Item) -> Option<u32> {
        let mut all = self.numbers.iter();
        all.find(|(known, _)| *known == item)
            .map(|(_, number)| *number)
    }

    /// Whether that was read.
    #[must_use]
    pub fn contains(&self, item: Item) -> bool {
        match item.tally() {
            Tally::Facts => false,
            Tally::States => self.states(item).is_some(),
            Tally::Faults => self.faults(item).is_some(),
            Tally::Number => self.number(item).is_some(),
        }
    }

    /// Says that `item` was read, even if there is none of it.
    pub fn begin(&mut self, item: Item) {
        match item.tally() {
            Tally::Facts => {}
            Tally::States => drop(slot(&mut self.states, item)),
            Tally::Number => drop(slot(&mut self.numbers, item)),
            Tally::Faults => drop(self.faults.get_or_insert((item, Faults::default()))),
        }
    }

    /// Counts one more in that state.
    pub fn add_state(&mut self, item: Item, state: State) {
        if let Some(states) = slot(&mut self.states, item) {
            states.add(state);
        }
    }

    /// Counts one more of that severity.
    pub fn add_fault(&mut self, item: Item, severity: Severity) {
        let (known, faults) = self.faults.get_or_insert((item, Faults::default()));
        if *known == item {
            faults.add(severity);
        }
    }

    /// Counts one more.
    pub fn add(&mut self, item: Item) {
        if let Some(number) = slot(&mut self.numbers, item) {
            *number = number.saturating_add(1);
        }
    }
}

#[cfg(test)]
impl Counts {
    /// Makes every number the largest.
    pub(super) fn fill(&mut self) {
        let most = u32::MAX;
        for (_, states) in &mut self.states {
            *states = States {
                ok: most,
                warning: most,
                critical: most,
                disabled: most,
                unknown: most,
            };
        }
        for (_, number) in &mut self.numbers {
            *number = most;
        }
        if let Some((_, faults)) = &mut self.faults {
            *faults = Faults {
                cleared: most,
                info: most,
                condition: most,
                warning: most,
                minor: most,
                major: most,
                critical: most,
                unknown: most,
            };
        }
    }
}

/// The place of `item`, made if there is none. There is room for all of one
/// product, and a report is about one.
fn slot<T: Default, const N: usize>(all: &mut Vec<(Item, T), N, u8>, item: Item) -> Option<&mut T> {
    let place = match all.iter().position(|(known, _)| *known == item) {
        Some(place) => place,
        None => {
            all.push((item, T::default())).ok()?;
            all.len().saturating_sub(1)
        }
    };
    all.get_mut(place).map(|(_, counted)| counted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::product::Product;

    #[test]
    fn there_is_room_for_all_of_a_product() {
        for product in [Product::Fmc, Product::Fxos] {
            let mut counts = Counts::default();
            let items = Item::ALL.into_iter().filter(|item| item.is_of(product));
            for item in items.clone() {
                counts.begin(item);
                match item.tally() {
                    Tally::States => counts.add_state(item, State::Ok),
                    Tally::Faults => counts.add_fault(item, Severity::Info),
                    Tally::Number => counts.add(item),
                    Tally::Facts => {}
                }
            }
            for item in items {
                let counted = [
                    counts.states(item).map(|states| states.total()),
                    counts.faults(item).map(|faults| faults.info),
                    counts.number(item),
                ];
                let some = usize::from(item.tally() != Tally::Facts);
                assert_eq!(
                    counted.into_iter().flatten().sum::<u32>() as usize,
                    some,
                    "{item}"
                );
                assert_eq!(counted.into_iter().flatten().count(), some, "{item}");
            }
        }
    }
}
