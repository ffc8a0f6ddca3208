//! The configuration: two slots, each at the start of a sector of 128 KB of its own
//! in bank 2. The program runs in bank 1, and goes on while bank 2 is written
//! (RM0433, "Embedded flash memory", read while write). It stops where it reads bank 2
//! meanwhile, until that is done: up to 2 s for the erasure of a sector. The slot in
//! use is there, with names, passwords and certificates; so while the spare is erased
//! the first task that looks at its configuration holds up all. The watchdog has more
//! patience.

use embassy_stm32::flash::{Async, Flash, InterruptHandler};
use embassy_stm32::{Peri, bind_interrupts, peripherals};
use oobwatch_app::Slot;
use oobwatch_app::board::{ConfigStore, NotSaved, PAGE};
use oobwatch_board::memory::{Slots, region};
use oobwatch_image::REGION_LEN;

use crate::{ecc, reset};

bind_interrupts!(struct Irqs {
    FLASH => InterruptHandler;
});

const FLASH_START: usize = 0x0800_0000;
const SECTOR: u32 = 128 * 1024;

/// The two slots.
pub(crate) struct Store {
    slots: Slots,
    flash: Flash<'static, Async>,
}

impl Store {
    /// The store, and what the slot in use holds. A slot that can not be read, as
    /// power was lost while it was written, is erased. Call it once.
    pub(crate) fn start(flash: Peri<'static, peripherals::FLASH>) -> (Self, &'static [u8]) {
        let mut flash = Flash::new(flash, Irqs);
        for slot in [Slot::A, Slot::B] {
            if !ecc::is_sound(region(slot)) {
                erase_at_once(&mut flash, slot);
            }
        }
        let (slots, config) = Slots::start();
        (Self { slots, flash }, config)
    }

    /// Erases the slot in use, too, and resets the board. No task runs meanwhile: all
    /// of them read what is in that slot. Takes a few seconds, and the watchdog has
    /// more patience.
    pub(crate) fn wipe(mut self) -> ! {
        let spare = self.slots.spare();
        for slot in [spare.other(), spare] {
            erase_at_once(&mut self.flash, slot);
        }
        reset::reset()
    }
}

/// Erases a slot, and waits for it.
fn erase_at_once(flash: &mut Flash<'static, Async>, slot: Slot) {
    let start = offset_of(slot);
    ecc::clear_errors();
    let _ = flash.blocking_erase(start, start + SECTOR);
}

/// Bytes from the start of flash.
fn offset_of(slot: Slot) -> u32 {
    (region(slot) as usize - FLASH_START) as u32
}

impl ConfigStore for Store {
    fn spare(&self) -> &[u8] {
        self.slots.read_spare()
    }

    async fn erase(&mut self) -> Result<(), NotSaved> {
        let start = offset_of(self.slots.spare());
        ecc::clear_errors();
        let erased = self.flash.erase(start, start + SECTOR).await;
        erased.map_err(|_| NotSaved)
    }

    async fn write(&mut self, offset: usize, page: &[u8; PAGE]) -> Result<(), NotSaved> {
        if offset + PAGE > REGION_LEN {
            return Err(NotSaved);
        }
        let start = offset_of(self.slots.spare()) + offset as u32;
        ecc::clear_errors();
        let written = self.flash.write(start, page).await;
        written.map_err(|_| NotSaved)
    }
}
