//! Servers with certificates of all kinds.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair,
    PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256, date_time_ymd,
};
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, ServerConnection, SupportedProtocolVersion};

/// Each case is tried with both.
pub(crate) static VERSIONS: [&SupportedProtocolVersion; 2] = [&TLS12, &TLS13];

/// Kinds of keys.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Rsa2048,
    Rsa4096,
    P256,
    P384,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Rsa2048, Self::Rsa4096, Self::P256, Self::P384];

    /// A key: always the same one for RSA, which takes long to make.
    fn key(self) -> KeyPair {
        let fixture = |pem| KeyPair::from_pem_and_sign_algo(pem, &PKCS_RSA_SHA256);
        let key = match self {
            Self::Rsa2048 => fixture(include_str!("rsa2048.pem")),
            Self::Rsa4096 => fixture(include_str!("rsa4096.pem")),
            Self::P256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256),
            Self::P384 => KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384),
        };
        key.expect("a key")
    }

    /// A key that makes signatures of the same kind, and is another one.
    fn other_key(self) -> KeyPair {
        match self {
            Self::Rsa2048 => Self::Rsa4096.key(),
            Self::Rsa4096 => Self::Rsa2048.key(),
            kind => kind.key(),
        }
    }
}

/// A server: its certificate, those above it, and a key.
pub(crate) struct Server {
    kind: Kind,
    params: CertificateParams,
    key: Arc<KeyPair>,
    chain: Vec<CertificateDer<'static>>,
}

fn params(subject: &str, names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().copied().map(String::from).collect();
    let mut params = CertificateParams::new(names).expect("names");
    params.distinguished_name.push(DnType::CommonName, subject);
    params
}

impl Server {
    /// As FMC and FXOS make them for themselves.
    pub(crate) fn self_issued(kind: Kind, names: &[&str]) -> Self {
        Self::of(kind, params("firepower", names))
    }

    pub(crate) fn expired(kind: Kind) -> Self {
        let mut params = params("firepower", &["firepower"]);
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
        Self::of(kind, params)
    }

    fn of(kind: Kind, params: CertificateParams) -> Self {
        let key = kind.key();
        let certificate = params.self_signed(&key).expect("signed");
        Self {
            kind,
            params,
            key: Arc::new(key),
            chain: vec![certificate.der().clone()],
        }
    }

    /// The same names and key in another certificate.
    pub(crate) fn renewed(&self) -> Self {
        let mut params = self.params.clone();
        params.not_after = date_time_ymd(2031, 1, 1);
        let certificate = params.self_signed(&*self.key).expect("signed");
        Self {
            kind: self.kind,
            params,
            key: self.key.clone(),
            chain: vec![certificate.der().clone()],
        }
    }

    /// The same certificate in the hands of one who has not its key.
    pub(crate) fn with_another_key(&self) -> Self {
        Self {
            kind: self.kind,
            params: self.params.clone(),
            key: Arc::new(self.kind.other_key()),
            chain: self.chain.clone(),
        }
    }

    pub(crate) fn without_chain(&self) -> Self {
        Self {
            kind: self.kind,
            params: self.params.clone(),
            key: self.key.clone(),
            chain: self.chain[..1].to_vec(),
        }
    }

    /// A server with a certificate that this one's certificate has issued.
    pub(crate) fn issue_as_if_it_could(&self, names: &[&str]) -> Self {
        let issuer = Issuer::from_params(&self.params, &*self.key);
        issue(&issuer, &self.chain, Kind::P256, names)
    }

    /// The server's own certificate.
    pub(crate) fn der(&self) -> &[u8] {
        &self.chain[0]
    }

    pub(crate) fn chain(&self) -> &[CertificateDer<'static>] {
        &self.chain
    }

    pub(crate) fn connection(
        &self,
        version: &'static SupportedProtocolVersion,
    ) -> ServerConnection {
        self.connection_of(&[version])
    }

    pub(crate) fn connection_of(
        &self,
        versions: &[&'static SupportedProtocolVersion],
    ) -> ServerConnection {
        let key = PrivateKeyDer::try_from(self.key.serialize_der()).expect("a key");
        let key = any_supported_type(&key).expect("a key that can sign");
        let certified = CertifiedKey::new(self.chain.clone(), key);
        let config = ServerConfig::builder_with_protocol_versions(versions)
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(Always(Arc::new(certified))));
        ServerConnection::new(Arc::new(config)).expect("a server")
    }
}

/// Does not mind whether key and certificate belong together.
#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesServerCert for Always {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }
}

/// One who issues certificates.
pub(crate) struct Authority {
    params: CertificateParams,
    key: Arc<KeyPair>,
    chain: Vec<CertificateDer<'static>>,
    /// The root is not sent.
    is_root: bool,
}

impl Authority {
    pub(crate) fn new(subject: &str) -> Self {
        let mut params = params(subject, &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = Kind::P256.key();
        let certificate = params.self_signed(&key).expect("signed");
        Self::of(params, key, &certificate, &[], true)
    }

    fn of(
        params: CertificateParams,
        key: KeyPair,
        certificate: &Certificate,
        above: &[CertificateDer<'static>],
        is_root: bool,
    ) -> Self {
        let mut chain = vec![certificate.der().clone()];
        chain.extend_from_slice(above);
        Self {
            params,
            key: Arc::new(key),
            chain,
            is_root,
        }
    }

    /// An authority that this one has certified.
    pub(crate) fn subordinate(&self, subject: &str) -> Self {
        let mut params = params(subject, &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = Kind::P256.key();
        let issuer = Issuer::from_params(&self.params, &*self.key);
        let certificate = params.signed_by(&key, &issuer).expect("signed");
        Self::of(params, key, &certificate, self.sent(), false)
    }

    pub(crate) fn issue(&self, kind: Kind, names: &[&str]) -> Server {
        let issuer = Issuer::from_params(&self.params, &*self.key);
        issue(&issuer, self.sent(), kind, names)
    }

    /// A server with the authority's own certificate.
    pub(crate) fn server(&self) -> Server {
        Server {
            kind: Kind::P256,
            params: self.params.clone(),
            key: self.key.clone(),
            chain: self.chain.clone(),
        }
    }

    pub(crate) fn der(&self) -> &[u8] {
        &self.chain[0]
    }

    fn sent(&self) -> &[CertificateDer<'static>] {
        if self.is_root { &[] } else { &self.chain }
    }
}

fn issue(
    issuer: &Issuer<'_, &KeyPair>,
    above: &[CertificateDer<'static>],
    kind: Kind,
    names: &[&str],
) -> Server {
    let params = params("firepower", names);
    let key = kind.key();
    let certificate = params.signed_by(&key, issuer).expect("signed");
    let mut chain = vec![certificate.der().clone()];
    chain.extend_from_slice(above);
    Server {
        kind,
        params,
        key: Arc::new(key),
        chain,
    }
}
