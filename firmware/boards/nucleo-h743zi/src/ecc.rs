//! What a loss of power in the middle of a write leaves behind in flash: words whose
//! error correction code is wrong. Reading one is a bus fault (RM0433, "Embedded flash
//! memory", error code correction), and so has to be tried with care.
#![allow(unsafe_code, reason = "reads with bus faults held back")]

use core::arch::asm;

use cortex_m::asm::{dsb, isb};
use cortex_m::peripheral::SCB;
use embassy_stm32::pac::FLASH;

/// Bank 2, by its index.
pub(crate) const BANK_2: usize = 1;

/// Whether all words of `region`, in bank 2, can be read.
pub(crate) fn is_sound<const N: usize>(region: *const [u8; N]) -> bool {
    clear_errors();
    let first = region.cast::<u32>();
    without_bus_faults(|| {
        for index in 0..N / size_of::<u32>() {
            // SAFETY: within the region; a fault does not come.
            unsafe { first.wrapping_add(index).read_volatile() };
        }
    });
    !FLASH.bank(BANK_2).sr().read().dbeccerr()
}

/// Forgets the errors of bank 2, which would count as those of the next operation. The
/// driver (embassy-stm32 0.6) writes to the status register for that; on this chip, it
/// takes another one (`FLASH_CCR`).
pub(crate) fn clear_errors() {
    FLASH.bank(BANK_2).ccr().write(|register| {
        register.set_clr_wrperr(true);
        register.set_clr_pgserr(true);
        register.set_clr_strberr(true);
        register.set_clr_incerr(true);
        register.set_clr_operr(true);
        register.set_clr_rdperr(true);
        register.set_clr_rdserr(true);
        register.set_clr_sneccerr(true);
        register.set_clr_dbeccerr(true);
    });
}

/// Runs `f` at a priority at which bus faults of data can be ignored, and ignores
/// them (Armv7-M Architecture Reference Manual, B3.2.8, BFHFNMIGN).
fn without_bus_faults(f: impl FnOnce()) {
    const BFHFNMIGN: u32 = 1 << 8;
    // SAFETY: `FAULTMASK` and the bit are put back as they were; `f` only reads.
    unsafe {
        let control = &(*SCB::PTR).ccr;
        control.modify(|bits| bits | BFHFNMIGN);
        asm!("cpsid f", options(nomem, nostack));
        dsb();
        isb();
        f();
        dsb();
        asm!("cpsie f", options(nomem, nostack));
        control.modify(|bits| bits & !BFHFNMIGN);
    }
}
