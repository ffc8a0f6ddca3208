//! Why the chip was reset, the memory that outlives it, and resetting it.

use core::fmt::{self, Write as _};

use embassy_stm32::pac::{PWR, RCC};
use oobwatch_app::board::ResetReason;
use oobwatch_board::retained;

use crate::clocks::CORE_HZ;
use crate::console::Console;

/// Between a panic and the reset: a board that fails at each start does so a few
/// times a minute. Shorter than the watchdog's patience.
const PAUSE_SECONDS: u32 = 2;

/// Why the chip was reset (RM0433, "RCC reset status register", and the table of
/// reset sources before it: every reset sets the flag of the pin, too). Call it once.
pub(crate) fn reason() -> ResetReason {
    let flags = RCC.rsr().read();
    RCC.rsr().modify(|register| register.set_rmvf(true));
    if flags.iwdg1rstf() || flags.wwdg1rstf() {
        ResetReason::Watchdog
    } else if flags.sftrstf() {
        ResetReason::Software
    } else if flags.porrstf() || flags.borrstf() {
        ResetReason::PowerOn
    } else if flags.pinrstf() {
        ResetReason::Pin
    } else {
        ResetReason::Unknown
    }
}

/// Makes the backup SRAM usable: its clock, and write access to the backup domain
/// (RM0433, "Backup domain"). It outlives each reset; a loss of power only with a
/// battery at VBAT, for which its regulator is switched on.
pub(crate) fn open_backup_sram() {
    PWR.cr1().modify(|register| register.set_dbp(true));
    while !PWR.cr1().read().dbp() {}
    RCC.ahb4enr()
        .modify(|register| register.set_bkpsramen(true));
    // The first access comes after the clock.
    let _ = RCC.ahb4enr().read();
    PWR.cr2().modify(|register| register.set_bren(true));
}

/// Resets the board.
pub(crate) fn reset() -> ! {
    retained::reset()
}

/// Says on the console what has happened, and resets the board.
pub(crate) fn after(what: fmt::Arguments<'_>) -> ! {
    cortex_m::interrupt::disable();
    let _ = writeln!(Console, "\n{what}");
    cortex_m::asm::delay(PAUSE_SECONDS * CORE_HZ);
    reset()
}
