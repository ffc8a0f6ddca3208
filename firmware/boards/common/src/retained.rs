//! Memory that outlives a reset (not a loss of power), at `_retained_start` of the
//! board's linker script, 2 KiB: why the board was reset, how the last run ended, and
//! the application's record, in two copies that are written in turn: a reset in the
//! middle of that leaves the one before.
//!
//! It is written by whole words only. What a STM32H7 writes to its RAM in smaller
//! pieces waits in a buffer, and is lost in a reset (ST's FAQ "STM32 SRAM/Backup
//! SRAM content is not preserved after reset").
#![allow(unsafe_code, reason = "memory that is not set at start")]

use oobwatch_app::board::{NotSaved, ResetReason, Storage, TRACE_MAX};
use oobwatch_app::record::RECORD_MAX;

use crate::crash;

/// Says that the memory was written by this program.
const MAGIC: u32 = 0x4F4F_4258;
/// The board is running: if a reset finds this, it was the watchdog's.
const RUNNING: u32 = 1;
/// The program has asked for the reset.
const ASKED: u32 = 2;

const WORD: usize = size_of::<u32>();
/// Where the trace of a crash begins, and then the record.
const TRACE: usize = 5;
const RECORD: usize = TRACE + TRACE_MAX;
/// Words of a copy of the record.
const WORDS: usize = RECORD_MAX / WORD;
/// Added to the length of the record where the second copy is the one that counts.
const SECOND: u32 = 1 << 31;

unsafe extern "C" {
    static mut _retained_start: [u32; RECORD + 2 * WORDS];
}

/// A word of the memory, by its place. All values of it are valid.
#[derive(Clone, Copy)]
pub(crate) struct Word(usize);

impl Word {
    const MAGIC: Self = Self(0);
    const STATE: Self = Self(1);
    /// Bytes of the record, and [`SECOND`].
    const LENGTH: Self = Self(2);
    /// Whether the last run has crashed.
    pub(crate) const CRASH: Self = Self(3);
    /// Crashes in a row.
    pub(crate) const CRASHES: Self = Self(4);

    /// The words of the trace of a crash, in order.
    pub(crate) fn trace() -> impl Iterator<Item = Self> {
        (TRACE..RECORD).map(Self)
    }

    /// The words of a copy of the record, in order.
    fn record(is_second: bool) -> impl Iterator<Item = Self> {
        let start = RECORD + if is_second { WORDS } else { 0 };
        (start..start + WORDS).map(Self)
    }

    fn place(self) -> *mut u32 {
        let start = (&raw mut _retained_start).cast::<u32>();
        start.wrapping_add(self.0)
    }

    pub(crate) fn read(self) -> u32 {
        // SAFETY: within memory of the board that is reached by this type only.
        unsafe { self.place().read_volatile() }
    }

    pub(crate) fn write(self, value: u32) {
        // SAFETY: as above.
        unsafe { self.place().write_volatile(value) }
    }
}

/// The memory, once its reset reason has been read.
pub struct Retained(());

impl Retained {
    /// Reads why the board was reset, as far as memory can tell: a board that was
    /// running was reset by its watchdog, unless it says otherwise. Call it once.
    #[must_use]
    pub fn start() -> (Self, ResetReason) {
        let known = Word::MAGIC.read() == MAGIC;
        let state = Word::STATE.read();
        if !known {
            Word::LENGTH.write(0);
            crash::forget();
            Word::MAGIC.write(MAGIC);
        }
        Word::STATE.write(RUNNING);
        let reason = match state {
            _ if !known => ResetReason::PowerOn,
            RUNNING => ResetReason::Watchdog,
            ASKED => ResetReason::Software,
            _ => ResetReason::Unknown,
        };
        (Self(()), reason)
    }
}

/// The program is about to reset the board.
pub fn will_reset() {
    Word::STATE.write(ASKED);
}

/// Resets the board, where a request of the core resets all of it.
pub fn reset() -> ! {
    will_reset();
    cortex_m::peripheral::SCB::sys_reset()
}

impl Storage for Retained {
    fn load(&mut self, into: &mut [u8]) -> usize {
        let latest = Word::LENGTH.read();
        let length = (latest & !SECOND) as usize;
        let length = length.min(RECORD_MAX).min(into.len());
        let bytes = Word::record(latest & SECOND != 0).flat_map(|word| word.read().to_le_bytes());
        for (to, from) in into.iter_mut().zip(bytes).take(length) {
            *to = from;
        }
        length
    }

    fn save(&mut self, record: &[u8]) -> Result<(), NotSaved> {
        if record.len() > RECORD_MAX {
            return Err(NotSaved);
        }
        let other = !Word::LENGTH.read() & SECOND;
        for (word, bytes) in Word::record(other != 0).zip(record.chunks(WORD)) {
            let mut value = [0; WORD];
            for (to, from) in value.iter_mut().zip(bytes) {
                *to = *from;
            }
            word.write(u32::from_le_bytes(value));
        }
        // The one write that makes it count.
        Word::LENGTH.write(other | record.len() as u32);
        Ok(())
    }
}
