//! A box that asks for patience.

use proptest::prelude::*;

use super::*;
use crate::error::PeerError;
use crate::exchange::RetryAfter;

fn busy(status: u16, retry_after: Option<u32>) -> Response {
    Response {
        status,
        retry_after: retry_after.map(RetryAfter::Seconds),
        ..Response::default()
    }
}

#[test]
fn a_box_that_is_too_busy_for_anything_is_left_alone_by_all() {
    let mut session = fmc_session();
    open(&mut session, 0);
    let mut ticket = Ticket::new(Class::Write);
    let permit = go(&mut session, 1_000, &mut ticket);
    let answer = Outcome::Response(busy(429, Some(20)));
    let Next::AgainAt(until) = session.settle(at(2_000), permit, &mut ticket, &answer) else {
        panic!("not put off");
    };
    assert!(until >= at(22_000) && until < at(23_000));
    let mut other = Ticket::new(Class::Read);
    let why = Wait::Busy;
    let wait = Admit::Wait { until, why };
    assert_eq!(session.admit_alone(at(3_000), &mut other), wait);
    let _ = go(&mut session, until.as_millis(), &mut other);
    let _ = go(&mut session, until.as_millis(), &mut ticket);
}

#[test]
fn patience_has_an_end_and_then_the_answer_is_handed_on() {
    let mut session = fmc_session();
    open(&mut session, 0);
    let (mut ticket, mut now, mut tries) = (Ticket::new(Class::Read), 0, 0);
    loop {
        let permit = go(&mut session, now, &mut ticket);
        tries += 1;
        let answer = Outcome::Response(busy(503, None));
        match session.settle(at(now), permit, &mut ticket, &answer) {
            Next::AgainAt(until) => now = until.as_millis(),
            next => {
                assert_eq!(next, Next::Deliver);
                break;
            }
        }
    }
    assert!(
        now <= 120_000 && (5..9).contains(&tries),
        "{tries} tries until {now}"
    );
}

/// A check that has to be done in time reports a busy box, rather than being
/// cut short while it waits for one.
#[test]
fn nobody_waits_past_the_end_of_what_the_request_belongs_to() {
    let mut session = fmc_session();
    open(&mut session, 0);
    let answer = Outcome::Response(busy(429, Some(20)));
    for (end, patient) in [(23_000, true), (21_000, false)] {
        let mut ticket = Ticket::new(Class::Read).until(at(end));
        let permit = go(&mut session, 1_000, &mut ticket);
        let next = session.settle(at(1_000), permit, &mut ticket, &answer);
        assert_eq!(matches!(next, Next::AgainAt(_)), patient, "{next:?}");
        let mut other = Ticket::new(Class::Read).until(at(end));
        let admit = session.admit_alone(at(2_000), &mut other);
        assert_eq!(matches!(admit, Admit::Wait { .. }), patient, "{admit:?}");
        session.busy_until = at(0);
    }
}

#[test]
fn a_request_that_can_not_wait_for_so_long_is_told_so_at_once() {
    let mut session = fmc_session();
    open(&mut session, 0);
    for now in [0, 59_000, 118_000] {
        let mut ticket = Ticket::new(Class::Read);
        if let Admit::Go(permit) = session.admit_alone(at(now), &mut ticket) {
            let answer = Outcome::Response(busy(429, Some(3_600)));
            let _ = session.settle(at(now), permit, &mut ticket, &answer);
        }
    }
    let mut late = Ticket::new(Class::Read);
    late.since = Some(at(0));
    let stop = Stop::Failed(PeerError::Overloaded(429).into());
    assert_eq!(
        session.admit_alone(at(119_000), &mut late),
        Admit::Stop(stop)
    );
}

#[test]
fn a_login_that_is_put_off_uses_up_nothing() {
    let mut session = fmc_session();
    let permit = elect(&mut session, 0);
    let put_off = AuthOutcome::Response(busy(429, Some(5)));
    assert_eq!(
        session.settle_auth_alone(at(0), permit, put_off),
        AuthNext::Continue
    );
    let mut ticket = Ticket::new(Class::Read);
    let Admit::Wait { until, why } = session.admit_alone(at(1), &mut ticket) else {
        panic!("not put off");
    };
    assert_eq!(why, Wait::Busy);
    open(&mut session, until.as_millis());
    let due = until.as_millis() + 1_790_000;
    let permit = elect(&mut session, due);
    assert_eq!(permit.kind(), AuthKind::Refresh);
    let put_off = AuthOutcome::Response(busy(503, None));
    assert_eq!(
        session.settle_auth_alone(at(due), permit, put_off),
        AuthNext::Continue
    );
    let permit = elect(&mut session, due + 2_000);
    assert_eq!(
        permit.kind(),
        AuthKind::Refresh,
        "the refresh token is still good"
    );
    assert_eq!(session.stats().refused_logins, 0);
}

/// A box that never has time for the probe fails the request: it is not asked
/// for ever, with patience or without.
#[test]
fn a_probe_that_finds_the_box_busy_has_an_end() {
    for patience in [Duration::ZERO, Duration::from_secs(120)] {
        let origin = Origin::new(Product::Fxos, "chassis.example").unwrap();
        let rules = Rules {
            patience,
            ..Rules::default()
        };
        let mut session = Session::new(&origin, 9, rules);
        open(&mut session, 0);
        let mut upload = Ticket::new(Class::Stream);
        let (mut now, mut tries, mut probe) = (0, 0, None);
        let next = loop {
            let Admit::Probe(permit) = session.admit_alone(at(now), &mut upload) else {
                panic!("went without a proof");
            };
            let ticket = probe.get_or_insert_with(|| upload.probe());
            let answer = Outcome::Response(busy(503, None));
            tries += 1;
            match session.settle(at(now), permit, ticket, &answer) {
                Next::AgainAt(until) => now = until.as_millis(),
                _ if tries > 20 => panic!("asked for ever"),
                Next::Deliver | Next::Again => {}
                next => break next,
            }
        };
        assert_eq!(next, Next::Fail(PeerError::Overloaded(503).into()));
    }
}

/// Has the session logged out by one caller, whose logout the box answers in turn
/// like this, and then as it should. When each logout went, and what came of them.
fn log_out(
    session: &mut Session,
    ticket: &mut Ticket,
    answers: &[Response],
) -> (Vec<u64>, AuthNext) {
    let (mut now, mut went, mut answers) = (10_000, Vec::new(), answers.iter());
    loop {
        match session.admit_alone(at(now), ticket) {
            Admit::Authenticate(permit) => {
                assert_eq!(permit.kind(), AuthKind::Logout);
                went.push(now);
                let answer = answers.next().cloned().unwrap_or_else(|| status(204));
                let answer = AuthOutcome::Response(answer);
                match session.settle_auth_alone(at(now), permit, answer) {
                    AuthNext::Continue => assert!(session.is_open()),
                    next => return (went, next),
                }
            }
            Admit::Wait { until, why } => {
                assert_eq!(why, Wait::Busy);
                assert!(until > at(now), "waits for the past");
                now = until.as_millis();
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_logout_that_was_turned_away_goes_again() {
    let mut session = fmc_session();
    open(&mut session, 0);
    let mut ticket = Ticket::new(Class::Logout).until(at(15_000));
    let (went, next) = log_out(
        &mut session,
        &mut ticket,
        &[busy(429, None), busy(503, None)],
    );
    assert_eq!((went.len(), next), (3, AuthNext::Closed));
    assert!(
        went.is_sorted() && *went.last().unwrap() <= 15_000,
        "{went:?}"
    );
    let stats = session.stats();
    assert_eq!((stats.logouts, stats.orphans), (1, 0));
}

/// What a box has told others does not hold off a logout.
#[test]
fn a_logout_goes_at_once() {
    let mut session = fmc_session();
    open(&mut session, 0);
    session.busy_until = at(12_000);
    let (went, next) = log_out(&mut session, &mut Ticket::new(Class::Logout), &[]);
    assert_eq!((went, next), (std::vec![10_000], AuthNext::Closed));
}

/// A chassis is logged out of before its token is over. If it is too busy for that
/// again and again, the login that the request needs comes first.
#[test]
fn a_logout_before_a_login_has_an_end_too() {
    let origin = Origin::new(Product::Fxos, "chassis.example").unwrap();
    let mut session = Session::new(&origin, 9, Rules::default());
    let (mut ticket, mut now, mut logouts) = (Ticket::new(Class::Read), 0, 0);
    loop {
        match session.admit_alone(at(now), &mut ticket) {
            Admit::Authenticate(permit) if permit.kind() == AuthKind::Logout => {
                logouts += 1;
                let answer = AuthOutcome::Response(busy(503, Some(1)));
                let next = session.settle_auth_alone(at(now), permit, answer);
                assert_eq!(next, AuthNext::Continue);
                // Not by another request, which would have tries of its own.
                assert_eq!(session.is_open(), logouts < 4);
            }
            Admit::Authenticate(permit) => {
                let AuthOutcome::Granted(mut grant) = grant("a", "r") else {
                    unreachable!()
                };
                (grant.refresh, grant.refresh_period) = (None, Some(600));
                grant.origin = session.origin;
                let granted = AuthOutcome::Granted(grant);
                let next = session.settle_auth_alone(at(now), permit, granted);
                assert_eq!(next, AuthNext::Continue);
            }
            Admit::Wait { until, .. } => now = until.as_millis(),
            Admit::Go(_) if now == 0 => (now, ticket) = (590_000, Ticket::new(Class::Read)),
            Admit::Go(_) => break,
            other => panic!("{other:?}"),
        }
    }
    let stats = session.stats();
    assert_eq!((logouts, stats.logins, stats.orphans), (4, 2, 1));
}

proptest! {
    /// However long a box is too busy, and whatever it asks for: nobody waits for
    /// a logout past their end, it is not asked for ever, and what could not be
    /// closed is counted.
    #[test]
    fn a_logout_has_an_end(
        end in 0u64..200_000,
        answers in prop::collection::vec(
            (prop_oneof![Just(429), Just(503)], prop::option::of(0u32..40)),
            0..6,
        ),
    ) {
        let mut session = fmc_session();
        open(&mut session, 0);
        let mut ticket = Ticket::new(Class::Logout).until(at(10_000 + end));
        let all: Vec<_> = answers.iter().map(|&(status, told)| busy(status, told)).collect();
        let (went, next) = log_out(&mut session, &mut ticket, &all);
        prop_assert!(went.len() <= 4);
        prop_assert!(went.iter().all(|at| *at <= 10_000 + end.min(120_000)), "{went:?}");
        for (pause, (_, told)) in went.windows(2).zip(&answers) {
            let least = told.map_or(750, |seconds| u64::from(seconds) * 1_000);
            prop_assert!(pause[1] - pause[0] >= least, "{went:?}");
        }
        let stats = session.stats();
        let closed = went.len() > answers.len();
        prop_assert_eq!(next == AuthNext::Closed, closed);
        prop_assert_eq!((stats.logouts, stats.orphans), (closed.into(), (!closed).into()));
        prop_assert!(!session.is_open());
    }
}
