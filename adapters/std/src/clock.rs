//! The clock that sessions age by.

use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::sync::Arc;

use oobwatch_core::time::Instant;

/// Monotonic time. A laptop that sleeps ages its tokens: on Linux and Android
/// the system's boot-time clock is used, which counts through suspend; elsewhere
/// the clock of [`std::time::Instant`].
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System(std::time::Instant),
    Shifted(std::time::Instant, Arc<AtomicU64>),
}

/// Moves a [`Clock::shifted`] forward.
#[derive(Clone, Debug)]
pub struct Shift(Arc<AtomicU64>);

impl Shift {
    /// Lets `by` pass.
    pub fn advance(&self, by: Duration) {
        let millis = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.0.fetch_add(millis, Ordering::Relaxed);
    }
}

impl Clock {
    /// The clock of the system.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System(std::time::Instant::now()))
    }

    /// A clock that can be moved forward by hand, for tests with virtual time.
    #[must_use]
    pub fn shifted() -> (Self, Shift) {
        let shift = Arc::new(AtomicU64::new(0));
        (
            Self(Source::Shifted(
                std::time::Instant::now(),
                Arc::clone(&shift),
            )),
            Shift(shift),
        )
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Instant {
        match &self.0 {
            Source::System(start) => Instant::from_millis(system_millis(*start)),
            Source::Shifted(start, shift) => {
                let shift = shift.load(Ordering::Relaxed);
                Instant::from_millis(since(*start).saturating_add(shift))
            }
        }
    }
}

#[cfg(any(target_os = "android", target_os = "linux"))]
fn system_millis(_: std::time::Instant) -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
    let millis = u64::try_from(now.tv_nsec / 1_000_000).unwrap_or_default();
    seconds.saturating_mul(1_000).saturating_add(millis)
}

#[cfg(not(any(target_os = "android", target_os = "linux")))]
fn system_millis(start: std::time::Instant) -> u64 {
    since(start)
}

fn since(start: std::time::Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shifted_clock_moves_by_what_it_is_told() {
        let (clock, shift) = Clock::shifted();
        let before = clock.now();
        shift.advance(Duration::from_secs(1800));
        assert!(clock.now() - before >= Duration::from_secs(1800));
    }

    #[test]
    fn the_system_clock_does_not_go_back() {
        let clock = Clock::system();
        let (one, two) = (clock.now(), clock.now());
        assert!(one <= two);
    }
}
