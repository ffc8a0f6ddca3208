//! The configuration: two slots at the end of the flash.

use embassy_futures::yield_now;
use oobwatch_app::Slot;
use oobwatch_app::board::{ConfigStore, NotSaved, PAGE};
use oobwatch_board::memory::{Slots, region};
use oobwatch_image::REGION_LEN;

use crate::flash::{Chip, SECTOR};
use crate::reset;

/// The two slots.
pub(crate) struct Store {
    slots: Slots,
    chip: &'static Chip,
}

impl Store {
    /// The store, and what the slot in use holds. Call it once.
    pub(crate) fn start(chip: &'static Chip) -> (Self, &'static [u8]) {
        let (slots, config) = Slots::start();
        (Self { slots, chip }, config)
    }

    /// Erases the slot in use, too, and resets the board.
    pub(crate) fn wipe(self) -> ! {
        let spare = self.slots.spare();
        for sector in sectors_of(spare.other()).chain(sectors_of(spare)) {
            let _ = self.chip.erase(sector);
        }
        reset::reset()
    }
}

/// Addresses of the sectors of a slot.
fn sectors_of(slot: Slot) -> impl Iterator<Item = usize> {
    let start = region(slot) as usize;
    (start..start + REGION_LEN).step_by(SECTOR)
}

impl ConfigStore for Store {
    fn spare(&self) -> &[u8] {
        self.slots.read_spare()
    }

    async fn erase(&mut self) -> Result<(), NotSaved> {
        for sector in sectors_of(self.slots.spare()) {
            self.chip.erase(sector)?;
            yield_now().await;
        }
        Ok(())
    }

    async fn write(&mut self, offset: usize, page: &[u8; PAGE]) -> Result<(), NotSaved> {
        if offset + PAGE > REGION_LEN {
            return Err(NotSaved);
        }
        let start = region(self.slots.spare()) as usize + offset;
        self.chip.write(start, page)
    }
}
