//! Looks at the certificate of a server without trusting it.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use oobwatch_core::error::TransportError;
use rustls::crypto::ring;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

use super::trust::config_with;
use super::verify::{Policy, Record, Verifier};
use super::{
    MalformedCertificate, ServerCertificate, Trust, TrustError, classify_connect,
    classify_handshake,
};

/// The chain that the server at `host` and `port` shows, its own certificate first.
///
/// Nothing is sent beyond the TLS handshake, and nothing that came is trusted; what is known is
/// that the server holds the key of the first certificate. It is returned also when the server
/// ends the handshake later, as one does that asks for a client certificate.
///
/// Name look-up, connecting and handshake together take at most `timeout`. Dropping the future
/// closes the connection.
///
/// # Errors
///
/// See [`FetchError`].
pub async fn fetch(
    host: &str,
    port: u16,
    timeout: Duration,
) -> Result<Vec<ServerCertificate>, FetchError> {
    let deadline = Instant::now() + timeout;
    let stream = match timeout_at(deadline, connect(host, port)).await {
        Ok(connected) => connected?,
        Err(_) => return Err(TransportError::ConnectTimeout.into()),
    };
    let provider = Arc::new(ring::default_provider());
    let record = Arc::new(Record::default());
    let verifier = Verifier::new(Policy::Record(Arc::clone(&record)), &provider);
    let connector = TlsConnector::from(Arc::new(config_with(verifier, provider)?));
    let name = Trust::danger_skip_tls_verification().server_name(host)?;
    let handshake = timeout_at(deadline, connector.connect(name, stream)).await;
    if let Some(chain) = record.proven() {
        let chain = chain.iter().map(|der| ServerCertificate::from_der(der));
        return chain.collect::<Result<_, _>>().map_err(Into::into);
    }
    Err(match handshake {
        Ok(Err(error)) => classify_handshake(&error).into(),
        Ok(Ok(_)) => TransportError::Tls.into(),
        Err(_) => TransportError::TlsTimeout.into(),
    })
}

async fn connect(host: &str, port: u16) -> Result<TcpStream, TransportError> {
    let found = tokio::net::lookup_host((host, port)).await;
    let addresses = found.map_err(|_| TransportError::NameNotFound)?;
    let mut failure = TransportError::NameNotFound;
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = classify_connect(&error),
        }
    }
    Err(failure)
}

/// Why no certificate could be fetched.
#[derive(Debug)]
#[non_exhaustive]
pub enum FetchError {
    /// The server was not reached, or it speaks no TLS that we speak.
    Transport(TransportError),
    /// What it showed can not be read.
    Malformed(MalformedCertificate),
    /// The TLS client could not be set up.
    Trust(TrustError),
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(error) => error.fmt(f),
            Self::Malformed(error) => error.fmt(f),
            Self::Trust(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for FetchError {}

impl From<TransportError> for FetchError {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

impl From<MalformedCertificate> for FetchError {
    fn from(error: MalformedCertificate) -> Self {
        Self::Malformed(error)
    }
}

impl From<TrustError> for FetchError {
    fn from(error: TrustError) -> Self {
        Self::Trust(error)
    }
}
