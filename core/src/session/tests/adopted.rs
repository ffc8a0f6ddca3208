//! Sessions that are shared with others: adopted, renewed elsewhere, kept.

use proptest::prelude::*;

use super::*;

fn ages(token: u64, session: u64, refreshes: u8) -> Ages {
    Ages {
        token: Duration::from_millis(token),
        session: Duration::from_millis(session),
        refreshes,
    }
}

fn adopt(session: &mut Session, now: u64, ages: Ages) {
    let access = AccessToken::new("a").unwrap();
    let refresh = RefreshToken::new("r").ok();
    session.adopt(at(now), ages, access, refresh);
}

/// The other process may have found the token good: a request that is refused
/// burns no refresh here either.
#[test]
fn a_401_on_an_adopted_token_is_asked_about_first() {
    let mut session = fmc_session();
    adopt(&mut session, 100_000, ages(60_000, 60_000, 0));
    let mut ticket = Ticket::new(Class::Read);
    let permit = go(&mut session, 100_001, &mut ticket);
    let denied = Outcome::Response(status(401));
    let next = session.settle(at(100_002), permit, &mut ticket, &denied);
    assert_eq!(next, Next::Again);
    let admit = session.admit_alone(at(100_003), &mut ticket);
    assert!(matches!(admit, Admit::Probe(_)), "{admit:?}");
}

/// A chassis that demands a new login every so often has not told it to whoever
/// takes over its token: that it ends is no displacement.
#[test]
fn an_adopted_session_of_a_chassis_may_end_at_any_time() {
    let (mut session, gone) = (fxos_session(), Outcome::Response(with_code(400, 552)));
    for now in [0, 600_000, 1_200_000] {
        let access = AccessToken::new("a").unwrap();
        session.adopt(at(now), ages(0, 0, 0), access, None);
        let mut ticket = Ticket::new(Class::Read);
        let permit = go(&mut session, now + 1, &mut ticket);
        let _ = session.settle(at(now + 1), permit, &mut ticket, &gone);
        let Admit::Probe(probe) = session.admit_alone(at(now + 2), &mut ticket) else {
            panic!("not asked about");
        };
        let _ = session.settle(at(now + 2), probe, &mut ticket.probe(), &gone);
        let admit = session.admit_alone(at(now + 3), &mut ticket);
        let Admit::Authenticate(login) = admit else {
            panic!("{admit:?}");
        };
        let outcome = AuthOutcome::Lost(Lost {
            error: TransportError::ConnectTimeout.into(),
            may_have_reached: false,
            stale: false,
        });
        let _ = session.settle_auth_alone(at(now + 3), login, outcome);
    }
    assert_eq!(session.stats().displaced, 0);
}

#[test]
fn an_age_that_nobody_knows_is_too_old() {
    let mut session = fmc_session();
    let unknown = Ages {
        token: Duration::MAX,
        ..Ages::default()
    };
    adopt(&mut session, 1, unknown);
    assert_eq!(elect(&mut session, 2).kind(), AuthKind::Refresh);
}

/// A refresh that another process was quicker with: what it got is used, and
/// counts as what it is.
#[test]
fn what_another_process_has_renewed_is_not_renewed_again() {
    for kind in [AuthKind::Login, AuthKind::Refresh] {
        let (mut session, mut latch) = (fmc_session(), Latch::new());
        if kind == AuthKind::Refresh {
            adopt(&mut session, 2_000_000, ages(1_800_000, 1_800_000, 0));
        }
        let permit = elect(&mut session, 2_000_000);
        assert_eq!(permit.kind(), kind);
        let (access, refresh) = (AccessToken::new("b"), RefreshToken::new("s").ok());
        let next = session.settle_adopted(
            at(2_000_005),
            permit,
            ages(5, 1_800_005, 1),
            access.unwrap(),
            refresh,
            &mut latch,
        );
        assert_eq!(next, AuthNext::Continue);
        let _ = go(&mut session, 2_000_005, &mut Ticket::new(Class::Read));
        assert_eq!(session.tokens().unwrap().0.expose_secret(), "b");
        assert_eq!(session.refreshes_left(), 2);
        let stats = session.stats();
        assert_eq!((stats.logins, stats.refreshes), (0, 0));
    }
}

#[test]
fn a_session_that_was_closed_meanwhile_adopts_nothing() {
    let mut session = fmc_session();
    let permit = elect(&mut session, 0);
    let wait = session.admit_alone(at(1), &mut Ticket::new(Class::Logout));
    assert!(matches!(wait, Admit::Wait { .. }));
    let access = AccessToken::new("b").unwrap();
    let mut latch = Latch::new();
    let next = session.settle_adopted(at(2), permit, Ages::default(), access, None, &mut latch);
    assert_eq!(next, AuthNext::Closed);
    assert!(!session.is_open());
}

/// What is of no more use to others is not left to them.
#[test]
fn tokens_are_spent_when_they_can_neither_be_used_nor_renewed() {
    let mut session = fmc_session();
    assert!(session.is_spent(at(0)));
    adopt(&mut session, 2_000_000, ages(0, 0, 2));
    assert!(!session.is_spent(at(2_000_000)));
    assert!(!session.is_spent(at(3_800_000)), "it can be refreshed");
    adopt(&mut session, 2_000_000, ages(0, 0, 3));
    assert!(!session.is_spent(at(3_799_999)));
    assert!(session.is_spent(at(3_800_000)));
}

proptest! {
    /// Whatever a session is handed on with comes out again, a little older.
    #[test]
    fn ages_survive_a_hand_over(token in 0u64..10_000_000, more in 0u64..10_000_000, refreshes in 0u8..=3, later in 0u64..100_000) {
        let mut session = fmc_session();
        let now = 30_000_000;
        adopt(&mut session, now, ages(token, token + more, refreshes));
        let seen = session.ages(at(now + later)).unwrap();
        prop_assert_eq!(seen, ages(token + later, token + more + later, refreshes));
    }
}
