//! One caller after another, a box by the book: the session does exactly what
//! arithmetic says it should, and no request fails.

use proptest::prelude::*;

use super::*;
use crate::error::PeerError;

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

/// The driving loop of one caller, without loss; it waits as long as it is told.
pub(super) fn request(
    session: &mut Session,
    fmc: &mut ScriptedFmc,
    now: &mut u64,
) -> Result<Next, Stop> {
    let mut ticket = Ticket::new(Class::Read);
    for _ in 0..20 {
        let time = at(*now);
        match session.admit_alone(time, &mut ticket) {
            Admit::Authenticate(permit) => {
                let outcome = fmc.authenticate(session, &permit, *now);
                let _ = session.settle_auth_alone(time, permit, outcome);
            }
            Admit::Probe(permit) => {
                let access = session.tokens().unwrap().0.expose_secret().to_string();
                let outcome = fmc.request(*now, &access);
                let mut probe = Ticket::new(Class::Read);
                let _ = session.settle(time, permit, &mut probe, &outcome);
            }
            Admit::Go(permit) => {
                let access = session.tokens().unwrap().0.expose_secret().to_string();
                let outcome = fmc.request(*now, &access);
                match session.settle(time, permit, &mut ticket, &outcome) {
                    Next::Again => {}
                    next => return Ok(next),
                }
            }
            Admit::Wait { until, .. } => {
                assert!(until > time, "waits for the past");
                *now = until.as_millis();
            }
            Admit::Stop(stop) => return Err(stop),
        }
    }
    panic!("no end in twenty steps");
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
            // The budget may have the request wait a little.
            let mut sent = now;
            prop_assert_eq!(request(&mut session, &mut fmc, &mut sent), Ok(Next::Deliver));
            now = sent;
            expected.request(now, lead);
        }
        prop_assert_eq!((fmc.logins, fmc.refreshes), (expected.logins, expected.refreshes));
        prop_assert_eq!((fmc.refused, fmc.fourth_refreshes), (0, 0));
        let stats = session.stats();
        prop_assert_eq!((stats.logins, stats.refreshes), (fmc.logins, fmc.refreshes));
    }

    /// Displaced at any time: a request waits, or is told why it does not go,
    /// and no login goes out before its time.
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
            let before = (session.stats(), session.memory(at(now)), now);
            let result = request(&mut session, &mut fmc, &mut now);
            let displaced = session.stats().displaced - before.0.displaced;
            let logins = session.stats().logins - before.0.logins;
            if result != Ok(Next::Deliver) {
                let error = PeerError::Displaced.into();
                prop_assert_eq!(result, Err(Stop::Failed(error)));
                prop_assert_eq!(logins, 0);
            } else if displaced > 0 || !before.1.stays_away.is_zero() {
                let least = before.1.stays_away.as_millis().max(60_000 * u128::from(displaced));
                prop_assert!(u128::from(now - before.2) >= least, "logged in too early");
            }
        }
        prop_assert_eq!(fmc.fourth_refreshes, 0);
    }

    /// However often somebody else logs in, on whatever schedule: there is no
    /// hour of many logins. (One who logs in every ten minutes looks like a box
    /// that ends its sessions so; that is six.)
    #[test]
    fn there_is_no_war_of_logins(every in prop::collection::vec(1_000u64..4_000_000, 1..40)) {
        let (mut session, mut fmc, mut now) = (fmc_session(), ScriptedFmc::new(), 5);
        let (mut logins, mut others) = (Vec::new(), every.iter().cycle());
        let mut next_other = *others.next().unwrap();
        while now < 86_400_000 {
            while next_other < now {
                fmc.displace();
                next_other += others.next().unwrap();
            }
            let before = session.stats().logins;
            let _ = request(&mut session, &mut fmc, &mut now);
            if session.stats().logins > before {
                logins.push(now);
            }
            now += 60_000;
        }
        let most = (0..logins.len())
            .map(|n| logins[n..].iter().take_while(|at| **at < logins[n] + 3_600_000).count())
            .max();
        prop_assert!(most <= Some(8), "{most:?} in an hour: {logins:?}");
    }
}
