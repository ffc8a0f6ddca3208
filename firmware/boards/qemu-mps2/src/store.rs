//! The configuration, in the part of the memory that stands for flash: what is
//! saved there outlives a reset, and not the end of QEMU. The image that QEMU was
//! given (`-device loader`) lies somewhere else: QEMU puts it there anew at each
//! reset.
#![allow(unsafe_code, reason = "memory at fixed addresses")]

use oobwatch_app::Slot;
use oobwatch_app::board::{ConfigStore, NotSaved, PAGE};
use oobwatch_board::memory::{Slots, region};
use oobwatch_board::retained;
use oobwatch_image::REGION_LEN;

unsafe extern "C" {
    static _loaded: [u8; REGION_LEN];
}

/// The two slots.
pub(crate) struct Store(Slots);

impl Store {
    /// The store, and what the slot in use holds. Call it once.
    pub(crate) fn start() -> (Self, &'static [u8]) {
        take_loaded();
        let (slots, config) = Slots::start();
        (Self(slots), config)
    }

    /// Erases the slot in use, too, and resets the board.
    pub(crate) fn wipe(mut self) -> ! {
        cortex_m::interrupt::disable();
        self.spare_mut().fill(0xFF);
        // SAFETY: nothing runs any more that could look at it.
        unsafe { (*region(self.0.spare().other())).fill(0xFF) };
        retained::reset()
    }

    fn spare_mut(&mut self) -> &mut [u8; REGION_LEN] {
        // SAFETY: nobody else looks at it for as long as `self` is borrowed.
        unsafe { &mut *region(self.0.spare()) }
    }
}

/// Puts the image that QEMU has loaded into the spare slot, if it is newer than
/// what is in use: as if it had been saved.
fn take_loaded() {
    // SAFETY: nothing else uses this memory yet, and nothing ever writes to what
    // was loaded.
    let (a, b, loaded) = unsafe { (&*region(Slot::A), &*region(Slot::B), &_loaded) };
    let in_use = Slot::in_use(a, b);
    let held = match in_use {
        Slot::A => a,
        Slot::B => b,
    };
    if Slot::in_use(held, loaded) == Slot::B {
        // SAFETY: nobody looks at the spare slot any more.
        unsafe { *region(in_use.other()) = *loaded };
    }
}

impl ConfigStore for Store {
    fn spare(&self) -> &[u8] {
        self.0.read_spare()
    }

    async fn erase(&mut self) -> Result<(), NotSaved> {
        self.spare_mut().fill(0xFF);
        Ok(())
    }

    async fn write(&mut self, offset: usize, page: &[u8; PAGE]) -> Result<(), NotSaved> {
        let room = self.spare_mut().get_mut(offset..);
        let room = room
            .and_then(|room| room.first_chunk_mut())
            .ok_or(NotSaved)?;
        *room = *page;
        Ok(())
    }
}
