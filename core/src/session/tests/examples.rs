//! One rule each.

use super::*;
use crate::error::{PeerError, TransportError};
use crate::exchange::Lost;

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
    let timeout = TransportError::Timeout.into();
    let late = Outcome::Lost(Lost {
        error: timeout,
        may_have_reached: true,
        stale: false,
    });
    for (class, outcome, next) in [
        (Class::Read, lost(true, true), Next::Again),
        (Class::Read, lost(true, false), Next::Again),
        (Class::Read, late, Next::Fail(timeout)),
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

/// Not a byte of its body was read, so it may go again; refused while another
/// renewed the token, it may not.
#[test]
fn a_stream_that_was_overtaken_before_it_began_goes_again() {
    for (outcome, next) in [
        (
            Outcome::Lost(Lost {
                error: ConfigError::StalePermit.into(),
                may_have_reached: false,
                stale: false,
            }),
            Next::Again,
        ),
        (
            Outcome::Response(status(401)),
            Next::Fail(ConfigError::StalePermit.into()),
        ),
    ] {
        let mut session = fmc_session();
        open(&mut session, 0);
        let read = go(&mut session, 1, &mut Ticket::new(Class::Read));
        let ok = Outcome::Response(status(200));
        let _ = session.settle(at(1), read, &mut Ticket::new(Class::Read), &ok);
        let mut upload = Ticket::new(Class::Stream);
        let permit = go(&mut session, 2, &mut upload);
        let access = AccessToken::new("b").unwrap();
        session.adopt(at(3), Ages::default(), access, None);
        assert_eq!(session.settle(at(4), permit, &mut upload, &outcome), next);
    }
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
        origin: session.origin,
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
    let Admit::Probe(probe) = session.admit_alone(at(3), &mut ticket) else {
        panic!("it may be about the request")
    };
    let mut own = ticket.probe();
    let next = session.settle(at(4), probe, &mut own, &gone);
    assert_eq!(next, Next::Again);
    let permit = elect(&mut session, 5);
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
    let ages = Ages {
        refreshes: 3,
        ..Ages::default()
    };
    session.adopt(at(0), ages, access, None);
    let _ = go(&mut session, 1_799_000, &mut Ticket::new(Class::Read));
    let admit = session.admit_alone(at(1_800_000), &mut Ticket::new(Class::Read));
    assert_eq!(admit, Admit::Stop(Stop::NoCredentials));
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

#[test]
fn what_a_logout_overtakes_is_told_of_it() {
    let mut session = fmc_session();
    open(&mut session, 0);
    let mut ticket = Ticket::new(Class::Read);
    let permit = go(&mut session, 1, &mut ticket);
    let mut closing = Ticket::new(Class::Logout);
    let elected = session.admit_alone(at(2), &mut closing);
    assert!(matches!(elected, Admit::Authenticate(_)), "{elected:?}");
    // The box has done the logout, and refuses what came after it.
    let refused = Outcome::Response(status(401));
    assert_eq!(
        session.settle(at(3), permit, &mut ticket, &refused),
        Next::Again
    );
    // When the logout is done, or lost:
    session.handle_timeout(at(1_000_000));
    let told = session.admit_alone(at(1_000_000), &mut ticket);
    assert_eq!(told, Admit::Stop(Stop::LoggedOut));
}

#[test]
fn a_login_that_a_logout_overtakes_is_told_of_it() {
    let mut session = fmc_session();
    let permit = elect(&mut session, 0);
    let closing = session.admit_alone(at(1), &mut Ticket::new(Class::Logout));
    assert!(matches!(closing, Admit::Wait { .. }), "{closing:?}");
    let origin = Origin::new(Product::Fmc, "fmc.example").unwrap();
    let refused = session.lend_tokens(origin.tag(), &permit).err();
    assert_eq!(refused, Some(ConfigError::StalePermit));
    let unsent = AuthOutcome::Lost(Lost {
        error: ConfigError::StalePermit.into(),
        may_have_reached: false,
        stale: false,
    });
    let next = session.settle_auth_alone(at(2), permit, unsent);
    assert_eq!(next, AuthNext::Continue);
    let told = session.admit_alone(at(3), &mut Ticket::new(Class::Read));
    assert_eq!(told, Admit::Stop(Stop::LoggedOut));
}
