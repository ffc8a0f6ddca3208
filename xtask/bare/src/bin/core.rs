//! Sessions on every product, the parser and the scanner together.
#![no_std]
#![no_main]

use oobwatch_bare::{exchange, json, part};

part!(run);

fn run() {
    json::run();
    exchange::run();
}
