//! Refusals over a change of the configuration; the ends of the console.

use std::boxed::Box;

use oobwatch_core::health::{Report, Verdict};

use super::super::boxes::Lab;
use super::super::certificate;
use super::super::time::{run_for, task};
use super::*;
use crate::{clock, watch};

fn verdict(state: &State) -> Option<Verdict> {
    state.targets()[0].with_report(clock::now(), |report| report.map(Report::verdict))
}

/// Saves what `script` changes, and starts with it.
fn changed(before: &'static [u8], kept: &Kept, script: &[u8]) -> (&'static [u8], &'static State) {
    let mut store = Store::new();
    let state = boot_with(before, &[], kept);
    session(state, &mut store, &[script, b"save\r"]);
    let length = Image::parse(&store.spare).unwrap().length();
    let after = Box::leak(store.spare[..length].into());
    (after, boot_with(after, before, kept))
}

#[test]
fn a_refused_password_is_not_tried_again_because_something_else_was_changed() {
    let mut lab = Lab::default();
    let fmc = lab.add(443, &certificate(1));
    fmc.borrow_mut().password_is_wrong = true;
    let (before, kept) = (
        image(7, &[Box_::new(Product::Fmc, 443, 300)]),
        Kept::default(),
    );
    run_for(1_000, watch(boot_with(before, &[], &kept), &lab));
    assert_eq!(fmc.borrow().logins.len(), 2);

    let (after, state) = changed(before, &kept, b"set target box-443 check-every 60\r");
    run_for(1_000, watch(state, &lab));
    assert_eq!(fmc.borrow().logins.len(), 2);

    fmc.borrow_mut().password_is_wrong = false;
    let (_, state) = changed(after, &kept, b"set credential all password\rn3w-Secret\r");
    run_for(60, watch(state, &lab));
    assert_eq!(fmc.borrow().logins.len(), 3);
    assert_eq!(verdict(state), Some(Verdict::Ok));
}

#[test]
fn a_credential_is_unlocked() {
    let mut lab = Lab::default();
    let fmc = lab.add(443, &certificate(1));
    fmc.borrow_mut().password_is_wrong = true;
    let kept = Kept::default();
    let state = boot_with(image(7, &[Box_::new(Product::Fmc, 443, 3_600)]), &[], &kept);
    run_for(4_000, watch(state, &lab));
    assert_eq!(fmc.borrow().logins.len(), 2);
    fmc.borrow_mut().password_is_wrong = false;
    let (said, _) = session(state, &mut Store::new(), &[b"unlock all\r"]);
    assert!(said.contains("forgotten: 2 refused logins"), "{said}");
    run_for(10, watch(state, &lab));
    assert_eq!(verdict(state), Some(Verdict::Ok));
}

/// Types `script` while the board watches its boxes.
fn end(script: &[&[u8]], store: &mut Store) -> (String, Option<Ending>, u32) {
    let mut lab = Lab::default();
    let fmc = lab.add(443, &certificate(1));
    lab.add(444, &certificate(1));
    let state = boot(configured());
    let serial = Serial::default();
    let typing = async {
        Timer::after(Duration::from_secs(30)).await;
        assert!(fmc.borrow().is_open());
        for part in script {
            serial.send(part);
            Timer::after(Duration::from_secs(5)).await;
        }
    };
    let console = task(console(state, None, "a board", serial.clone(), store));
    let watch = task(watch(state, &lab));
    let ended = match block_on(select(select(console, watch), typing)) {
        Either::First(Either::First(ending)) => Some(ending),
        Either::Second(()) => None,
    };
    let logouts = fmc.borrow().logouts;
    (serial.output(), ended, logouts)
}

#[test]
fn sessions_are_closed_before_a_reboot() {
    let (said, ended, logouts) = end(&[b"reboot\r"], &mut Store::new());
    assert_eq!((ended, logouts), (Some(Ending::Reboot), 1), "{said}");
}

#[test]
fn nothing_begins_once_the_board_is_about_to_be_reset() {
    let mut lab = Lab::default();
    let fmc = lab.add(443, &certificate(1));
    lab.add(444, &certificate(1));
    let state = boot(configured());
    // The board still waits for its address.
    let (said, ended) = session(state, &mut Store::new(), &[b"reboot\r"]);
    assert_eq!(ended, Some(Ending::Reboot), "{said}");
    run_for(60, watch(state, &lab));
    assert_eq!(fmc.borrow().logins.len(), 0);
}

#[test]
fn a_factory_reset_asks_again() {
    let mut store = Store::new();
    let (said, ended, logouts) = end(&[b"factory-reset\ryes\r"], &mut store);
    assert_eq!((ended, logouts), (None, 0), "{said}");
    store.spare[..4].fill(0);
    let (said, ended, logouts) = end(&[b"factory-reset\rfactory-reset\r"], &mut store);
    assert_eq!((ended, logouts), (Some(Ending::Wipe), 1), "{said}");
    assert!(store.spare.iter().all(|byte| *byte == 0xFF));
}
