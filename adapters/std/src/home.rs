//! Where a session lives on a host: many tasks, one mutex, held for moments.

use core::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use embedded_io_async::{ErrorType, Read, Write};
use oobwatch_core::credentials::{Bearer, Login};
use oobwatch_core::error::{ConfigError, Error, TransportError};
use oobwatch_core::exchange::{Sink, find_domain};
use oobwatch_core::http::{Limits, Persistence};
use oobwatch_core::latch::Latch;
use oobwatch_core::origin::Origin;
use oobwatch_core::product::Product;
use oobwatch_core::session::{AuthKind, AuthNext, AuthPermit, Came, Session, Wait};
use oobwatch_core::text::Text;
use oobwatch_core::time::Instant;
use oobwatch_io::{Adopted, Before, Connection, Deadlines, Home, Timer, drive};
use tokio::sync::OwnedSemaphorePermit;
use zeroize::Zeroizing;

use crate::clock::Clock;
use crate::connect::{ConnectFacts, Connector};
use crate::credential::Credential;
use crate::lock;
use crate::pool::{Lane, Pool};
use crate::state::{Flight, Found, Keeper, Open, Ready, Secrets};
use crate::tap::Stream;
use crate::waiting::{self, Epoch};

/// All that the clones of a client share.
pub(crate) struct Shared {
    pub(crate) product: Product,
    pub(crate) connector: Connector,
    pub(crate) pool: Pool,
    pub(crate) session: Mutex<Session>,
    /// It is closed for good: set and asked with the session locked.
    pub(crate) closed: AtomicBool,
    pub(crate) epoch: Epoch,
    pub(crate) clock: Clock,
    pub(crate) secret: Secret,
    pub(crate) no_credential: Credential,
    pub(crate) domain: Option<String>,
    pub(crate) domains: Mutex<Vec<DomainName>>,
    pub(crate) limits: Limits,
    /// What is written down of the session, if anything is.
    pub(crate) keeper: Option<Keeper>,
}

impl Shared {
    /// The credential; without one, a latch that nobody asks.
    fn credential(&self) -> &Credential {
        match &self.secret {
            Secret::Login(credential) => credential,
            Secret::Bearer(_) | Secret::None => &self.no_credential,
        }
    }
}

/// What the client logs in with.
pub(crate) enum Secret {
    Bearer(Zeroizing<String>),
    Login(Credential),
    /// Tokens were obtained elsewhere; there is nothing to log in with.
    None,
}

/// A domain that is open to the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainName {
    /// The path of names, such as `Global/Devel`.
    pub name: String,
    /// The UUID.
    pub uuid: String,
}

/// A handle on what is shared; what the loops of `oobwatch-io` run on.
#[derive(Clone)]
pub(crate) struct Host(pub(crate) Arc<Shared>, Lane, pub(crate) Arc<View>);

/// What each view of a session has of its own.
#[derive(Default)]
pub(crate) struct View {
    /// The domain to work in, if it is not that of the session.
    domain: Option<String>,
    /// How its last new connection was made.
    pub(crate) facts: Mutex<ConnectFacts>,
}

/// A connection, and the slot that it occupies while it is in use.
pub(crate) struct Held {
    stream: Stream,
    _slot: Option<OwnedSemaphorePermit>,
}

impl ErrorType for Held {
    type Error = std::io::Error;
}

impl Read for Held {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error> {
        self.stream.read(buffer).await
    }
}

impl Write for Held {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        self.stream.write(bytes).await
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        self.stream.flush().await
    }
}

impl Host {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self(shared, Lane::Request, Arc::default())
    }

    /// Whether `text` repeats what is logged in with.
    pub(crate) fn is_secret_in(&self, text: &str) -> bool {
        match &self.0.secret {
            Secret::Login(credential) => text.contains(credential.password()),
            Secret::Bearer(token) => text.contains(token.as_str()),
            Secret::None => false,
        }
    }

    /// The same session, seen from another domain.
    pub(crate) fn in_domain(&self, name: &str) -> Self {
        let view = View {
            domain: Some(name.to_owned()),
            ..View::default()
        };
        Self(Arc::clone(&self.0), self.1, Arc::new(view))
    }

    /// A login that came in after the client was closed or dropped: nobody else
    /// is left to log it out.
    fn log_out_if_abandoned(&self) {
        let shared = self.0.keeper.as_ref().is_some_and(|keeper| keeper.shared);
        if !shared && self.with_session(|session| session.is_abandoned()) {
            let host = Self::new(Arc::clone(&self.0));
            tokio::spawn(async move { drive::log_out(&host).await });
        }
    }
}

impl Host {
    /// Makes the session one that another process has opened.
    fn take_over(&self, found: Found) -> Result<Adopted, Error> {
        let listed = found.domains.iter();
        let listed = listed.map(|domain| (&*domain.name, &*domain.uuid));
        let domain = match &self.0.domain {
            Some(wanted) => Some(find_domain(wanted, listed)?.as_str().map(str::to_owned)),
            None => Some(found.domain),
        };
        if let Some(uuid) = domain.flatten() {
            self.with_session(|session| session.use_domain(&uuid))?;
        }
        *lock(&self.0.domains) = found.domains;
        Ok(found.adopted)
    }

    /// The session as it is, unless its tokens are of no use.
    fn open(&self) -> Option<Open> {
        let now = self.now();
        let session = lock(&self.0.session);
        let (access, refresh) = session.tokens()?;
        if session.is_spent(now) {
            return None;
        }
        let domains = lock(&self.0.domains);
        let domains = domains.iter();
        Some(Open {
            secrets: Secrets {
                access: access.expose_secret().to_owned(),
                refresh: refresh.map(|token| token.expose_secret().to_owned()),
                domains: domains
                    .map(|domain| (domain.name.clone(), domain.uuid.clone()))
                    .collect(),
            },
            domain: session.domain().map(str::to_owned),
        })
    }
}

impl Timer for Host {
    fn now(&self) -> Instant {
        self.0.clock.now()
    }

    async fn sleep_until(&self, at: Instant) {
        tokio::time::sleep(at - self.now()).await;
    }

    async fn wait_until(&self, at: Instant) {
        self.0.clock.wait_until(at).await;
    }
}

impl Home for Host {
    type Stream = Held;
    type Flight = Flight;

    fn with_session<R>(&self, f: impl FnOnce(&mut Session) -> R) -> R {
        f(&mut lock(&self.0.session))
    }

    fn with_latch<R>(&self, f: impl FnOnce(&mut Session, &mut Latch) -> R) -> R {
        // Always in this order, and never while waiting.
        let mut session = lock(&self.0.session);
        f(&mut session, &mut lock(self.0.credential().latch()))
    }

    fn origin(&self) -> Origin<'_> {
        let authority = self.0.connector.address.authority();
        Origin::new(self.0.product, authority).expect("the builder has made it once")
    }

    fn bearer(&self) -> Option<Bearer<'_>> {
        match &self.0.secret {
            Secret::Bearer(token) => Bearer::new(&self.origin(), token).ok(),
            Secret::Login(_) | Secret::None => None,
        }
    }

    fn login(&self) -> Option<Login<'_>> {
        match &self.0.secret {
            Secret::Login(credential) => {
                Login::new(&self.origin(), credential.user(), credential.password()).ok()
            }
            Secret::Bearer(_) | Secret::None => None,
        }
    }

    fn domain(&self) -> Option<&str> {
        self.0.domain.as_deref()
    }

    fn view(&self) -> Result<Option<Text<36>>, ConfigError> {
        let Some(wanted) = &self.2.domain else {
            return Ok(None);
        };
        let listed = lock(&self.0.domains);
        let listed = listed.iter();
        find_domain(wanted, listed.map(|domain| (&*domain.name, &*domain.uuid))).map(Some)
    }

    fn domains(&self) -> impl Sink {
        Domains {
            shared: Arc::clone(&self.0),
            new: true,
        }
    }

    fn limits(&self) -> Limits {
        self.0.limits
    }

    fn deadlines(&self) -> Deadlines {
        let timeouts = self.0.connector.timeouts;
        Deadlines {
            first_byte: timeouts.first_byte,
            total: timeouts.total,
        }
    }

    async fn connect(&self, fresh: bool) -> Result<Connection<Held>, Error> {
        let closed = Error::Transport(TransportError::Dropped);
        let slot = self
            .0
            .pool
            .acquire(self.1, fresh, &self.0.clock)
            .await
            .ok_or(closed)?;
        let reused = slot.stream.is_some();
        let stream = match slot.stream {
            Some(stream) => stream,
            None => self.0.connector.connect(&self.2.facts).await?,
        };
        Ok(Connection {
            stream: Held {
                stream,
                _slot: slot.permit,
            },
            reused,
        })
    }

    fn release(&self, held: Held, persistence: Persistence) {
        self.0.pool.release(held.stream, persistence, self.now());
    }

    /// In a task of its own: a caller that is dropped takes nobody's login along.
    async fn authenticate(&self, permit: AuthPermit) -> AuthNext {
        let host = Self(Arc::clone(&self.0), Lane::Auth, Arc::clone(&self.2));
        let kind = permit.kind();
        let address = &self.0.connector.address;
        tracing::debug!(%address, ?kind, "begins");
        let task = tokio::spawn(async move {
            let next = drive::authenticate(&host, permit).await;
            // A logout that was put off has a caller who waits.
            if kind != AuthKind::Logout {
                host.log_out_if_abandoned();
            }
            next
        });
        let next = task
            .await
            .unwrap_or(AuthNext::Fail(TransportError::Dropped.into()));
        match next {
            AuthNext::Fail(error) => tracing::info!(%address, ?kind, %error, "failed"),
            AuthNext::Continue | AuthNext::Closed => tracing::info!(%address, ?kind, "done"),
        }
        next
    }

    async fn before(&self, permit: &AuthPermit) -> Result<Before<Flight>, Error> {
        let Some(keeper) = &self.0.keeper else {
            return Ok(Before::Go(None));
        };
        match keeper.before(permit.kind()).await? {
            Ready::Go(flight) => Ok(Before::Go(Some(flight))),
            Ready::Adopt(found) => self.take_over(found).map(Before::Adopt),
        }
    }

    async fn after(&self, flight: Option<Flight>, kind: AuthKind, came: Came) {
        if let (Some(keeper), Some(flight)) = (&self.0.keeper, flight) {
            let now = self.now();
            let memory = self.with_session(|session| session.memory(now));
            // Before another process has its turn.
            keeper.keep_memory(&memory);
            keeper.after(flight, kind, came, self.open());
        }
    }

    async fn changed(&self, epoch: u32, until: Instant, why: Wait) {
        let two = [&self.0.epoch, self.0.credential().epoch()];
        let look = || self.with_latch(|session, latch| session.epoch().wrapping_add(latch.epoch()));
        let late = async {
            match why {
                Wait::Busy | Wait::Budget | Wait::Displaced => self.wait_until(until).await,
                _ => self.sleep_until(until).await,
            }
        };
        waiting::changed(two, epoch, look, late).await;
    }

    fn notify(&self) {
        let epoch = self.with_session(|session| session.epoch());
        self.0.epoch.notify(epoch);
        self.0.credential().notify();
    }
}

/// Takes in a new list; an answer without one leaves the old.
struct Domains {
    shared: Arc<Shared>,
    new: bool,
}

impl Sink for Domains {
    fn domain(&mut self, name: &[u8], uuid: &[u8]) {
        let name = String::from_utf8(name.to_vec())
            .unwrap_or_else(|_| name.iter().copied().map(char::from).collect());
        let uuid = String::from_utf8_lossy(uuid).into_owned();
        let mut domains = lock(&self.shared.domains);
        if core::mem::take(&mut self.new) {
            domains.clear();
        }
        domains.push(DomainName { name, uuid });
    }
}
