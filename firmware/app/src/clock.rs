//! The board's clock as `core` is told the time: milliseconds since the start.

use embassy_time::{Duration, Timer};
use oobwatch_core::time::Instant;

/// Now.
pub(crate) fn now() -> Instant {
    Instant::from_millis(embassy_time::Instant::now().as_millis())
}

/// Ends at `at`. Cancel-safe.
pub(crate) async fn sleep_until(at: Instant) {
    Timer::at(embassy_time::Instant::from_millis(at.as_millis())).await;
}

/// Milliseconds since `start`, as reports count them.
pub(crate) fn millis_since(start: Instant) -> u32 {
    u32::try_from((now() - start).as_millis()).unwrap_or(u32::MAX)
}

/// A duration of `core`'s as one of embassy's.
pub(crate) const fn wait(duration: core::time::Duration) -> Duration {
    Duration::from_millis(duration.as_secs() * 1_000 + duration.subsec_millis() as u64)
}
