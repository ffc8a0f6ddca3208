//! The light in each state, as somebody in front of the rack sees it.

use core::cell::RefCell;
use std::vec::Vec;

use embassy_futures::select::{Either, select};
use embassy_net::{ConfigV4, Stack};
use embassy_time::{Duration, Instant, Timer};
use oobwatch_core::health::Verdict;
use oobwatch_image::Product;

use super::link::{Plug, cable_with_plug};
use super::time::{advance, block_on, task};
use super::{Box_, Kept, image, start};
use crate::board::{Led, ResetReason};
use crate::{State, lamp};

/// A light that is watched: when it went on and off, in milliseconds.
#[derive(Default)]
struct Watched(RefCell<Vec<(u64, bool)>>);

impl Led for &Watched {
    fn set(&mut self, lit: bool) {
        let mut seen = self.0.borrow_mut();
        if seen.last().is_none_or(|(_, was)| *was != lit) {
            seen.push((Instant::now().as_millis(), lit));
        }
    }
}

impl Watched {
    /// Milliseconds lit and dark of the flashes since then, but for the last one.
    fn flashes(&self, since: u64) -> Vec<(u64, u64)> {
        let seen = self.0.borrow();
        let seen: Vec<_> = seen.iter().filter(|(at, _)| *at >= since).collect();
        let on = seen.iter().position(|(_, lit)| *lit).unwrap();
        seen[on..]
            .windows(3)
            .step_by(2)
            .map(|three| (three[1].0 - three[0].0, three[2].0 - three[1].0))
            .collect()
    }
}

/// What the light does in a minute, from five seconds on: by then the pattern of
/// the state before has come to its end.
async fn watch_for_a_minute(light: &Watched) -> Vec<(u64, u64)> {
    Timer::after(Duration::from_secs(5)).await;
    let since = Instant::now().as_millis();
    Timer::after(Duration::from_secs(60)).await;
    light.flashes(since)
}

/// Whether the flashes are those of the pattern, over and over.
#[track_caller]
fn assert_shows(flashes: &[(u64, u64)], pattern: &[(u64, u64)]) {
    let from = |begin: usize| pattern.iter().cycle().skip(begin).take(flashes.len());
    let is_shown = (0..pattern.len()).any(|begin| flashes.iter().eq(from(begin)));
    assert!(
        is_shown && flashes.len() > 10,
        "{flashes:?} is not {pattern:?}"
    );
}

fn tell(state: &State, verdict: Verdict) {
    let standing = &state.targets()[0].standing;
    standing.set(standing.get().after(verdict).after(verdict));
}

/// Runs the light of `state` beside `script`.
fn lit(state: &'static State, script: impl AsyncFnOnce(&Watched, &Plug, Stack<'static>)) {
    let ([(board, mut runner), (_, mut other)], plug) = cable_with_plug();
    let light = Watched::default();
    let mut led = &light;
    let runners = select(task(runner.run()), task(other.run()));
    let world = select(runners, task(lamp(state, board, &mut led)));
    match block_on(select(task(script(&light, &plug, board)), world)) {
        Either::First(()) => {}
        Either::Second(_) => unreachable!(),
    }
}

#[test]
fn each_state_has_its_pattern() {
    let boxes = [Box_::new(Product::Fmc, 443, 300)];
    let state = start(image(1, &boxes), &Kept::default(), ResetReason::Pin);
    lit(state, async |light, plug, board| {
        assert_shows(&watch_for_a_minute(light).await, &[(20, 980)]);
        for (verdict, pattern) in [
            (Verdict::Ok, (3_900, 100)),
            (Verdict::Warning, (1_000, 1_000)),
            (Verdict::Critical, (100, 100)),
            (Verdict::Unknown, (1_000, 1_000)),
        ] {
            tell(state, verdict);
            assert_shows(&watch_for_a_minute(light).await, &[pattern]);
        }
        plug.pull();
        assert_shows(&watch_for_a_minute(light).await, &[(100, 1_900)]);
        plug.put_in();
        assert_shows(&watch_for_a_minute(light).await, &[(1_000, 1_000)]);
        let config = board.config_v4().unwrap();
        board.set_config_v4(ConfigV4::None);
        assert_shows(
            &watch_for_a_minute(light).await,
            &[(100, 200), (100, 1_600)],
        );
        board.set_config_v4(ConfigV4::Static(config));
        tell(state, Verdict::Ok);
        assert_shows(&watch_for_a_minute(light).await, &[(3_900, 100)]);
    });
}

#[test]
fn a_bad_configuration_shows_whatever_the_network() {
    let state = start(b"nonsense", &Kept::default(), ResetReason::Pin);
    lit(state, async |light, plug, _| {
        let pattern = [(100, 200), (100, 200), (100, 1_300)];
        assert_shows(&watch_for_a_minute(light).await, &pattern);
        plug.pull();
        assert_shows(&watch_for_a_minute(light).await, &pattern);
    });
}

#[test]
fn a_light_that_hangs_is_seen() {
    let state = start(b"", &Kept::default(), ResetReason::Pin);
    lit(state, async |light, _, _| {
        watch_for_a_minute(light).await;
        assert_eq!(state.progress.late(Instant::now()), None);
    });
    advance(Duration::from_secs(61));
    assert_eq!(state.progress.late(Instant::now()), Some("lamp"));
}
