//! A register of a peripheral.
#![allow(unsafe_code, reason = "registers are reached by address")]

/// A 32-bit register at a fixed address.
pub(crate) struct Reg(usize);

impl Reg {
    /// # Safety
    /// A register is there whose reads and writes can not break memory safety.
    pub(crate) const unsafe fn new(address: usize) -> Self {
        Self(address)
    }

    pub(crate) fn read(&self) -> u32 {
        // SAFETY: by the contract of `new`.
        unsafe { core::ptr::without_provenance::<u32>(self.0).read_volatile() }
    }

    pub(crate) fn write(&self, value: u32) {
        // SAFETY: as above.
        unsafe { core::ptr::without_provenance_mut::<u32>(self.0).write_volatile(value) }
    }
}
