//! One caller after another, a box by the book: the session does exactly what
//! arithmetic says it should, and no request fails.

use proptest::prelude::*;

use super::*;

/// What the documents say should happen, by arithmetic alone.
#[derive(Debug, Default, PartialEq, Eq)]
struct Expected {
    logins: u32,
    refreshes: u32,
    born: Option<u64>,
    refreshes_of_login: u32,
}

impl Expected {
    fn request(&mut self, now: u64, lead: u64) {
        let age = self.born.map(|born| now - born);
        let renew = match age {
            None => true,
            Some(age) if age + lead < LIFE_MS => false,
            Some(_) if self.refreshes_of_login < 3 => {
                self.refreshes += 1;
                self.refreshes_of_login += 1;
                self.born = Some(now);
                return;
            }
            Some(age) => age >= LIFE_MS,
        };
        if renew {
            self.logins += 1;
            self.refreshes_of_login = 0;
            self.born = Some(now);
        }
    }
}

/// The driving loop of one caller, without loss.
fn request(session: &mut Session, fmc: &mut ScriptedFmc, now: u64) -> Next {
    let mut ticket = Ticket::new(Class::Read);
    for _ in 0..10 {
        match session.admit_alone(at(now), &mut ticket) {
            Admit::Authenticate(permit) => {
                let outcome = fmc.authenticate(session, &permit, now);
                let _ = session.settle_auth_alone(at(now), permit, outcome);
            }
            Admit::Probe(permit) => {
                let access = session.tokens().unwrap().0.expose_secret().to_string();
                let outcome = fmc.request(now, &access);
                let mut probe = Ticket::new(Class::Read);
                let _ = session.settle(at(now), permit, &mut probe, &outcome);
            }
            Admit::Go(permit) => {
                let access = session.tokens().unwrap().0.expose_secret().to_string();
                let outcome = fmc.request(now, &access);
                match session.settle(at(now), permit, &mut ticket, &outcome) {
                    Next::Again => {}
                    next => return next,
                }
            }
            other => panic!("{other:?}"),
        }
    }
    panic!("no end in ten steps");
}

proptest! {
    #[test]
    fn logins_and_refreshes_are_what_arithmetic_says(
        pauses in prop::collection::vec(prop_oneof![
            0u64..120_000,
            1_600_000u64..2_000_000,
            Just(LIFE_MS), Just(LIFE_MS - 45_000), Just(LIFE_MS - 44_999),
        ], 1..120),
    ) {
        let (mut session, mut fmc) = (fmc_session(), ScriptedFmc::new());
        let lead = u64::try_from(Rules::default().lead.as_millis()).unwrap();
        let (mut expected, mut now) = (Expected::default(), 5);
        for pause in pauses {
            now += pause;
            expected.request(now, lead);
            prop_assert_eq!(request(&mut session, &mut fmc, now), Next::Deliver);
        }
        prop_assert_eq!((fmc.logins, fmc.refreshes), (expected.logins, expected.refreshes));
        prop_assert_eq!((fmc.refused, fmc.fourth_refreshes), (0, 0));
        let stats = session.stats();
        prop_assert_eq!((stats.logins, stats.refreshes), (fmc.logins, fmc.refreshes));
    }

    /// Displaced at any time, the next request still ends well.
    #[test]
    fn a_displaced_session_comes_back(
        steps in prop::collection::vec((0u64..2_000_000, any::<bool>()), 1..60),
    ) {
        let (mut session, mut fmc, mut now) = (fmc_session(), ScriptedFmc::new(), 5);
        for (pause, displace) in steps {
            now += pause;
            if displace {
                fmc.displace();
            }
            prop_assert_eq!(request(&mut session, &mut fmc, now), Next::Deliver);
        }
        prop_assert_eq!(fmc.fourth_refreshes, 0);
    }
}
