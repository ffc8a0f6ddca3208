//! What is told of a target: its verdict, damped. Metrics show every report;
//! messages go out when a state has lasted.

use oobwatch_core::health::Verdict;

/// So many reports in a row must be worse than what was told last.
const FAIL_AFTER: u8 = 2;

/// What was told of a target, and what may have to be told next. A better
/// verdict is told at once (`recover_after` 1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    told: Option<Verdict>,
    /// Reports in a row that were worse.
    worse: u8,
    /// How often `told` has changed.
    changes: u32,
}

impl Standing {
    /// Takes in the verdict of one more report.
    #[must_use]
    pub(crate) fn after(mut self, verdict: Verdict) -> Self {
        let told = self.told.unwrap_or(Verdict::Ok);
        self.worse = if verdict > told {
            self.worse.saturating_add(1)
        } else {
            0
        };
        let lasts = self.worse >= FAIL_AFTER;
        if lasts || verdict < told || (self.told.is_none() && self.worse == 0) {
            self.told = Some(verdict);
            self.worse = 0;
            self.changes = self.changes.wrapping_add(1);
        }
        self
    }

    /// What was told last; `None` before anything is known.
    pub(crate) const fn told(self) -> Option<Verdict> {
        self.told
    }

    /// Moves with every change.
    pub(crate) const fn changes(self) -> u32 {
        self.changes
    }

    /// The last report was worse than what was told, and wants to be confirmed.
    pub(crate) const fn is_in_doubt(self) -> bool {
        self.worse > 0
    }
}

#[cfg(test)]
mod tests {
    use Verdict::{Critical, Ok, Unknown, Warning};
    use proptest::prelude::*;

    use super::*;

    fn told(verdicts: &[Verdict]) -> std::vec::Vec<Option<Verdict>> {
        let mut standing = Standing::default();
        verdicts
            .iter()
            .map(|&verdict| {
                standing = standing.after(verdict);
                standing.told()
            })
            .collect()
    }

    #[test]
    fn worse_takes_two_and_better_one() {
        assert_eq!(told(&[Ok]), [Some(Ok)]);
        assert_eq!(told(&[Critical, Critical]), [None, Some(Critical)]);
        assert_eq!(
            told(&[Ok, Critical, Ok, Warning, Critical, Warning, Ok]),
            [Ok, Ok, Ok, Ok, Critical, Warning, Ok].map(Some)
        );
        assert_eq!(told(&[Unknown, Ok]), [None, Some(Ok)]);
    }

    proptest! {
        /// Whatever comes, what is told is never better than the last report,
        /// unless that is the first of its kind.
        #[test]
        fn nothing_that_lasts_is_kept_quiet(picks in prop::collection::vec(0..4_usize, 2..40)) {
            let verdicts: std::vec::Vec<_> =
                picks.iter().map(|&pick| Verdict::WORST_FIRST[pick]).collect();
            let told = told(&verdicts);
            for (two, told) in verdicts.windows(2).zip(&told[1..]) {
                let least = two[0].min(two[1]);
                prop_assert!(told.is_some_and(|told| told >= least));
                prop_assert!(told.is_some_and(|told| told <= two[0].max(two[1]) || told <= Critical));
            }
        }
    }
}
