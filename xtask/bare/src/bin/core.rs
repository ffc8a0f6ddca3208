//! Everything of the core together.
#![no_std]
#![no_main]

use oobwatch_bare::{exchange, json, part};

part!(run);

fn run() {
    json::run();
    exchange::run();
}
