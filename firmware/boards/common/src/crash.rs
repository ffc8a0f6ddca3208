//! A panic, or a fault of the processor: where the program was is kept over the
//! reset that follows, and shown by the next run.
//!
//! What is kept are code addresses. Text would be a tenth of the image: as no panic
//! handler looks at its `PanicInfo`, the linker drops all messages and places.
//! `arm-none-eabi-addr2line -fipCe IMAGE ADDRESS...` finds the functions and lines.
#![allow(unsafe_code, reason = "walks the stack")]

use embassy_time::Duration;
use oobwatch_app::board::{Crash, CrashKind, TRACE_MAX};

use crate::retained::Word;

/// Says that the last run has crashed.
const MARK_PANIC: u32 = 0x5041_4E43;
const MARK_FAULT: u32 = 0x4641_554C;

/// After so long, a run counts as one that has gone well.
pub(crate) const CALM: Duration = Duration::from_secs(60 * 60);

/// The addresses of those who have called what has panicked. Call it in the panic
/// handler, before a reset.
#[inline(never)]
pub fn panicked() -> Crash {
    keep(CrashKind::Panic, callers())
}

/// The place of a fault: program counter and link register. Call it in the handler,
/// before a reset.
pub fn faulted(pc: u32, lr: u32) -> Crash {
    let mut trace = [0; TRACE_MAX];
    for (to, from) in trace.iter_mut().zip([pc, lr]) {
        *to = from;
    }
    keep(CrashKind::Fault, trace)
}

fn keep(kind: CrashKind, trace: [u32; TRACE_MAX]) -> Crash {
    let in_a_row = Word::CRASHES.read().saturating_add(1);
    for (word, address) in Word::trace().zip(trace) {
        word.write(address);
    }
    Word::CRASHES.write(in_a_row);
    Word::CRASH.write(match kind {
        CrashKind::Panic => MARK_PANIC,
        CrashKind::Fault => MARK_FAULT,
    });
    Crash {
        kind,
        trace,
        in_a_row,
    }
}

/// The crash that the last run has ended with. It is told once.
pub(crate) fn take() -> Option<Crash> {
    let kind = match Word::CRASH.read() {
        MARK_PANIC => CrashKind::Panic,
        MARK_FAULT => CrashKind::Fault,
        _ => {
            forget();
            return None;
        }
    };
    Word::CRASH.write(0);
    let mut trace = [0; TRACE_MAX];
    for (to, word) in trace.iter_mut().zip(Word::trace()) {
        *to = word.read();
    }
    Some(Crash {
        kind,
        trace,
        in_a_row: Word::CRASHES.read(),
    })
}

/// The next crash will be the first in a row.
pub(crate) fn forget() {
    Word::CRASH.write(0);
    Word::CRASHES.write(0);
}

/// The calls that the stack tells of, by the chain of frame pointers (r7), which Rust
/// keeps on Arm: each points to the next, and the return address is above it.
#[inline(always)]
fn callers() -> [u32; TRACE_MAX] {
    unsafe extern "C" {
        static _stack_end: u8;
        static _stack_start: u8;
    }
    const FRAME: usize = 2 * size_of::<u32>();
    let stack = (&raw const _stack_end).addr()..(&raw const _stack_start).addr() - FRAME;
    let mut frame: *const [usize; 2];
    // SAFETY: reads a register.
    unsafe { core::arch::asm!("mov {}, r7", out(reg) frame, options(nomem, nostack)) };
    let mut trace = [0; TRACE_MAX];
    for address in &mut trace {
        if !stack.contains(&frame.addr()) || !frame.is_aligned() {
            break;
        }
        // SAFETY: two words of the stack, where all values are valid.
        let [next, returns_to] = unsafe { frame.read_volatile() };
        // Within the call, without the bit that says Thumb.
        *address = (returns_to as u32 & !1).saturating_sub(2);
        if next <= frame.addr() {
            break;
        }
        frame = core::ptr::with_exposed_provenance(next);
    }
    trace
}
