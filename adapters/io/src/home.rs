//! What the loops need from the place that they run in.

use core::future::Future;

use embedded_io_async::{Read, Write};
use oobwatch_core::credentials::{Bearer, Login};
use oobwatch_core::error::{ConfigError, Error};
use oobwatch_core::exchange::Sink;
use oobwatch_core::http::{Limits, Persistence};
use oobwatch_core::latch::Latch;
use oobwatch_core::origin::Origin;
use oobwatch_core::secret::{AccessToken, RefreshToken};
use oobwatch_core::session::{Ages, AuthKind, AuthNext, AuthPermit, Came, Session, Wait};
use oobwatch_core::text::Text;
use oobwatch_core::time::Instant;

use crate::Deadlines;

/// A clock that can be waited for.
pub trait Timer {
    /// The time now: monotonic, of the epoch that the session is told.
    fn now(&self) -> Instant;

    /// Ends at `at`. Cancel-safe.
    fn sleep_until(&self, at: Instant) -> impl Future<Output = ()>;

    /// The same, where nothing but time is waited for: a clock of virtual time
    /// may go there at once.
    fn wait_until(&self, at: Instant) -> impl Future<Output = ()> {
        self.sleep_until(at)
    }
}

/// A connection with TLS up and the certificate trusted.
pub struct Connection<C> {
    /// The stream.
    pub stream: C,
    /// Whether it has carried a request before.
    pub reused: bool,
}

/// What comes of asking a home [before](Home::before) a login, refresh or
/// logout.
#[expect(
    clippy::large_enum_variant,
    reason = "without an allocator there is no box"
)]
pub enum Before<F> {
    /// It goes; what is held until [`Home::after`], if anything.
    Go(Option<F>),
    /// The session was renewed elsewhere: here it is.
    Adopt(Adopted),
}

/// A session that was opened or renewed elsewhere.
pub struct Adopted {
    /// How old it is.
    pub ages: Ages,
    /// What opens requests.
    pub access: AccessToken,
    /// What renews it.
    pub refresh: Option<RefreshToken>,
}

/// Where a session lives: a host with many tasks, or a board with one.
pub trait Home: Timer {
    /// The stream of a connection.
    type Stream: Read + Write;

    /// What is held while a login, refresh or logout is under way: a lock, a
    /// place in a record. `()` where no records are kept.
    type Flight;

    /// Runs `f` with the session. Never waits for the network.
    fn with_session<R>(&self, f: impl FnOnce(&mut Session) -> R) -> R;

    /// Runs `f` with the latch of the credential, too: one that all sessions
    /// share that log in with it.
    fn with_latch<R>(&self, f: impl FnOnce(&mut Session, &mut Latch) -> R) -> R;

    /// The box.
    fn origin(&self) -> Origin<'_>;

    /// The static bearer of a cloud-delivered FMC.
    fn bearer(&self) -> Option<Bearer<'_>>;

    /// The user name and password, for a login.
    fn login(&self) -> Option<Login<'_>>;

    /// The domain that the session is for; `None` is the user's own.
    fn domain(&self) -> Option<&str>;

    /// The UUID that `{domainUUID}` in this caller's requests stands for, where it
    /// is not that of the session's domain. Asked when the session is open.
    ///
    /// # Errors
    /// The account has no such domain; nothing is sent then.
    fn view(&self) -> Result<Option<Text<36>>, ConfigError> {
        Ok(None)
    }
    /// Where the domains that a login lists go.
    fn domains(&self) -> impl Sink;

    /// How much of an answer is accepted.
    fn limits(&self) -> Limits;

    /// How long an exchange may take.
    fn deadlines(&self) -> Deadlines;

    /// An idle connection, or a new one; always a new one if `fresh`.
    ///
    /// Trust is established before it returns.
    fn connect(&self, fresh: bool)
    -> impl Future<Output = Result<Connection<Self::Stream>, Error>>;

    /// Takes back a connection that has carried a whole exchange.
    fn release(&self, stream: Self::Stream, persistence: Persistence);

    /// Has [`drive::authenticate`](crate::drive::authenticate) run for
    /// `permit`, so that dropping this future does not drop that one where
    /// there are tasks to be had.
    fn authenticate(&self, permit: AuthPermit) -> impl Future<Output = AuthNext>;

    /// Called before the request of a login, refresh or logout is made: the
    /// place to write down that there may be a session soon.
    ///
    /// # Errors
    /// Nothing is sent then.
    fn before(
        &self,
        permit: &AuthPermit,
    ) -> impl Future<Output = Result<Before<Self::Flight>, Error>> {
        let _ = permit;
        async { Ok(Before::Go(None)) }
    }

    /// Called when the session has been told what it came to, with what
    /// [`before`](Self::before) gave: the place to write down the tokens, or
    /// that there are none.
    fn after(
        &self,
        flight: Option<Self::Flight>,
        kind: AuthKind,
        came: Came,
    ) -> impl Future<Output = ()> {
        let _ = (flight, kind, came);
        async {}
    }

    /// Ends when the epochs of session and latch together (their wrapping sum)
    /// are no longer `epoch`, or at `until`. `why` is what is waited for.
    fn changed(&self, epoch: u32, until: Instant, why: Wait) -> impl Future<Output = ()>;

    /// Called after session or latch have changed: whoever waits in
    /// [`changed`](Self::changed) looks again.
    fn notify(&self);
}
