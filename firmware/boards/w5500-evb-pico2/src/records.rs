//! The application's record, in a part of the flash of its own: it outlives a loss of
//! power.
#![allow(unsafe_code, reason = "a region of flash")]

use oobwatch_app::board::NotSaved;
use oobwatch_app::journal::{Journal, Nor, SECTOR};
use oobwatch_board::retained::Retained;
use static_cell::StaticCell;

use crate::flash::{self, Chip};

const _: () = assert!(SECTOR == flash::SECTOR);

/// Eight chassis that are logged in to and out of every five minutes write some 7,000
/// records a day, four to a sector. So each sector is erased 14 times a day, which a
/// chip that is good for 100,000 stands for 20 years.
const LENGTH: usize = 128 * SECTOR;

unsafe extern "C" {
    static mut _records: [u8; LENGTH];
}

/// The region: there is one.
pub(crate) struct Records(&'static Chip);

/// The record. Call it once.
pub(crate) fn start(chip: &'static Chip) -> &'static mut Journal<Records> {
    static JOURNAL: StaticCell<Journal<Records>> = StaticCell::new();

    // How the last run ended is noted in RAM; why the chip was reset it knows itself.
    let _ = Retained::start();
    JOURNAL.init_with(|| Journal::new(Records(chip)))
}

fn place_of(offset: usize) -> usize {
    &raw const _records as usize + offset
}

impl Nor for Records {
    fn bytes(&self) -> &[u8] {
        let region: *const [u8; LENGTH] = &raw const _records;
        // SAFETY: flash that is written by this value only, when it is borrowed mutably.
        unsafe { &*region }
    }

    fn erase(&mut self, offset: usize) -> Result<(), NotSaved> {
        self.0.erase(place_of(offset))
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) -> Result<(), NotSaved> {
        self.0.write(place_of(offset), bytes)
    }
}
