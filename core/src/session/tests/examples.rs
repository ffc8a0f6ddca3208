//! One rule each.

use super::*;
use crate::error::{PeerError, TransportError};
use crate::exchange::{ErrorBody, Lost, RetryAfter};
use crate::latch::Latch;

fn elect(session: &mut Session, now: u64) -> AuthPermit {
    match session.admit_alone(at(now), &mut Ticket::new(Class::Read)) {
        Admit::Authenticate(permit) => permit,
        other => panic!("{other:?}"),
    }
}

fn open(session: &mut Session, now: u64) {
    let permit = elect(session, now);
    let AuthOutcome::Granted(mut grant) = grant("a", "r") else {
        unreachable!()
    };
    if session.product() == Product::Fxos {
        grant.refresh = None;
    }
    let next = session.settle_auth_alone(at(now), permit, AuthOutcome::Granted(grant));
    assert_eq!(next, AuthNext::Continue);
}

fn go(session: &mut Session, now: u64, ticket: &mut Ticket) -> Permit {
    match session.admit_alone(at(now), ticket) {
        Admit::Go(permit) => permit,
        other => panic!("{other:?}"),
    }
}

fn with_code(status: u16, code: u16) -> Response {
    Response {
        status,
        error: ErrorBody {
            code: Some(code),
            ..ErrorBody::default()
        },
        ..Response::default()
    }
}

fn lost(may_have_reached: bool, stale: bool) -> Outcome {
    Outcome::Lost(Lost {
        error: TransportError::Closed.into(),
        may_have_reached,
        stale,
    })
}

/// One credential, a session on each box: what the first is refused, the others
/// do not try.
#[test]
fn a_refused_password_is_tried_once_more_after_a_minute_and_then_no_more() {
    let refused = Error::Peer(PeerError::LoginRefused);
    let stop = Admit::Stop(Stop::Refused(refused));
    let mut latch = Latch::new();
    let mut sessions = [fmc_session(), fxos_session()];
    let mut refusals = std::vec![AuthOutcome::Response(status(401))];
    refusals.push(AuthOutcome::Response(with_code(400, 551)));
    for (try_, outcome) in refusals.into_iter().enumerate() {
        let now = u64::try_from(try_).unwrap() * 60_000;
        let mut ticket = Ticket::new(Class::Read);
        let Admit::Authenticate(permit) = sessions[try_].admit(at(now), &mut ticket, &mut latch)
        else {
            panic!("not elected");
        };
        let mut waiter = Ticket::new(Class::Read);
        let wait = sessions[1 - try_].admit(at(now), &mut waiter, &mut latch);
        assert!(
            matches!(
                wait,
                Admit::Wait {
                    why: Wait::Credential,
                    ..
                }
            ),
            "{wait:?}"
        );
        let epoch = latch.epoch();
        let next = sessions[try_].settle_auth(at(now), permit, outcome, &mut latch);
        assert_eq!(next, AuthNext::Fail(refused));
        assert_ne!(latch.epoch(), epoch, "the other is not told");
        assert!(sessions[try_].facts(at(now)).locked_out);
        for session in &mut sessions {
            let mut ticket = Ticket::new(Class::Write);
            assert_eq!(
                session.admit(at(now + 59_999), &mut ticket, &mut latch),
                stop
            );
        }
    }
    for session in &mut sessions {
        let mut ticket = Ticket::new(Class::Read);
        assert_eq!(session.admit(at(86_400_000), &mut ticket, &mut latch), stop);
        assert_eq!(session.stats().refused_logins, 1);
    }
    latch.reset();
    let mut ticket = Ticket::new(Class::Read);
    let admit = sessions[0].admit(at(86_400_000), &mut ticket, &mut latch);
    assert!(matches!(admit, Admit::Authenticate(_)));
}

#[test]
fn success_without_tokens_is_a_refused_login() {
    let (mut session, mut latch) = (fmc_session(), Latch::new());
    let permit = elect(&mut session, 0);
    let outcome = AuthOutcome::Response(status(204));
    let next = session.settle_auth(at(0), permit, outcome, &mut latch);
    assert_eq!(next, AuthNext::Fail(PeerError::NoTokens.into()));
    assert_eq!((latch.refusals(), session.stats().refused_logins), (1, 1));
}

#[test]
fn those_who_waited_share_the_failure_and_later_ones_try_again() {
    let mut session = fmc_session();
    let permit = elect(&mut session, 0);
    let mut waiter = Ticket::new(Class::Read);
    assert!(matches!(
        session.admit_alone(at(1), &mut waiter),
        Admit::Wait { .. }
    ));
    let error = TransportError::ConnectTimeout.into();
    let outcome = AuthOutcome::Lost(Lost {
        error,
        may_have_reached: false,
        stale: false,
    });
    assert_eq!(
        session.settle_auth_alone(at(2), permit, outcome),
        AuthNext::Fail(error)
    );
    assert_eq!(
        session.admit_alone(at(3), &mut waiter),
        Admit::Stop(Stop::Failed(error))
    );
    assert_eq!(session.stats().orphans, 0);
    let _ = elect(&mut session, 4);
}

#[test]
fn a_refused_refresh_falls_through_to_a_login() {
    let mut session = fmc_session();
    open(&mut session, 0);
    let permit = elect(&mut session, 1_790_000);
    assert_eq!(permit.kind(), AuthKind::Refresh);
    let next = session.settle_auth_alone(at(1_790_000), permit, AuthOutcome::Response(status(401)));
    assert_eq!(next, AuthNext::Continue);
    assert_eq!(elect(&mut session, 1_790_000).kind(), AuthKind::Login);
}

#[test]
fn a_lost_refresh_counts_as_used_and_the_old_token_is_tried_once() {
    let mut session = fmc_session();
    open(&mut session, 0);
    let permit = elect(&mut session, 1_790_000);
    let error = TransportError::Truncated.into();
    let outcome = AuthOutcome::Lost(Lost {
        error,
        may_have_reached: true,
        stale: false,
    });
    assert_eq!(
        session.settle_auth_alone(at(1_790_000), permit, outcome),
        AuthNext::Fail(error)
    );
    let mut ticket = Ticket::new(Class::Read);
    let permit = go(&mut session, 1_790_001, &mut ticket);
    let refused = Outcome::Response(status(401));
    assert_eq!(
        session.settle(at(1_790_002), permit, &mut ticket, &refused),
        Next::Again
    );
    assert_eq!(elect(&mut session, 1_790_003).kind(), AuthKind::Login);
}

#[test]
fn only_what_can_not_have_arrived_is_sent_again() {
    let closed = TransportError::Closed.into();
    for (class, outcome, next) in [
        (Class::Read, lost(true, true), Next::Again),
        (Class::Read, lost(true, false), Next::Fail(closed)),
        (Class::Write, lost(false, true), Next::Again),
        (Class::Write, lost(true, true), Next::Ambiguous(closed)),
        (Class::Write, lost(false, false), Next::Fail(closed)),
    ] {
        let mut session = fmc_session();
        open(&mut session, 0);
        let mut ticket = Ticket::new(class);
        let permit = go(&mut session, 1, &mut ticket);
        assert_eq!(
            session.settle(at(2), permit, &mut ticket, &outcome),
            next,
            "{class:?} {outcome:?}"
        );
        if next == Next::Again {
            assert!(ticket.wants_fresh_connection());
            let permit = go(&mut session, 3, &mut ticket);
            let next = session.settle(at(4), permit, &mut ticket, &outcome);
            assert_ne!(next, Next::Again, "sent a third time");
        }
    }
}

#[test]
fn a_stream_needs_a_proven_token_and_holds_off_renewal() {
    let mut session = fmc_session();
    open(&mut session, 0);
    let mut upload = Ticket::new(Class::Stream);
    let Admit::Probe(probe) = session.admit_alone(at(1), &mut upload) else {
        panic!("no probe")
    };
    let mut ticket = Ticket::new(Class::Read);
    let ok = Outcome::Response(status(200));
    assert_eq!(
        session.settle(at(2), probe, &mut ticket, &ok),
        Next::Deliver
    );
    let permit = go(&mut session, 3, &mut upload);
    let read = go(&mut session, 1_790_000, &mut Ticket::new(Class::Read));
    assert_eq!(
        session.settle(at(1_790_001), permit, &mut upload, &ok),
        Next::Deliver
    );
    assert_eq!(elect(&mut session, 1_790_002).kind(), AuthKind::Refresh);
    drop(read);
}

#[test]
fn a_token_never_has_more_left_than_its_life() {
    let mut session = fmc_session();
    let permit = elect(&mut session, 100_000);
    let _ = session.settle_auth_alone(at(100_000), permit, grant("t", "r"));
    let life = session.token_left(at(100_000));
    assert!(life.is_some());
    assert_eq!(session.token_left(at(0)), life, "on a clock that went back");
}

#[test]
fn a_chassis_with_a_refresh_period_is_logged_out_before_the_next_login() {
    let mut session = fxos_session();
    let permit = elect(&mut session, 0);
    let AuthOutcome::Granted(grant) = grant("t", "unused") else {
        unreachable!()
    };
    let grant = Grant {
        refresh: None,
        refresh_period: Some(600),
        domain: Domain::Unknown,
        ..grant
    };
    assert_eq!(
        session.settle_auth_alone(at(0), permit, AuthOutcome::Granted(grant)),
        AuthNext::Continue
    );
    assert_eq!(
        session.token_left(at(100_000)),
        Some(Duration::from_secs(500))
    );
    let permit = elect(&mut session, 590_000);
    assert_eq!(permit.kind(), AuthKind::Logout);
    let done = AuthOutcome::Response(status(200));
    assert_eq!(
        session.settle_auth_alone(at(590_000), permit, done),
        AuthNext::Continue
    );
    assert_eq!(elect(&mut session, 590_000).kind(), AuthKind::Login);
}

#[test]
fn a_chassis_says_552_and_a_new_login_follows() {
    let mut session = fxos_session();
    open(&mut session, 0);
    let mut ticket = Ticket::new(Class::Read);
    let permit = go(&mut session, 1, &mut ticket);
    let gone = Outcome::Response(with_code(400, 552));
    assert_eq!(
        session.settle(at(2), permit, &mut ticket, &gone),
        Next::Again
    );
    let permit = elect(&mut session, 3);
    assert_eq!(permit.kind(), AuthKind::Login);
}

#[test]
fn a_logout_that_finds_nothing_is_done() {
    for (mut session, gone) in [
        (fmc_session(), status(401)),
        (fxos_session(), status(555)),
        (fxos_session(), with_code(400, 555)),
    ] {
        open(&mut session, 0);
        let mut ticket = Ticket::new(Class::Logout);
        let Admit::Authenticate(permit) = session.admit_alone(at(1), &mut ticket) else {
            panic!()
        };
        let next = session.settle_auth_alone(at(2), permit, AuthOutcome::Response(gone));
        assert_eq!(next, AuthNext::Closed);
        assert_eq!(
            session.admit_alone(at(3), &mut Ticket::new(Class::Logout)),
            Admit::Stop(Stop::LoggedOut)
        );
        assert_eq!((session.stats().ended, session.stats().orphans), (1, 0));
    }
}

#[test]
fn permits_of_another_session_are_refused() {
    let (mut one, mut other) = (fmc_session(), fmc_session());
    other.id = 8;
    open(&mut one, 0);
    open(&mut other, 0);
    let mut ticket = Ticket::new(Class::Read);
    let permit = go(&mut one, 1, &mut ticket);
    let stale = Next::Fail(ConfigError::StalePermit.into());
    let ok = Outcome::Response(status(200));
    assert_eq!(other.settle(at(1), permit, &mut ticket, &ok), stale);
}

#[test]
fn an_adopted_session_without_credentials_stops_when_it_is_over() {
    let origin = Origin::new(Product::Fmc, "fmc.example").unwrap();
    let mut session = Session::new(
        &origin,
        1,
        Rules {
            can_login: false,
            ..Rules::default()
        },
    );
    let access = AccessToken::new("a").unwrap();
    session.adopt(at(0), Duration::ZERO, 3, access, None);
    let _ = go(&mut session, 1_799_000, &mut Ticket::new(Class::Read));
    let admit = session.admit_alone(at(1_800_000), &mut Ticket::new(Class::Read));
    assert_eq!(admit, Admit::Stop(Stop::NoCredentials));
}

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

/// A request that this account may not make: on a token that was accepted, that
/// costs one probe and no refresh.
#[test]
fn a_refusal_of_one_request_burns_no_refresh() {
    let mut session = fmc_session();
    open(&mut session, 0);
    let ok = Outcome::Response(status(200));
    let denied = Outcome::Response(status(401));
    let mut ticket = Ticket::new(Class::Read);
    let permit = go(&mut session, 1, &mut ticket);
    assert_eq!(
        session.settle(at(1), permit, &mut ticket, &ok),
        Next::Deliver
    );
    let mut ticket = Ticket::new(Class::Read);
    let permit = go(&mut session, 2, &mut ticket);
    assert_eq!(
        session.settle(at(2), permit, &mut ticket, &denied),
        Next::Again
    );
    let Admit::Probe(probe) = session.admit_alone(at(3), &mut ticket) else {
        panic!("no probe")
    };
    let wait = session.admit_alone(at(3), &mut Ticket::new(Class::Read));
    assert!(matches!(wait, Admit::Wait { .. }), "two probes at once");
    let mut own = Ticket::new(Class::Read);
    assert_eq!(session.settle(at(4), probe, &mut own, &ok), Next::Deliver);
    let permit = go(&mut session, 5, &mut ticket);
    let failed = Next::Fail(PeerError::Unauthorized.into());
    assert_eq!(session.settle(at(6), permit, &mut ticket, &denied), failed);
    let _ = go(&mut session, 7, &mut Ticket::new(Class::Read));
    assert_eq!(
        (session.stats().refreshes, session.refreshes_left()),
        (0, 3)
    );
}

#[test]
fn a_token_that_the_probe_finds_dead_is_renewed() {
    let mut session = fmc_session();
    open(&mut session, 0);
    let ok = Outcome::Response(status(200));
    let denied = Outcome::Response(status(401));
    let mut ticket = Ticket::new(Class::Read);
    let permit = go(&mut session, 1, &mut ticket);
    assert_eq!(
        session.settle(at(1), permit, &mut ticket, &ok),
        Next::Deliver
    );
    let mut ticket = Ticket::new(Class::Write);
    let permit = go(&mut session, 2, &mut ticket);
    assert_eq!(
        session.settle(at(2), permit, &mut ticket, &denied),
        Next::Again
    );
    let Admit::Probe(probe) = session.admit_alone(at(3), &mut ticket) else {
        panic!("no probe")
    };
    let mut own = Ticket::new(Class::Read);
    let _ = session.settle(at(4), probe, &mut own, &denied);
    assert_eq!(elect(&mut session, 5).kind(), AuthKind::Refresh);
}

#[test]
fn a_logout_does_not_share_the_failure_of_a_refresh() {
    let mut session = fmc_session();
    open(&mut session, 0);
    let refresh = elect(&mut session, 1_790_000);
    let mut logout = Ticket::new(Class::Logout);
    let wait = session.admit_alone(at(1_790_001), &mut logout);
    assert!(matches!(wait, Admit::Wait { .. }));
    let outcome = AuthOutcome::Lost(Lost {
        error: TransportError::ConnectTimeout.into(),
        may_have_reached: false,
        stale: false,
    });
    let _ = session.settle_auth_alone(at(1_790_002), refresh, outcome);
    let admit = session.admit_alone(at(1_790_003), &mut logout);
    assert!(matches!(&admit, Admit::Authenticate(permit) if permit.kind() == AuthKind::Logout));
}

#[test]
fn a_refresh_that_is_answered_oddly_gives_way_to_a_login_when_the_token_is_over() {
    let mut session = fmc_session();
    open(&mut session, 0);
    let permit = elect(&mut session, 1_790_000);
    let forbidden = || AuthOutcome::Response(status(403));
    let failed = AuthNext::Fail(PeerError::AuthStatus(403).into());
    assert_eq!(
        session.settle_auth_alone(at(1_790_000), permit, forbidden()),
        failed
    );
    let permit = elect(&mut session, 1_800_000);
    assert_eq!(permit.kind(), AuthKind::Refresh);
    let next = session.settle_auth_alone(at(1_800_000), permit, forbidden());
    assert_eq!(next, AuthNext::Continue);
    assert_eq!(elect(&mut session, 1_800_001).kind(), AuthKind::Login);
}

/// Another box that accepts the credential does not let this one refuse it for
/// ever.
#[test]
fn a_box_that_alone_refuses_is_asked_twice() {
    let (mut session, mut latch, mut logins) = (fmc_session(), Latch::new(), 0);
    for minutes in 0..60 {
        let now = at(minutes * 300_000);
        let mut ticket = Ticket::new(Class::Read);
        if let Admit::Authenticate(permit) = session.admit(now, &mut ticket, &mut latch) {
            logins += 1;
            let refused = AuthOutcome::Response(status(401));
            let _ = session.settle_auth(now, permit, refused, &mut latch);
        }
        latch.accepted(now);
    }
    assert_eq!(logins, 2);
}

#[test]
fn the_probes_of_one_request_have_an_end() {
    let mut session = fmc_session();
    let mut upload = Ticket::new(Class::Stream);
    open(&mut session, 0);
    let denied = Outcome::Response(status(401));
    let Admit::Probe(probe) = session.admit_alone(at(1), &mut upload) else {
        panic!()
    };
    let mut own = upload.probe();
    assert_eq!(session.settle(at(1), probe, &mut own, &denied), Next::Again);
    let permit = elect(&mut session, 2);
    let _ = session.settle_auth_alone(at(2), permit, grant("b", "s"));
    let Admit::Probe(probe) = session.admit_alone(at(3), &mut upload) else {
        panic!()
    };
    let failed = Next::Fail(PeerError::Unauthorized.into());
    assert_eq!(session.settle(at(3), probe, &mut own, &denied), failed);
}
