//! Why the chip was reset, and resetting it. Its RAM outlives both (RP2350 datasheet,
//! table 451: only the way to the boot drive erases it).

use core::fmt::{self, Write as _};

use embassy_rp::pac::{POWMAN, PSM, WATCHDOG};
use oobwatch_app::board::ResetReason;
use oobwatch_board::retained;

use crate::console::Console;

/// Clocks of the core in a second.
const CORE_HZ: u32 = 150_000_000;
/// Between a panic and the reset: a board that fails at each start does so a few
/// times a minute. Shorter than the watchdog's patience.
const PAUSE_SECONDS: u32 = 2;

/// Why the chip was reset: by its watchdog (register `REASON`), else by what POWMAN
/// has noted (`CHIP_RESET`).
pub(crate) fn reason() -> ResetReason {
    let watchdog = WATCHDOG.reason().read();
    let chip = POWMAN.chip_reset().read();
    if watchdog.timer() {
        ResetReason::Watchdog
    } else if watchdog.force() {
        ResetReason::Software
    } else if chip.had_por() || chip.had_bor() || chip.had_glitch_detect() {
        ResetReason::PowerOn
    } else if chip.had_run_low() {
        ResetReason::Pin
    } else {
        ResetReason::Unknown
    }
}

/// Has the watchdog reset all but the oscillators, as the chip's SDK does. What
/// embassy-rp 0.10 selects is meant for an RP2040, whose stages are in another order
/// (RP2350 datasheet, 7.4.1).
pub(crate) fn select_all() {
    const STAGES: u32 = 0x01FF_FFFF;
    PSM.wdsel().write(|register| {
        register.0 = STAGES;
        register.set_rosc(false);
        register.set_xosc(false);
    });
}

/// Resets the board. A request of the core would reset that core only.
pub(crate) fn reset() -> ! {
    retained::will_reset();
    select_all();
    WATCHDOG
        .ctrl()
        .modify(|register| register.set_trigger(true));
    loop {
        cortex_m::asm::nop();
    }
}

/// Says on the console what has happened, and resets the board.
pub(crate) fn after(what: fmt::Arguments<'_>) -> ! {
    cortex_m::interrupt::disable();
    let _ = writeln!(Console, "\n{what}");
    cortex_m::asm::delay(PAUSE_SECONDS * CORE_HZ);
    reset()
}
