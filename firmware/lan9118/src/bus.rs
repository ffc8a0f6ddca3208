//! How the registers are reached.
#![allow(unsafe_code, reason = "registers are reached by address")]

/// The 256 bytes of registers, as 32-bit words.
pub trait Bus {
    /// Reads the register at this byte offset.
    fn read(&mut self, offset: u8) -> u32;
    /// Writes the register at this byte offset.
    fn write(&mut self, offset: u8, value: u32);
}

/// Registers on a 32-bit memory bus.
pub struct Mmio(*mut u32);

impl Mmio {
    /// Registers that begin at address `base`.
    ///
    /// # Safety
    /// A chip of this family is there, `base` is a multiple of four, and at
    /// most one [`Lan9118`](crate::Lan9118) and one
    /// [`Irq::handle`](crate::Irq::handle) use it.
    #[must_use]
    pub const unsafe fn new(base: usize) -> Self {
        Self(core::ptr::without_provenance_mut(base))
    }

    const fn register(&self, offset: u8) -> *mut u32 {
        self.0.wrapping_add(offset as usize / 4)
    }
}

impl Bus for Mmio {
    fn read(&mut self, offset: u8) -> u32 {
        // SAFETY: a register of the chip, by the contract of `new`.
        unsafe { self.register(offset).read_volatile() }
    }

    fn write(&mut self, offset: u8, value: u32) {
        // SAFETY: as above.
        unsafe { self.register(offset).write_volatile(value) }
    }
}

// SAFETY: an address of a device, the same from everywhere.
unsafe impl Send for Mmio {}
