//! What makes a server's certificate trusted.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};

use super::Pin;
use super::verify::{Policy, Verifier};

/// How the certificate of a box is judged. There is no default that trusts everything.
///
/// FMC and FXOS ship self-signed certificates whose name is never the one they are reached by,
/// so a pin is what fits them: see [`Trust::pins`].
#[derive(Clone, Debug)]
pub struct Trust {
    rule: Rule,
    /// Made before, for all clones.
    prepared: Option<Arc<ClientConfig>>,
}

#[derive(Clone, Debug)]
enum Rule {
    Pins(Vec<Pin>),
    CaFile(PathBuf),
    SystemRoots,
    Anything,
    Custom(Arc<ClientConfig>),
}

impl Trust {
    /// Trusts a certificate that one of these pins names.
    ///
    /// Its issuer, name and dates are then not looked at; that the server holds its key is.
    #[must_use]
    pub fn pins(pins: impl IntoIterator<Item = Pin>) -> Self {
        Self::new(Rule::Pins(pins.into_iter().collect()))
    }

    /// Trusts what an authority in this PEM file issued, for the name that is dialled.
    ///
    /// The file is read by [`client_config`](Self::client_config).
    #[must_use]
    pub fn ca_file(path: impl Into<PathBuf>) -> Self {
        Self::new(Rule::CaFile(path.into()))
    }

    /// Trusts what the system's root authorities issued, for the name that is dialled.
    #[must_use]
    pub const fn system_roots() -> Self {
        Self::new(Rule::SystemRoots)
    }

    /// Trusts anyone: **whoever sits in between reads the password.**
    ///
    /// For a lab without anything to lose; [`pins`](Self::pins) is one command away.
    #[must_use]
    pub const fn danger_skip_tls_verification() -> Self {
        Self::new(Rule::Anything)
    }

    /// Leaves everything to a configuration of the caller's.
    #[must_use]
    pub const fn custom(config: Arc<ClientConfig>) -> Self {
        Self::new(Rule::Custom(config))
    }

    const fn new(rule: Rule) -> Self {
        Self {
            rule,
            prepared: None,
        }
    }

    /// The same with its [configuration](Self::client_config) made: once, for all
    /// clients that get a clone of this. Files are read now, and not again.
    ///
    /// # Errors
    ///
    /// As [`client_config`](Self::client_config).
    pub fn prepared(mut self) -> Result<Self, TrustError> {
        self.prepared = Some(self.client_config()?);
        Ok(self)
    }

    /// Builds the configuration of the TLS client: TLS 1.2 and 1.3, the *ring* provider, no
    /// client certificate, no ALPN, and no session resumption, so that each connection judges
    /// the certificate anew.
    ///
    /// Reads files for [`ca_file`](Self::ca_file) and [`system_roots`](Self::system_roots), so
    /// call it once and before time matters.
    ///
    /// # Errors
    ///
    /// See [`TrustError`]: nothing that could be trusted was found.
    pub fn client_config(&self) -> Result<Arc<ClientConfig>, TrustError> {
        if let Some(prepared) = &self.prepared {
            return Ok(Arc::clone(prepared));
        }
        let provider = Arc::new(ring::default_provider());
        let verifier: Arc<dyn ServerCertVerifier> = match &self.rule {
            Rule::Custom(config) => return Ok(Arc::clone(config)),
            Rule::Pins(pins) if pins.is_empty() => return Err(TrustError::NoPins),
            Rule::Pins(pins) => Verifier::new(Policy::Pins(pins.clone()), &provider),
            Rule::Anything => Verifier::new(Policy::Anything, &provider),
            Rule::CaFile(path) => authority_verifier(roots_from_file(path)?, &provider)?,
            Rule::SystemRoots => authority_verifier(roots_of_system()?, &provider)?,
        };
        config_with(verifier, provider).map(Arc::new)
    }

    /// The name to give to the TLS client for `host`: a DNS name or an IP literal, IPv6 with or
    /// without brackets or zone.
    ///
    /// For an IP address no server name indication is sent (RFC 6066, section 3). A host that is
    /// neither is allowed where names are not judged, and then no name is sent.
    ///
    /// # Errors
    ///
    /// [`TrustError::Name`] where names are judged and no certificate could be for this one.
    pub fn server_name(&self, host: &str) -> Result<ServerName<'static>, TrustError> {
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        let address = bare
            .split_once('%')
            .map_or(bare, |(address, _zone)| address);
        if let Ok(address) = address.parse::<IpAddr>() {
            return Ok(ServerName::IpAddress(address.into()));
        }
        match ServerName::try_from(bare.to_owned()) {
            Ok(name) => Ok(name),
            Err(_) if matches!(self.rule, Rule::Pins(_) | Rule::Anything) => Ok(no_name()),
            Err(_) => Err(TrustError::Name(host.to_owned())),
        }
    }

    /// The file of authorities, if there is one. What it holds may change.
    #[must_use]
    pub fn ca_path(&self) -> Option<&Path> {
        match &self.rule {
            Rule::CaFile(path) => Some(path),
            _ => None,
        }
    }

    /// Whether both were told to trust the same: the same pins in any order, a CA
    /// file of the same path, one configuration.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.rule, &other.rule) {
            (Rule::Pins(ours), Rule::Pins(theirs)) => {
                let all =
                    |these: &[Pin], those: &[Pin]| these.iter().all(|pin| those.contains(pin));
                all(ours, theirs) && all(theirs, ours)
            }
            (Rule::CaFile(ours), Rule::CaFile(theirs)) => ours == theirs,
            (Rule::Custom(ours), Rule::Custom(theirs)) => Arc::ptr_eq(ours, theirs),
            (Rule::SystemRoots, Rule::SystemRoots) | (Rule::Anything, Rule::Anything) => true,
            _ => false,
        }
    }

    /// Whether this trusts anyone, so that the operator must be warned each time.
    #[must_use]
    pub const fn skips_verification(&self) -> bool {
        matches!(self.rule, Rule::Anything)
    }
}

/// rustls sends no server name for an address.
pub(super) fn no_name() -> ServerName<'static> {
    ServerName::IpAddress(IpAddr::from(Ipv4Addr::UNSPECIFIED).into())
}

/// A configuration in which `verifier` alone judges.
pub(super) fn config_with(
    verifier: Arc<dyn ServerCertVerifier>,
    provider: Arc<CryptoProvider>,
) -> Result<ClientConfig, TrustError> {
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(TrustError::Tls)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    Ok(config)
}

fn authority_verifier(
    roots: RootCertStore,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, TrustError> {
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map_err(|error| TrustError::Tls(rustls::Error::General(error.to_string())))
}

fn roots_from_file(path: &Path) -> Result<RootCertStore, TrustError> {
    let pem = std::fs::read(path).map_err(|error| TrustError::Read(path.to_owned(), error))?;
    let mut roots = RootCertStore::empty();
    for (index, certificate) in CertificateDer::pem_slice_iter(&pem).enumerate() {
        let added = certificate
            .map_err(drop)
            .and_then(|der| roots.add(der).map_err(drop));
        added.map_err(|()| TrustError::Malformed(path.to_owned(), index + 1))?;
    }
    if roots.is_empty() {
        Err(TrustError::NoCertificates(path.to_owned()))
    } else {
        Ok(roots)
    }
}

/// Certificates of the system that can not be used are passed over: they are not ours to mend.
fn roots_of_system() -> Result<RootCertStore, TrustError> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        Err(TrustError::NoSystemRoots)
    } else {
        Ok(roots)
    }
}

/// Why there is nothing to trust.
#[derive(Debug)]
#[non_exhaustive]
pub enum TrustError {
    /// The list of pins is empty.
    NoPins,
    /// The CA file could not be read.
    Read(PathBuf, io::Error),
    /// The CA file holds no certificate in PEM.
    NoCertificates(PathBuf),
    /// This certificate of the CA file, counted from 1, is broken.
    Malformed(PathBuf, usize),
    /// The system has no root certificates.
    NoSystemRoots,
    /// No certificate can be for this host.
    Name(String),
    /// The TLS library refused the configuration.
    Tls(rustls::Error),
}

impl fmt::Display for TrustError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPins => {
                f.write_str("the list of pins is empty; 'oobwatch pin' shows the pin of a box")
            }
            Self::Read(path, error) => {
                write!(f, "can not read the CA file {}: {error}", path.display())
            }
            Self::NoCertificates(path) => write!(
                f,
                "the CA file {} holds no '-----BEGIN CERTIFICATE-----'; convert DER with 'openssl x509 -inform der'",
                path.display()
            ),
            Self::Malformed(path, number) => {
                write!(
                    f,
                    "certificate {number} in the CA file {} is broken",
                    path.display()
                )
            }
            Self::NoSystemRoots => {
                f.write_str("this system has no root certificates; name a CA file or a pin")
            }
            Self::Name(host) => {
                write!(
                    f,
                    "no certificate can be for the host name {host:?}; use a DNS name, an IP address, or a pin"
                )
            }
            Self::Tls(error) => write!(f, "the TLS library refused its configuration: {error}"),
        }
    }
}

impl core::error::Error for TrustError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Read(_, error) => Some(error),
            Self::Tls(error) => Some(error),
            _ => None,
        }
    }
}
