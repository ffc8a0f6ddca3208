//! Where a session lives on a board: one task, one connection at a time,
//! everything in RAM, and a record of what must outlive a reset.

use core::cell::{Cell, RefCell};
use core::time::Duration;

use oobwatch_core::credentials::{Bearer, Login};
use oobwatch_core::error::{ConfigError, Error, TransportError};
use oobwatch_core::exchange::{Discard, Sink};
use oobwatch_core::http::{Limits, Persistence};
use oobwatch_core::latch::Latch;
use oobwatch_core::origin::Origin;
use oobwatch_core::session::{AuthKind, AuthNext, AuthPermit, Came, Session, Wait};
use oobwatch_core::time::Instant;
use oobwatch_image as image;
use oobwatch_io::{Before, Connection, Deadlines, Home, Timer, drive};

use crate::board::Trust;
use crate::net::{Dial, Way};
use crate::{State, Target, clock};

/// How long one exchange may take. With that a login ends well within its lease.
const DEADLINES: Deadlines = Deadlines {
    first_byte: Duration::from_secs(30),
    total: Duration::from_secs(90),
};

/// The largest answer that is read to its end: a list of 10,000 devices.
const BODY_MAX: u64 = 64 << 20;

/// An idle connection is left alone this long before the box would close it.
const MARGIN: Duration = Duration::from_secs(1);

/// The home of one target for the time of one check.
pub(crate) struct BoardHome<'a, D: Dial> {
    state: &'a State,
    target: &'a Target,
    dial: &'a D,
    idle: RefCell<Option<Idle<D::Stream>>>,
    way: Cell<Way>,
}

/// A connection that waits for the next request, until then at most.
struct Idle<S> {
    stream: S,
    until: Option<Instant>,
}

impl<'a, D: Dial> BoardHome<'a, D> {
    pub(crate) const fn new(state: &'a State, target: &'a Target, dial: &'a D) -> Self {
        Self {
            state,
            target,
            dial,
            idle: RefCell::new(None),
            way: Cell::new(Way::NONE),
        }
    }

    /// Whose home it is.
    pub(crate) const fn target(&self) -> &'a Target {
        self.target
    }

    /// How long it took to connect, the first time.
    pub(crate) const fn way(&self) -> Way {
        self.way.get()
    }

    /// A new connection, with the certificate trusted.
    pub(crate) async fn dial(&self) -> Result<D::Stream, Error> {
        let target = self.target;
        let (first, second) = trusts(&target.config, target.uses_next.get());
        let refused = match self.dial.dial(&target.config, first, &self.way).await {
            Err(error @ Error::Transport(TransportError::Certificate(_))) => error,
            done => return done,
        };
        let second = second.ok_or(refused)?;
        let stream = self.dial.dial(&target.config, second, &self.way).await?;
        target.uses_next.set(!target.uses_next.get());
        Ok(stream)
    }

    /// An idle connection that the box should still have open.
    fn take_idle(&self) -> Option<D::Stream> {
        let idle = self.idle.take()?;
        let fresh = idle.until.is_none_or(|until| self.now() < until);
        fresh.then_some(idle.stream)
    }

    /// Writes down what has become of the session and the credential.
    pub(crate) fn keep(&self, trying: bool, open: bool) -> Result<(), Error> {
        let now = self.now();
        let (memory, orphans) = self.with_session(|s| (s.memory(now), s.stats().orphans));
        let refusals = self.with_latch(|_, latch| latch.refusals());
        let new_orphans = orphans.saturating_sub(self.target.orphans.replace(orphans));
        let credential = self.state.account(&self.target.config.credential);
        let place = self
            .state
            .targets
            .iter()
            .position(|t| core::ptr::eq(t, self.target));
        let kept = self.state.keep(|record| {
            record.orphans = record.orphans.saturating_add(new_orphans);
            if let Some(tries) = record.credentials.get_mut(credential) {
                (tries.refusals, tries.trying) = (refusals, trying);
            }
            if let Some(past) = place.and_then(|place| record.targets.get_mut(place)) {
                (past.open, past.memory) = (open, memory);
            }
        });
        kept.map_err(|_| ConfigError::StateUnusable.into())
    }
}

/// The certificate to begin with, and the other one.
fn trusts(
    config: &image::Target<'static>,
    uses_next: bool,
) -> (Trust<'static>, Option<Trust<'static>>) {
    let sni = match config.host {
        image::Host::Address(_) => None,
        image::Host::Name(name) => Some(name),
    };
    match config.trust {
        image::Trust::Authority { certificate, name } => {
            let der = certificate.der();
            (Trust::Authority { der, name }, None)
        }
        image::Trust::Pinned { certificate, next } => {
            let pinned = |certificate: image::Certificate<'static>| Trust::Pinned {
                der: certificate.der(),
                sni,
            };
            match (pinned(certificate), next.map(pinned)) {
                (first, Some(second)) if uses_next => (second, Some(first)),
                other => other,
            }
        }
    }
}

impl<D: Dial> Timer for BoardHome<'_, D> {
    fn now(&self) -> Instant {
        clock::now()
    }

    async fn sleep_until(&self, at: Instant) {
        clock::sleep_until(at).await;
    }
}

impl<D: Dial> Home for BoardHome<'_, D> {
    type Stream = D::Stream;
    type Flight = ();

    fn with_session<R>(&self, f: impl FnOnce(&mut Session) -> R) -> R {
        f(&mut self.target.session.borrow_mut())
    }

    fn with_latch<R>(&self, f: impl FnOnce(&mut Session, &mut Latch) -> R) -> R {
        let session = &mut self.target.session.borrow_mut();
        match self.state.latch(self.target) {
            Some(latch) => f(session, &mut latch.borrow_mut()),
            // The image gives no credential a higher index.
            None => f(session, &mut Latch::restored(u8::MAX, self.now())),
        }
    }

    fn origin(&self) -> Origin<'_> {
        self.target.origin()
    }

    fn bearer(&self) -> Option<Bearer<'_>> {
        match self.target.config.credential.login() {
            image::Login::Bearer(token) => Bearer::new(&self.origin(), token.expose()).ok(),
            image::Login::Password { .. } => None,
        }
    }

    fn login(&self) -> Option<Login<'_>> {
        match self.target.config.credential.login() {
            image::Login::Password { user, password } => {
                Login::new(&self.origin(), user, password.expose()).ok()
            }
            image::Login::Bearer(_) => None,
        }
    }

    fn domain(&self) -> Option<&str> {
        None
    }

    fn domains(&self) -> impl Sink {
        Discard
    }

    fn limits(&self) -> Limits {
        Limits {
            body: BODY_MAX,
            ..Limits::default()
        }
    }

    fn deadlines(&self) -> Deadlines {
        DEADLINES
    }

    async fn connect(&self, fresh: bool) -> Result<Connection<D::Stream>, Error> {
        // Taken in any case: there is room for one connection only.
        let idle = self.take_idle();
        if let Some(stream) = idle.filter(|_| !fresh) {
            return Ok(Connection {
                stream,
                reused: true,
            });
        }
        let stream = self.dial().await?;
        Ok(Connection {
            stream,
            reused: false,
        })
    }

    fn release(&self, stream: D::Stream, persistence: Persistence) {
        let until = match persistence {
            Persistence::Close | Persistence::KeepAlive { max: Some(0), .. } => return,
            Persistence::KeepAlive { timeout_secs, .. } => timeout_secs.map(|seconds| {
                let end = self.now().after(Duration::from_secs(seconds.into()));
                end.before(MARGIN)
            }),
        };
        self.idle.replace(Some(Idle { stream, until }));
    }

    /// In the task of the check: a check that is dropped in the middle of a
    /// login leaves that to its lease.
    async fn authenticate(&self, permit: AuthPermit) -> AuthNext {
        drive::authenticate(self, permit).await
    }

    async fn before(&self, permit: &AuthPermit) -> Result<Before<()>, Error> {
        if permit.kind() == AuthKind::Login {
            self.keep(true, true)?;
        }
        Ok(Before::Go(None))
    }

    async fn after(&self, _: Option<()>, _: AuthKind, _: Came) {
        let open = self.with_session(|session| session.is_open());
        // It is in RAM all the same; the next login sees whether storage works.
        let _ = self.keep(false, open);
    }

    async fn changed(&self, _: u32, until: Instant, _: Wait) {
        // Nobody else moves the session of this target.
        self.sleep_until(until).await;
    }

    fn notify(&self) {}
}
