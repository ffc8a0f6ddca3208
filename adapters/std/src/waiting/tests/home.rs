//! A home in memory: the session, the latch and the waiting of a host, over
//! connections that the schedule answers.

use core::cell::{Cell, RefCell};
use core::task::Poll;
use core::time::Duration;
use std::rc::Rc;
use std::sync::Mutex;

use embedded_io_async::{ErrorType, Read, Write};
use oobwatch_core::credentials::{Bearer, Login};
use oobwatch_core::error::{Error, TransportError};
use oobwatch_core::exchange::{Discard, Sink};
use oobwatch_core::http;
use oobwatch_core::latch::Latch;
use oobwatch_core::origin::Origin;
use oobwatch_core::product::Product;
use oobwatch_core::session::{AuthKind, AuthNext, AuthPermit, Came, Rules, Session, Wait};
use oobwatch_core::time::Instant;
use oobwatch_io::{Before, Connection, Deadlines, Home, Timer, drive};
use tokio::sync::oneshot;

use super::fmc;
use super::scenario::Scenario;
use super::world::{Exchange, Kind, World};
use crate::credential::Credential;
use crate::lock;
use crate::waiting::{self, Epoch};

/// What is wrong with a home, to see whether it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bug {
    None,
    /// A change of the session wakes nobody.
    NotifyLeftOut,
    /// The epoch to wait for is read when the session is no longer locked.
    EpochReadLate,
    /// The look comes before the subscription.
    LookBeforeSubscription,
    /// The elected caller logs in itself, and takes the login along when dropped.
    NoTaskOfItsOwn,
    /// A login counts as lost as soon as it has begun.
    LeaseOfNothing,
    /// Nobody logs out from what a login brings after everybody has left.
    AbandonedStaysOpen,
}

pub(super) struct Lab {
    pub(super) world: Rc<World>,
    pub(super) number: usize,
    pub(super) session: Mutex<Session>,
    pub(super) epoch: Epoch,
    pub(super) credential: Credential,
    pub(super) now: Cell<u64>,
    pub(super) bug: Bug,
    /// There are idle connections for requests, so that connecting takes no time.
    pub(super) has_idle: bool,
    /// Something is written down before and after each login, refresh and logout.
    pub(super) remembers: bool,
    /// Logins, refreshes and logouts on the wire, and the most that ever were.
    pub(super) flights: Cell<(u8, u8)>,
    /// The paths of all requests, in the order in which they were sent.
    pub(super) sent: RefCell<Vec<String>>,
}

/// A handle on it, as a host has one.
#[derive(Clone)]
pub(super) struct Host(pub(super) Rc<Lab>);

impl Host {
    pub(super) fn new(
        world: &Rc<World>,
        number: usize,
        credential: &Credential,
        scenario: &Scenario,
    ) -> Self {
        let Scenario {
            bug,
            has_idle,
            remembers,
            ..
        } = *scenario;
        let mut rules = Rules::default();
        if bug == Bug::LeaseOfNothing {
            rules.auth_lease = Duration::ZERO;
        }
        let origin = Origin::new(Product::Fmc, "fmc.example").unwrap();
        Self(Rc::new(Lab {
            world: Rc::clone(world),
            number,
            session: Mutex::new(Session::new(&origin, 1, rules)),
            epoch: Epoch::default(),
            credential: credential.clone(),
            now: Cell::new(10_000_000),
            bug,
            has_idle,
            remembers,
            flights: Cell::default(),
            sent: RefCell::default(),
        }))
    }

    fn log_out_if_abandoned(&self) {
        let is_abandoned = self.with_session(|session| session.is_abandoned());
        if is_abandoned && self.0.bug != Bug::AbandonedStaysOpen {
            let host = self.clone();
            let job = async move {
                let _ = drive::log_out(&host).await;
            };
            self.0.world.spawn(Kind::Own, job);
        }
    }

    async fn fly(self, permit: AuthPermit) -> AuthNext {
        let next = drive::authenticate(&self, permit).await;
        self.log_out_if_abandoned();
        next
    }
}

impl Timer for Host {
    fn now(&self) -> Instant {
        Instant::from_millis(self.0.now.get())
    }

    /// Time stands still: what needs a deadline to go on, never does.
    async fn sleep_until(&self, _: Instant) {
        core::future::pending::<()>().await;
    }
}

impl Home for Host {
    type Stream = Wire;
    type Flight = ();

    fn with_session<R>(&self, f: impl FnOnce(&mut Session) -> R) -> R {
        self.0.world.interrupt();
        f(&mut lock(&self.0.session))
    }

    fn with_latch<R>(&self, f: impl FnOnce(&mut Session, &mut Latch) -> R) -> R {
        self.0.world.interrupt();
        let mut session = lock(&self.0.session);
        f(&mut session, &mut lock(self.0.credential.latch()))
    }

    fn origin(&self) -> Origin<'_> {
        Origin::new(Product::Fmc, "fmc.example").unwrap()
    }

    fn bearer(&self) -> Option<Bearer<'_>> {
        None
    }

    fn login(&self) -> Option<Login<'_>> {
        let (user, password) = (self.0.credential.user(), self.0.credential.password());
        Login::new(&self.origin(), user, password).ok()
    }

    fn domain(&self) -> Option<&str> {
        None
    }

    fn domains(&self) -> impl Sink {
        Discard
    }

    fn limits(&self) -> http::Limits {
        http::Limits::default()
    }

    fn deadlines(&self) -> Deadlines {
        Deadlines::default()
    }

    async fn connect(&self, fresh: bool) -> Result<Connection<Wire>, Error> {
        if fresh || !self.0.has_idle {
            a_while().await;
        }
        let mut exchanges = self.0.world.exchanges.borrow_mut();
        exchanges.push(Exchange {
            on_box: self.0.number,
            ..Exchange::default()
        });
        let stream = Wire {
            lab: Rc::clone(&self.0),
            number: exchanges.len() - 1,
        };
        Ok(Connection {
            stream,
            reused: false,
        })
    }

    fn release(&self, _: Wire, _: http::Persistence) {}

    async fn authenticate(&self, permit: AuthPermit) -> AuthNext {
        if self.0.bug == Bug::NoTaskOfItsOwn {
            return self.clone().fly(permit).await;
        }
        let (host, (done, next)) = (self.clone(), oneshot::channel());
        let waits_first = permit.wants_fresh_connection() || !self.0.has_idle || self.0.remembers;
        let kind = if waits_first {
            Kind::OwnAtOnce
        } else {
            Kind::Own
        };
        self.0.world.spawn(kind, async move {
            let _ = done.send(host.fly(permit).await);
        });
        let dropped = AuthNext::Fail(TransportError::Dropped.into());
        next.await.unwrap_or(dropped)
    }

    async fn before(&self, _: &AuthPermit) -> Result<Before<()>, Error> {
        if self.0.remembers {
            a_while().await;
        }
        Ok(Before::Go(None))
    }

    async fn after(&self, _: Option<()>, _: AuthKind, _: Came) {
        if self.0.remembers {
            a_while().await;
        }
    }

    async fn changed(&self, epoch: u32, until: Instant, _: Wait) {
        let two = [&self.0.epoch, self.0.credential.epoch()];
        let late = self.sleep_until(until);
        let look = || {
            let epoch =
                self.with_latch(|session, latch| session.epoch().wrapping_add(latch.epoch()));
            self.0.world.interrupt();
            epoch
        };
        self.0.world.interrupt();
        match self.0.bug {
            Bug::EpochReadLate => waiting::changed(two, look(), look, late).await,
            Bug::LookBeforeSubscription if look() == epoch => {
                let has_looked = Cell::new(true);
                let look = || if has_looked.take() { epoch } else { look() };
                waiting::changed(two, epoch, look, late).await;
            }
            _ => waiting::changed(two, epoch, look, late).await,
        }
    }

    fn notify(&self) {
        let epoch = self.with_session(|session| session.epoch());
        self.0.world.interrupt();
        if self.0.bug != Bug::NotifyLeftOut {
            self.0.epoch.notify(epoch);
        }
        self.0.world.interrupt();
        self.0.credential.notify();
    }
}

/// One more poll: all that can happen meanwhile, can.
async fn a_while() {
    let mut waits = true;
    core::future::poll_fn(|context| {
        context.waker().wake_by_ref();
        match core::mem::take(&mut waits) {
            true => Poll::Pending,
            false => Poll::Ready(()),
        }
    })
    .await;
}

/// A connection for one exchange.
pub(super) struct Wire {
    lab: Rc<Lab>,
    number: usize,
}

impl Drop for Wire {
    fn drop(&mut self) {
        let exchange = &mut self.lab.world.exchanges.borrow_mut()[self.number];
        exchange.is_abandoned = true;
        if fmc::is_auth(fmc::path(&exchange.request)) {
            let (now, most) = self.lab.flights.get();
            self.lab.flights.set((now - 1, most));
        }
    }
}

impl ErrorType for Wire {
    type Error = std::io::Error;
}

impl Read for Wire {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error> {
        core::future::poll_fn(|context| {
            let exchange = &mut self.lab.world.exchanges.borrow_mut()[self.number];
            let Some(answer) = &mut exchange.answer else {
                exchange.reader = Some(context.waker().clone());
                return Poll::Pending;
            };
            let count = answer.len().min(buffer.len());
            buffer[..count].copy_from_slice(&answer.as_bytes()[..count]);
            answer.drain(..count);
            Poll::Ready(Ok(count))
        })
        .await
    }
}

impl Write for Wire {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        let exchange = &mut self.lab.world.exchanges.borrow_mut()[self.number];
        exchange
            .request
            .push_str(core::str::from_utf8(bytes).unwrap());
        let path = fmc::path(&exchange.request).to_owned();
        if fmc::is_auth(&path) {
            let (now, most) = self.lab.flights.get();
            self.lab.flights.set((now + 1, most.max(now + 1)));
        }
        self.lab.sent.borrow_mut().push(path);
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}
