//! The health check, up to its report.

use core::hint::black_box;

use oobwatch_core::check::Check;
use oobwatch_core::exchange::Sink as _;
use oobwatch_core::health::Observed;
use oobwatch_core::product::Product;

use crate::bytes;

/// Answers what a check asks for with what the optimiser can not know.
pub fn run() {
    let mut check = Check::new(black_box(Product::Fmc));
    while let Some(request) = check.request() {
        black_box(request.path);
        check.status(black_box(200));
        check.body(bytes());
        check.handle(black_box(Ok(200)));
    }
    let report = check.finish(black_box(Observed::default()));
    black_box((report.verdict(), report.stopped_at()));
}
