//! How long to stay away after another login of the same user has ended the
//! session. Someone may be at work in the web interface, or another program
//! uses the same account: who logs in again at once starts a war of logins.

use crate::time::Instant;

/// The longest wait but for the jitter, in milliseconds, unless one interval is
/// longer.
const WAIT_MAX: u32 = 60 * 60 * 1_000;

/// Undisturbed for so many milliseconds after a wait, and the waits begin anew.
pub(super) const WINDOW: u32 = 6 * 60 * 60 * 1_000;

/// How often, and until when no login goes out.
#[derive(Default)]
pub(super) struct Displaced {
    pub(super) times: u8,
    pub(super) until: Instant,
}

impl Displaced {
    /// Displaced once more: after `free` times without a wait, the first is at
    /// least `interval` milliseconds, each further one four times as long, and up to half of
    /// it again at random.
    pub(super) fn again(&mut self, now: Instant, interval: u32, free: u8, random: u32) {
        self.expire(now);
        let grown = |times: u8| interval.saturating_mul(1 << (2 * times.min(8)));
        let wait = self
            .times
            .checked_sub(free)
            .map_or(0, grown)
            .min(WAIT_MAX.max(interval));
        let jitter = wait / 2 / 1024 * (random % 1024);
        self.times = self.times.saturating_add(1);
        self.until = now.plus(wait.saturating_add(jitter));
    }

    /// Whether it was displaced not long ago.
    pub(super) fn is_recent(&self, now: Instant) -> bool {
        self.times > 0 && now < self.until.plus(WINDOW)
    }

    fn expire(&mut self, now: Instant) {
        if !self.is_recent(now) {
            self.times = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn waits_grow_are_never_short_and_have_an_end(
            random in prop::collection::vec(any::<u32>(), 1..40),
        ) {
            let (mut displaced, mut now) = (Displaced::default(), Instant::from_millis(5));
            let interval = 60_000;
            for (index, random) in random.into_iter().enumerate() {
                displaced.again(now, interval, 0, random);
                let least = [1u32, 4, 16].get(index).map_or(60, |&minutes| minutes);
                let least = 60_000 * least;
                let wait = displaced.until.since(now);
                prop_assert!(wait >= least && wait <= least * 3 / 2, "{index}: {wait:?}");
                now = displaced.until;
            }
            let later = now.plus(WINDOW);
            displaced.again(later, interval, 0, 0);
            prop_assert_eq!(displaced.until.since(later), interval);
        }

        #[test]
        fn no_wait_is_shorter_than_the_interval(
            interval in any::<u32>(), random in any::<u32>(), times in 1u8..10,
        ) {
            let (mut displaced, now) = (Displaced::default(), Instant::from_millis(5));
            for _ in 0..times {
                displaced.again(now, interval, 0, random);
                prop_assert!(displaced.until >= now.plus(interval));
            }
        }
    }
}
