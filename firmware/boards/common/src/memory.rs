//! Regions that the linker script of a board gives.
#![allow(unsafe_code, reason = "regions of memory")]

/// The region of the configuration image, in flash: `_config_start`, and
/// `_config_length` bytes.
#[must_use]
pub fn config() -> &'static [u8] {
    unsafe extern "C" {
        static _config_start: u8;
        static _config_length: u8;
    }
    // SAFETY: the linker script gives the region; nothing writes there.
    unsafe {
        core::slice::from_raw_parts(&raw const _config_start, &raw const _config_length as usize)
    }
}
