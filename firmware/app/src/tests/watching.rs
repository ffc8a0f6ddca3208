//! The scheduler and the sessions behind it.

use embassy_futures::select::select;
use oobwatch_core::health::{Report, Verdict};
use oobwatch_image::Product;

use super::boxes::{Lab, Mood};
use super::time::{block_on, run_for, seconds};
use super::{Box_, Kept, certificate, image, start, start_with};
use crate::board::ResetReason;
use crate::{State, Target, clock, watch};

fn verdict(target: &Target) -> Option<Verdict> {
    target.with_report(clock::now(), |report| report.map(Report::verdict))
}

fn boot(boxes: &[Box_]) -> &'static State {
    start(image(1, boxes), &Kept::default(), ResetReason::PowerOn)
}

#[test]
fn a_session_is_kept_where_that_saves_logins_and_closed_where_it_would_die() {
    let mut lab = Lab::default();
    let (kept, closed) = (lab.add(443, &certificate(1)), lab.add(444, &certificate(1)));
    let chassis = lab.add(445, &certificate(1));
    let state = boot(&[
        Box_::new(Product::Fmc, 443, 300),
        Box_::new(Product::Fmc, 444, 1_200),
        Box_::new(Product::Fxos, 445, 300),
    ]);
    run_for(6 * 3_600 - 60, watch(state, &lab));
    let (kept, closed, chassis) = (kept.borrow(), closed.borrow(), chassis.borrow());
    // A login every two hours, and three refreshes after each.
    assert_eq!((kept.logins.len(), kept.refreshes.len()), (3, 9));
    assert_eq!((closed.logins.len(), closed.logouts), (18, 18));
    assert_eq!((chassis.logins.len(), chassis.logouts), (72, 72));
    assert!(kept.is_open() && !closed.is_open() && !chassis.is_open());
    assert!(
        state
            .targets()
            .iter()
            .all(|target| verdict(target) == Some(Verdict::Ok))
    );
}

#[test]
fn an_orderly_end_closes_all_sessions() {
    let mut lab = Lab::default();
    let boxes = [lab.add(443, &certificate(1)), lab.add(444, &certificate(1))];
    let kept = Kept::default();
    let image = image(
        1,
        &[
            Box_::new(Product::Fmc, 443, 300),
            Box_::new(Product::Fmc, 444, 300),
        ],
    );
    let state = start(image, &kept, ResetReason::PowerOn);
    run_for(100, watch(state, &lab));
    assert!(boxes.iter().all(|fake| fake.borrow().is_open()));
    block_on(select(state.close(), watch(state, &lab)));
    for fake in &boxes {
        let fake = fake.borrow();
        assert!(!fake.is_open());
        assert_eq!((fake.logins.len(), fake.logouts), (1, 1));
    }
    // Nothing was left behind, and nothing is done any more.
    let requests = boxes[0].borrow().requests;
    run_for(1_000, watch(state, &lab));
    assert_eq!(boxes[0].borrow().requests, requests);
    let next = start(image, &kept, ResetReason::Software);
    assert_eq!(next.record.borrow().orphans, 0);
}

#[test]
fn probes_log_nobody_in() {
    let mut lab = Lab::default();
    let fmc = lab.add(443, &certificate(1));
    let state = boot(&[Box_::new(Product::Fmc, 443, 86_400)]);
    run_for(3_600 - 30, watch(state, &lab));
    assert_eq!(fmc.borrow().logins.len(), 1);
    assert_eq!(
        (
            state.targets()[0].checks.get(),
            state.targets()[0].probes.get()
        ),
        (1, 59)
    );
    // Login, version, one page of devices, seven lists that this FMC does not have,
    // logout, and the probes.
    assert_eq!(fmc.borrow().requests, 11 + 59);
}

#[test]
fn what_is_left_out_is_not_asked_for() {
    let mut lab = Lab::default();
    let fmc = lab.add(443, &certificate(1));
    let mut of = Box_::new(Product::Fmc, 443, 86_400);
    of.skip = "ha_pairs,clusters,high_availability,undeployed,deployments,licenses,what_is_that";
    let state = boot(&[of]);
    run_for(30, watch(state, &lab));
    assert_eq!(state.targets()[0].checks.get(), 1);
    // Login, version, devices, alerts, managed chassis, logout.
    assert_eq!(fmc.borrow().requests, 6);
}

#[test]
fn a_wrong_password_is_tried_twice_a_minute_apart_over_all_targets_and_resets() {
    let mut lab = Lab::default();
    let boxes = [lab.add(443, &certificate(1)), lab.add(444, &certificate(1))];
    boxes
        .iter()
        .for_each(|fake| fake.borrow_mut().password_is_wrong = true);
    let image = image(
        1,
        &[
            Box_::new(Product::Fmc, 443, 300),
            Box_::new(Product::Fxos, 444, 300),
        ],
    );
    let kept = Kept::default();
    for _ in 0..4 {
        run_for(40, watch(start(image, &kept, ResetReason::Watchdog), &lab));
    }
    run_for(
        7_200,
        watch(start(image, &kept, ResetReason::PowerOn), &lab),
    );
    let mut logins = [&boxes[0], &boxes[1]]
        .map(|fake| fake.borrow().logins.clone())
        .concat();
    logins.sort_unstable();
    assert_eq!(logins.len(), 2, "{logins:?}");
    assert!(logins[1] - logins[0] >= 60, "{logins:?}");

    // Another configuration: the operator has changed the password.
    boxes
        .iter()
        .for_each(|fake| fake.borrow_mut().password_is_wrong = false);
    let image = super::image(2, &[Box_::new(Product::Fmc, 443, 300)]);
    let state = start(image, &kept, ResetReason::PowerOn);
    run_for(200, watch(state, &lab));
    assert_eq!(verdict(&state.targets()[0]), Some(Verdict::Ok));
}

/// For who counts refusals it is one account, whatever its names are here, and
/// whichever of them is in the next image.
#[test]
fn an_account_by_two_names_has_two_tries_together() {
    let mut lab = Lab::default();
    let boxes = [lab.add(443, &certificate(1)), lab.add(444, &certificate(1))];
    for fmc in &boxes {
        fmc.borrow_mut().password_is_wrong = true;
    }
    let logins = || -> usize { boxes.iter().map(|fmc| fmc.borrow().logins.len()).sum() };
    let twin = |has_twin| Box_ {
        has_twin,
        ..Box_::new(Product::Fmc, if has_twin { 444 } else { 443 }, 30)
    };
    let (before, kept) = (image(1, &[twin(false), twin(true)]), Kept::default());
    let state = start(before, &kept, ResetReason::PowerOn);
    run_for(50, watch(state, &lab));
    assert_eq!(logins(), 1);
    run_for(1_000, watch(state, &lab));
    assert_eq!(logins(), 2);

    let after = image(2, &[twin(true)]);
    let state = start_with(after, before, &kept, ResetReason::Software);
    run_for(1_000, watch(state, &lab));
    assert_eq!(logins(), 2);
    assert!(matches!(state.unlock("twin"), Some(Ok(2))));
    run_for(10, watch(state, &lab));
    assert_eq!(logins(), 3);
}

/// A factory reset, and the same configuration made anew: nobody can tell whether
/// its password is the one that was refused.
#[test]
fn where_the_configuration_before_is_gone_a_refusal_still_takes_its_minute() {
    let mut lab = Lab::default();
    let fmc = lab.add(443, &certificate(1));
    fmc.borrow_mut().password_is_wrong = true;
    let kept = Kept::default();
    for generation in 1..5 {
        let image = image(generation, &[Box_::new(Product::Fmc, 443, 30)]);
        run_for(50, watch(start(image, &kept, ResetReason::Software), &lab));
    }
    assert_eq!(fmc.borrow().logins.len(), 1);
    let image = image(5, &[Box_::new(Product::Fmc, 443, 30)]);
    run_for(
        1_000,
        watch(start(image, &kept, ResetReason::Software), &lab),
    );
    assert_eq!(fmc.borrow().logins.len(), 2);
}

/// Power that comes and goes, where nothing outlives its loss.
#[test]
fn where_refusals_are_forgotten_each_start_has_one_try_and_that_after_a_minute() {
    let mut lab = Lab::default();
    let fmc = lab.add(443, &certificate(1));
    fmc.borrow_mut().password_is_wrong = true;
    let image = image(1, &[Box_::new(Product::Fmc, 443, 30)]);
    let forgetful = || Kept {
        forgets: true,
        ..Kept::default()
    };
    for _ in 0..4 {
        let state = start(image, &forgetful(), ResetReason::PowerOn);
        run_for(59, watch(state, &lab));
    }
    assert!(fmc.borrow().logins.is_empty());
    // A reset forgets nothing.
    let kept = forgetful();
    for reset in [ResetReason::PowerOn, ResetReason::Watchdog] {
        run_for(1_000, watch(start(image, &kept, reset), &lab));
        assert_eq!(fmc.borrow().logins.len(), 1);
    }
    fmc.borrow_mut().password_is_wrong = false;
    let state = start(image, &forgetful(), ResetReason::PowerOn);
    run_for(59, watch(state, &lab));
    assert_eq!(verdict(&state.targets()[0]), None);
    run_for(10, watch(state, &lab));
    assert_eq!(verdict(&state.targets()[0]), Some(Verdict::Ok));
    assert_eq!(state.record.borrow().credentials[0].refusals, 0);
}

#[test]
fn a_reset_in_the_middle_of_a_login_counts_as_a_refusal_and_as_an_orphan() {
    let mut lab = Lab::default();
    let fmc = lab.add(443, &certificate(1));
    fmc.borrow_mut().mood = Mood::LoginHangs;
    let image = image(1, &[Box_::new(Product::Fmc, 443, 300)]);
    let kept = Kept::default();
    run_for(5, watch(start(image, &kept, ResetReason::PowerOn), &lab));
    assert_eq!(fmc.borrow().logins.len(), 1);

    fmc.borrow_mut().mood = Mood::Well;
    let (state, began) = (start(image, &kept, ResetReason::Watchdog), seconds());
    assert_eq!(state.record.borrow().orphans, 1);
    assert_eq!(state.record.borrow().resets[2], 1);
    run_for(300, watch(state, &lab));
    let logins = fmc.borrow().logins.clone();
    assert!(logins.len() == 2 && logins[1] >= began + 60, "{logins:?}");
    assert_eq!(verdict(&state.targets()[0]), Some(Verdict::Ok));
    assert_eq!(state.record.borrow().credentials[0].refusals, 0);
}

#[test]
fn without_a_record_nobody_logs_in() {
    let mut lab = Lab::default();
    let fmc = lab.add(443, &certificate(1));
    let kept = Kept {
        broken: true,
        ..Kept::default()
    };
    let state = start(
        image(1, &[Box_::new(Product::Fmc, 443, 300)]),
        &kept,
        ResetReason::PowerOn,
    );
    run_for(1_000, watch(state, &lab));
    assert!(fmc.borrow().logins.is_empty());
    assert_eq!(verdict(&state.targets()[0]), Some(Verdict::Unknown));
}

#[test]
fn a_box_that_is_down_is_told_after_the_second_report_and_checked_once_it_is_back() {
    let mut lab = Lab::default();
    let fmc = lab.add(443, &certificate(1));
    let state = boot(&[Box_::new(Product::Fmc, 443, 3_600)]);
    let target = &state.targets()[0];
    run_for(30, watch(state, &lab));
    assert_eq!(target.standing.get().told(), Some(Verdict::Ok));
    fmc.borrow_mut().mood = Mood::Refuses;
    run_for(60, watch(state, &lab));
    assert_eq!(verdict(target), Some(Verdict::Critical));
    assert_eq!(target.standing.get().told(), Some(Verdict::Ok));
    run_for(60, watch(state, &lab));
    assert_eq!(target.standing.get().told(), Some(Verdict::Critical));
    fmc.borrow_mut().mood = Mood::Well;
    run_for(61, watch(state, &lab));
    assert_eq!(target.standing.get().told(), Some(Verdict::Ok));
    assert_eq!(target.checks.get(), 2);
}

#[test]
fn a_silent_box_holds_the_others_up_for_its_deadlines_only() {
    let mut lab = Lab::default();
    let (silent, well) = (lab.add(443, &certificate(1)), lab.add(444, &certificate(1)));
    silent.borrow_mut().mood = Mood::Silent;
    let state = boot(&[
        Box_::new(Product::Fmc, 443, 300),
        Box_::new(Product::Fmc, 444, 300),
    ]);
    run_for(3_600, watch(state, &lab));
    assert_eq!(verdict(&state.targets()[0]), Some(Verdict::Critical));
    assert_eq!(verdict(&state.targets()[1]), Some(Verdict::Ok));
    assert!(state.targets()[1].checks.get() >= 11);
    assert_eq!(well.borrow().logins.len(), 1);
}

#[test]
fn a_device_that_is_ill_is_confirmed_before_it_is_told() {
    let mut lab = Lab::default();
    let fmc = lab.add(443, &certificate(1));
    let state = boot(&[Box_::new(Product::Fmc, 443, 300)]);
    let target = &state.targets()[0];
    run_for(290, watch(state, &lab));
    fmc.borrow_mut().health = "red";
    run_for(20, watch(state, &lab));
    assert_eq!(target.standing.get().told(), Some(Verdict::Ok));
    run_for(70, watch(state, &lab));
    assert_eq!(target.standing.get().told(), Some(Verdict::Critical));
    assert_eq!(fmc.borrow().logins.len(), 1);
}

#[test]
fn the_next_certificate_is_taken_once_the_box_shows_it() {
    let mut lab = Lab::default();
    let fmc = lab.add(443, &certificate(1));
    let next = Box_ {
        has_next: true,
        ..Box_::new(Product::Fmc, 443, 300)
    };
    let state = boot(&[next]);
    let target = &state.targets()[0];
    run_for(60, watch(state, &lab));
    assert!(!target.uses_next.get());
    fmc.borrow_mut().certificate = certificate(2);
    run_for(600, watch(state, &lab));
    assert!(target.uses_next.get());
    assert_eq!(verdict(target), Some(Verdict::Ok));
    fmc.borrow_mut().certificate = certificate(3);
    run_for(600, watch(state, &lab));
    assert_eq!(verdict(target), Some(Verdict::Critical));
}

/// Flash wears: what is written so often is what a board's storage is laid out for.
#[test]
fn a_check_with_its_login_and_logout_is_three_records() {
    for (product, saves_of_a_day) in [(Product::Fxos, 3 * 288), (Product::Fmc, 3 * 12)] {
        let mut lab = Lab::default();
        lab.add(444, &certificate(1));
        let boxes = [Box_::new(product, 444, 300)];
        let state = start(image(1, &boxes), &Kept::default(), ResetReason::Pin);
        run_for(86_399, watch(state, &lab));
        assert!((1..=saves_of_a_day + 1).contains(&state.saves.get()));
    }
}
