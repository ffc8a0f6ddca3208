//! What errors say: what happened, and what to do next.

use core::fmt;

use super::{
    CertificateError, ConfigError, Error, Forbidden, Part, PeerError, ResourceError, TransportError,
};

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::Peer(error) => error.fmt(f),
            Self::Resource(error) => error.fmt(f),
            Self::Transport(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forbidden(part, why) => write!(f, "the {part} {why}"),
            Self::Empty(part) => write!(f, "the {part} is empty"),
            Self::TooLong(part) => write!(f, "the {part} is too long"),
            Self::OtherOrigin => f.write_str(
                "credentials or tokens of one box were about to be used for another; make them for this origin",
            ),
            Self::OtherCredentials => f.write_str(
                "these credentials are of another kind than this session needs; FMC and FXOS log in with a password, cdFMC uses a bearer",
            ),
            Self::StalePermit => {
                f.write_str("the permit is not (or no longer) one of this session's; ask to be admitted again")
            }
            Self::DomainMissing => {
                f.write_str("no such domain is open to this account; 'oobwatch token' lists those that are")
            }
            Self::DomainAmbiguous => {
                f.write_str("more than one domain has this name; use the full path or the UUID")
            }
            Self::Paged => {
                f.write_str("the path names a page of the list; leave out 'offset' and 'limit'")
            }
            Self::StateUnusable => f.write_str(
                "the record of sessions and refused logins can not be kept, so there is no login; repair the state directory, or do without one",
            ),
            Self::StateBusy => f.write_str(
                "another process was logging in with this credential all the time; is a box hanging?",
            ),
            Self::DomainUnknown => {
                f.write_str("the path holds {domainUUID}, and the box has named no domain")
            }
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Authority => "host and port",
            Self::FieldName => "header name",
            Self::FieldValue => "header value",
            Self::Password => "password",
            Self::Path => "path",
            Self::Token => "token",
            Self::User => "user name",
        })
    }
}

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BlankAtEnd => {
                "begins or ends with a blank, which the server would strip; change it on the box"
            }
            Self::Blank => "holds a blank or a control character; percent-encode it",
            Self::Colon => "holds a colon, which HTTP Basic can not carry; use another account",
            Self::LineBreak => "holds a CR, LF or NUL; remove it",
            Self::Character => {
                "holds a character that may not stand there; remove or percent-encode it"
            }
        })
    }
}

impl fmt::Display for PeerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(error) => write!(f, "the answer is not valid HTTP: {error}"),
            Self::Json(error) => write!(f, "the answer is not valid JSON: {error}"),
            Self::LoginRefused => f.write_str(
                "the box refused the user name and password; check both, and that the account may use the REST API, before trying again",
            ),
            Self::BearerRefused => {
                f.write_str("the box refused the bearer token; make a new API token")
            }
            Self::Displaced => f.write_str(
                "another login of the same user ended the session; logging in again waits a while, so as not to end theirs: give this program an account of its own",
            ),
            Self::NoTokens => f.write_str(
                "the login was answered with success but without tokens; is this the right product, and its REST API enabled?",
            ),
            Self::Unauthorized => f.write_str(
                "the box refused the token and then a fresh one; the account may lack the right, or be in use elsewhere",
            ),
            Self::Overloaded(status) => write!(
                f,
                "the box is too busy (status {status}); ask less often, or let the request wait for longer"
            ),
            Self::Redirect(status) => write!(
                f,
                "the box answered {status}, a redirect, which is never followed; use the address of the box itself"
            ),
            Self::WebPage(status) => write!(
                f,
                "the answer ({status}) is a web page, not the REST API; a proxy in between, or the REST API is off?"
            ),
            Self::AuthStatus(status) => {
                write!(f, "the box answered the login or logout with status {status}")
            }
            Self::Status(status) => write!(f, "the box answered with status {status}"),
        }
    }
}

impl fmt::Display for ResourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RequestBuffer { needed } => {
                write!(
                    f,
                    "the request buffer is too small; it must hold {needed} bytes"
                )
            }
            Self::HeadLimit(limit) => {
                write!(
                    f,
                    "the head of the answer is longer than the limit of {limit} bytes"
                )
            }
            Self::BodyLimit => f.write_str("the body of the answer is longer than the limit"),
            Self::TlsMemory => f.write_str(
                "the memory for TLS does not suffice; does the box send a long chain of certificates? It needs to send its own only",
            ),
            Self::Queue(why) => write!(
                f,
                "the request gave up waiting for {why}; ask for less at a time, or let it wait for longer"
            ),
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoLink => "the network has no link; check the cable",
            Self::NoAddress => "the network has no address; check DHCP or the static address",
            Self::NameNotFound => "the host name is unknown; check its spelling and the name server",
            Self::ConnectRefused => {
                "the port is closed; check the address, the port, and that the box allows this client"
            }
            Self::Unreachable => "there is no route to the box; check the address and the gateway",
            Self::ConnectTimeout => "no TCP connection in time; is the box up, and no filter in between?",
            Self::Tls => "the TLS handshake failed; is this port HTTPS, and TLS 1.2 or 1.3?",
            Self::TlsTimeout => "the TLS handshake did not end in time; is this port HTTPS?",
            Self::Certificate(error) => return error.fmt(f),
            Self::Closed => "the connection was closed before an answer came",
            Self::Truncated => "the connection was closed in the middle of the answer",
            Self::FirstByteTimeout => "the request was sent, but no answer began in time",
            Self::Timeout => "the answer did not end in time",
            Self::Io => "the connection failed",
            Self::Dropped => "the request was given up by its caller",
            Self::Source => {
                "the body to send could not be read, or is shorter than announced; check the file"
            }
        })
    }
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PinMismatch => {
                "the certificate matches no pin; if it was renewed on purpose, compare 'oobwatch pin' with the box and update the pin"
            }
            Self::Expired => "the certificate has expired; renew it on the box",
            Self::NotYetValid => "the certificate is not valid yet; check the clocks",
            Self::UnknownIssuer => {
                "the certificate is signed by nobody known here (self-signed, as shipped?); pin it with 'oobwatch pin', or name its CA"
            }
            Self::WrongName => {
                "the certificate is for another name; use the name that it was issued for, or pin it"
            }
            Self::Unusable => "the certificate can not be used; renew it on the box",
        })
    }
}
