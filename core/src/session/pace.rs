//! The request budget: an FMC takes so many requests a minute from one address,
//! and answers 429 to the rest.
//!
//! A leaky bucket, kept as the time at which it would be empty (ITU-T I.371,
//! virtual scheduling). It leaks at three quarters of the box's rate and holds
//! the last quarter, so that no minute sees more than the box allows, whenever
//! it begins. The last few requests of what it holds are for logins and
//! refreshes only. It begins almost full: a program that was here before may
//! have used up the minute.

use crate::time::Instant;

/// What one FMC takes in a minute (FMC REST API labs, Rate Limiting).
pub const FMC_RATE: u16 = 120;

/// The same from version 7.4.1 on (Terraform provider for FMC, bulk resources).
pub const FMC_RATE_7_4_1: u16 = 300;

/// How far ahead of the leak requests may run, in milliseconds.
const BURST: u32 = 16_000;

/// How much further logins and refreshes may.
const SHARE: u32 = 3_000;

/// Requests that may go at once on a new session.
const FIRST: u32 = 10;

pub(super) struct Pace {
    empty_at: Instant,
    /// Requests in a minute; zero: no limit.
    rate: u16,
}

impl Pace {
    pub(super) fn new(rate: u16) -> Self {
        let empty_at = Instant::default();
        Self { empty_at, rate }
    }

    /// The box allows more than any does. A rate of the caller's own stands: it
    /// may leave room for others at the same address.
    pub(super) const fn raise(&mut self, rate: u16) {
        if self.rate == FMC_RATE {
            self.rate = rate;
        }
    }

    /// When the next request may go.
    pub(super) fn ready_at(&self, authenticates: bool) -> Instant {
        let ahead = if authenticates { BURST + SHARE } else { BURST };
        self.empty_at.minus(ahead)
    }

    /// Counts a request that goes now.
    pub(super) fn take(&mut self, now: Instant) {
        let Some(gap) = 80_000u32.checked_div(self.rate.into()) else {
            return;
        };
        if self.empty_at == Instant::default() {
            let filled = BURST.saturating_sub(FIRST.saturating_mul(gap));
            self.empty_at = now.plus(filled);
        }
        self.empty_at = self.empty_at.max(now).plus(gap.max(1));
    }

    /// The box has said that it was too much: no burst for now.
    pub(super) fn slow_down(&mut self, now: Instant) {
        if self.rate > 0 {
            self.empty_at = self.empty_at.max(now.plus(BURST));
        }
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whoever asks, however often: no minute sees more than the rate.
        #[test]
        fn no_minute_sees_more_than_the_rate(
            rate in prop_oneof![Just(FMC_RATE), Just(FMC_RATE_7_4_1), 6u16..1_000],
            steps in prop::collection::vec((0u64..3_000, any::<bool>(), 0u8..80), 1..60),
        ) {
            let (mut pace, mut now, mut sent) = (Pace::new(rate), 1u64, Vec::new());
            for (pause, authenticates, wishes) in steps {
                now += pause;
                for _ in 0..wishes {
                    if pace.ready_at(authenticates) <= Instant::from_millis(now) {
                        pace.take(Instant::from_millis(now));
                        sent.push(now);
                    }
                }
            }
            for (index, start) in sent.iter().enumerate() {
                let within = sent[index..].iter().take_while(|at| **at < start + 60_000).count();
                prop_assert!(within <= usize::from(rate), "{within} in the minute from {start}");
            }
        }
    }

    #[test]
    fn a_rate_of_the_callers_own_is_not_raised() {
        for (rate, raised) in [(FMC_RATE, FMC_RATE_7_4_1), (60, 60), (0, 0)] {
            let mut pace = Pace::new(rate);
            pace.raise(FMC_RATE_7_4_1);
            assert_eq!(pace.rate, raised);
        }
    }

    #[test]
    fn logins_have_a_share_of_their_own_and_the_start_is_slow() {
        let (mut pace, now) = (Pace::new(FMC_RATE), Instant::from_millis(1_000));
        let mut ordinary = 0;
        while pace.ready_at(false) <= now {
            pace.take(now);
            ordinary += 1;
        }
        assert_eq!(ordinary, FIRST + 1);
        let mut authenticating = 0;
        while pace.ready_at(true) <= now {
            pace.take(now);
            authenticating += 1;
        }
        assert_eq!(authenticating, 4);
        let later = now.after(Duration::from_secs(60));
        let mut burst = 0;
        while pace.ready_at(false) <= later {
            pace.take(later);
            burst += 1;
        }
        assert!((20..=30).contains(&burst), "{burst}");
    }
}
