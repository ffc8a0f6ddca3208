//! Time as the caller tells it. `core` never asks a clock.

use core::ops::Sub;
use core::time::Duration;

/// A point in time: milliseconds since an epoch of the caller's choice.
///
/// The caller's clock must be monotonic and should go on counting through
/// suspend. Arithmetic saturates: a wrong clock gives early or late answers,
/// never a panic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Instant(u64);

impl Instant {
    /// The end of time.
    pub const MAX: Self = Self(u64::MAX);

    /// The instant `millis` milliseconds after the caller's epoch.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the caller's epoch.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// This instant moved `by` into the future, at most to the end of time.
    #[must_use]
    pub fn after(self, by: Duration) -> Self {
        Self(self.0.saturating_add(millis(by)))
    }

    /// This instant moved `by` into the past, at most to the epoch.
    #[must_use]
    pub fn before(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(millis(by)))
    }

    // Within `core`, spans are milliseconds in 32 bits, as a `Duration` costs a
    // microcontroller a division each time.

    /// So many milliseconds later.
    pub(crate) const fn plus(self, millis: u32) -> Self {
        Self(self.0.saturating_add(millis as u64))
    }

    /// So many milliseconds earlier.
    pub(crate) const fn minus(self, millis: u32) -> Self {
        Self(self.0.saturating_sub(millis as u64))
    }

    /// Milliseconds since `earlier`, at most 49 days; none if it is later.
    pub(crate) fn since(self, earlier: Self) -> u32 {
        u32::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(u32::MAX)
    }
}

/// The time from `earlier` to `self`; zero if `earlier` is later.
impl Sub for Instant {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// `Duration::as_millis` counts in 128 bits.
#[inline(never)]
pub(crate) fn millis(duration: Duration) -> u64 {
    let millis = duration.as_secs().saturating_mul(1000);
    millis.saturating_add(duration.subsec_millis().into())
}

/// The same, at most 49 days.
pub(crate) fn short(duration: Duration) -> u32 {
    u32::try_from(millis(duration)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_saturates() {
        let end = Instant::from_millis(u64::MAX);
        assert_eq!(end.after(Duration::MAX), end);
        assert_eq!(end.before(Duration::MAX), Instant::default());
        assert_eq!(Instant::default() - end, Duration::ZERO);
        assert_eq!(end - Instant::default(), Duration::from_millis(u64::MAX));
    }
}
