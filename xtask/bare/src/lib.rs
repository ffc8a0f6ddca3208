//! What the programs in `bin/` share: entry point, panic handler, and bytes
//! that the optimiser can not know.
//!
//! Each program exercises one part of what a board needs, for
//! `thumbv7em-none-eabi`. To add a part: a file here with a
//! `run`, one in `bin/` that hands it to [`part!`], and its name in the list in `xtask/src/bare.rs`.
#![no_std]

pub mod check;
pub mod exchange;
pub mod image;
pub mod json;
pub mod report;
pub mod response;
pub mod session;

use core::hint::black_box;
use core::panic::PanicInfo;

/// Makes a program of a function.
///
/// `ram` lists types by the name under which `cargo xtask size` reports how
/// much memory one of them takes. It reads the size of a symbol that is made
/// here (writable, so that it is not counted as flash).
#[macro_export]
macro_rules! part {
    ($run:path $(, ram: $($name:literal => $type:ty),+)?) => {
        /// Where the linker begins.
        #[unsafe(no_mangle)]
        pub extern "C" fn _start() {
            $($({
                #[unsafe(export_name = concat!("ram:", $name))]
                static RAM: [core::sync::atomic::AtomicU8; size_of::<$type>()] =
                    [const { core::sync::atomic::AtomicU8::new(0) }; _];
                core::hint::black_box(&RAM);
            })+)?
            $crate::plant();
            $run();
        }
    };
}

/// Bytes that a peer or a caller could have chosen.
#[must_use]
pub fn bytes() -> &'static [u8] {
    static BYTES: [u8; 64] = [b'x'; 64];
    let length: usize = black_box(64);
    black_box(BYTES.get(..length).unwrap_or_default())
}

/// As [`bytes`], as text.
#[must_use]
pub fn text() -> &'static str {
    core::str::from_utf8(bytes()).unwrap_or_default()
}

/// As [`bytes`], to be written to.
#[must_use]
pub fn buffer<const N: usize>() -> [u8; N] {
    black_box([0; N])
}

/// With `planted-panic`, an index that may be out of bounds.
pub fn plant() {
    if cfg!(feature = "planted-panic") {
        let numbers = bytes();
        black_box(numbers[black_box(7_usize)]);
    }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    #[cfg(feature = "panic-free")]
    {
        unsafe extern "C" {
            fn a_panic_can_be_reached() -> !;
        }
        // SAFETY: never run. The function does not exist, so no program that
        // still holds this call links.
        unsafe { a_panic_can_be_reached() }
    }
    #[cfg(not(feature = "panic-free"))]
    loop {
        core::hint::spin_loop();
    }
}
