//! Tokens and sessions that die before their documented time, and what is made
//! of it.

use proptest::prelude::*;

use super::model::request;
use super::*;
use crate::error::PeerError;

const MINUTE: u64 = 60_000;

/// So many minutes of a request every `pause`; whether each went well, and how
/// often the box refused a token.
fn run(session: &mut Session, fmc: &mut ScriptedFmc, now: &mut u64, pause: u64, until: u64) -> u32 {
    let mut failed = 0;
    while *now < until {
        let mut sent = *now;
        let result = request(session, fmc, &mut sent);
        failed += u32::from(result != Ok(Next::Deliver));
        *now = (*now + pause).max(sent);
    }
    failed
}

proptest! {
    /// A day of checks on a box that ends each session after one of the usual
    /// times: one request at most meets a dead token, and none fails.
    #[test]
    fn a_browser_session_timeout_surprises_once(
        minutes in prop::sample::select(std::vec![10u64, 15, 20, 30, 60]),
        pause in 1_000u64..100_000,
        start in 0u64..100_000,
    ) {
        let (mut session, mut fmc, mut now) = (fmc_session(), ScriptedFmc::new(), 5 + start);
        fmc.session_life = minutes * MINUTE;
        let failed = run(&mut session, &mut fmc, &mut now, pause, 23 * 60 * MINUTE);
        prop_assert_eq!(failed, 0);
        // The request itself, and the probe after it.
        prop_assert!(fmc.refused <= 2, "{} refused", fmc.refused);
        prop_assert_eq!(session.stats().displaced, 0);
        let most = 23 * 60 * MINUTE / (minutes * MINUTE - 45_000 - pause) + 2;
        prop_assert!(u64::from(fmc.logins) <= most, "{} logins", fmc.logins);
    }

    /// The same for an access token that dies early, of a session that does not.
    #[test]
    fn a_short_token_life_is_learned(
        minutes in prop::sample::select(std::vec![10u64, 15, 20]),
        pause in 1_000u64..60_000,
    ) {
        let (mut session, mut fmc, mut now) = (fmc_session(), ScriptedFmc::new(), 5);
        fmc.token_life = minutes * MINUTE;
        let failed = run(&mut session, &mut fmc, &mut now, pause, 23 * 60 * MINUTE);
        prop_assert_eq!(failed, 0);
        prop_assert!(fmc.refused <= 2, "{} refused", fmc.refused);
        prop_assert_eq!(session.facts(at(now)).token_age, Some(Duration::from_secs(60 * minutes)));
    }

    /// An odd timeout takes three deaths, with waits in between, and then no more
    /// surprises.
    #[test]
    fn an_odd_timeout_is_learned_too(minutes in 11u64..28, pause in 1_000u64..60_000) {
        let (mut session, mut fmc, mut now) = (fmc_session(), ScriptedFmc::new(), 5);
        fmc.session_life = minutes * MINUTE + 7_000;
        let first = run(&mut session, &mut fmc, &mut now, pause, 8 * 60 * MINUTE);
        let refused = fmc.refused;
        let later = run(&mut session, &mut fmc, &mut now, pause, 16 * 60 * MINUTE);
        prop_assert_eq!((later, fmc.refused), (0, refused), "{} failed first", first);
    }
}

/// An hour is what an FMC comes with: a login an hour, and nothing is refused.
#[test]
fn with_the_default_timeout_there_is_a_login_an_hour() {
    for (session_life, logins, refreshes) in [(u64::MAX, 12, 36), (60 * MINUTE, 24, 24)] {
        let (mut session, mut fmc, mut now) = (fmc_session(), ScriptedFmc::new(), 5);
        fmc.session_life = session_life;
        let failed = run(&mut session, &mut fmc, &mut now, MINUTE, 24 * 60 * MINUTE);
        assert_eq!((failed, fmc.logins, fmc.refreshes), (0, logins, refreshes));
    }
}

#[test]
fn after_a_displacement_no_login_goes_out_for_an_interval() {
    let (mut session, mut fmc, mut now) = (fmc_session(), ScriptedFmc::new(), 5);
    assert_eq!(request(&mut session, &mut fmc, &mut now), Ok(Next::Deliver));
    now += 5 * MINUTE;
    fmc.displace();
    let found = now;
    let mut ticket = Ticket::new(Class::Read);
    ticket.since = Some(at(now - 119_000));
    let permit = go(&mut session, now, &mut Ticket::new(Class::Read));
    let denied = Outcome::Response(status(401));
    let _ = session.settle(at(now), permit, &mut Ticket::new(Class::Read), &denied);
    let stop = loop {
        match session.admit_alone(at(now), &mut ticket) {
            Admit::Probe(permit) => {
                let mut probe = ticket.probe();
                let _ = session.settle(at(now), permit, &mut probe, &denied);
            }
            Admit::Authenticate(permit) => {
                assert_eq!(permit.kind(), AuthKind::Refresh);
                let outcome = AuthOutcome::Response(status(401));
                let _ = session.settle_auth_alone(at(now), permit, outcome);
            }
            Admit::Stop(stop) => break stop,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(stop, Stop::Failed(PeerError::Displaced.into()));
    assert_eq!(session.facts(at(now)).displaced, 1);
    assert_eq!(request(&mut session, &mut fmc, &mut now), Ok(Next::Deliver));
    assert!(now >= found + MINUTE && now <= found + MINUTE * 3 / 2);
}

/// A chassis that forgets a token is logged in to again, once; then the waits
/// begin. One that was idle for long does not count.
#[test]
fn a_chassis_may_forget_a_token_once() {
    let (mut session, gone) = (fxos_session(), Outcome::Response(with_code(400, 552)));
    let mut now = 0;
    for (idle, waits) in [(1, false), (400_000, false), (1, true)] {
        open(&mut session, now);
        let permit = go(&mut session, now + 1, &mut Ticket::new(Class::Read));
        let ok = Outcome::Response(status(200));
        let _ = session.settle(at(now + 1), permit, &mut Ticket::new(Class::Read), &ok);
        now += idle;
        let mut ticket = Ticket::new(Class::Read);
        for _ in 0..2 {
            match session.admit_alone(at(now), &mut ticket) {
                Admit::Go(permit) => {
                    let _ = session.settle(at(now), permit, &mut ticket, &gone);
                }
                Admit::Probe(permit) => {
                    let _ = session.settle(at(now), permit, &mut ticket.probe(), &gone);
                }
                other => panic!("{other:?}"),
            }
        }
        let admit = session.admit_alone(at(now), &mut ticket);
        let waited = matches!(
            admit,
            Admit::Wait {
                why: Wait::Displaced,
                ..
            }
        );
        assert_eq!(waited, waits, "idle {idle}: {admit:?}");
        if let Admit::Authenticate(permit) = admit {
            let outcome = AuthOutcome::Lost(Lost {
                error: TransportError::ConnectTimeout.into(),
                may_have_reached: false,
                stale: false,
            });
            let _ = session.settle_auth_alone(at(now), permit, outcome);
        }
    }
}

#[test]
fn what_was_learned_outlives_the_session() {
    let (mut session, mut fmc, mut now) = (fmc_session(), ScriptedFmc::new(), 5);
    fmc.session_life = 10 * MINUTE;
    assert_eq!(
        run(&mut session, &mut fmc, &mut now, MINUTE, 12 * MINUTE),
        0
    );
    fmc.displace();
    let _ = request(&mut session, &mut fmc, &mut { now });
    let memory = session.memory(at(now));
    assert_eq!((memory.displaced, memory.session_age), (1, None));
    let (mut other, mut fresh) = (fmc_session(), ScriptedFmc::new());
    other.remember(at(now), memory);
    assert_eq!(other.memory(at(now)), memory);
    // Nothing of it is for ever.
    let hours = |hours: u64| Duration::from_secs(hours * 3_600);
    let later = memory.later(hours(1));
    assert_eq!((later.displaced, later.stays_away), (1, Duration::ZERO));
    assert_eq!(memory.later(hours(8)), Memory::default());
    let mut later = now;
    assert_eq!(
        request(&mut other, &mut fresh, &mut later),
        Ok(Next::Deliver)
    );
    assert!(later >= now + MINUTE);
}

#[test]
fn a_session_is_kept_between_checks_that_are_close_together() {
    let (fmc, fxos) = (fmc_session(), fxos_session());
    for (session, minutes, keeps) in [
        (&fmc, 14, true),
        (&fmc, 15, false),
        (&fmc, 31, false),
        (&fxos, 4, true),
        (&fxos, 5, false),
    ] {
        assert_eq!(session.keeps(Duration::from_secs(60 * minutes)), keeps);
    }
    let mut learned = fmc_session();
    let session_age = Some(Duration::from_secs(600));
    let memory = Memory {
        session_age,
        ..Memory::default()
    };
    learned.remember(at(0), memory);
    assert!(!learned.keeps(Duration::from_secs(300)));
}
