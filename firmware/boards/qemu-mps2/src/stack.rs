//! How deep the stack has been: what lies free is painted at the start.
#![allow(unsafe_code, reason = "reads and writes the free part of the stack")]

const PAINT: u32 = 0xC0DE_57AC;

unsafe extern "C" {
    static mut __sheap: u32;
    static _stack_start: u32;
}

fn bottom() -> *mut u32 {
    &raw mut __sheap
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
