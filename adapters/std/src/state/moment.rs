//! Points in time that another process understands.

use core::time::Duration;

use oobwatch_core::time::Instant;
use serde::{Deserialize, Serialize};

/// When something was: by the wall, and by a clock that nobody sets, for as
/// long as the machine is up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Moment {
    /// Milliseconds since 1970.
    pub(crate) wall: u64,
    /// Which start of the machine; unknown where the system does not say.
    pub(crate) boot: Option<String>,
    /// Milliseconds since the machine was started; where the start is unknown,
    /// since the process was.
    pub(crate) up: u64,
}

impl Moment {
    /// The same point in time on the clock that sessions age by.
    pub(crate) fn instant(&self) -> Instant {
        crate::clock::at(self.up)
    }

    /// How long ago this was. `None`: nobody can tell, as the machine was
    /// started anew or a clock went back. A step of the wall clock while the
    /// machine is up changes nothing.
    pub(crate) fn age(&self, now: &Self) -> Option<Duration> {
        let millis = match (&self.boot, &now.boot) {
            (Some(then), Some(boot)) if then == boot => now.up.checked_sub(self.up),
            (None, None) => now.wall.checked_sub(self.wall),
            _ => None,
        };
        millis.map(Duration::from_millis)
    }

    /// How long ago this was at least: for what must not come too early.
    pub(crate) fn least_age(&self, now: &Self) -> Duration {
        let restarted = || match self.boot == now.boot {
            true => 0,
            false => now.up,
        };
        let guess = || Duration::from_millis(now.wall.saturating_sub(self.wall).max(restarted()));
        self.age(now).unwrap_or_else(guess)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moment(wall: u64, boot: &str, up: u64) -> Moment {
        let boot = (!boot.is_empty()).then(|| boot.to_owned());
        Moment { wall, boot, up }
    }

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn another_start_of_the_machine_makes_the_age_unknown() {
        let then = moment(10_000, "a", 7_000);
        assert_eq!(then.age(&moment(12_000, "b", 500)), None);
        assert_eq!(then.least_age(&moment(12_000, "b", 500)), ms(2_000));
        // The wall clock was put back as well: up for that long, at least.
        assert_eq!(then.least_age(&moment(9_000, "b", 500)), ms(500));
        assert_eq!(then.age(&moment(12_000, "", 9_000)), None);
    }

    #[test]
    fn a_clock_that_went_back_makes_the_age_unknown() {
        let then = moment(10_000, "a", 7_000);
        assert_eq!(then.age(&moment(12_000, "a", 6_999)), None);
        assert_eq!(then.least_age(&moment(9_000, "a", 6_999)), ms(0));
        assert_eq!(moment(10_000, "", 0).age(&moment(9_999, "", 0)), None);
        assert_eq!(
            moment(10_000, "", 5).age(&moment(10_001, "", 0)),
            Some(ms(1))
        );
    }

    proptest! {
        #[test]
        fn a_step_of_the_wall_clock_changes_nothing(wall: u32, step: u32, up in 0u64..1_000_000, more in 0u64..1_000_000) {
            let then = moment(wall.into(), "a", up);
            let now = moment(step.into(), "a", up + more);
            prop_assert_eq!(then.age(&now), Some(ms(more)));
            prop_assert_eq!(then.least_age(&now), ms(more));
        }
    }
}
