//! The CMSDK APB watchdog: an interrupt (not used) when it has counted down once,
//! a reset the second time.
#![allow(unsafe_code, reason = "registers of the watchdog")]

use crate::reg::Reg;

// SAFETY: registers of the watchdog, used here only.
const LOAD: Reg = unsafe { Reg::new(0x4000_8000) };
// SAFETY: as above.
const CONTROL: Reg = unsafe { Reg::new(0x4000_8008) };
// SAFETY: as above.
const INTCLR: Reg = unsafe { Reg::new(0x4000_800C) };
// SAFETY: as above.
const LOCK: Reg = unsafe { Reg::new(0x4000_8C00) };

const UNLOCK: u32 = 0x1ACC_E551;
const CLOCK_HZ: u32 = 25_000_000;

/// A running watchdog. It can not be stopped.
pub(crate) struct Watchdog(());

impl Watchdog {
    /// Starts it: without a feed for `seconds`, the board is reset.
    pub(crate) fn start(seconds: u32) -> Self {
        LOCK.write(UNLOCK);
        // It counts down twice.
        LOAD.write(CLOCK_HZ / 2 * seconds);
        CONTROL.write(0b11);
        LOCK.write(0);
        Self(())
    }
}

impl oobwatch_app::board::Watchdog for Watchdog {
    fn feed(&mut self) {
        LOCK.write(UNLOCK);
        INTCLR.write(1);
        LOCK.write(0);
    }
}
