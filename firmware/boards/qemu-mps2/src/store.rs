//! Two slots for a configuration image, in the part of the memory that stands for
//! flash: they outlive a reset and not the end of QEMU, which has put the image
//! that it was given (`-device loader`) somewhere else, and does so again at each
//! reset.
#![allow(unsafe_code, reason = "memory at fixed addresses")]

use core::slice;

use oobwatch_app::Slot;
use oobwatch_app::board::{ConfigStore, NotSaved, PAGE};
use oobwatch_image::REGION_LEN;

unsafe extern "C" {
    static _loaded_start: u8;
    static mut _config_start: [u8; 2 * REGION_LEN];
}

/// The slots, of which one is in use.
pub(crate) struct Store {
    in_use: Slot,
}

impl Store {
    /// The store, and what the slot in use holds. Call it once.
    ///
    /// An image that QEMU has loaded and that is newer goes to the spare slot
    /// first, as if somebody had saved it there.
    pub(crate) fn start() -> (Self, &'static [u8]) {
        // SAFETY: memory that only this module knows of; it is written through
        // the store only, which never writes the slot in use.
        let (a, b) = unsafe { (&*slot(Slot::A), &*slot(Slot::B)) };
        // SAFETY: as above; nothing writes there.
        let loaded = unsafe { slice::from_raw_parts(&raw const _loaded_start, REGION_LEN) };
        let mut in_use = Slot::in_use(a, b);
        let held = if in_use == Slot::A { a } else { b };
        if Slot::in_use(held, loaded) == Slot::B {
            in_use = in_use.other();
            // SAFETY: nobody looks at the spare slot any more.
            unsafe { (*slot(in_use)).copy_from_slice(loaded) };
        }
        // SAFETY: as above.
        (Self { in_use }, unsafe { &*slot(in_use) })
    }

    /// Erases the slot in use, too, and resets the board.
    pub(crate) fn wipe(self) -> ! {
        cortex_m::interrupt::disable();
        for each in [self.in_use.other(), self.in_use] {
            // SAFETY: nothing runs any more that could look at it.
            unsafe { slot(each).cast::<u8>().write_bytes(0xFF, REGION_LEN) };
        }
        crate::retained::reset()
    }

    fn spare_mut(&mut self) -> &mut [u8; REGION_LEN] {
        // SAFETY: this is the only way to the spare slot, for as long as `self`
        // is borrowed.
        unsafe { &mut *slot(self.in_use.other()) }
    }
}

fn slot(which: Slot) -> *mut [u8; REGION_LEN] {
    let first = (&raw mut _config_start).cast::<[u8; REGION_LEN]>();
    match which {
        Slot::A => first,
        Slot::B => first.wrapping_add(1),
    }
}

impl ConfigStore for Store {
    fn spare(&self) -> &[u8] {
        // SAFETY: as in `spare_mut`.
        unsafe { &*slot(self.in_use.other()) }
    }

    async fn erase(&mut self) -> Result<(), NotSaved> {
        self.spare_mut().fill(0xFF);
        Ok(())
    }

    async fn write(&mut self, offset: usize, page: &[u8; PAGE]) -> Result<(), NotSaved> {
        let room = self.spare_mut().get_mut(offset..);
        let room = room.and_then(|room| room.first_chunk_mut()).ok_or(NotSaved)?;
        *room = *page;
        Ok(())
    }
}
