//! The reader of configuration images.

use core::hint::black_box;

use crate::bytes;
use oobwatch_image::Image;

/// Calls it with what the optimiser can not know.
pub fn run() {
    let image = Image::parse(bytes());
    black_box(image.as_ref().map(Image::targets).unwrap_or_default());
    black_box(&image);
}
