//! The session: opened, closed or left to others, and what is known of it.

use core::sync::atomic::Ordering;
use core::time::Duration;

use oobwatch_core::session::{Memory, Stats};
use oobwatch_io::{Failure, Home as _, Timer as _, drive};
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::Client;
use crate::error::ClientError;
use crate::home::{DomainName, Host};
use crate::lock;
use crate::state::{Keeper, Standing, StateError};

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
    /// three times at most. A [shared](crate::Builder::shared_session) session stays open for the
    /// next process.
    ///
    /// # Errors
    /// [`ClientError::Request`] if the box could not be told: its session then
    /// ends by itself, when its token does; or the next process closes it, where
    /// there is a [`state`](crate::Builder::state).
    ///
    /// # Cancel safety
    /// A logout that is under way goes on. It can be called again.
    pub async fn close(&self) -> Result<(), ClientError> {
        {
            let _alone = lock(&self.shared().session);
            self.shared().closed.store(true, Ordering::Relaxed);
        }
        self.end().await
    }

    async fn end(&self) -> Result<(), ClientError> {
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

    /// Logs out like [`close`](Self::close), but stays usable, unless it is closed
    /// before or meanwhile: the next request logs in again. For a client that is used so seldom that its session is
    /// better closed in between; [`keeps`](Self::keeps) tells. A
    /// [shared](crate::Builder::shared_session) session is left to the others.
    ///
    /// # Errors
    /// As [`close`](Self::close).
    ///
    /// # Cancel safety
    /// A logout that is under way goes on, and the client stays usable.
    pub async fn log_out(&self) -> Result<(), ClientError> {
        if self.keeper().is_some_and(|keeper| keeper.shared) {
            return Ok(());
        }
        let _reopens = ReopenOnDrop(&self.host);
        self.end().await
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
    /// [`state`](crate::Builder::state) know it. `None` without a state or a password.
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

    /// Whether the session is open, as far as is known.
    #[must_use]
    pub fn is_open(&self) -> bool {
        lock(&self.shared().session).is_open()
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
    /// [`Builder::memory`](crate::Builder::memory).
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
}

/// Lets a session be opened again, however its logout ended, unless the client is
/// closed for good.
struct ReopenOnDrop<'a>(&'a Host);

impl Drop for ReopenOnDrop<'_> {
    fn drop(&mut self) {
        {
            let mut session = lock(&self.0.0.session);
            if self.0.0.closed.load(Ordering::Relaxed) {
                return;
            }
            session.reopen();
        }
        self.0.notify();
    }
}

/// Logs out when the last clone of a client is gone.
pub(super) struct LogOutOnDrop(Option<Host>);

impl LogOutOnDrop {
    pub(super) fn new(host: &Host) -> Self {
        Self(Some(host.clone()))
    }
}

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
