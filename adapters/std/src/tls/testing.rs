//! A TLS server in the test's own process, on loopback.

use std::io::Read as _;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::{
    ConfigBuilder, RootCertStore, ServerConfig, ServerConnection, SupportedProtocolVersion,
    WantsVerifier,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

pub(super) const BOTH: &[&SupportedProtocolVersion] =
    &[&rustls::version::TLS12, &rustls::version::TLS13];
pub(super) const ONLY_12: &[&SupportedProtocolVersion] = &[&rustls::version::TLS12];
pub(super) const ONLY_13: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];

/// A certificate and its key.
#[derive(Debug)]
pub(super) struct Identity {
    pub(super) der: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Identity {
    /// As the boxes ship it: `CN=firepower`, self-signed, no subject alternative name.
    pub(super) fn shipped() -> Self {
        Self::self_signed(&params(&[]))
    }

    pub(super) fn self_signed(params: &CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self {
            der: certificate.der().clone(),
            key: key.into(),
        }
    }

    /// RSA-2048 in an X.509 version 1 certificate, which webpki does not parse.
    pub(super) fn version_1() -> Self {
        let pem = include_bytes!("../../testdata/x509-v1-rsa.pem");
        Self {
            der: CertificateDer::from_pem_slice(pem).unwrap(),
            key: PrivateKeyDer::from_pem_slice(pem).unwrap(),
        }
    }

    /// The certificate of another, with this key: what an impostor can show.
    pub(super) fn showing(self, other: &Self) -> Self {
        Self {
            der: other.der.clone(),
            ..self
        }
    }

    fn resolver(self) -> Arc<Always> {
        let provider = ring::default_provider();
        let key = provider.key_provider.load_private_key(self.key).unwrap();
        Arc::new(Always(Arc::new(CertifiedKey::new(vec![self.der], key))))
    }
}

/// An authority that issues certificates.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(super) pem: String,
}

impl Authority {
    pub(super) fn new() -> Self {
        let mut params = params(&[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "Test CA");
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self {
            issuer: Issuer::new(params, key),
            pem,
        }
    }

    pub(super) fn issue(&self, params: &CertificateParams) -> Identity {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Identity {
            der: certificate.der().clone(),
            key: key.into(),
        }
    }
}

pub(super) fn params(names: &[&str]) -> CertificateParams {
    let names: Vec<_> = names.iter().copied().map(str::to_owned).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params
        .distinguished_name
        .push(DnType::CommonName, "firepower");
    params
}

pub(super) fn years(mut params: CertificateParams, from: i32, to: i32) -> CertificateParams {
    params.not_before = date_time_ymd(from, 1, 1);
    params.not_after = date_time_ymd(to, 1, 1);
    params
}

/// What a server got from its one client.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Every byte on the wire.
    pub(super) raw: Vec<u8>,
    /// The application data that TLS delivered.
    pub(super) plain: Vec<u8>,
    /// The server name indication.
    pub(super) sni: Option<String>,
}

/// Serves one connection; the task ends when the client closes it.
pub(super) async fn serve(
    identity: Identity,
    versions: &[&'static SupportedProtocolVersion],
) -> (u16, JoinHandle<Seen>) {
    let config = server(versions)
        .with_no_client_auth()
        .with_cert_resolver(identity.resolver());
    serve_with(config).await
}

/// As [`serve`], over TLS 1.2, for clients with a certificate of this authority alone.
pub(super) async fn serve_clients_of(
    authority: &Authority,
    identity: Identity,
) -> (u16, JoinHandle<Seen>) {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(authority.pem.as_bytes()).unwrap())
        .unwrap();
    let provider = Arc::new(ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    let verified = server(ONLY_12).with_client_cert_verifier(verifier.build().unwrap());
    serve_with(verified.with_cert_resolver(identity.resolver())).await
}

fn server(
    versions: &[&'static SupportedProtocolVersion],
) -> ConfigBuilder<ServerConfig, WantsVerifier> {
    let provider = Arc::new(ring::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
}

async fn serve_with(config: ServerConfig) -> (u16, JoinHandle<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        converse(stream, ServerConnection::new(Arc::new(config)).unwrap()).await
    });
    (port, task)
}

async fn converse(mut stream: TcpStream, mut tls: ServerConnection) -> Seen {
    let mut seen = Seen::default();
    let mut buffer = [0; 4096];
    loop {
        let mut out = Vec::new();
        while tls.wants_write() {
            tls.write_tls(&mut out).unwrap();
        }
        let _ = stream.write_all(&out).await;
        let Ok(read @ 1..) = stream.read(&mut buffer).await else {
            break;
        };
        seen.raw.extend_from_slice(&buffer[..read]);
        let mut piece = &buffer[..read];
        while !piece.is_empty() {
            tls.read_tls(&mut piece).unwrap();
            if tls.process_new_packets().is_err() {
                // The alert that says why.
                let mut out = Vec::new();
                let _ = tls.write_tls(&mut out);
                let _ = stream.write_all(&out).await;
                return seen;
            }
            let _ = tls.reader().read_to_end(&mut seen.plain);
        }
        seen.sni = tls.server_name().map(str::to_owned);
    }
    seen
}

/// Shows one certificate, whatever rustls thinks of it.
#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesServerCert for Always {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}
