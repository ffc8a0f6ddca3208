//! Feeds the watchdog while every task makes progress.
//!
//! A check that fails, waits for its latch or finds no network is progress; a
//! task that does not come back to its loop is not.
//!
//! The runner of the network has no mark: where there is no traffic it has nothing to
//! do, and nobody can tell that from a driver that hangs. One that computes without end
//! keeps this task from feeding. One that waits for ever for its hardware is not found:
//! a known limit. The boxes are told to be out of reach then, on console and light.

use core::cell::Cell;

use embassy_futures::yield_now;
use embassy_time::{Duration, Instant, Timer};

use crate::State;
use crate::board::Watchdog;

/// How often the tasks are looked at, and the watchdog fed.
const FEED_EVERY: Duration = Duration::from_secs(2);

/// When each task was last seen to move.
pub(crate) struct Progress {
    pub(crate) watch: Mark,
    pub(crate) serve: [Mark; 2],
    pub(crate) tell: Mark,
    pub(crate) time: Mark,
    pub(crate) console: Mark,
    pub(crate) lamp: Mark,
}

impl Progress {
    pub(crate) const fn new() -> Self {
        Self {
            // A check, its logout, and what they may take too long.
            watch: Mark::new("watch", Duration::from_secs(300)),
            serve: [const { Mark::new("serve", Duration::from_secs(60)) }; 2],
            tell: Mark::new("tell", Duration::from_secs(60)),
            time: Mark::new("time", Duration::from_secs(60)),
            console: Mark::new("console", Duration::from_secs(60)),
            lamp: Mark::new("lamp", Duration::from_secs(60)),
        }
    }

    fn marks(&self) -> [&Mark; 7] {
        let [one, two] = &self.serve;
        let (watch, tell, time) = (&self.watch, &self.tell, &self.time);
        [watch, one, two, tell, time, &self.console, &self.lamp]
    }

    /// The first task that is late.
    pub(crate) fn late(&self, now: Instant) -> Option<&'static str> {
        self.marks()
            .into_iter()
            .find(|mark| mark.is_late(now))
            .map(|mark| mark.name)
    }
}

/// The progress of one task.
pub(crate) struct Mark {
    name: &'static str,
    within: Duration,
    moved: Cell<Option<Instant>>,
}

impl Mark {
    const fn new(name: &'static str, within: Duration) -> Self {
        let moved = Cell::new(None);
        Self {
            name,
            within,
            moved,
        }
    }

    /// The task has come back to its loop.
    pub(crate) fn set(&self) {
        self.moved.set(Some(Instant::now()));
    }

    /// Whether the task runs on this board.
    pub(crate) fn has_begun(&self) -> bool {
        self.moved.get().is_some()
    }

    /// A task that has not begun is not late: a board need not run them all.
    fn is_late(&self, now: Instant) -> bool {
        let moved = self.moved.get();
        moved.is_some_and(|moved| now.saturating_duration_since(moved) > self.within)
    }
}

/// Feeds `watchdog` for as long as no task is late. Never ends: once a task is
/// late, the watchdog resets the board.
pub async fn supervise(state: &State, watchdog: &mut dyn Watchdog) -> ! {
    loop {
        // Tasks whose time has come at the same moment have their turn first.
        yield_now().await;
        if state.progress.late(Instant::now()).is_none() {
            watchdog.feed();
        }
        Timer::after(FEED_EVERY).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_task_is_missed_when_it_alone_does_not_move() {
        let progress = Progress::new();
        let count = progress.marks().len();
        for hanging in 0..count {
            let start = Instant::now();
            progress.marks().into_iter().for_each(Mark::set);
            let end = start + progress.marks()[hanging].within + Duration::from_millis(1);
            for (index, mark) in progress.marks().into_iter().enumerate() {
                let moved = if index == hanging { start } else { end };
                mark.moved.set(Some(moved));
            }
            let name = progress.marks()[hanging].name;
            assert_eq!(progress.late(start), None);
            assert_eq!(progress.late(end), Some(name));
        }
    }
}
