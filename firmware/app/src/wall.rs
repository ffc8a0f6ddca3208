//! The time of day, once a server has told it. All else goes by the monotonic
//! clock: a time that jumps moves no deadline.

use core::cell::Cell;
use core::time::Duration;

use oobwatch_core::time::Instant;

use crate::clock;

/// Two servers that differ by no more than this, in milliseconds, agree.
const AGREE: u64 = 10_000;
/// So long after the last answer the time still counts as that of a server: an
/// oscillator that is off by 100 ppm has lost 9 s.
const FRESH: Duration = Duration::from_secs(86_400);

/// The time of day, as far as it is known.
#[derive(Default)]
pub(crate) struct Wall {
    /// When the board started, in milliseconds since 1970, UTC.
    epoch: Cell<Option<u64>>,
    /// The epoch after an answer that differs from what was known: believed once
    /// another answer says the same.
    doubtful: Cell<Option<u64>>,
    synced: Cell<Option<Instant>>,
    pub(crate) answers: Cell<u32>,
    pub(crate) failures: Cell<u32>,
}

impl Wall {
    /// Milliseconds since 1970, UTC, at `at`.
    pub(crate) fn time_at(&self, at: Instant) -> Option<u64> {
        Some(self.epoch.get()?.saturating_add(at.as_millis()))
    }

    /// Whether a server has told it within the last day.
    pub(crate) fn is_synced(&self) -> bool {
        let synced = self.synced.get();
        synced.is_some_and(|at| clock::now() - at < FRESH)
    }

    /// Takes in that it was `millis` since 1970 at `at`. False if that is not
    /// believed yet.
    pub(crate) fn set(&self, at: Instant, millis: u64) -> bool {
        let epoch = millis.saturating_sub(at.as_millis());
        let agrees = |known: Option<u64>| known.is_some_and(|known| known.abs_diff(epoch) <= AGREE);
        let believed =
            self.epoch.get().is_none() || agrees(self.epoch.get()) || agrees(self.doubtful.get());
        if believed {
            self.epoch.set(Some(epoch));
            self.synced.set(Some(at));
        }
        self.doubtful.set((!believed).then_some(epoch));
        believed
    }

    /// Whole days from now until `end`, in seconds since 1970; negative once it is
    /// past.
    pub(crate) fn days_until(&self, end: u64) -> Option<i32> {
        let now = self.time_at(clock::now())? / 1_000;
        let seconds = i64::try_from(end).ok()? - i64::try_from(now).ok()?;
        i32::try_from(seconds.div_euclid(86_400)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_795_337_999_042;

    fn at(seconds: u64) -> Instant {
        Instant::from_millis(seconds * 1_000)
    }

    #[test]
    fn the_first_answer_is_believed_and_a_jump_when_it_is_confirmed() {
        let wall = Wall::default();
        assert_eq!(wall.time_at(at(9)), None);
        assert!(wall.set(at(10), NOW));
        assert_eq!(wall.time_at(at(11)), Some(NOW + 1_000));
        // Drift is followed.
        assert!(wall.set(at(20), NOW + 11_000));
        assert_eq!(wall.time_at(at(20)), Some(NOW + 11_000));
        // One liar is not, nor two that differ.
        assert!(!wall.set(at(30), NOW + 900_000_000));
        assert!(!wall.set(at(40), NOW - 900_000_000));
        assert_eq!(wall.time_at(at(20)), Some(NOW + 11_000));
        // The truth in between clears the doubt.
        assert!(wall.set(at(50), NOW + 41_000));
        assert!(!wall.set(at(60), NOW - 900_000_000));
        assert!(wall.set(at(61), NOW - 899_999_000));
        assert_eq!(wall.time_at(at(61)), Some(NOW - 899_999_000));
    }

    #[test]
    fn days_are_whole_and_negative_once_past() {
        let wall = Wall::default();
        assert_eq!(wall.days_until(NOW / 1_000), None);
        wall.set(clock::now(), NOW);
        let days =
            |seconds: i64| wall.days_until((NOW / 1_000).checked_add_signed(seconds).unwrap());
        assert_eq!(days(0), Some(0));
        assert_eq!(days(86_399), Some(0));
        assert_eq!(days(30 * 86_400), Some(30));
        assert_eq!(days(-1), Some(-1));
        assert_eq!(wall.days_until(u64::MAX), None);
    }
}
