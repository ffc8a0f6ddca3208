//! What can go wrong, grouped by who must act.
//!
//! Every type here is a few bytes, `Copy`, and holds neither a secret nor text
//! that a peer chose. The text of a box's own error answer is kept apart, in
//! [`ErrorBody`](crate::exchange::ErrorBody).

mod display;
mod each;
mod next_step;
#[cfg(test)]
mod tests;

// For the references that are made of the code, and no part of the interface.
#[doc(hidden)]
pub use each::one_of_each;

use crate::health::Layer;
use crate::http::HttpError;
use crate::json::JsonError;
use crate::session::Wait;

/// Why a request, a session or a check did not come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Error {
    /// The operator or the calling program must change what it asks for.
    Config(ConfigError),
    /// The box answered, and the answer is the problem.
    Peer(PeerError),
    /// A buffer of the caller is too small, or a limit it set was met.
    Resource(ResourceError),
    /// The answer never came whole.
    Transport(TransportError),
}

/// What was asked for can not be done as asked. Nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ConfigError {
    /// A part of the request holds a byte that would change its meaning.
    Forbidden(Part, Forbidden),
    /// A part of the request is empty, and may not be.
    Empty(Part),
    /// A part of the request is longer than it can be.
    TooLong(Part),
    /// Credentials, tokens or a permit made for one box were used for another.
    OtherOrigin,
    /// Credentials of one kind were used where the session needs another.
    OtherCredentials,
    /// The permit was not given by this session, or no longer counts.
    StalePermit,
    /// No domain of that name or UUID is open to this account.
    DomainMissing,
    /// More than one domain has that name: use its full path or its UUID.
    DomainAmbiguous,
    /// The path needs a domain, and the session has none (yet).
    DomainUnknown,
    /// All pages of a list were asked for with a path that names one page.
    Paged,
    /// What has to be remembered of sessions and refusals can not be read or
    /// written; without it nobody logs in.
    StateUnusable,
    /// Other programs were logging in with the same credential, or to the same
    /// session, for all the time that there was.
    StateBusy,
}

/// The part of a request that an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Part {
    /// The host and port.
    Authority,
    /// A name of a header field.
    FieldName,
    /// A value of a header field.
    FieldValue,
    /// The password.
    Password,
    /// The path and query.
    Path,
    /// A token or bearer that the caller brought.
    Token,
    /// The name of the user.
    User,
}

/// Why a byte may not stand where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Forbidden {
    /// A blank at the start or the end: the server would strip it.
    BlankAtEnd,
    /// A blank or a control character inside.
    Blank,
    /// A colon: HTTP Basic ends the user name there (RFC 7617, section 2).
    Colon,
    /// CR, LF or NUL: they would start a header field of their own.
    LineBreak,
    /// A character that this part may not hold.
    Character,
}

/// The box answered something that ends this request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum PeerError {
    /// The answer breaks HTTP/1.1.
    Http(HttpError),
    /// The body is not the JSON that it should be.
    Json(JsonError),
    /// The box refused the user name and password.
    LoginRefused,
    /// The box refused the bearer token.
    BearerRefused,
    /// Another login of the same user has ended the session, and it is too
    /// early to log in again.
    Displaced,
    /// A login was answered with success but without tokens.
    NoTokens,
    /// The box refused the token, and a new one too.
    Unauthorized,
    /// The box is too busy, for longer than the request may wait. The status
    /// that said so.
    Overloaded(u16),
    /// The box wants us to go elsewhere; redirects are never followed.
    Redirect(u16),
    /// The answer is a web page, not the REST API.
    WebPage(u16),
    /// A login, refresh or logout was answered with this status.
    AuthStatus(u16),
    /// The box answered with this status where success was due.
    Status(u16),
}

/// A buffer or a limit of the caller's was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ResourceError {
    /// The buffer for the request head must hold this many bytes.
    RequestBuffer {
        /// Bytes that the head needs.
        needed: u32,
    },
    /// The response head is longer than this limit in bytes.
    HeadLimit(u32),
    /// The response body is longer than the caller's limit.
    BodyLimit,
    /// Requests of our own were in the way for longer than this one may wait.
    Queue(Wait),
    /// The memory that is set apart for TLS is used up.
    TlsMemory,
}

/// The way to the box, or back, broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum TransportError {
    /// The network interface has no link.
    NoLink,
    /// The network interface has no address.
    NoAddress,
    /// The host name could not be resolved.
    NameNotFound,
    /// Nothing listens on the port.
    ConnectRefused,
    /// There is no route to the host.
    Unreachable,
    /// TCP did not connect in time.
    ConnectTimeout,
    /// The TLS handshake failed; not for reasons of trust.
    Tls,
    /// The TLS handshake did not end in time.
    TlsTimeout,
    /// The certificate is not trusted.
    Certificate(CertificateError),
    /// The connection was closed before the first byte of an answer.
    Closed,
    /// The connection was closed in the middle of an answer.
    Truncated,
    /// No byte of an answer came in time.
    FirstByteTimeout,
    /// The answer did not end in time.
    Timeout,
    /// The stream failed in another way.
    Io,
    /// The caller dropped the request, or let its lease run out.
    Dropped,
    /// The caller's own body failed, or was shorter than it said.
    Source,
}

/// Why the certificate of the box is not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum CertificateError {
    /// It matches none of the pins.
    PinMismatch,
    /// Its validity has ended.
    Expired,
    /// Its validity has not begun.
    NotYetValid,
    /// No trusted authority issued it.
    UnknownIssuer,
    /// It was issued for another name.
    WrongName,
    /// It is broken, revoked, or otherwise unusable.
    Unusable,
}

impl TransportError {
    /// The layer on which the way broke.
    #[must_use]
    pub const fn layer(self) -> Layer {
        match self {
            Self::NoLink => Layer::Link,
            Self::NoAddress => Layer::Address,
            Self::NameNotFound => Layer::Name,
            Self::ConnectRefused | Self::Unreachable | Self::ConnectTimeout => Layer::Tcp,
            Self::Tls | Self::TlsTimeout | Self::Certificate(_) => Layer::Tls,
            Self::Closed
            | Self::Truncated
            | Self::FirstByteTimeout
            | Self::Timeout
            | Self::Io
            | Self::Dropped
            | Self::Source => Layer::Http,
        }
    }
}

impl core::error::Error for Error {}
impl core::error::Error for ConfigError {}
impl core::error::Error for PeerError {}
impl core::error::Error for ResourceError {}
impl core::error::Error for TransportError {}
impl core::error::Error for CertificateError {}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl From<PeerError> for Error {
    fn from(error: PeerError) -> Self {
        Self::Peer(error)
    }
}

impl From<ResourceError> for Error {
    fn from(error: ResourceError) -> Self {
        Self::Resource(error)
    }
}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

/// A limit is the caller's to raise; all else is the peer's fault.
impl From<HttpError> for Error {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::HeadTooLong(limit) => ResourceError::HeadLimit(limit).into(),
            HttpError::BodyTooLong => ResourceError::BodyLimit.into(),
            other => PeerError::Http(other).into(),
        }
    }
}

impl From<JsonError> for Error {
    fn from(error: JsonError) -> Self {
        Self::Peer(PeerError::Json(error))
    }
}
