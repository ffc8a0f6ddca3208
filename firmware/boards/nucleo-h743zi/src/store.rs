//! The configuration: two slots, each at the start of a sector of 128 KB of its own
//! in bank 2. The program runs in bank 1, and goes on while bank 2 is written
//! (RM0433, "Embedded flash memory", read while write).
#![allow(unsafe_code, reason = "addresses of the slots")]

use embassy_stm32::flash::{Async, Flash, InterruptHandler};
use embassy_stm32::{Peri, bind_interrupts, peripherals};
use oobwatch_app::Slot;
use oobwatch_app::board::{ConfigStore, NotSaved, PAGE};
use oobwatch_board::memory::{Slots, region};
use oobwatch_image::REGION_LEN;

use crate::reset;

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
    /// The store, and what the slot in use holds. Call it once.
    pub(crate) fn start(flash: Peri<'static, peripherals::FLASH>) -> (Self, &'static [u8]) {
        let (slots, config) = Slots::start();
        let flash = Flash::new(flash, Irqs);
        (Self { slots, flash }, config)
    }

    /// Erases the slot in use, too, and resets the board. Takes a few seconds.
    pub(crate) async fn wipe(mut self) -> ! {
        let spare = self.slots.spare();
        for slot in [spare.other(), spare] {
            let _ = self.erase_slot(slot).await;
        }
        reset::reset()
    }

    async fn erase_slot(&mut self, slot: Slot) -> Result<(), NotSaved> {
        let start = offset_of(slot);
        let erased = self.flash.erase(start, start + SECTOR).await;
        erased.map_err(|_| NotSaved)
    }
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
        self.erase_slot(self.slots.spare()).await
    }

    async fn write(&mut self, offset: usize, page: &[u8; PAGE]) -> Result<(), NotSaved> {
        if offset + PAGE > REGION_LEN {
            return Err(NotSaved);
        }
        let start = offset_of(self.slots.spare()) + offset as u32;
        let written = self.flash.write(start, page).await;
        written.map_err(|_| NotSaved)
    }
}
