//! What to do next, for each error: the part of its text that the operator acts on.

use super::{
    CertificateError, ConfigError, Error, Forbidden, PeerError, ResourceError, TransportError,
};
use crate::http::HttpError;

impl Error {
    /// What the operator does next. The text of the error ends with it.
    #[must_use]
    pub const fn next_step(&self) -> &'static str {
        match self {
            Self::Config(error) => error.next_step(),
            Self::Peer(error) => error.next_step(),
            Self::Resource(error) => error.next_step(),
            Self::Transport(error) => error.next_step(),
        }
    }
}

impl ConfigError {
    /// What the operator does next. The text of the error ends with it.
    #[must_use]
    pub const fn next_step(self) -> &'static str {
        match self {
            Self::Forbidden(_, Forbidden::BlankAtEnd) => "change it on the box",
            Self::Forbidden(_, Forbidden::Blank) => "percent-encode it",
            Self::Forbidden(_, Forbidden::Colon) => "use another account",
            Self::Forbidden(_, Forbidden::LineBreak) => "remove it",
            Self::Forbidden(_, Forbidden::Character) => "remove or percent-encode it",
            Self::Empty(_) => "give one",
            Self::TooLong(_) => "use a shorter one",
            Self::OtherOrigin => "make them for this origin",
            Self::OtherCredentials => "FMC and FXOS log in with a password, cdFMC uses a bearer",
            Self::StalePermit => "ask to be admitted again",
            Self::DomainMissing => "'oobwatch token' lists those that are",
            Self::DomainAmbiguous => "use the full path or the UUID",
            Self::DomainUnknown => "write the UUID of a domain into the path",
            Self::Paged => "leave out 'offset' and 'limit'",
            Self::StateUnusable => "repair the state directory, or do without one",
            Self::StateBusy => "is a box hanging? See which process logs in, and end it",
        }
    }
}

impl PeerError {
    /// What the operator does next. The text of the error ends with it.
    #[must_use]
    pub const fn next_step(self) -> &'static str {
        match self {
            Self::Http(HttpError::StatusLine) => "is this port HTTPS, and the right one?",
            Self::Http(_) => "a proxy or filter in between? Ask the box itself",
            Self::Json(_) => {
                "is the box restarting? Try again later, and without a proxy in between"
            }
            Self::LoginRefused => {
                "check both, and that the account may use the REST API, before trying again"
            }
            Self::BearerRefused => "make a new API token",
            Self::Displaced => {
                "logging in again waits a while, so as not to end theirs: give this program an account of its own"
            }
            Self::NoTokens => "is this the right product, and its REST API enabled?",
            Self::Unauthorized => "the account may lack the right, or be in use elsewhere",
            Self::Overloaded(429) => "ask less often, or let the request wait for longer",
            Self::Overloaded(_) => {
                "is it starting? Wait until it is less busy, or let the request wait for longer"
            }
            Self::Redirect(_) => "use the address of the box itself",
            Self::WebPage(500..=599) => {
                "wait until the box has started, then see its process manager"
            }
            Self::WebPage(_) => "a proxy in between, or the REST API is off?",
            Self::AuthStatus(401 | 403) => "check that the account may use the REST API",
            Self::AuthStatus(404) => "is this the right product, and its REST API enabled?",
            Self::Status(401 | 403) => "give the account a role that may read this",
            Self::Status(404) => "check the path, and that this version of the box has it",
            Self::AuthStatus(429 | 500..=599) | Self::Status(429 | 500..=599) => {
                "wait until the box is less busy, or has started"
            }
            Self::AuthStatus(_) | Self::Status(_) => {
                "ask for it with 'oobwatch get --record', which shows what the box says"
            }
        }
    }
}

impl ResourceError {
    /// What the operator does next. The text of the error ends with it.
    #[must_use]
    pub const fn next_step(self) -> &'static str {
        match self {
            Self::RequestBuffer { .. } => "use a larger one, or a shorter path",
            Self::HeadLimit(_) => "does the account see very many domains? Raise the limit",
            Self::BodyLimit => "ask for less at a time, or raise the limit",
            Self::TlsMemory => {
                "does the box send a long chain of certificates? It needs to send its own only"
            }
            Self::Queue(_) => "ask for less at a time, or let it wait for longer",
        }
    }
}

impl TransportError {
    /// What the operator does next. The text of the error ends with it.
    #[must_use]
    pub const fn next_step(self) -> &'static str {
        match self {
            Self::NoLink => "check the cable",
            Self::NoAddress => "check DHCP or the static address",
            Self::NameNotFound => "check its spelling and the name server",
            Self::ConnectRefused => {
                "check the address, the port, and that the box allows this client"
            }
            Self::Unreachable => "check the address and the gateway",
            Self::ConnectTimeout => "is the box up, and no filter in between?",
            Self::Tls => "is this port HTTPS, and TLS 1.2 or 1.3?",
            Self::TlsTimeout => "is this port HTTPS?",
            Self::Certificate(error) => error.next_step(),
            Self::Closed | Self::Truncated => {
                "is the box restarting, or a filter in between? Try again, then look at both"
            }
            Self::FirstByteTimeout | Self::Timeout => {
                "the box hangs or is very busy: look at its load, or allow more time"
            }
            Self::Io => "check the network in between, and try again",
            Self::Dropped => "allow it more time, and try again",
            Self::Source => "check the file",
        }
    }
}

impl CertificateError {
    /// What the operator does next. The text of the error ends with it.
    #[must_use]
    pub const fn next_step(self) -> &'static str {
        match self {
            Self::PinMismatch => {
                "if it was renewed on purpose, compare 'oobwatch pin' with the box and update the pin"
            }
            Self::Expired | Self::Unusable => "renew it on the box",
            Self::NotYetValid => "check the clocks",
            Self::UnknownIssuer => "pin it with 'oobwatch pin', or name its CA",
            Self::WrongName => "use the name that it was issued for, or pin it",
        }
    }
}
