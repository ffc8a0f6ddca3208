//! The parser of HTTP responses.

use core::hint::black_box;

use crate::bytes;
use oobwatch_core::http::{Events, Limits, Method, Response};

struct Seen;

impl Events for Seen {
    fn status(&mut self, code: u16) {
        black_box(code);
    }
    fn wants(&mut self, name: &[u8]) -> bool {
        black_box(name == b"date")
    }
    fn value(&mut self, piece: &[u8]) {
        black_box(piece);
    }
    fn value_end(&mut self) {}
    fn head_end(&mut self) {}
    fn body(&mut self, piece: &[u8]) {
        black_box(piece);
    }
}

/// Calls it with what the optimiser can not know.
pub fn run() {
    let mut response = Response::new(black_box(Method::Get), Limits::default());
    let _ = black_box(response.push(bytes(), &mut Seen));
    let _ = black_box(response.eof());
    black_box(response.persistence());
}
