//! What a report looks like to people and to monitoring systems.

use core::fmt::{self, Write};
use core::hint::black_box;

use oobwatch_core::health::encode::{json, nagios, prometheus, text};
use oobwatch_core::health::{Limits, Report};
use oobwatch_core::product::Product;

use crate::{buffer, text as name};

struct Seen;

impl Write for Seen {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        black_box(piece);
        Ok(())
    }
}

/// As lines of text: for people, for Nagios and for Prometheus.
pub fn lines() {
    let report = report();
    let _ = black_box(text::write(&mut Seen, name(), &report));
    let _ = black_box(nagios::write(&mut Seen, &report, Limits::NONE));
    let reports = core::iter::once((Some(name()), &report));
    let _ = black_box(prometheus::write(&mut Seen, reports));
}

/// As JSON.
pub fn object() {
    let _ = black_box(json::write(&mut buffer::<512>(), name(), &report()));
}

/// One of which the optimiser knows nothing.
fn report() -> Report {
    black_box(Report::new(black_box(Product::Fmc)))
}
