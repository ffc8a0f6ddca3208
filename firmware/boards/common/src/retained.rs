//! Memory that outlives a reset (not a loss of power), at `_retained_start` of the
//! board's linker script, 2 KiB: why the board was reset, and the application's
//! record.
#![allow(unsafe_code, reason = "memory that is not set at start")]

use core::ptr::addr_of_mut;

use oobwatch_app::board::{NotSaved, ResetReason, Storage};
use oobwatch_app::record::RECORD_MAX;

/// Says that the memory was written by this program.
const MAGIC: u32 = 0x4F4F_4257;
/// The board is running: if a reset finds this, it was the watchdog's.
const RUNNING: u32 = 1;
/// The program has asked for the reset.
const ASKED: u32 = 2;

#[repr(C)]
struct Layout {
    magic: u32,
    state: u32,
    length: u32,
    record: [u8; RECORD_MAX],
}

unsafe extern "C" {
    static mut _retained_start: Layout;
}

fn layout() -> *mut Layout {
    &raw mut _retained_start
}

/// The memory, once its reset reason has been read.
pub struct Retained(());

impl Retained {
    /// Reads why the board was reset, as far as memory can tell: a board that was
    /// running was reset by its watchdog, unless it says otherwise. Call it once.
    pub fn start() -> (Self, ResetReason) {
        let memory = layout();
        // SAFETY: memory of the board that nothing else uses; all values are valid.
        unsafe {
            let known = addr_of_mut!((*memory).magic).read_volatile() == MAGIC;
            let state = addr_of_mut!((*memory).state).read_volatile();
            if !known {
                addr_of_mut!((*memory).length).write_volatile(0);
                addr_of_mut!((*memory).magic).write_volatile(MAGIC);
            }
            addr_of_mut!((*memory).state).write_volatile(RUNNING);
            let reason = match state {
                _ if !known => ResetReason::PowerOn,
                RUNNING => ResetReason::Watchdog,
                ASKED => ResetReason::Software,
                _ => ResetReason::Unknown,
            };
            (Self(()), reason)
        }
    }
}

/// Resets the board.
pub fn reset() -> ! {
    // SAFETY: as above.
    unsafe { addr_of_mut!((*layout()).state).write_volatile(ASKED) };
    cortex_m::peripheral::SCB::sys_reset()
}

impl Storage for Retained {
    fn load(&mut self, into: &mut [u8]) -> usize {
        // SAFETY: as above; nobody writes while `self` is borrowed.
        let (length, record) = unsafe { ((*layout()).length as usize, &(*layout()).record) };
        let length = length.min(RECORD_MAX).min(into.len());
        for (to, from) in into.iter_mut().zip(record).take(length) {
            *to = *from;
        }
        length
    }

    fn save(&mut self, record: &[u8]) -> Result<(), NotSaved> {
        // SAFETY: as above.
        let memory = unsafe { &mut *layout() };
        let place = memory.record.get_mut(..record.len()).ok_or(NotSaved)?;
        place.copy_from_slice(record);
        memory.length = record.len() as u32;
        Ok(())
    }
}
