//! The independent watchdog, which has an oscillator of its own (RM0433, "Independent
//! watchdog"). It can not be stopped.

use embassy_stm32::wdg::IndependentWatchdog;
use embassy_stm32::{Peri, peripherals};
use static_cell::StaticCell;

/// Microseconds without a feed until the board is reset. The oscillator may be some
/// percent fast: 8 s are left at the least.
const TIMEOUT: u32 = 10_000_000;

/// The running watchdog.
pub(crate) struct Watchdog(IndependentWatchdog<'static, peripherals::IWDG1>);

impl Watchdog {
    /// Starts it. Call it once.
    pub(crate) fn start(iwdg: Peri<'static, peripherals::IWDG1>) -> &'static mut Self {
        static WATCHDOG: StaticCell<Watchdog> = StaticCell::new();
        let mut watchdog = IndependentWatchdog::new(iwdg, TIMEOUT);
        watchdog.unleash();
        WATCHDOG.init(Self(watchdog))
    }
}

impl oobwatch_app::board::Watchdog for Watchdog {
    fn feed(&mut self) {
        self.0.pet();
    }
}
