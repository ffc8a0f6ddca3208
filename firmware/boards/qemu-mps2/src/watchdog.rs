//! The CMSDK APB watchdog: when it has counted down, it raises the non-maskable
//! interrupt, which resets the board; should that fail, it does so itself when it
//! has counted down again.
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
/// Interrupt at the end of the first count, reset at that of the second.
const RESET_AND_INTERRUPT: u32 = 0b11;
const CLOCK_HZ: u32 = 25_000_000;

/// A running watchdog. It can not be stopped.
pub(crate) struct Watchdog(());

impl Watchdog {
    /// Starts it: without a feed for `seconds`, the board is reset.
    pub(crate) fn start(seconds: u32) -> Self {
        LOCK.write(UNLOCK);
        LOAD.write(CLOCK_HZ * seconds);
        CONTROL.write(RESET_AND_INTERRUPT);
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

#[cortex_m_rt::exception]
unsafe fn NonMaskableInt() -> ! {
    // Retained memory still says that the board was running.
    cortex_m::peripheral::SCB::sys_reset()
}
