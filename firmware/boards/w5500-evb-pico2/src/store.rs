//! The configuration: two slots at the end of the flash. Nothing else runs while a
//! sector is erased or a page is written, as the program is read from the same flash.

use embassy_futures::yield_now;
use embassy_rp::flash::{Blocking, ERASE_SIZE, FLASH_BASE, Flash};
use embassy_rp::{Peri, peripherals};
use oobwatch_app::Slot;
use oobwatch_app::board::{ConfigStore, NotSaved, PAGE};
use oobwatch_board::memory::{Slots, region};
use oobwatch_image::REGION_LEN;

use crate::reset;

const FLASH_SIZE: usize = 2 * 1024 * 1024;

/// The two slots.
pub(crate) struct Store {
    slots: Slots,
    flash: Flash<'static, peripherals::FLASH, Blocking, FLASH_SIZE>,
}

impl Store {
    /// The store, and what the slot in use holds. Call it once.
    pub(crate) fn start(flash: Peri<'static, peripherals::FLASH>) -> (Self, &'static [u8]) {
        let (slots, config) = Slots::start();
        let flash = Flash::new_blocking(flash);
        (Self { slots, flash }, config)
    }

    /// Erases the slot in use, too, and resets the board.
    pub(crate) fn wipe(mut self) -> ! {
        let spare = self.slots.spare();
        for sector in sectors_of(spare.other()).chain(sectors_of(spare)) {
            let _ = self.erase_sector(sector);
        }
        reset::reset()
    }

    fn erase_sector(&mut self, start: u32) -> Result<(), NotSaved> {
        let erased = self.flash.blocking_erase(start, start + ERASE_SIZE as u32);
        erased.map_err(|_| NotSaved)
    }
}

/// Bytes from the start of flash.
fn offset_of(slot: Slot) -> u32 {
    (region(slot) as usize - FLASH_BASE as usize) as u32
}

fn sectors_of(slot: Slot) -> impl Iterator<Item = u32> {
    let start = offset_of(slot);
    (start..start + REGION_LEN as u32).step_by(ERASE_SIZE)
}

impl ConfigStore for Store {
    fn spare(&self) -> &[u8] {
        self.slots.read_spare()
    }

    async fn erase(&mut self) -> Result<(), NotSaved> {
        for sector in sectors_of(self.slots.spare()) {
            self.erase_sector(sector)?;
            yield_now().await;
        }
        Ok(())
    }

    async fn write(&mut self, offset: usize, page: &[u8; PAGE]) -> Result<(), NotSaved> {
        if offset + PAGE > REGION_LEN {
            return Err(NotSaved);
        }
        let start = offset_of(self.slots.spare()) + offset as u32;
        let written = self.flash.blocking_write(start, page);
        written.map_err(|_| NotSaved)
    }
}
