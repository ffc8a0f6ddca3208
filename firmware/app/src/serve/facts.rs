//! What the board says of itself, in all three formats.

use oobwatch_image::Image;

use crate::board::Crash;
use crate::state::Refused;
use crate::{State, clock};

/// What the board says of itself.
pub(super) struct Facts {
    pub(super) version: &'static str,
    pub(super) reset: &'static str,
    /// How the last run ended, if by itself.
    pub(super) crash: Option<Crash>,
    pub(super) uptime: u64,
    /// The longest that a task has kept the others from running.
    pub(super) stall: embassy_time::Duration,
    /// Of the configuration image, or why there is none.
    pub(super) generation: Result<u32, Refused>,
    pub(super) orphans: u32,
    pub(super) saves: u32,
    pub(super) failed_saves: u32,
    /// Milliseconds since 1970, if the board knows.
    pub(super) time: Option<u64>,
    pub(super) time_is_synced: bool,
}

impl Facts {
    pub(super) fn of(state: &State) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            reset: state.reset.as_str(),
            crash: state.crash,
            stall: state.load.stall(),
            uptime: embassy_time::Instant::now().as_secs(),
            generation: state.image.map(Image::generation),
            orphans: state.record.borrow().orphans,
            saves: state.saves.get(),
            failed_saves: state.failed_saves.get(),
            time: state.wall.time_at(clock::now()),
            time_is_synced: state.wall.is_synced(),
        }
    }
}
