//! The watchdog of the chip (RP2350 datasheet, 12.9). Its counter goes up to 16.7 s.

use embassy_rp::watchdog;
use embassy_rp::{Peri, peripherals};
use embassy_time::Duration;
use static_cell::StaticCell;

use crate::reset;

/// Without a feed for so long, the board is reset.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The running watchdog.
pub(crate) struct Watchdog(watchdog::Watchdog);

impl Watchdog {
    /// Starts it. Call it once.
    pub(crate) fn start(peripheral: Peri<'static, peripherals::WATCHDOG>) -> &'static mut Self {
        static WATCHDOG: StaticCell<Watchdog> = StaticCell::new();
        let mut watchdog = watchdog::Watchdog::new(peripheral);
        watchdog.start(TIMEOUT);
        reset::select_all();
        WATCHDOG.init(Self(watchdog))
    }
}

impl oobwatch_app::board::Watchdog for Watchdog {
    fn feed(&mut self) {
        self.0.feed(TIMEOUT);
    }
}
