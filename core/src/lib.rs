//! Token sessions for the REST APIs of Cisco FMC and FXOS chassis: the part that
//! decides, without an operating system, an allocator, a clock or a socket.
//!
//! | module | what it is |
//! |---|---|
//! | [`session`] | one login on one box: when to log in, refresh, send again, stop, log out |
//! | [`exchange`] | one request in flight: its bytes, the bytes of its answer, what came of it |
//! | [`check`] | one health check: which requests it makes, and what their answers mean |
//! | [`health`] | what a check reports, and the formats to report it in |
//! | [`http`], [`json`], [`paging`] | the messages: encoded, parsed and scanned as they stream |
//! | [`secret`], [`credentials`], [`origin`] | tokens, passwords, and the box that they belong to |
//! | [`latch`] | how often a password may be wrong |
//!
//! # The contract
//!
//! - **Bytes come in any split**, and the same comes of them. Memory does not
//!   grow with what a box sends: not with headers, bodies, domains or devices.
//! - **Time is told** as an [`Instant`] of the caller's own epoch, monotonic and
//!   counting through suspend. Nothing here asks a clock.
//! - **A permit is settled, once.** [`Session::admit`] gives a [`Permit`] or an
//!   [`AuthPermit`]; what came of it goes to [`Session::settle`] or
//!   [`Session::settle_auth`]. Permits can not be copied. One that is lost costs
//!   nothing, or its lease; it blocks nobody for ever.
//! - **Secrets have one way out each.** A [`Login`] can be lent to an
//!   [`AuthExchange`] only, and is written only into a login; the refresh token
//!   leaves the session only for the refresh path; each only to its own origin.
//! - **Nothing panics** on what a box or a caller chooses. [`Error`]s are a few
//!   bytes and say who must act.
//!
//! # The driving loop
//!
//! 1. Make one [`Ticket`] for the request, and ask [`Session::admit`].
//! 2. `Go`: start an [`Exchange`], send its head (and the body), push what comes
//!    back, finish, [`Session::settle`]. `Next::Again` goes back to 1, `AgainAt`
//!    when its time has come.
//! 3. `Authenticate`: the same with an [`AuthExchange`] over a fresh connection,
//!    [`Session::settle_auth`], back to 1. Others get `Wait` meanwhile.
//! 4. `Probe`: as `Go` with [`exchange::probe`] and a ticket of its own, back to 1.
//! 5. `Wait`: until [`Session::epoch`] has moved, or the time that it names.
//! 6. `Stop`: the request is not sent; it says why.
//! 7. At the end, ask once more with a ticket of [`Class::Logout`]: whatever
//!    came of the work, a session that is left open is one that somebody else
//!    may find.
//!
//! Whole, for one caller and a connection that is a function from bytes to bytes
//! (`oobwatch-io` has the same loop over any `embedded-io-async` stream):
//!
//! ```
//! use oobwatch_core::credentials::Login;
//! use oobwatch_core::error::{Error, TransportError};
//! use oobwatch_core::exchange::{
//!     Answer, AuthExchange, AuthOutcome, Discard, Exchange, Lost, Outcome, Progress, Request,
//!     Response, Sink, probe,
//! };
//! use oobwatch_core::http::Limits;
//! use oobwatch_core::latch::Latch;
//! use oobwatch_core::origin::Origin;
//! use oobwatch_core::product::Product;
//! use oobwatch_core::session::{Admit, AuthNext, Class, Next, Rules, Session, Ticket};
//! use oobwatch_core::time::Instant;
//!
//! type Connection<'c> = &'c mut dyn FnMut(&[u8]) -> Vec<u8>;
//!
//! /// Sends `request`, logging in or refreshing first where the session says so;
//! /// or logs out.
//! fn send(
//!     class: Class,
//!     session: &mut Session,
//!     origin: &Origin<'_>,
//!     login: &Login<'_>,
//!     latch: &mut Latch,
//!     request: &Request<'_>,
//!     connection: Connection<'_>,
//!     now: impl Fn() -> Instant,
//!     sink: &mut dyn Sink,
//! ) -> Result<Response, Error> {
//!     let mut ticket = Ticket::new(class);
//!     let mut head = [0; 1024];
//!     loop {
//!         match session.admit(now(), &mut ticket, latch) {
//!             Admit::Go(permit) => {
//!                 let limits = Limits::default();
//!                 let started =
//!                     Exchange::start(session, origin, &permit, request, None, limits, &mut head);
//!                 let (mut exchange, length) = started?;
//!                 let moved = exchange_bytes(connection, &head[..length], &mut exchange, sink);
//!                 let outcome = match moved {
//!                     Ok(()) => exchange.finish(),
//!                     Err(lost) => Outcome::Lost(lost),
//!                 };
//!                 match (session.settle(now(), permit, &mut ticket, &outcome), outcome) {
//!                     (Next::Deliver, Outcome::Response(response)) => return Ok(response),
//!                     (Next::Again, _) => {}
//!                     // The box is busy. A real loop waits until then.
//!                     (Next::AgainAt(_), _) => {}
//!                     (Next::Fail(error) | Next::Ambiguous(error), _) => return Err(error),
//!                     (Next::Deliver, Outcome::Lost(lost)) => return Err(lost.error),
//!                 }
//!             }
//!             Admit::Authenticate(permit) => {
//!                 let started =
//!                     AuthExchange::start(session, origin, &permit, Some(login), None, &mut head);
//!                 let (mut exchange, length) = started?;
//!                 let moved = exchange_bytes(connection, &head[..length], &mut exchange, sink);
//!                 let outcome = match moved {
//!                     Ok(()) => exchange.finish(),
//!                     Err(lost) => AuthOutcome::Lost(lost),
//!                 };
//!                 match session.settle_auth(now(), permit, outcome, latch) {
//!                     AuthNext::Continue => {}
//!                     AuthNext::Closed => return Ok(Response::default()),
//!                     AuthNext::Fail(error) => return Err(error),
//!                 }
//!             }
//!             // Only streamed requests are preceded by a probe.
//!             Admit::Probe(_) => unreachable!("{:?} is no stream", probe(Product::Fmc)),
//!             // There is nobody else here to wait for.
//!             Admit::Wait { .. } => return Err(TransportError::Dropped.into()),
//!             Admit::Stop(stop) => return Err(stop.error().unwrap_or(TransportError::Dropped.into())),
//!         }
//!     }
//! }
//!
//! fn exchange_bytes(
//!     connection: Connection<'_>,
//!     head: &[u8],
//!     answer: &mut impl Answer,
//!     sink: &mut dyn Sink,
//! ) -> Result<(), Lost> {
//!     let lost = |error| Lost { error, may_have_reached: true, stale: false };
//!     match answer.push(&connection(head), sink).map_err(lost)? {
//!         Progress::Done => Ok(()),
//!         Progress::More => answer.eof().map_err(lost),
//!     }
//! }
//!
//! // A box that knows one user, and says its version.
//! let mut fmc = |head: &[u8]| match core::str::from_utf8(head).unwrap() {
//!     head if head.starts_with("POST /api/fmc_platform/v1/auth/generatetoken ") => {
//!         assert!(head.contains("\r\nAuthorization: Basic YXBpOnB3\r\n"));
//!         b"HTTP/1.1 204 204\r\nX-auth-access-token: a\r\nX-auth-refresh-token: r\r\n\r\n".to_vec()
//!     }
//!     head => {
//!         assert!(head.contains("\r\nX-auth-access-token: a\r\n"));
//!         b"HTTP/1.1 200 200\r\nContent-Length: 2\r\n\r\n[]".to_vec()
//!     }
//! };
//! let origin = Origin::new(Product::Fmc, "fmc.example")?;
//! let login = Login::new(&origin, "api", "pw")?;
//! let mut session = Session::new(&origin, 1, Rules::default());
//! let mut latch = Latch::new();
//! let request = probe(Product::Fmc);
//! let now = || Instant::from_millis(0);
//! let mut run = |class| {
//!     let (session, latch) = (&mut session, &mut latch);
//!     send(class, session, &origin, &login, latch, &request, &mut fmc, now, &mut Discard)
//! };
//! let response = run(Class::Read);
//! run(Class::Logout)?;
//! assert_eq!(response?.status, 200);
//! assert_eq!((session.stats().logins, session.stats().logouts), (1, 1));
//! # Ok::<(), Error>(())
//! ```
//!
//! [`AuthExchange`]: exchange::AuthExchange
//! [`Class::Logout`]: session::Class::Logout
//! [`AuthPermit`]: session::AuthPermit
//! [`Exchange`]: exchange::Exchange
//! [`Login`]: credentials::Login
//! [`Permit`]: session::Permit
//! [`Session::admit`]: session::Session::admit
//! [`Session::epoch`]: session::Session::epoch
//! [`Session::settle`]: session::Session::settle
//! [`Session::settle_auth`]: session::Session::settle_auth
//! [`Ticket`]: session::Ticket
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    warn(
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]

#[cfg(test)]
extern crate std;

pub mod check;
pub mod credentials;
pub mod error;
pub mod exchange;
mod find;
pub mod fmc;
pub mod fxos;
pub mod health;
pub mod http;
pub mod json;
pub mod latch;
pub mod origin;
pub mod paging;
pub mod product;
pub mod secret;
pub mod session;
pub mod text;
pub mod time;

pub use error::Error;
pub use time::Instant;
