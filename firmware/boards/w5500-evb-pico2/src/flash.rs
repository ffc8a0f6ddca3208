//! The flash chip, for what writes to it. Nothing else runs while a sector is erased
//! (tens of milliseconds) or a page is written, as the program is read from it, too.

use core::cell::RefCell;

use embassy_rp::flash::{Blocking, ERASE_SIZE, FLASH_BASE, Flash};
use embassy_rp::{Peri, peripherals};
use oobwatch_app::board::NotSaved;
use static_cell::StaticCell;

/// Bytes of a sector.
pub(crate) const SECTOR: usize = ERASE_SIZE;

/// What the board has, or more.
const SIZE: usize = 2 * 1024 * 1024;

/// The chip. Places are addresses in memory, where it can be read.
pub(crate) struct Chip(RefCell<Flash<'static, peripherals::FLASH, Blocking, SIZE>>);

impl Chip {
    /// The chip. Call it once.
    pub(crate) fn start(flash: Peri<'static, peripherals::FLASH>) -> &'static Self {
        static CHIP: StaticCell<Chip> = StaticCell::new();
        CHIP.init(Self(RefCell::new(Flash::new_blocking(flash))))
    }

    /// Erases the sector at `address`.
    pub(crate) fn erase(&self, address: usize) -> Result<(), NotSaved> {
        let start = offset_of(address)?;
        let end = start + SECTOR as u32;
        let erased = self.0.borrow_mut().blocking_erase(start, end);
        erased.map_err(|_| NotSaved)
    }

    /// Writes `bytes` at `address`.
    pub(crate) fn write(&self, address: usize, bytes: &[u8]) -> Result<(), NotSaved> {
        let start = offset_of(address)?;
        let written = self.0.borrow_mut().blocking_write(start, bytes);
        written.map_err(|_| NotSaved)
    }
}

/// Bytes from the start of the chip.
fn offset_of(address: usize) -> Result<u32, NotSaved> {
    let offset = address.checked_sub(FLASH_BASE as usize);
    let offset = offset.and_then(|offset| u32::try_from(offset).ok());
    offset.ok_or(NotSaved)
}
