//! The client of one box: `builder` makes it, `request` sends with it, `session`
//! opens and closes what it logs in to, `check` checks the box.

mod builder;
mod check;
mod request;
mod session;

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use crate::connect::ConnectFacts;
use crate::home::{Host, Shared};
use crate::lock;
use crate::state::Keeper;
use session::LogOutOnDrop;

pub use builder::Builder;
pub use session::Tokens;

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

impl Client {
    pub(crate) fn new(shared: Shared) -> Self {
        let host = Host::new(Arc::new(shared));
        let last = Arc::new(LogOutOnDrop::new(&host));
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

    pub(crate) fn close_timeout(&self) -> Duration {
        self.shared().connector.timeouts.close
    }

    pub(crate) fn keeper(&self) -> Option<&Keeper> {
        self.shared().keeper.as_ref()
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

/// A tool author spawns these: they stay `Send`.
#[expect(dead_code, reason = "checked by compiling")]
fn futures_are_send(client: &Client) {
    const fn is_send<T: Send>(_: &T) {}
    is_send(&client.get("/"));
    is_send(&client.log_in());
    is_send(&client.close());
    is_send(&client.upload("/", "", None, tokio::io::empty()));
}
