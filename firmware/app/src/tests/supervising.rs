//! The watchdog is fed while every task moves, and no longer.

use core::cell::Cell;
use core::future::pending;

use embassy_futures::select::select;
use oobwatch_image::Product;

use super::boxes::{Lab, Mood};
use super::time::{run_for, seconds};
use super::{Box_, Kept, certificate, image, start};
use crate::board::{ResetReason, Watchdog};
use crate::{supervise, watch};

/// Notes when it was fed last.
struct Bowl<'a>(&'a Cell<u64>);

impl Watchdog for Bowl<'_> {
    fn feed(&mut self) {
        assert!(seconds() - self.0.get() <= 8, "too late");
        self.0.set(seconds());
    }
}

#[test]
fn failures_are_progress_and_a_hanging_task_is_not() {
    let mut lab = Lab::default();
    for (port, mood) in [
        (443, Mood::Silent),
        (444, Mood::LoginHangs),
        (445, Mood::Refuses),
    ] {
        lab.add(port, &certificate(1)).borrow_mut().mood = mood;
    }
    let boxes = [443, 444, 445].map(|port| Box_::new(Product::Fmc, port, 60));
    let state = start(image(1, &boxes), &Kept::default(), ResetReason::PowerOn);
    let fed = Cell::new(0);
    run_for(
        7_200,
        select(watch(state, &lab), supervise(state, &mut Bowl(&fed))),
    );
    assert!(fed.get() >= 7_196);
    let then = seconds();
    run_for(
        1_000,
        select(pending::<()>(), supervise(state, &mut Bowl(&fed))),
    );
    assert!(
        fed.get() > then && fed.get() <= then + 302,
        "{}",
        fed.get() - then
    );
}
