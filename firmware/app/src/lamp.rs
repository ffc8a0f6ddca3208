//! The light of the board: one pattern for each thing that a person at the rack
//! should know.

use embassy_net::Stack;
use embassy_time::Timer;
use oobwatch_core::health::Verdict;

use crate::State;
use crate::board::Led;

/// What the light says. The first that is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signal {
    /// Three short flashes: the configuration can not be used.
    BadConfiguration,
    /// One short flash: no cable, or nobody at its other end.
    NoLink,
    /// Two short flashes: no address yet.
    NoAddress,
    /// A spark each second: nothing is known yet.
    Starting,
    /// Fast and even: someone must act.
    Critical,
    /// Slow and even: someone should look, or a state is not known.
    Warning,
    /// Steady, with a wink every few seconds that says the board is alive.
    AllOk,
}

impl Signal {
    fn of(state: &State, link: bool, address: bool) -> Self {
        let told = state
            .targets
            .iter()
            .filter_map(|target| target.standing.get().told())
            .max();
        match told {
            _ if state.image.is_err() => Self::BadConfiguration,
            _ if !link => Self::NoLink,
            _ if !address => Self::NoAddress,
            None => Self::Starting,
            Some(Verdict::Critical) => Self::Critical,
            Some(Verdict::Warning | Verdict::Unknown) => Self::Warning,
            Some(Verdict::Ok) => Self::AllOk,
        }
    }

    /// Milliseconds lit and dark, in turn.
    const fn pattern(self) -> &'static [(u64, u64)] {
        match self {
            Self::BadConfiguration => &[(100, 200), (100, 200), (100, 1_300)],
            Self::NoLink => &[(100, 1_900)],
            Self::NoAddress => &[(100, 200), (100, 1_600)],
            Self::Starting => &[(20, 980)],
            Self::Critical => &[(100, 100); 10],
            Self::Warning => &[(1_000, 1_000)],
            Self::AllOk => &[(3_900, 100)],
        }
    }
}

/// Shows the state on `led`, for ever.
pub async fn lamp(state: &State, stack: Stack<'_>, led: &mut dyn Led) -> ! {
    loop {
        let signal = Signal::of(state, stack.is_link_up(), stack.is_config_up());
        for &(lit, dark) in signal.pattern() {
            for (is_lit, millis) in [(true, lit), (false, dark)] {
                state.progress.lamp.set();
                led.set(is_lit);
                Timer::after_millis(millis).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use oobwatch_image::Product;

    use super::*;
    use crate::board::ResetReason;
    use crate::tests::{Box_, Kept, image, start};

    #[test]
    fn the_first_that_is_so_is_shown() {
        let state = start(
            image(1, &[Box_::new(Product::Fmc, 443, 300)]),
            &Kept::default(),
            ResetReason::Pin,
        );
        let bad = start(b"", &Kept::default(), ResetReason::Pin);
        assert_eq!(Signal::of(bad, false, false), Signal::BadConfiguration);
        assert_eq!(Signal::of(state, false, false), Signal::NoLink);
        assert_eq!(Signal::of(state, true, false), Signal::NoAddress);
        assert_eq!(Signal::of(state, true, true), Signal::Starting);
        for (verdict, signal) in [
            (Verdict::Ok, Signal::AllOk),
            (Verdict::Unknown, Signal::Warning),
            (Verdict::Warning, Signal::Warning),
            (Verdict::Critical, Signal::Critical),
        ] {
            let standing = &state.targets[0].standing;
            standing.set(standing.get().after(verdict).after(verdict));
            assert_eq!(Signal::of(state, true, true), signal);
        }
    }

    #[test]
    fn patterns_differ() {
        use Signal::{AllOk, BadConfiguration, Critical, NoAddress, NoLink, Starting, Warning};
        let all = [
            AllOk,
            BadConfiguration,
            Critical,
            NoAddress,
            NoLink,
            Starting,
            Warning,
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(
                all[at + 1..]
                    .iter()
                    .all(|other| other.pattern() != one.pattern())
            );
        }
    }
}
