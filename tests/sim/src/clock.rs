//! Virtual time: the one clock by which every lifetime of a simulator runs.
//!
//! It follows the machine's monotonic clock plus whatever was added with `advance`, or, when
//! manual, moves by `advance` only. `Date` headers come from it too.

use core::time::Duration;
use std::time::{Instant, SystemTime};

use tokio::sync::watch;

/// A point in virtual time: how long after the simulator's start.
pub(crate) type VirtualTime = Duration;

#[derive(Debug)]
pub(crate) struct Clock {
    started: SystemTime,
    reading: watch::Sender<Reading>,
}

#[derive(Debug, Clone, Copy)]
struct Reading {
    base: VirtualTime,
    /// Since when real time has been counted on top of `base`; `None` while the clock is manual.
    running_since: Option<Instant>,
}

impl Reading {
    fn now(&self) -> VirtualTime {
        self.base
            + self
                .running_since
                .map_or(Duration::ZERO, |since| since.elapsed())
    }
}

impl Clock {
    /// Of a box whose time of day is `started` now.
    pub(crate) fn new(manual: bool, started: SystemTime) -> Self {
        let running_since = (!manual).then(Instant::now);
        let (reading, _) = watch::channel(Reading {
            base: Duration::ZERO,
            running_since,
        });
        Self { started, reading }
    }

    pub(crate) fn now(&self) -> VirtualTime {
        self.reading.borrow().now()
    }

    /// The time of day of the simulated box.
    pub(crate) fn wall(&self) -> SystemTime {
        self.started + self.now()
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.reading.send_modify(|reading| reading.base += by);
    }

    pub(crate) fn set_manual(&self, manual: bool) {
        self.reading.send_if_modified(|reading| {
            let changed = manual == reading.running_since.is_some();
            if changed {
                *reading = Reading {
                    base: reading.now(),
                    running_since: (!manual).then(Instant::now),
                };
            }
            changed
        });
    }

    pub(crate) async fn sleep(&self, time: Duration) {
        self.sleep_until(self.now() + time).await;
    }

    pub(crate) async fn sleep_until(&self, deadline: VirtualTime) {
        let mut readings = self.reading.subscribe();
        loop {
            let reading = *readings.borrow_and_update();
            let left = deadline.saturating_sub(reading.now());
            if left.is_zero() {
                return;
            }
            let real = if reading.running_since.is_some() {
                left
            } else {
                Duration::MAX
            };
            tokio::select! {
                () = tokio::time::sleep(real) => {}
                _ = readings.changed() => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_by_advance_only() {
        let clock = Clock::new(true, SystemTime::UNIX_EPOCH);
        assert_eq!(clock.now(), Duration::ZERO);
        clock.advance(Duration::from_secs(1800));
        assert_eq!(clock.now(), Duration::from_secs(1800));
    }

    #[test]
    fn switching_to_manual_keeps_the_time_reached() {
        let clock = Clock::new(false, SystemTime::UNIX_EPOCH);
        clock.advance(Duration::from_secs(60));
        clock.set_manual(true);
        let stopped = clock.now();
        assert!(stopped >= Duration::from_secs(60));
        assert_eq!(clock.now(), stopped);
        clock.set_manual(false);
        assert!(clock.now() >= stopped);
    }

    #[tokio::test]
    async fn a_sleeper_wakes_when_the_clock_is_advanced() {
        let clock = Clock::new(true, SystemTime::UNIX_EPOCH);
        let (woken, ()) = tokio::join!(
            async {
                clock.sleep_until(Duration::from_secs(5)).await;
                clock.now()
            },
            async {
                tokio::task::yield_now().await;
                clock.advance(Duration::from_secs(4));
                tokio::task::yield_now().await;
                clock.advance(Duration::from_secs(1));
            }
        );
        assert_eq!(woken, Duration::from_secs(5));
    }
}
