//! One error of each kind, for references and for tests of what is said about errors.

use super::{
    CertificateError, ConfigError, Error, Forbidden, Part, PeerError, ResourceError, TransportError,
};
use crate::http::HttpError;
use crate::json::JsonError;
use crate::session::Wait;

/// Lists values of an enum. A variant that is not among them does not compile.
macro_rules! each {
    ($list:ident: $type:ident { $($variant:ident $(= $value:expr)?),* $(,)? }) => {
        const $list: &[$type] = &[$(each!(@ $type::$variant $(, $value)?)),*];
        #[allow(unreachable_patterns, reason = "a variant may be there with several values")]
        const _: fn($type) = |value| match value { $($type::$variant { .. })|* => () };
    };
    (@ $variant:path) => { $variant };
    (@ $variant:path, $value:expr) => { $value };
}

each!(CONFIG: ConfigError {
    Forbidden = ConfigError::Forbidden(Part::Path, Forbidden::LineBreak),
    Empty = ConfigError::Empty(Part::User),
    TooLong = ConfigError::TooLong(Part::Token),
    OtherOrigin,
    OtherCredentials,
    StalePermit,
    DomainMissing,
    DomainAmbiguous,
    DomainUnknown,
    Paged,
    StateUnusable,
    StateBusy,
});

each!(FORBIDDEN: Forbidden { BlankAtEnd, Blank, Colon, LineBreak, Character });

each!(PEER: PeerError {
    LoginRefused,
    BearerRefused,
    Displaced,
    NoTokens,
    Unauthorized,
    Overloaded = PeerError::Overloaded(429),
    Overloaded = PeerError::Overloaded(503),
    Redirect = PeerError::Redirect(302),
    WebPage = PeerError::WebPage(200),
    WebPage = PeerError::WebPage(503),
    AuthStatus = PeerError::AuthStatus(400),
    AuthStatus = PeerError::AuthStatus(403),
    AuthStatus = PeerError::AuthStatus(404),
    AuthStatus = PeerError::AuthStatus(503),
    Status = PeerError::Status(400),
    Status = PeerError::Status(403),
    Status = PeerError::Status(404),
    Status = PeerError::Status(503),
    Http = PeerError::Http(HttpError::StatusLine),
    Json = PeerError::Json(JsonError::Empty),
});

each!(HTTP: HttpError {
    StatusLine,
    Version,
    StatusCode,
    SwitchingProtocols,
    TooManyInterim,
    BareCr,
    BareLf,
    Nul,
    ObsFold,
    EmptyName,
    BlankBeforeColon,
    FieldName,
    ContentLength,
    ContentLengthsDiffer,
    LengthAndChunked,
    TransferEncoding,
    ContentEncoding,
    ChunkSize,
    ChunkEnd,
    Closed,
    Truncated,
    HeadTooLong = HttpError::HeadTooLong(262_144),
    BodyTooLong,
});

each!(JSON: JsonError {
    Empty,
    Truncated,
    Junk,
    Value,
    Name,
    Colon,
    Comma,
    Number,
    Literal,
    Escape,
    Control,
    Depth,
    Trailing,
});

each!(RESOURCE: ResourceError {
    RequestBuffer = ResourceError::RequestBuffer { needed: 2_048 },
    HeadLimit = ResourceError::HeadLimit(262_144),
    BodyLimit,
    Queue = ResourceError::Queue(Wait::Busy),
    TlsMemory,
});

each!(TRANSPORT: TransportError {
    NoLink,
    NoAddress,
    NameNotFound,
    ConnectRefused,
    Unreachable,
    ConnectTimeout,
    Tls,
    TlsTimeout,
    Certificate = TransportError::Certificate(CertificateError::PinMismatch),
    Closed,
    Truncated,
    FirstByteTimeout,
    Timeout,
    Io,
    Dropped,
    Source,
});

each!(CERTIFICATE: CertificateError {
    PinMismatch,
    Expired,
    NotYetValid,
    UnknownIssuer,
    WrongName,
    Unusable,
});

/// One error of each kind, in the order of the layers; several where what to do differs.
pub fn one_of_each() -> impl Iterator<Item = Error> {
    let forbidden = FORBIDDEN
        .iter()
        .map(|why| ConfigError::Forbidden(Part::Path, *why).into());
    let certificates = CERTIFICATE
        .iter()
        .map(|why| TransportError::Certificate(*why).into());
    let http = HTTP.iter().map(|why| PeerError::Http(*why).into());
    let json = JSON.iter().map(|why| PeerError::Json(*why).into());
    let is_plain = |error: &Error| {
        !matches!(
            error,
            Error::Config(ConfigError::Forbidden(..))
                | Error::Transport(TransportError::Certificate(_))
                | Error::Peer(PeerError::Http(_) | PeerError::Json(_))
        )
    };
    let transport = TRANSPORT.iter().map(|error| Error::from(*error));
    let plain = transport
        .chain(PEER.iter().map(|error| Error::from(*error)))
        .chain(RESOURCE.iter().map(|error| Error::from(*error)))
        .chain(CONFIG.iter().map(|error| Error::from(*error)));
    plain
        .filter(is_plain)
        .chain(certificates)
        .chain(http)
        .chain(json)
        .chain(forbidden)
}
