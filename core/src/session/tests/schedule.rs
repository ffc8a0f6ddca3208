//! Many callers, in any interleaving, with losses, dropped callers and expired
//! leases: what must hold whatever happens.

use proptest::prelude::*;

use super::*;
use crate::error::TransportError;
use crate::exchange::Lost;

#[derive(Clone, Copy, Debug)]
enum Step {
    /// A new request asks to go.
    Ask(Class),
    /// The n-th waiting caller asks again.
    Again(usize),
    /// The n-th request under way is answered, or lost.
    Answer(usize, Fate),
    /// The login, refresh or logout under way is answered, or lost.
    AnswerAuth(Fate),
    /// Time passes.
    Pass(u64),
    /// Somebody else logs in as the same user.
    Displace,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Arrives,
    LostBefore,
    LostAfter,
    CallerDropped,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let fate = || {
        prop_oneof![
            6 => Just(Fate::Arrives),
            1 => Just(Fate::LostBefore),
            1 => Just(Fate::LostAfter),
            1 => Just(Fate::CallerDropped),
        ]
    };
    let class =
        prop_oneof![4 => Just(Class::Read), 2 => Just(Class::Write), 1 => Just(Class::Stream)];
    let step = prop_oneof![
        5 => class.prop_map(Step::Ask),
        4 => (0usize..8).prop_map(Step::Again),
        5 => ((0usize..8), fate()).prop_map(|(n, fate)| Step::Answer(n, fate)),
        5 => fate().prop_map(Step::AnswerAuth),
        2 => prop_oneof![0u64..1_000, 100_000u64..2_000_000].prop_map(Step::Pass),
        1 => Just(Step::Displace),
    ];
    prop::collection::vec(step, 1..200)
}

struct World {
    session: Session,
    fmc: ScriptedFmc,
    now: u64,
    waiting: Vec<Ticket>,
    under_way: Vec<(Permit, Ticket, String)>,
    flight: Option<AuthPermit>,
    refreshes_since_login: u32,
    /// Logins and logouts whose reply never came, though the request arrived
    /// (or may have).
    lost_auths: u32,
    /// Refreshes whose reply never came.
    lost_refreshes: u32,
    /// When who waits may ask again.
    until: u64,
}

impl World {
    fn ask(&mut self, mut ticket: Ticket) {
        match self.session.admit_alone(at(self.now), &mut ticket) {
            Admit::Go(permit) => {
                let access = self.session.tokens().unwrap().0.expose_secret().to_string();
                assert!(!self.fmc.is_revoked(&access), "sent after logout");
                self.under_way.push((permit, ticket, access));
            }
            Admit::Probe(permit) => {
                let access = self.session.tokens().unwrap().0.expose_secret().to_string();
                self.under_way
                    .push((permit, Ticket::new(Class::Read), access));
                self.waiting.push(ticket);
            }
            Admit::Authenticate(permit) => {
                assert!(self.flight.is_none(), "two flights at once");
                self.flight = Some(permit);
                self.waiting.push(ticket);
            }
            Admit::Wait { until, .. } => {
                assert!(until > at(self.now), "waits for the past");
                self.until = until.as_millis();
                self.waiting.push(ticket);
            }
            Admit::Stop(_) => {}
        }
    }

    fn answer(&mut self, index: usize, fate: Fate) {
        if index >= self.under_way.len() {
            return;
        }
        let (permit, mut ticket, access) = self.under_way.remove(index);
        let outcome = match fate {
            Fate::CallerDropped if permit.probe => return self.expire_probe(permit),
            Fate::CallerDropped => return,
            Fate::Arrives => self.fmc.request(self.now, &access),
            Fate::LostBefore => Outcome::Lost(lost(false)),
            Fate::LostAfter => {
                let _ = self.fmc.request(self.now, &access);
                Outcome::Lost(lost(true))
            }
        };
        let arrived = matches!(&outcome, Outcome::Response(r) if r.status == 200);
        match self
            .session
            .settle(at(self.now), permit, &mut ticket, &outcome)
        {
            Next::Again => self.ask(ticket),
            next => assert_eq!(next == Next::Deliver, arrived, "{next:?}"),
        }
    }

    fn answer_auth(&mut self, fate: Fate) {
        let Some(permit) = self.flight.take() else {
            return;
        };
        let kind = permit.kind();
        let outcome = match fate {
            Fate::CallerDropped => return self.expire(permit),
            Fate::LostBefore => AuthOutcome::Lost(lost(false)),
            Fate::Arrives => self.fmc.authenticate(&self.session, &permit, self.now),
            Fate::LostAfter => {
                let _ = self.fmc.authenticate(&self.session, &permit, self.now);
                AuthOutcome::Lost(lost(true))
            }
        };
        self.lost_auths += u32::from(fate == Fate::LostAfter && kind != AuthKind::Refresh);
        self.lost_refreshes += u32::from(fate == Fate::LostAfter && kind == AuthKind::Refresh);
        self.lost_auths += u32::from(fate == Fate::LostBefore && kind == AuthKind::Logout);
        match (kind, &outcome) {
            (AuthKind::Login, _) => self.refreshes_since_login = 0,
            (AuthKind::Refresh, AuthOutcome::Granted(_)) => self.refreshes_since_login += 1,
            _ => {}
        }
        assert!(self.refreshes_since_login <= 3);
        let _ = self
            .session
            .settle_auth_alone(at(self.now), permit, outcome);
    }

    /// A probe whose caller was dropped, unless its lease has run out before.
    fn expire_probe(&mut self, permit: Permit) {
        drop(permit);
        let flight = self.session.flight.as_ref().filter(|flight| flight.probe);
        if let Some(end) = flight.map(|flight| flight.lease_end) {
            self.now = self.now.max(end.as_millis());
            self.session.handle_timeout(at(self.now));
        }
    }

    /// A caller that was dropped: others get on once its lease has run out.
    fn expire(&mut self, permit: AuthPermit) {
        self.lost_auths += u32::from(permit.kind() != AuthKind::Refresh);
        self.lost_refreshes += u32::from(permit.kind() == AuthKind::Refresh);
        drop(permit);
        let end = self.session.flight.as_ref().unwrap().lease_end;
        assert!(self.session.poll_timeout().is_some_and(|at| at <= end));
        self.now = self.now.max(end.as_millis());
        self.session.handle_timeout(at(self.now));
        assert!(self.session.flight.is_none());
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Ask(class) => self.ask(Ticket::new(class)),
            Step::Again(index) if index < self.waiting.len() => {
                let ticket = self.waiting.remove(index);
                self.ask(ticket);
            }
            Step::Again(_) => {}
            Step::Answer(index, fate) => self.answer(index, fate),
            Step::AnswerAuth(fate) => self.answer_auth(fate),
            Step::Pass(millis) if self.flight.is_none() => self.now += millis,
            // The adapter ends a flight before its lease does.
            Step::Pass(millis) => self.now += millis.min(1_000),
            Step::Displace => self.fmc.displace(),
        }
    }

    /// From here on all goes well: whoever waits gets through.
    fn drain(&mut self) {
        for _ in 0..1_000 {
            if self.flight.is_some() {
                self.answer_auth(Fate::Arrives);
            } else if !self.under_way.is_empty() {
                self.answer(0, Fate::Arrives);
            } else if !self.waiting.is_empty() {
                self.until = self.now;
                let ticket = self.waiting.remove(0);
                self.ask(ticket);
                self.now = self.now.max(self.until);
            } else {
                return;
            }
        }
        panic!("callers wait for ever");
    }
}

fn lost(may_have_reached: bool) -> Lost {
    let error = TransportError::Closed.into();
    Lost {
        error,
        may_have_reached,
        stale: !may_have_reached,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn whatever_happens_the_rules_hold(steps in steps()) {
        let mut world = World {
            session: fmc_session(),
            fmc: ScriptedFmc::new(),
            now: 1,
            waiting: Vec::new(),
            under_way: Vec::new(),
            flight: None,
            refreshes_since_login: 0,
            lost_auths: 0,
            lost_refreshes: 0,
            until: 0,
        };
        for step in steps {
            world.take(step);
        }
        world.drain();
        world.ask(Ticket::new(Class::Logout));
        world.drain();
        prop_assert!(!world.session.is_open());
        prop_assert_eq!(
            world.session.admit_alone(at(world.now), &mut Ticket::new(Class::Read)),
            Admit::Stop(Stop::LoggedOut)
        );
        let stats = world.session.stats();
        prop_assert_eq!(world.fmc.fourth_refreshes, 0);
        prop_assert!(stats.orphans >= world.lost_auths);
        prop_assert!(stats.orphans <= world.lost_auths + world.lost_refreshes);
        prop_assert!(stats.logins <= stats.logouts + stats.ended + stats.orphans);
        prop_assert!(stats.orphans > 0 || world.fmc.live_sessions() == 0);
    }
}
