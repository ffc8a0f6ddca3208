//! Who calls what on which session, all its schedules, and what holds in each.

use core::cell::{Cell, RefCell};
use std::rc::Rc;

use oobwatch_core::exchange::{Discard, Request};
use oobwatch_core::secret::{AccessToken, RefreshToken};
use oobwatch_core::session::Ages;
use oobwatch_core::time::Instant;
use oobwatch_io::{Failure, drive};

use super::choices::Choices;
use super::fmc::{self, Fmc};
use super::home::{Bug, Host};
use super::world::{Kind, Limits, World};
use crate::credential::Credential;
use crate::lock;

/// What a caller does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    Send,
    LogIn,
    LogOut,
}

/// What there is when the callers come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    Cold,
    /// Tokens that are good for long.
    Open,
    /// Tokens that have to be refreshed before the next request.
    Due,
    /// Tokens that the box refuses, and takes for a refresh.
    Expired,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Scenario {
    pub(super) start: Start,
    /// They go to the boxes in turn.
    pub(super) calls: &'static [Call],
    pub(super) boxes: usize,
    pub(super) password_is_wrong: bool,
    /// There are idle connections for requests: connecting takes no time.
    pub(super) has_idle: bool,
    /// A login, refresh or logout waits before and after, for what is written down.
    pub(super) remembers: bool,
    pub(super) limits: Limits,
    pub(super) bug: Bug,
}

pub(super) const fn scenario(start: Start, calls: &'static [Call]) -> Scenario {
    Scenario {
        start,
        calls,
        boxes: 1,
        password_is_wrong: false,
        has_idle: true,
        remembers: false,
        limits: Limits {
            drops: 0,
            interrupts: 0,
            losses: 0,
        },
        bug: Bug::None,
    }
}

/// The status of the answer, or why there is none; `None` for a call that was dropped.
type End = Option<Result<u16, Failure>>;

/// What came of one schedule.
pub(super) struct Run {
    world: Rc<World>,
    hosts: Vec<Host>,
    pub(super) boxes: Rc<RefCell<Vec<Fmc>>>,
    /// What each call ended with.
    pub(super) ends: Rc<RefCell<Vec<End>>>,
    /// A session was closed, and was open all the same until the client was dropped.
    pub(super) is_abandoned: Cell<bool>,
}

impl Scenario {
    pub(super) const fn with(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Runs all schedules, and says how many there are.
    ///
    /// # Errors
    /// What does not hold, and the schedule.
    pub(super) fn explore(
        &self,
        check: impl Fn(&Run) -> Result<(), String>,
    ) -> Result<usize, String> {
        let (mut choices, mut schedules) = (Choices::default(), 0);
        loop {
            schedules += 1;
            let run = self.prepare(choices);
            let result = self.run(&run).and_then(|()| run.check(self.limits));
            if let Err(why) = result.and_then(|()| check(&run)) {
                let steps = run.world.steps.take();
                return Err(format!("{why}, in schedule {schedules}: {steps:?}"));
            }
            choices = run.world.take_choices();
            if !choices.next() {
                return Ok(schedules);
            }
        }
    }

    fn prepare(&self, choices: Choices) -> Run {
        let world = Rc::new(World::new(choices, self.limits));
        let credential = Credential::new("api", "S3cr3t".to_owned());
        let new = |number| Host::new(&world, number, &credential, self);
        let hosts: Vec<_> = (0..self.boxes).map(new).collect();
        let new = |_| Fmc::new(self.password_is_wrong);
        let run = Run {
            world,
            hosts,
            boxes: Rc::new(RefCell::new((0..self.boxes).map(new).collect())),
            ends: Rc::new(RefCell::new(vec![None; self.calls.len()])),
            is_abandoned: Cell::new(false),
        };
        if self.start != Start::Cold {
            run.adopt();
        }
        match self.start {
            Start::Cold | Start::Open => {}
            Start::Due => run.hosts[0].0.now.update(|now| now + 1_790_000),
            Start::Expired => run.boxes.borrow_mut()[0].expire(),
        }
        run
    }

    /// Lets all calls end, then drops the client, which closes what is open.
    fn run(&self, run: &Run) -> Result<(), String> {
        for (n, &call) in self.calls.iter().enumerate() {
            let (host, ends) = (run.hosts[n % self.boxes].clone(), Rc::clone(&run.ends));
            let is_twin = n > 0 && self.boxes == 1 && self.calls[n - 1] == call;
            let kind = if is_twin { Kind::Twin } else { Kind::Caller };
            run.world.spawn(kind, async move {
                let end = call.make(&host).await;
                ends.borrow_mut()[n] = Some(end);
            });
        }
        let answer = |n: usize, request: &str| run.boxes.borrow_mut()[n].answer(request);
        run.world.run(answer)?;
        let abandoned = |host: &Host| lock(&host.0.session).is_abandoned();
        run.is_abandoned.set(run.hosts.iter().any(abandoned));
        // The client is dropped.
        for host in run.hosts.clone() {
            run.world.spawn(Kind::Own, async move {
                let _ = drive::log_out(&host).await;
            });
        }
        run.world.run_straight(answer)
    }
}

impl Call {
    async fn make(self, host: &Host) -> Result<u16, Failure> {
        match self {
            Self::Send => {
                let request = Request::get("/x");
                let sent = drive::send(host, &request, b"", &mut Discard).await;
                Ok(sent?.status)
            }
            Self::LogIn => drive::log_in(host).await.map(|()| 0),
            Self::LogOut => drive::log_out(host).await.map(|()| 0),
        }
    }
}

impl Run {
    fn adopt(&self) {
        let n = self.boxes.borrow_mut()[0].open();
        let access = AccessToken::new(&format!("access{n}")).unwrap();
        let refresh = RefreshToken::new(&format!("refresh{n}")).ok();
        let host = &self.hosts[0].0;
        let now = Instant::from_millis(host.now.get());
        lock(&host.session).adopt(now, Ages::default(), access, refresh);
    }

    /// What holds in every schedule: single flight, nothing sent after a logout,
    /// and for every login a logout or a counted orphan.
    fn check(&self, limits: Limits) -> Result<(), String> {
        let missing = self
            .ends
            .borrow()
            .iter()
            .filter(|end| end.is_none())
            .count();
        demand(missing <= limits.drops.into(), "a call has no end")?;
        for (host, fmc) in self.hosts.iter().zip(self.boxes.borrow().iter()) {
            let host = &host.0;
            let at_once = host.flights.get().1;
            demand(at_once <= 1, "two logins, refreshes or logouts at once")?;
            let sent = host.sent.borrow();
            let late = sent.iter().skip_while(|path| !fmc::is_logout(path));
            let closing = late.skip(1).all(|path| fmc::is_logout(path));
            demand(closing, "something was sent after a logout")?;
            let stats = lock(&host.session).stats();
            let ended = stats.logouts + stats.ended + stats.orphans;
            demand(fmc.opened == ended, "a login without its logout")?;
            let closed = limits.losses > 0 || !fmc.is_open();
            demand(closed, "a session was left open")?;
        }
        Ok(())
    }
}

pub(super) fn demand(holds: bool, why: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why.to_owned()) }
}
