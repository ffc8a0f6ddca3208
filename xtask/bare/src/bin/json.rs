//! The JSON scanner and the path matcher on top of it.
#![no_std]
#![no_main]

use oobwatch_bare::{json, part};
use oobwatch_core::json::{Pick, Scanner};

part!(json::run, ram: "json::Scanner" => Scanner, "json::Pick<128>" => Pick<128>);
