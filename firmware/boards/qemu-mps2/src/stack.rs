//! The stack: a guard at its end, and how deep it has been.
#![allow(unsafe_code, reason = "reads and writes the free part of the stack")]

const PAINT: u32 = 0xC0DE_57AC;

/// Bytes below the stack, where there is no memory, that are a fault to touch. A
/// page of QEMU's: of one that is guarded in part, semihosting can reach nothing.
const GUARD: usize = 4096;

unsafe extern "C" {
    static mut _stack_end: u32;
    static _stack_start: u32;
}

/// The lowest word that the stack may use.
fn bottom() -> *mut u32 {
    &raw mut _stack_end
}

/// Makes what lies below the stack a region of no access: an overflow is a fault
/// (Armv7-M Architecture Reference Manual, B3.5). On this board, it would go unseen.
///
/// The handler of the fault has no stack either, so the processor locks up: a board is
/// then reset by its watchdog, and QEMU ends.
pub(crate) fn guard(mpu: &cortex_m::peripheral::MPU) {
    const REGION_0: u32 = 1 << 4;
    const NO_ACCESS: u32 = 1 << 28;
    const ENABLE: u32 = 1;
    const REST_AS_EVER: u32 = 1 << 2;
    let size = (GUARD.ilog2() - 1) << 1;
    // SAFETY: only the guard becomes out of bounds, and nothing is in it.
    unsafe {
        mpu.rbar
            .write((bottom() as usize - GUARD) as u32 | REGION_0);
        mpu.rasr.write(NO_ACCESS | size | ENABLE);
        mpu.ctrl.write(REST_AS_EVER | ENABLE);
    }
    cortex_m::asm::dsb();
    cortex_m::asm::isb();
}

/// Paints the free part. Call it first in `main`.
pub(crate) fn paint() {
    // Some room for this function itself.
    let end = cortex_m::register::msp::read() as usize - 64;
    let mut word = bottom();
    while (word as usize) < end {
        // SAFETY: between the static data and the stack pointer, nothing lives.
        unsafe {
            word.write_volatile(PAINT);
            word = word.add(1);
        }
    }
}

/// Bytes of stack used at the most, since [`paint`].
pub(crate) fn peak() -> usize {
    let top = &raw const _stack_start as usize;
    let mut word = bottom().cast_const();
    // SAFETY: within the stack, or the room below it.
    while (word as usize) < top && unsafe { word.read_volatile() } == PAINT {
        word = word.wrapping_add(1);
    }
    top - word as usize
}
