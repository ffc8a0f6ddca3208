//! What a client can come back with instead of an answer.

use core::fmt;

use oobwatch_core::error::{ConfigError, Error};
use oobwatch_core::session::Stop;
use oobwatch_io::Failure;

use crate::address::AddressError;
use crate::reply::Reply;
use crate::tls::TrustError;

/// Why a client could not be made.
#[derive(Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// The address is none.
    Address(AddressError),
    /// Address or credentials hold what may not stand there.
    Config(ConfigError),
    /// There is nothing to trust the box by.
    Trust(TrustError),
    /// Neither credentials nor tokens were given.
    NoCredentials,
}

/// Why a request has no answer that could be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum ClientError {
    /// The request has failed, or its outcome is unknown.
    Request(Failure),
    /// The box answered with a status that is none of success.
    Status(Box<Reply>),
    /// The box answered with success, and with a body that is not what was
    /// asked for.
    Body(serde_json::Error),
}

impl ClientError {
    /// The error of the core behind it, where there is one.
    #[must_use]
    pub fn error(&self) -> Option<Error> {
        match self {
            Self::Request(failure) => failure.error(),
            Self::Status(_) | Self::Body(_) => None,
        }
    }

    /// Whether the session was closed, so that nothing is sent any more.
    #[must_use]
    pub const fn is_logged_out(&self) -> bool {
        matches!(self, Self::Request(Failure::Stopped(Stop::LoggedOut)))
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(error) => error.fmt(f),
            Self::Config(error) => error.fmt(f),
            Self::Trust(error) => error.fmt(f),
            Self::NoCredentials => f.write_str(
                "there are no credentials; give a user and password, a bearer, or tokens",
            ),
        }
    }
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(failure) => failure.fmt(f),
            Self::Status(reply) => {
                write!(f, "the box answered with status {}", reply.status)?;
                if let Some(code) = reply.error.code {
                    write!(f, " and error code {code}")?;
                }
                if reply.error.text.is_empty() {
                    Ok(())
                } else {
                    write!(f, ": {}", reply.error.text)
                }
            }
            Self::Body(error) => write!(
                f,
                "the body of the answer is not what was asked for: {error}"
            ),
        }
    }
}

impl core::error::Error for BuildError {}
impl core::error::Error for ClientError {}

impl From<Failure> for ClientError {
    fn from(failure: Failure) -> Self {
        Self::Request(failure)
    }
}

impl From<serde_json::Error> for ClientError {
    fn from(error: serde_json::Error) -> Self {
        Self::Body(error)
    }
}

impl From<AddressError> for BuildError {
    fn from(error: AddressError) -> Self {
        Self::Address(error)
    }
}

impl From<ConfigError> for BuildError {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl From<TrustError> for BuildError {
    fn from(error: TrustError) -> Self {
        Self::Trust(error)
    }
}
