//! Every order in which callers can meet at one session.
//!
//! The loops of `oobwatch-io` and the waiting of this crate run as they are, over
//! a session, a latch and connections in memory ([`home`]) and a small FMC
//! ([`fmc`]). A scheduler ([`world`]) goes through all schedules, depth first
//! ([`choices`]): which woken task is polled next, when the box does and answers
//! what it was sent, and, up to the [`Limits`] of a scenario, where a caller is
//! dropped, which answer is lost, and where a poll is interrupted by that of
//! another thread. No time passes, so a wake-up that is missed is not made good
//! by a deadline. What must hold after each schedule stands in [`Run::check`].
//!
//! Two schedules that can not differ are run once: twins begin in order, and a
//! new task that only starts to connect does so at once. Requests go over idle
//! connections, which takes no time, unless a scenario says otherwise; logins
//! and refreshes connect.
//!
//! **Threads.** What they share is a mutex, locked for moments, and tokio's
//! `watch`, which tokio tests with loom. Each access counts as one here; what
//! could go wrong is their order. Interrupts go through that: before each access
//! but the first of a poll, any other task may run. They nest like interrupts
//! do, so a poll that is interrupted goes on when the other has ended.
//!
//! `cargo test -p oobwatch-client waiting -- --nocapture` shows the counts; with
//! `--include-ignored` it goes deeper, for some minutes.

mod choices;
mod fmc;
mod home;
mod scenario;
mod world;

use oobwatch_core::session::Stop;
use oobwatch_io::Failure;

use self::Call::{LogIn, LogOut, Send};
use self::home::Bug;
use self::scenario::{Call, Run, Scenario, Start, demand, scenario};
use self::world::Limits;

const PLAIN: Limits = Limits {
    drops: 0,
    interrupts: 0,
    losses: 0,
};
const DROP: Limits = Limits { drops: 1, ..PLAIN };
const INTERRUPT: Limits = Limits {
    interrupts: 1,
    ..PLAIN
};
const LOSS: Limits = Limits { losses: 1, ..PLAIN };

/// Explores `scenario` and shows how many schedules it has.
fn holds(scenario: &Scenario, check: impl Fn(&Run) -> Result<(), String>) {
    let explored = scenario.explore(check);
    let schedules = explored.unwrap_or_else(|why| panic!("{scenario:?}: {why}"));
    let (start, calls, limits) = (scenario.start, scenario.calls, scenario.limits);
    println!("{schedules:>7} schedules: {start:?} {calls:?} {limits:?}");
}

/// Every call that was not dropped has done what it was for, and the box was
/// asked for no more than `opened` sessions and `refreshes`.
fn all_well(run: &Run, opened: u32, refreshes: u32) -> Result<(), String> {
    let ends = run.ends.borrow();
    let well = ends.iter().flatten().all(Result::is_ok);
    demand(well, &format!("a call has failed: {ends:?}"))?;
    for fmc in run.boxes.borrow().iter() {
        demand(fmc.opened == opened, "more logins than it takes")?;
        demand(fmc.refreshes == refreshes, "more refreshes than it takes")?;
        demand(fmc.refused_refreshes == 0, "a refresh too many")?;
    }
    Ok(())
}

#[test]
fn one_login_or_refresh_serves_all() {
    for (start, refreshes) in [(Start::Cold, 0), (Start::Due, 1)] {
        let check = |run: &Run| all_well(run, 1, refreshes);
        holds(&scenario(start, &[LogIn, LogIn, LogIn]), check);
        holds(&scenario(start, &[Send, Send]), check);
    }
    let connecting = Scenario {
        has_idle: false,
        ..scenario(Start::Cold, &[Send, Send])
    };
    holds(&connecting, |run| all_well(run, 1, 0));
    let remembering = Scenario {
        remembers: true,
        ..scenario(Start::Due, &[Send, LogIn])
    };
    holds(&remembering, |run| all_well(run, 1, 1));
    // A 401 on a token that was good: one probe, one refresh.
    let refused = scenario(Start::Expired, &[Send, LogIn]);
    holds(&refused, |run| all_well(run, 1, 1));
}

#[test]
fn a_dropped_caller_blocks_nobody() {
    let two = Limits { drops: 2, ..PLAIN };
    for (start, refreshes) in [(Start::Cold, 0), (Start::Due, 1)] {
        let check = |run: &Run| all_well(run, 1, refreshes);
        holds(&scenario(start, &[LogIn, LogIn, LogIn]).with(DROP), check);
        holds(&scenario(start, &[LogIn, LogIn]).with(two), check);
    }
    let sends = scenario(Start::Cold, &[Send, Send]).with(DROP);
    holds(&sends, |run| all_well(run, 1, 0));
    // The first may be dropped before its 401, or in the middle of the probe.
    let refused = scenario(Start::Expired, &[Send, LogIn]).with(DROP);
    holds(&refused, |run| {
        let refreshes = run.boxes.borrow()[0].refreshes;
        demand(refreshes <= 1, "more refreshes than it takes")?;
        all_well(run, 1, refreshes)
    });
}

#[test]
fn nothing_is_sent_after_a_logout() {
    for start in [Start::Cold, Start::Due] {
        holds(&scenario(start, &[LogIn, LogOut]), done_or_closed);
        holds(&scenario(start, &[Send, LogOut]), done_or_closed);
    }
    let crossing = scenario(Start::Expired, &[Send, LogOut]);
    holds(&crossing, done_or_closed);
    let abandoned = scenario(Start::Cold, &[LogIn, LogOut]).with(DROP);
    holds(&abandoned, |run| {
        abandoned_by_nobody(run).and_then(|()| done_or_closed(run))
    });
    for start in [Start::Open, Start::Due] {
        let dropped = scenario(start, &[LogOut, LogOut]).with(DROP);
        holds(&dropped, done_or_closed);
    }
    let dropped = scenario(Start::Open, &[Send, LogOut]).with(DROP);
    holds(&dropped, done_or_closed);
    let connecting = Scenario {
        has_idle: false,
        ..scenario(Start::Open, &[Send, LogOut])
    };
    holds(&connecting, done_or_closed);
}

/// A login that comes in when all have left is logged out by itself.
fn abandoned_by_nobody(run: &Run) -> Result<(), String> {
    demand(!run.is_abandoned.get(), "a closed session is open")
}

/// A call that meets a logout is answered, or told of it.
fn done_or_closed(run: &Run) -> Result<(), String> {
    let ends = run.ends.borrow();
    let known = ends
        .iter()
        .flatten()
        .all(|end| matches!(end, Ok(_) | Err(Failure::Stopped(Stop::LoggedOut))));
    demand(known, &format!("an unexpected end: {ends:?}"))
}

#[test]
fn threads_miss_no_wake_up() {
    let two = Limits {
        interrupts: 2,
        ..PLAIN
    };
    let check = |run: &Run| all_well(run, 1, 0);
    holds(&scenario(Start::Cold, &[LogIn, LogIn]).with(two), check);
    let three = scenario(Start::Cold, &[LogIn, LogIn, LogIn]);
    holds(&three.with(INTERRUPT), check);
    let sends = scenario(Start::Cold, &[Send, LogIn]).with(INTERRUPT);
    holds(&sends, check);
    let closing = scenario(Start::Open, &[Send, LogOut]);
    holds(&closing.with(INTERRUPT), done_or_closed);
    let both = Limits {
        drops: 1,
        ..INTERRUPT
    };
    let dropped = scenario(Start::Cold, &[LogIn, LogIn]).with(both);
    holds(&dropped, check);
}

#[test]
fn a_lost_answer_blocks_nobody_and_is_counted() {
    let check = |run: &Run| {
        let opened = run.boxes.borrow()[0].opened;
        demand(opened <= 2, "more logins than it takes")
    };
    for start in [Start::Cold, Start::Due] {
        holds(&scenario(start, &[LogIn, LogIn, LogIn]).with(LOSS), check);
    }
    holds(&scenario(Start::Cold, &[Send, LogIn]).with(LOSS), check);
}

#[test]
fn a_wrong_password_is_tried_once() {
    let boxes = [1, 2];
    for boxes in boxes {
        let wrong = Scenario {
            password_is_wrong: true,
            boxes,
            ..scenario(Start::Cold, &[Send, Send])
        };
        holds(&wrong, |run| {
            let refused: u32 = run
                .boxes
                .borrow()
                .iter()
                .map(|fmc| fmc.refused_logins)
                .sum();
            demand(refused == 1, "tried more than once")
        });
    }
}

#[test]
fn sessions_that_share_a_credential_wait_for_one_login() {
    let shared = Scenario {
        boxes: 2,
        ..scenario(Start::Cold, &[LogIn, LogIn])
    };
    for limits in [PLAIN, INTERRUPT, DROP] {
        holds(&shared.with(limits), |run| {
            let ends = run.ends.borrow();
            let well = ends.iter().flatten().all(Result::is_ok);
            demand(well, &format!("a call has failed: {ends:?}"))
        });
    }
}

/// A test of the tests: what is wrong with a home is found, as what it is, where
/// there is nothing to be found without it.
#[test]
fn what_is_wrong_is_found() {
    let (pair, closing) = (&[LogIn, LogIn], &[LogIn, LogOut]);
    for (bug, start, calls, limits, symptom) in [
        (
            Bug::NotifyLeftOut,
            Start::Due,
            pair,
            PLAIN,
            "is never woken",
        ),
        (
            Bug::EpochReadLate,
            Start::Cold,
            pair,
            INTERRUPT,
            "is never woken",
        ),
        (
            Bug::LookBeforeSubscription,
            Start::Cold,
            pair,
            INTERRUPT,
            "is never woken",
        ),
        (
            Bug::NoTaskOfItsOwn,
            Start::Cold,
            pair,
            DROP,
            "is never woken",
        ),
        (Bug::LeaseOfNothing, Start::Cold, pair, PLAIN, "at once"),
        (
            Bug::AbandonedStaysOpen,
            Start::Cold,
            closing,
            DROP,
            "a closed session",
        ),
    ] {
        let scenario = scenario(start, calls).with(limits);
        let found = Scenario { bug, ..scenario }.explore(abandoned_by_nobody);
        let found = found.expect_err("the bug is not found");
        assert!(found.contains(symptom), "{bug:?}: {found}");
        println!("{bug:?}: {found}");
    }
}

#[test]
#[ignore = "a minute or more: the same, deeper"]
fn deeper() {
    let well = |run: &Run| all_well(run, 1, 0);
    holds(&scenario(Start::Cold, &[Send, Send, LogIn]), well);
    holds(&scenario(Start::Cold, &[Send, Send]).with(INTERRUPT), well);
    let refused = scenario(Start::Expired, &[Send, LogIn]).with(INTERRUPT);
    holds(&refused, |run| all_well(run, 1, 1));
    for calls in [&[LogIn, LogOut], &[Send, LogOut]] {
        let due = scenario(Start::Due, calls);
        holds(&due.with(DROP), done_or_closed);
        holds(&due.with(INTERRUPT), done_or_closed);
        let expired = scenario(Start::Expired, calls);
        holds(&expired.with(DROP), done_or_closed);
        holds(&expired.with(INTERRUPT), done_or_closed);
    }
    holds(
        &scenario(Start::Due, &[Send, LogIn, LogOut]),
        done_or_closed,
    );
}
