//! The session for every product, the parser and the scanner: what a board
//! needs whatever it sends.
#![no_std]
#![no_main]

use oobwatch_bare::{json, part, response, session};

part!(run);

fn run() {
    json::run();
    response::run();
    session::run();
}
