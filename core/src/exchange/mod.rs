//! One request in flight: bytes out, bytes in, and what came of it.
//!
//! An exchange encodes the head of a request into a buffer of the caller's,
//! with tokens and credentials lent for that moment; is pushed the bytes of the
//! answer in any split; feeds a [`Sink`]; and finishes into an [`Outcome`]. It
//! borrows neither a socket nor the session.
//!
//! [`Exchange`] carries requests with the access token (or a bearer);
//! [`AuthExchange`] the login, the refresh and the logout. They are two types so
//! that the password and the refresh token have no way into a request. [`Reach`]
//! carries no secret at all.

mod answer;
mod auth;
mod basic;
mod domains;
mod error_body;
mod login_reply;
mod outcome;
mod reach;
mod request;
mod sink;

#[cfg(test)]
mod tests;

pub use answer::{Answer, Progress};
pub use auth::AuthExchange;
pub use domains::find_domain;
pub use error_body::ErrorBody;
pub use outcome::{AuthOutcome, Domain, Grant, Lost, Outcome, Response, RetryAfter};
pub use reach::Reach;
pub use request::{BodyLength, Exchange, Request, probe};
pub use sink::{Discard, Sink};
