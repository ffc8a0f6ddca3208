//! Why a simulator could not start or a switch could not be set.

use core::fmt;
use core::net::SocketAddr;
use std::io;

/// Why a simulator could not start or a switch could not be set.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// An address could not be listened on.
    Bind {
        /// Which of `fmc`, `fxos` and `control`.
        what: &'static str,
        /// The address.
        addr: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// A switch is unknown, of the wrong type, or fixed while the simulator runs.
    Scenario(String),
    /// A certificate could not be made.
    Certificate(String),
}

impl Error {
    pub(crate) fn scenario(error: impl fmt::Display) -> Self {
        Self::Scenario(error.to_string())
    }

    pub(crate) fn certificate(error: impl fmt::Display) -> Self {
        Self::Certificate(error.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bind { what, addr, source } => write!(
                f,
                "cannot listen on {addr} for {what}: {source}; choose another address with \
                 --{what} ADDR:PORT (port 0: any that is free)"
            ),
            Self::Scenario(text) => write!(f, "scenario: {text}"),
            Self::Certificate(text) => write!(f, "cannot make a certificate: {text}"),
        }
    }
}

impl core::error::Error for Error {}
