//! TLS on a host: which certificate is trusted, and what is wrong with one that is not.
//!
//! [`Trust`] becomes a `rustls::ClientConfig`; [`Pin`] is how one certificate or key is
//! named; [`fetch`] looks at the certificate of a box without trusting it. Nothing here
//! speaks HTTP or holds a credential.

mod certificate;
mod classify;
mod fetch;
mod pin;
mod trust;
mod verify;

pub use certificate::{MalformedCertificate, ServerCertificate, Timestamp};
pub use classify::{classify, classify_connect, classify_handshake};
pub use fetch::{FetchError, fetch};
pub use pin::{Pin, PinError};
pub use trust::{Trust, TrustError};

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
