//! The slots for configuration images, where the linker script of a board has them.
#![allow(unsafe_code, reason = "regions of memory")]

use oobwatch_app::Slot;
use oobwatch_image::REGION_LEN;
use static_cell::ConstStaticCell;

type Region = [u8; REGION_LEN];

unsafe extern "C" {
    static mut _config_a: Region;
    static mut _config_b: Region;
}

/// The two slots, `_config_a` and `_config_b` in the linker script, of
/// [`REGION_LEN`] bytes each. One is in use, and read only; the other is the
/// board's to write.
pub struct Slots {
    in_use: Slot,
}

impl Slots {
    /// The slots, and what the one in use holds.
    ///
    /// # Panics
    /// When it is called twice.
    pub fn start() -> (Self, &'static [u8]) {
        static ONCE: ConstStaticCell<()> = ConstStaticCell::new(());

        ONCE.take();
        // SAFETY: memory that nothing else knows of, and nothing writes yet.
        let in_use = unsafe { Slot::in_use(&*region(Slot::A), &*region(Slot::B)) };
        // SAFETY: this one is never written while a task runs: there is one `Slots`,
        // and it gives out the other only. A board that wipes this one, too, lets no
        // task run between that and the reset.
        (Self { in_use }, unsafe { &*region(in_use) })
    }

    /// Which slot is the spare.
    #[must_use]
    pub const fn spare(&self) -> Slot {
        self.in_use.other()
    }

    /// What the spare slot holds.
    #[must_use]
    pub fn read_spare(&self) -> &[u8] {
        // SAFETY: who writes it has borrowed `self` mutably.
        unsafe { &*region(self.spare()) }
    }
}

/// Where a slot lies.
#[must_use]
pub fn region(slot: Slot) -> *mut Region {
    match slot {
        Slot::A => &raw mut _config_a,
        Slot::B => &raw mut _config_b,
    }
}
