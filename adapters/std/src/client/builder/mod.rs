//! What a client is made of, as its caller says it; `build` puts it together.

mod build;

use core::time::Duration;
use std::sync::Arc;

use oobwatch_core::error::ConfigError;
use oobwatch_core::product::Product;
use oobwatch_core::secret::{AccessToken, RefreshToken};
use oobwatch_core::session::{Memory, Rules};
use rustls::ClientConfig;
use zeroize::Zeroizing;

use super::Client;
use crate::address::Address;
use crate::clock::Clock;
use crate::connect::Timeouts;
use crate::credential::Credential;
use crate::home::Secret;
use crate::pool::CONNECTIONS;
use crate::state::State;
use crate::tap::Tap;
use crate::tls::Trust;

/// Bytes of a body that [`Client`] keeps, unless the caller says otherwise.
const BODY_LIMIT: u64 = 256 * 1024 * 1024;

/// Makes a [`Client`]. Nothing is sent before its first request.
#[must_use]
pub struct Builder {
    product: Product,
    address: Address,
    trust: Trust,
    secret: Secret,
    tokens: Option<Adopted>,
    domain: Option<String>,
    timeouts: Timeouts,
    rules: Rules,
    memory: Memory,
    connections: usize,
    body_limit: u64,
    clock: Clock,
    seed: Option<u32>,
    tap: Option<Arc<dyn Tap>>,
    state: Option<State>,
    shared: bool,
}

struct Adopted {
    access: AccessToken,
    refresh: Option<RefreshToken>,
    age: Duration,
    refreshes: u8,
}

impl Client {
    /// A client of the box of `product` at `address`. It trusts what the
    /// system's root authorities issued, until told otherwise.
    pub fn builder(product: Product, address: Address) -> Builder {
        Builder {
            product,
            address,
            trust: Trust::system_roots(),
            secret: Secret::None,
            tokens: None,
            domain: None,
            timeouts: Timeouts::default(),
            rules: Rules::default(),
            memory: Memory::default(),
            connections: CONNECTIONS,
            body_limit: BODY_LIMIT,
            clock: Clock::system(),
            seed: None,
            tap: None,
            state: None,
            shared: false,
        }
    }
}

impl Builder {
    /// Logs in with a user name and password (FMC and FXOS).
    pub fn login(self, user: impl Into<String>, password: impl Into<Zeroizing<String>>) -> Self {
        self.credential(Credential::new(user, password))
    }

    /// Logs in with a credential that other clients use too.
    pub fn credential(mut self, credential: Credential) -> Self {
        self.secret = Secret::Login(credential);
        self
    }

    /// Uses a static bearer token (cloud-delivered FMC).
    pub fn bearer(mut self, token: impl Into<Zeroizing<String>>) -> Self {
        self.secret = Secret::Bearer(token.into());
        self
    }

    /// Starts with tokens that were obtained elsewhere, `age` ago, and
    /// refreshed `refreshes` times since their login. Credentials may be given
    /// too; without them, the client stops when the tokens are used up.
    ///
    /// # Errors
    /// [`ConfigError`] if a token is empty, too long, or not visible ASCII.
    pub fn with_tokens(
        mut self,
        access: &str,
        refresh: Option<&str>,
        age: Duration,
        refreshes: u8,
    ) -> Result<Self, ConfigError> {
        let access = AccessToken::new(access)?;
        let refresh = refresh.map(RefreshToken::new).transpose()?;
        self.tokens = Some(Adopted {
            access,
            refresh,
            age,
            refreshes,
        });
        Ok(self)
    }

    /// How the certificate of the box is judged.
    pub fn trust(mut self, trust: Trust) -> Self {
        self.trust = trust;
        self
    }

    /// Leaves TLS to a configuration of the caller's.
    pub fn tls_config(self, config: Arc<ClientConfig>) -> Self {
        self.trust(Trust::custom(config))
    }

    /// The domain to work in: full name, last part of it, or UUID. FMC only.
    pub fn domain(mut self, name: impl Into<String>) -> Self {
        self.domain = Some(name.into());
        self
    }

    /// How long the steps of a request may take.
    pub const fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// What the session goes by. Its `patience` is that of the timeouts, and
    /// whether it can log in follows from the credentials.
    pub const fn rules(mut self, rules: Rules) -> Self {
        self.rules = rules;
        self
    }

    /// Connections at a time: 1 to 10, which is what an FMC allows. Of two and
    /// more, one is kept free for logging in, refreshing and logging out.
    pub const fn connections(mut self, connections: usize) -> Self {
        self.connections = connections;
        self
    }

    /// Requests in a minute that are sent at most; zero: without a limit. Unless
    /// told, what the box takes: 120, and 300 from an FMC that a check has found
    /// to be 7.4.1 or later. FMC only.
    pub const fn requests_per_minute(mut self, rate: u16) -> Self {
        self.rules.rate = rate;
        self
    }

    /// How long to stay away, at least, after another login of the same user has
    /// ended the session; a minute, unless told. The interval of checks is right.
    pub const fn interval(mut self, interval: Duration) -> Self {
        self.rules.interval = interval;
        self
    }

    /// Begins with what an earlier client of the same box and account has
    /// learned: its [`Client::memory`]. A [`state`](Self::state) remembers that
    /// by itself.
    pub const fn memory(mut self, memory: Memory) -> Self {
        self.memory = memory;
        self
    }

    /// Bytes of a body that are kept at most; 256 MiB by default.
    pub const fn body_limit(mut self, bytes: u64) -> Self {
        self.body_limit = bytes;
        self
    }

    /// The clock that the session ages by.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Where the jitter of waits begins; random unless it is given.
    pub const fn seed(mut self, seed: u32) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Shows every byte sent and received to `tap`, **secrets included**: see
    /// [`Tap`].
    pub fn tap(mut self, tap: Arc<dyn Tap>) -> Self {
        self.tap = Some(tap);
        self
    }

    /// Remembers refused passwords, logins and sessions there, so that a process
    /// that is killed leaves nothing behind that the next one does not know of.
    ///
    /// Call [`Client::recover`] at the start. A client with a state, but without
    /// credentials and tokens, can do that and nothing else.
    pub fn state(mut self, state: State) -> Self {
        self.state = Some(state);
        self
    }

    /// Shares the session with other processes that have the same state, box and
    /// user, through the [`state`](Self::state): they log in once, and refresh
    /// once. [`Client::close`] then leaves it open.
    pub const fn shared_session(mut self, shared: bool) -> Self {
        self.shared = shared;
        self
    }
}
