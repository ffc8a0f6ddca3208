//! A password that is refused.

use super::*;
use crate::error::PeerError;
use crate::latch::{Latch, Policy};

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
            // Whoever was refused: this one does not log in either.
            assert!(session.facts(at(now)).locked_out);
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

/// The operator has changed the account: what the box refused before counts no
/// more.
#[test]
fn a_reset_latch_has_a_stopped_session_try_again() {
    let (mut session, mut latch) = (fmc_session(), Latch::new());
    let mut logins_until = |latch: &mut Latch, from: u64| {
        let mut logins = 0;
        for minutes in from..from + 5 {
            let mut ticket = Ticket::new(Class::Read);
            let now = at(minutes * 60_000);
            if let Admit::Authenticate(permit) = session.admit(now, &mut ticket, latch) {
                logins += 1;
                let refused = AuthOutcome::Response(status(401));
                let _ = session.settle_auth(now, permit, refused, latch);
            }
        }
        logins
    };
    assert_eq!(logins_until(&mut latch, 0), 2);
    latch.reset();
    assert_eq!(logins_until(&mut latch, 5), 2);
}

/// A directory was down, and this box was the one that found out, twice. The try
/// a day later is another box's: when that is accepted, this one is asked anew.
#[test]
fn a_retry_that_another_box_accepts_opens_this_one_too() {
    let day = Duration::from_secs(86_400);
    let mut latch = Latch::new().with_policy(Policy {
        retry: Some(day),
        ..Policy::default()
    });
    let (mut one, mut other) = (fmc_session(), fmc_session());
    for now in [0, 60_000] {
        let Admit::Authenticate(permit) =
            one.admit(at(now), &mut Ticket::new(Class::Read), &mut latch)
        else {
            panic!("no login at {now}");
        };
        let refused = AuthOutcome::Response(status(401));
        let _ = one.settle_auth(at(now), permit, refused, &mut latch);
    }
    let now = 60_000 + 86_400_000;
    let Admit::Authenticate(permit) =
        other.admit(at(now), &mut Ticket::new(Class::Read), &mut latch)
    else {
        panic!("no login after a day");
    };
    let next = other.settle_auth(at(now), permit, grant("a", "r"), &mut latch);
    assert_eq!(next, AuthNext::Continue);
    let admit = one.admit(at(now + 1), &mut Ticket::new(Class::Read), &mut latch);
    assert!(matches!(admit, Admit::Authenticate(_)), "{admit:?}");
}
