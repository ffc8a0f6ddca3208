//! Nothing: what the others have in common, taken off their figures.
#![no_std]
#![no_main]

use core::hint::black_box;

use oobwatch_bare::{buffer, part, text};

part!(run);

fn run() {
    black_box((text(), buffer::<64>()));
}
