//! The names of the worst few.

use heapless::Vec;

use super::{Item, Verdict};
use crate::text::Text;

/// How many names a report holds.
const MAX_WORST: usize = 4;

/// Something that is not well, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Worst {
    /// What it is.
    pub item: Item,
    /// The name that the box gave it.
    pub name: Text<48>,
    /// The word that the box used for its state.
    pub state: Text<16>,
    /// What that is worth.
    pub verdict: Verdict,
}

/// The worst few of any number, and how many more there are.
#[derive(Clone, Debug, Default)]
pub struct WorstFew {
    few: Vec<Worst, MAX_WORST>,
    more: u32,
}

impl WorstFew {
    /// Takes note of `worst`; one that is OK is not kept.
    pub fn add(&mut self, worst: Worst) {
        if worst.verdict == Verdict::Ok {
            return;
        }
        let Err(worst) = self.few.push(worst) else {
            return;
        };
        self.more = self.more.saturating_add(1);
        // From the end, so that of equals the one that came first stays.
        let least = self
            .few
            .iter()
            .enumerate()
            .rev()
            .min_by_key(|(_, kept)| kept.verdict);
        let Some((at, least)) = least else { return };
        if least.verdict >= worst.verdict {
            return;
        }
        // Those behind it move up, so that they stay in their order.
        let mut moved = worst;
        for (_, slot) in self
            .few
            .iter_mut()
            .enumerate()
            .rev()
            .take_while(|(i, _)| *i >= at)
        {
            core::mem::swap(slot, &mut moved);
        }
    }

    /// Those kept, the worst first.
    pub fn iter(&self) -> impl Iterator<Item = &Worst> + Clone {
        Verdict::WORST_FIRST
            .into_iter()
            .flat_map(|verdict| self.few.iter().filter(move |kept| kept.verdict == verdict))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.few.is_empty()
    }

    /// How many there are beyond those kept.
    #[must_use]
    pub const fn more(&self) -> u32 {
        self.more
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn keeps_the_worst_in_their_order(
            verdicts in prop::collection::vec(prop::sample::select(&Verdict::WORST_FIRST[..]), 0..20),
        ) {
            let mut few = WorstFew::default();
            for (at, &verdict) in verdicts.iter().enumerate() {
                let name = std::format!("{at}").as_str().into();
                let item = Item::Devices;
                few.add(Worst { item, name, state: Text::new(), verdict });
            }
            let mut sorted: Vec<_> = verdicts.into_iter().enumerate().collect();
            sorted.retain(|(_, verdict)| *verdict != Verdict::Ok);
            // A stable sort: of equals, the first to come stays first.
            sorted.sort_by_key(|(_, verdict)| core::cmp::Reverse(*verdict));
            let names = sorted.iter().map(|(at, _)| Text::from(std::format!("{at}").as_str()));
            let expected: Vec<_> = names.take(MAX_WORST).collect();
            let kept: Vec<_> = few.iter().map(|kept| kept.name.clone()).collect();
            prop_assert_eq!(&kept, &expected);
            prop_assert_eq!(few.more() as usize, sorted.len() - kept.len());
        }
    }
}
