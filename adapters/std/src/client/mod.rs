//! The client: authenticated requests to one box.

mod builder;
mod check;

use core::fmt;
use core::time::Duration;
use std::sync::{Arc, Mutex};

use embedded_io_adapters::tokio_1::FromTokio;
use oobwatch_core::error::ConfigError;
use oobwatch_core::exchange::{BodyLength, Request};
use oobwatch_core::http::Method;
use oobwatch_core::origin::Origin;
use oobwatch_core::secret::AccessToken;
use oobwatch_core::session::{Ages, Memory, Rules, Session, Stats};
use oobwatch_io::{Failure, Home as _, Timer as _, drive};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::AsyncRead;
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::connect::ConnectFacts;
use crate::credential::Credential;
use crate::error::ClientError;
use crate::home::{DomainName, Host, Secret, Shared};
use crate::lock;
use crate::pool::Pool;
use crate::reply::{Collect, Reply};
use crate::state::{Keeper, Standing, StateError};
use crate::waiting::Epoch;

pub use builder::Builder;

/// A client of one box: its session, and up to ten connections.
///
/// Clones share the session. [`close`](Self::close) logs out; if the last clone
/// is dropped without it inside a tokio runtime, a task of its own does, for as
/// long as that runtime lives.
#[derive(Clone)]
pub struct Client {
    host: Host,
    _last: Arc<LogOutOnDrop>,
}

/// The tokens of a session, for the one output that is meant to show them.
pub struct Tokens {
    /// FMC's `X-auth-access-token`, FXOS's `TOKEN`.
    pub access: Zeroizing<String>,
    /// FMC's `X-auth-refresh-token`.
    pub refresh: Option<Zeroizing<String>>,
    /// What is left of the access token's life.
    pub left: Option<Duration>,
    /// How often it can still be refreshed.
    pub refreshes_left: u8,
    /// The UUID of the session's domain.
    pub domain: Option<String>,
}

impl Client {
    pub(crate) fn new(shared: Shared) -> Self {
        let host = Host::new(Arc::new(shared));
        let last = Arc::new(LogOutOnDrop(Some(host.clone())));
        Self { host, _last: last }
    }

    fn shared(&self) -> &Shared {
        &self.host.0
    }

    /// The same session, seen from another domain: full name, last part of it, or
    /// UUID. FMC only. An account that has no such domain gets an error with each
    /// request.
    ///
    /// For several domains under one login, as an FMC keeps one session per user;
    /// the session itself is then best made without a [domain](Builder::domain).
    #[must_use]
    pub fn with_domain(&self, name: &str) -> Self {
        Self {
            host: self.host.in_domain(name),
            _last: Arc::clone(&self._last),
        }
    }

    /// Closes the idle connections that the box will not have kept open: those
    /// that nobody comes for stay half-closed otherwise.
    pub fn close_stale_connections(&self) {
        self.shared().pool.clear_stale(&self.shared().clock);
    }

    /// Whether the session is open, as far as is known.
    #[must_use]
    pub fn is_open(&self) -> bool {
        lock(&self.shared().session).is_open()
    }

    /// Sends a request with the bytes of `body`, which must outlast retries.
    ///
    /// `path` begins with `/`; `{domainUUID}` in it stands for the session's
    /// domain. An answer with any status is an answer.
    ///
    /// # Errors
    /// [`ClientError::Request`].
    ///
    /// # Cancel safety
    /// Dropping the future closes its connection. A write may have been done.
    pub async fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<(&str, &[u8])>,
    ) -> Result<Reply, ClientError> {
        let (content_type, bytes) = body.unwrap_or_default();
        let length = body.map_or(BodyLength::None, |(_, bytes)| {
            BodyLength::Sized(u64::try_from(bytes.len()).unwrap_or(u64::MAX))
        });
        let request = Request {
            method,
            path,
            domain: None,
            body: length,
            content_type,
        };
        let mut collect = Collect::default();
        let response = drive::send(&self.host, &request, bytes, &mut collect).await?;
        let status = response.status;
        tracing::debug!(method = method.as_str(), path, status, "answered");
        Ok(collect.into_reply(response))
    }

    /// GETs `path`.
    ///
    /// # Errors
    /// As [`request`](Self::request).
    pub async fn get(&self, path: &str) -> Result<Reply, ClientError> {
        self.request(Method::Get, path, None).await
    }

    /// GETs `path` and reads the JSON of a success.
    ///
    /// # Errors
    /// As [`request`](Self::request), and [`ClientError::Status`],
    /// [`ClientError::Body`].
    pub async fn get_json<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.get(path).await?.json()
    }

    /// POSTs `body` as JSON.
    ///
    /// # Errors
    /// As [`request`](Self::request), and [`ClientError::Body`] if `body` has
    /// no JSON form. Nothing was sent then.
    pub async fn post<T: Serialize + ?Sized>(
        &self,
        path: &str,
        body: &T,
    ) -> Result<Reply, ClientError> {
        self.send_json(Method::Post, path, body).await
    }

    /// PUTs `body` as JSON.
    ///
    /// # Errors
    /// As [`post`](Self::post).
    pub async fn put<T: Serialize + ?Sized>(
        &self,
        path: &str,
        body: &T,
    ) -> Result<Reply, ClientError> {
        self.send_json(Method::Put, path, body).await
    }

    /// PATCHes with `body` as JSON.
    ///
    /// # Errors
    /// As [`post`](Self::post).
    pub async fn patch<T: Serialize + ?Sized>(
        &self,
        path: &str,
        body: &T,
    ) -> Result<Reply, ClientError> {
        self.send_json(Method::Patch, path, body).await
    }

    /// DELETEs `path`.
    ///
    /// # Errors
    /// As [`request`](Self::request).
    pub async fn delete(&self, path: &str) -> Result<Reply, ClientError> {
        self.request(Method::Delete, path, None).await
    }

    async fn send_json<T: Serialize + ?Sized>(
        &self,
        method: Method,
        path: &str,
        body: &T,
    ) -> Result<Reply, ClientError> {
        let bytes = serde_json::to_vec(body)?;
        self.request(method, path, Some(("application/json", &bytes)))
            .await
    }

    /// POSTs a stream of `length` bytes (in chunks if the length is not known),
    /// such as an FXOS image with the content type `multipart/binary` (FXOS
    /// REST API, Accept Header and Content Type).
    ///
    /// It goes only on a token that the box has just accepted, and is never
    /// sent twice.
    ///
    /// # Errors
    /// As [`request`](Self::request).
    ///
    /// # Cancel safety
    /// Dropping the future closes the connection; the box may have got a part.
    pub async fn upload(
        &self,
        path: &str,
        content_type: &str,
        length: Option<u64>,
        body: impl AsyncRead + Unpin,
    ) -> Result<Reply, ClientError> {
        let framing = length.map_or(BodyLength::Chunked, BodyLength::Sized);
        let request = Request {
            method: Method::Post,
            path,
            domain: None,
            body: framing,
            content_type,
        };
        let mut collect = Collect::default();
        let body = FromTokio::new(body);
        let response = drive::upload(&self.host, &request, body, &mut collect).await?;
        Ok(collect.into_reply(response))
    }

    /// Logs in, if the session is not open.
    ///
    /// # Errors
    /// As [`request`](Self::request).
    pub async fn log_in(&self) -> Result<(), ClientError> {
        Ok(drive::log_in(&self.host).await?)
    }

    /// Logs out, at most for as long as [`Timeouts::close`](crate::Timeouts),
    /// and closes all connections. Nothing is sent afterwards. If the box is too
    /// busy for it (429 and its like), the logout goes again while there is time,
    /// three times at most. A [shared](Builder::shared_session) session stays open
    /// for the next process.
    ///
    /// # Errors
    /// [`ClientError::Request`] if the box could not be told: its session then
    /// ends by itself, when its token does; or the next process closes it, where
    /// there is a [`state`](Builder::state).
    pub async fn close(&self) -> Result<(), ClientError> {
        if let Some(keeper) = self.keeper() {
            keeper.keep_memory(&self.memory());
        }
        let limit = self.shared().connector.timeouts.close;
        if let Some(keeper) = self.keeper().filter(|keeper| keeper.shared) {
            // What is just being renewed is written down first.
            let mut settled = timeout(limit, keeper.settled()).await;
            if let Ok(held) = &mut settled {
                let now = self.shared().clock.now();
                let is_spent = lock(&self.shared().session).is_spent(now);
                let _ = timeout(limit, keeper.hand_over(held, is_spent)).await;
            }
            lock(&self.shared().session).hand_over();
            self.host.notify();
            self.shared().pool.clear();
            return Ok(());
        }
        let end = self.host.now().after(limit);
        let closed = timeout(limit, drive::log_out_until(&self.host, end)).await;
        self.shared().pool.clear();
        let late = Failure::Failed(crate::core::error::TransportError::Timeout.into());
        Ok(closed.unwrap_or(Err(late))?)
    }

    /// Logs out like [`close`](Self::close), but stays usable: the next request
    /// logs in again. For a client that is used so seldom that its session is
    /// better closed in between; [`keeps`](Self::keeps) tells. A
    /// [shared](Builder::shared_session) session is left to the others.
    ///
    /// # Errors
    /// As [`close`](Self::close).
    pub async fn log_out(&self) -> Result<(), ClientError> {
        if self.keeper().is_some_and(|keeper| keeper.shared) {
            return Ok(());
        }
        let closed = self.close().await;
        lock(&self.shared().session).reopen();
        self.host.notify();
        closed
    }

    /// Lets go of the session without logging out, for a caller that has taken
    /// its [`tokens`](Self::tokens) and goes on with them elsewhere.
    pub fn keep_session(&self) {
        lock(&self.shared().session).hand_over();
        if let Some(keeper) = self.keeper() {
            keeper.let_go();
        }
        self.host.notify();
    }

    /// Whether the credential may be tried, as all processes with the same
    /// [`state`](Builder::state) know it. `None` without a state or a password.
    ///
    /// # Errors
    /// [`StateError`] if the state directory can not be used.
    pub fn standing(&self) -> Result<Option<Standing>, StateError> {
        self.keeper().map_or(Ok(None), Keeper::standing)
    }

    /// Lets a credential be tried again that was refused and that somebody has
    /// unlocked since (`oobwatch unlock`). For programs that run for long: to be
    /// called before each check. `true` if it was unlocked.
    ///
    /// # Errors
    /// [`StateError`] if the state directory can not be used.
    pub fn heed_unlock(&self) -> Result<bool, StateError> {
        let unlocked = self.keeper().map_or(Ok(false), Keeper::heed_unlock)?;
        if unlocked {
            self.host.notify();
        }
        Ok(unlocked)
    }

    pub(crate) fn close_timeout(&self) -> Duration {
        self.shared().connector.timeouts.close
    }

    pub(crate) fn keeper(&self) -> Option<&Keeper> {
        self.shared().keeper.as_ref()
    }

    /// A client of the same box that has a token and nothing else.
    pub(crate) fn with_tokens_alone(&self, access: &str) -> Result<Self, ConfigError> {
        let shared = self.shared();
        let origin = Origin::new(shared.product, shared.connector.address.authority())?;
        let rules = Rules {
            can_login: false,
            ..Rules::default()
        };
        let mut session = Session::new(&origin, builder::random(), rules);
        session.adopt(
            shared.clock.now(),
            Ages::default(),
            AccessToken::new(access)?,
            None,
        );
        Ok(Self::new(Shared {
            product: shared.product,
            connector: shared.connector.another(),
            pool: Pool::new(1),
            session: Mutex::new(session),
            epoch: Epoch::default(),
            clock: shared.clock.clone(),
            secret: Secret::None,
            no_credential: Credential::new("", String::new()),
            domain: None,
            domains: Mutex::default(),
            limits: shared.limits,
            keeper: None,
        }))
    }

    /// The tokens of the open session.
    #[must_use]
    pub fn tokens(&self) -> Option<Tokens> {
        let session = lock(&self.shared().session);
        let (access, refresh) = session.tokens()?;
        Some(Tokens {
            access: Zeroizing::new(access.expose_secret().to_owned()),
            refresh: refresh.map(|token| Zeroizing::new(token.expose_secret().to_owned())),
            left: session.token_left(self.shared().clock.now()),
            refreshes_left: session.refreshes_left(),
            domain: session.domain().map(str::to_owned),
        })
    }

    /// The domains that the last login listed. FMC only.
    #[must_use]
    pub fn domains(&self) -> Vec<DomainName> {
        lock(&self.shared().domains).clone()
    }

    /// Whether a client that is used once in each `interval` should stay logged in
    /// in between, or better [logs out](Self::log_out) each time.
    #[must_use]
    pub fn keeps(&self, interval: Duration) -> bool {
        lock(&self.shared().session).keeps(interval)
    }

    /// What the session has learned of its box, for the next one:
    /// [`Builder::memory`].
    #[must_use]
    pub fn memory(&self) -> Memory {
        let now = self.shared().clock.now();
        lock(&self.shared().session).memory(now)
    }

    /// What the session has done so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        lock(&self.shared().session).stats()
    }

    /// How the last new connection was made.
    #[must_use]
    pub fn connect_facts(&self) -> ConnectFacts {
        lock(&self.host.2.facts).clone()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shared = self.shared();
        f.debug_struct("Client")
            .field("product", &shared.product)
            .field("address", &shared.connector.address.authority())
            .finish_non_exhaustive()
    }
}

/// Logs out when the last clone of a client is gone.
struct LogOutOnDrop(Option<Host>);

impl Drop for LogOutOnDrop {
    fn drop(&mut self) {
        let Some(host) = self.0.take() else { return };
        if host.0.keeper.as_ref().is_some_and(|keeper| keeper.shared) {
            return;
        }
        let (open, authenticating) = {
            let session = lock(&host.0.session);
            (session.is_open(), session.is_authenticating())
        };
        if !open && !authenticating {
            return;
        }
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => {
                // A login that is under way is waited for: it may bring tokens.
                let timeouts = host.0.connector.timeouts;
                let login = timeouts.connect + timeouts.tls + timeouts.total;
                let limit = timeouts.close
                    + if authenticating {
                        login
                    } else {
                        Duration::ZERO
                    };
                runtime.spawn(async move {
                    let end = host.now().after(limit);
                    timeout(limit, drive::log_out_until(&host, end)).await
                });
            }
            Err(_) => tracing::warn!(
                address = %host.0.connector.address,
                "a client was dropped with its session open; call close() before"
            ),
        }
    }
}

/// A tool author spawns these: they stay `Send`.
#[expect(dead_code, reason = "checked by compiling")]
fn futures_are_send(client: &Client) {
    const fn is_send<T: Send>(_: &T) {}
    is_send(&client.get("/"));
    is_send(&client.log_in());
    is_send(&client.close());
    is_send(&client.upload("/", "", None, tokio::io::empty()));
}
