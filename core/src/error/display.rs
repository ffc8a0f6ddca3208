//! What errors say: what happened, and after a semicolon what to do next.

use core::fmt::{self, Formatter};

use super::{
    CertificateError, ConfigError, Error, Forbidden, Part, PeerError, ResourceError, TransportError,
};

impl fmt::Display for Error {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::Peer(error) => error.fmt(f),
            Self::Resource(error) => error.fmt(f),
            Self::Transport(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.what(f)?;
        then(f, self.next_step())
    }
}

impl fmt::Display for PeerError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.what(f)?;
        then(f, self.next_step())
    }
}

impl fmt::Display for ResourceError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.what(f)?;
        then(f, self.next_step())
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.what(f)?;
        then(f, self.next_step())
    }
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.what(f)?;
        then(f, self.next_step())
    }
}

fn then(f: &mut Formatter<'_>, next_step: &str) -> fmt::Result {
    f.write_str("; ")?;
    f.write_str(next_step)
}

impl ConfigError {
    fn what(self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forbidden(part, why) => write!(f, "the {part} {why}"),
            Self::Empty(part) => write!(f, "the {part} is empty"),
            Self::TooLong(part) => write!(f, "the {part} is too long"),
            Self::OtherOrigin => {
                f.write_str("credentials or tokens of one box were about to be used for another")
            }
            Self::OtherCredentials => {
                f.write_str("these credentials are of another kind than this session needs")
            }
            Self::StalePermit => {
                f.write_str("the permit is not (or no longer) one of this session's")
            }
            Self::DomainMissing => f.write_str("no such domain is open to this account"),
            Self::DomainAmbiguous => f.write_str("more than one domain has this name"),
            Self::Paged => f.write_str("the path names a page of the list"),
            Self::StateUnusable => f.write_str(
                "the record of sessions and refused logins can not be kept, so there is no login",
            ),
            Self::StateBusy => {
                f.write_str("another process was logging in with this credential all the time")
            }
            Self::DomainUnknown => {
                f.write_str("the path holds {domainUUID}, and the box has named no domain")
            }
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
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
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BlankAtEnd => "begins or ends with a blank, which the server would strip",
            Self::Blank => "holds a blank or a control character",
            Self::Colon => "holds a colon, which HTTP Basic can not carry",
            Self::LineBreak => "holds a CR, LF or NUL",
            Self::Character => "holds a character that may not stand there",
        })
    }
}

impl PeerError {
    fn what(self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(error) => write!(f, "the answer is not valid HTTP: {error}"),
            Self::Json(error) => write!(f, "the answer is not valid JSON: {error}"),
            Self::LoginRefused => f.write_str("the box refused the user name and password"),
            Self::BearerRefused => f.write_str("the box refused the bearer token"),
            Self::Displaced => f.write_str("another login of the same user ended the session"),
            Self::NoTokens => f.write_str("the login was answered with success but without tokens"),
            Self::Unauthorized => f.write_str("the box refused the token and then a fresh one"),
            Self::Overloaded(status) => write!(f, "the box is too busy (status {status})"),
            Self::Redirect(status) => write!(
                f,
                "the box answered {status}, a redirect, which is never followed"
            ),
            Self::WebPage(status) => {
                write!(f, "the answer ({status}) is a web page, not the REST API")
            }
            Self::AuthStatus(status) => {
                write!(
                    f,
                    "the box answered the login or logout with status {status}"
                )
            }
            Self::Status(status) => write!(f, "the box answered with status {status}"),
        }
    }
}

impl ResourceError {
    fn what(self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::RequestBuffer { needed } => write!(
                f,
                "the request buffer is too small: it must hold {needed} bytes"
            ),
            Self::HeadLimit(limit) => write!(
                f,
                "the head of the answer is longer than the limit of {limit} bytes"
            ),
            Self::BodyLimit => f.write_str("the body of the answer is longer than the limit"),
            Self::TlsMemory => f.write_str("the memory for TLS does not suffice"),
            Self::Queue(why) => write!(f, "the request gave up waiting for {why}"),
        }
    }
}

impl TransportError {
    fn what(self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoLink => "the network has no link",
            Self::NoAddress => "the network has no address",
            Self::NameNotFound => "the host name is unknown",
            Self::ConnectRefused => "the port is closed",
            Self::Unreachable => "there is no route to the box",
            Self::ConnectTimeout => "no TCP connection in time",
            Self::Tls => "the TLS handshake failed",
            Self::TlsTimeout => "the TLS handshake did not end in time",
            Self::Certificate(error) => return error.what(f),
            Self::Closed => "the connection was closed before an answer came",
            Self::Truncated => "the connection was closed in the middle of the answer",
            Self::FirstByteTimeout => "the request was sent, but no answer began in time",
            Self::Timeout => "the answer did not end in time",
            Self::Io => "the connection failed",
            Self::Dropped => "the request was given up by its caller",
            Self::Source => "the body to send could not be read, or is shorter than announced",
        })
    }
}

impl CertificateError {
    fn what(self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PinMismatch => "the certificate matches no pin",
            Self::Expired => "the certificate has expired",
            Self::NotYetValid => "the certificate is not valid yet",
            Self::UnknownIssuer => {
                "the certificate is signed by nobody known here (self-signed, as shipped?)"
            }
            Self::WrongName => "the certificate is for another name",
            Self::Unusable => "the certificate can not be used",
        })
    }
}
