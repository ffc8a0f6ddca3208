//! A 401 that is asked about before it costs a refresh.

use super::*;
use crate::error::PeerError;

/// A session whose token was accepted, and then refused for the request of the
/// ticket; and the permit for the probe that comes next.
fn doubted(class: Class) -> (Session, Ticket, Permit) {
    let mut session = fmc_session();
    open(&mut session, 0);
    let mut ticket = Ticket::new(Class::Read);
    let permit = go(&mut session, 1, &mut ticket);
    let ok = Outcome::Response(status(200));
    let next = session.settle(at(1), permit, &mut ticket, &ok);
    assert_eq!(next, Next::Deliver);
    let mut ticket = Ticket::new(class);
    let permit = go(&mut session, 2, &mut ticket);
    let denied = Outcome::Response(status(401));
    let next = session.settle(at(2), permit, &mut ticket, &denied);
    assert_eq!(next, Next::Again);
    match session.admit_alone(at(3), &mut ticket) {
        Admit::Probe(probe) => (session, ticket, probe),
        other => panic!("{other:?}"),
    }
}

/// A request that this account may not make: on a token that was accepted, that
/// costs one probe and no refresh.
#[test]
fn a_refusal_of_one_request_burns_no_refresh() {
    let (mut session, mut ticket, probe) = doubted(Class::Read);
    let ok = Outcome::Response(status(200));
    let denied = Outcome::Response(status(401));
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

/// The same on a token that no request has used yet: a chassis would be left
/// with a session that nobody closes, for each such request.
#[test]
fn a_refusal_of_the_first_request_costs_no_login() {
    let mut session = fxos_session();
    open(&mut session, 0);
    let (ok, denied) = (status(200), with_code(400, 552));
    let (ok, denied) = (Outcome::Response(ok), Outcome::Response(denied));
    let mut ticket = Ticket::new(Class::Read);
    let permit = go(&mut session, 1, &mut ticket);
    let _ = session.settle(at(2), permit, &mut ticket, &denied);
    let Admit::Probe(probe) = session.admit_alone(at(3), &mut ticket) else {
        panic!("no probe")
    };
    let mut own = ticket.probe();
    assert_eq!(session.settle(at(4), probe, &mut own, &ok), Next::Deliver);
    let permit = go(&mut session, 5, &mut ticket);
    let failed = Next::Fail(PeerError::Unauthorized.into());
    assert_eq!(session.settle(at(6), permit, &mut ticket, &denied), failed);
    assert_eq!((session.stats().logins, session.is_open()), (1, true));
}

#[test]
fn a_token_that_the_probe_finds_dead_is_renewed() {
    let (mut session, _, probe) = doubted(Class::Write);
    let denied = Outcome::Response(status(401));
    let mut own = Ticket::new(Class::Read);
    let _ = session.settle(at(4), probe, &mut own, &denied);
    assert_eq!(elect(&mut session, 5).kind(), AuthKind::Refresh);
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
