//! The JSON scanner and the path matcher on top of it.

use core::hint::black_box;

use crate::bytes;
use oobwatch_core::json::{Pick, Picked, Value};

struct Seen;

impl Picked for Seen {
    fn value(&mut self, path: usize, value: Value<'_>) {
        black_box((path, value.as_string(), value.as_u32()));
    }
}

/// Calls it with what the optimiser can not know.
pub fn run() {
    let mut pick: Pick = Pick::after_junk(&["items[].healthStatus", "paging.count", "[].name"]);
    let _ = black_box(pick.push(bytes(), &mut Seen));
    let _ = black_box(pick.finish(&mut Seen));
}
