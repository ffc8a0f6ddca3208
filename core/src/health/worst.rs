//! The names of the worst few.

use heapless::Vec;

use super::Verdict;
use crate::text::Text;

/// How many names a report holds.
const MAX_WORST: usize = 4;

/// Something that is not well, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Worst {
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
        if least.verdict < worst.verdict {
            if let Some(from) = self.few.get_mut(at..) {
                from.rotate_left(1);
            }
            if let Some(last) = self.few.last_mut() {
                *last = worst;
            }
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
        fn keeps_the_worst(verdicts in prop::collection::vec(prop::sample::select(&Verdict::WORST_FIRST[..]), 0..20)) {
            let mut few = WorstFew::default();
            for &verdict in &verdicts {
                few.add(Worst { name: Text::new(), state: Text::new(), verdict });
            }
            let mut sorted: Vec<_> = verdicts.into_iter().filter(|v| *v != Verdict::Ok).collect();
            sorted.sort();
            sorted.reverse();
            let kept: Vec<_> = few.iter().map(|kept| kept.verdict).collect();
            prop_assert_eq!(&kept[..], &sorted[..sorted.len().min(MAX_WORST)]);
            prop_assert_eq!(few.more() as usize, sorted.len() - kept.len());
        }
    }
}
