//! TLS of the exporter's own port.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use tokio_rustls::TlsAcceptor;

use crate::exit::Failure;
use crate::pem;

/// Reads certificate chain and key.
pub(super) fn acceptor((certificate, key): &(PathBuf, PathBuf)) -> Result<TlsAcceptor, Failure> {
    let own = |why| Failure::Usage(format!("TLS of the exporter's own port: {why}"));
    let chain = pem::chain(certificate).map_err(own)?;
    let secret = pem::key(key).map_err(own)?;
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .and_then(|builder| {
            builder
                .with_no_client_auth()
                .with_single_cert(chain, secret)
        })
        .map_err(|error| own(format!("can not use {}: {error}", key.display())))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
