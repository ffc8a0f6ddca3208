//! The reader of configuration images.
#![no_std]
#![no_main]

use oobwatch_bare::{image, part};
use oobwatch_image::Image;

part!(image::run, ram: "Image" => Image<'static>);
