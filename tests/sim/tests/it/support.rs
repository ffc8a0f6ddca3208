//! A client that hides nothing: it writes what it is told and keeps the response head as it came.

use std::sync::Arc;

use oobwatch_sim::{BoxInfo, Scenario, Sim};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    DigitallySignedStruct, Error as TlsError, SignatureScheme, SupportedProtocolVersion, version,
};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

pub(crate) const NO_BODY: &str = "";

/// A simulator whose clock moves by `advance` only.
pub(crate) async fn sim(scenario: Scenario) -> Sim {
    let scenario = Scenario {
        manual_clock: true,
        ..scenario
    };
    Sim::builder().scenario(scenario).start().await.unwrap()
}

#[derive(Debug)]
pub(crate) struct Response {
    /// Status line and headers as they came, with the empty line.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Response {
    pub(crate) fn status(&self) -> u16 {
        self.head.split(' ').nth(1).unwrap().parse().unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

pub(crate) struct Connection {
    tls: TlsStream<TcpStream>,
    received: Vec<u8>,
}

impl Connection {
    /// Trusts the box's own certificate and nothing else.
    pub(crate) async fn open(info: &BoxInfo) -> Self {
        Self::open_with(info, &[&version::TLS12, &version::TLS13])
            .await
            .unwrap()
    }

    pub(crate) async fn open_with(
        info: &BoxInfo,
        versions: &[&'static SupportedProtocolVersion],
    ) -> std::io::Result<Self> {
        let provider = Arc::new(ring::default_provider());
        let pinned = Pinned {
            der: info.cert_der.clone(),
            provider: Arc::clone(&provider),
        };
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(pinned))
            .with_no_client_auth();
        let stream = TcpStream::connect(info.addr).await?;
        let name = ServerName::IpAddress(info.addr.ip().into());
        let tls = TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await?;
        Ok(Self {
            tls,
            received: Vec::new(),
        })
    }

    pub(crate) async fn send(&mut self, bytes: &str) {
        self.tls.write_all(bytes.as_bytes()).await.unwrap();
        self.tls.flush().await.unwrap();
    }

    /// Ends our side, as a client does that gives up.
    pub(crate) async fn close_writing(&mut self) {
        self.tls.shutdown().await.unwrap();
    }

    pub(crate) async fn request(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response {
        let lines: String = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let length = body.len();
        self.send(&format!(
            "{method} {path} HTTP/1.1\r\nHost: box.example\r\n{lines}Content-Length: {length}\r\n\r\n{body}"
        ))
        .await;
        self.response().await.expect("an answer")
    }

    /// The next response; `None` if the connection ends before or within it.
    pub(crate) async fn response(&mut self) -> Option<Response> {
        let end = self
            .receive_until(|bytes| position(bytes, b"\r\n\r\n"))
            .await?
            + 4;
        let head = String::from_utf8(self.received.drain(..end).collect());
        // What is not UTF-8 is taken for ISO 8859-1.
        let head =
            head.unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect());
        let mut response = Response {
            head,
            body: String::new(),
        };
        let length = response
            .header("Content-Length")
            .map(|text| text.parse::<usize>().unwrap());
        let body = match (response.header("Transfer-Encoding"), length) {
            (Some("chunked"), None) => self.chunks().await?,
            (None, Some(length)) => self.take(length).await?,
            (None, None) => Vec::new(),
            other => panic!("framing {other:?}"),
        };
        response.body = String::from_utf8(body).unwrap();
        Some(response)
    }

    async fn chunks(&mut self) -> Option<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let end = self.receive_until(|bytes| position(bytes, b"\r\n")).await? + 2;
            let line = String::from_utf8(self.received.drain(..end).collect()).unwrap();
            let size = usize::from_str_radix(line.trim_end(), 16).unwrap();
            body.extend(self.take(size).await?);
            assert_eq!(self.take(2).await?, b"\r\n");
            if size == 0 {
                return Some(body);
            }
        }
    }

    async fn take(&mut self, count: usize) -> Option<Vec<u8>> {
        self.receive_until(|bytes| (bytes.len() >= count).then_some(count))
            .await?;
        Some(self.received.drain(..count).collect())
    }

    async fn receive_until(&mut self, done: impl Fn(&[u8]) -> Option<usize>) -> Option<usize> {
        loop {
            if let Some(end) = done(&self.received) {
                return Some(end);
            }
            if self.read().await == 0 {
                return None;
            }
        }
    }

    async fn read(&mut self) -> usize {
        let mut buffer = [0; 4096];
        let read = self.tls.read(&mut buffer).await.unwrap_or(0);
        self.received.extend_from_slice(&buffer[..read]);
        read
    }

    /// All that still comes before the connection ends.
    pub(crate) async fn rest(mut self) -> String {
        while self.read().await > 0 {}
        String::from_utf8(self.received).unwrap()
    }

    /// All that still comes, and how the connection ends.
    pub(crate) async fn end(mut self) -> (String, std::io::Result<usize>) {
        let mut rest = Vec::new();
        let end = self.tls.read_to_end(&mut rest).await;
        self.received.extend(rest);
        (String::from_utf8(self.received).unwrap(), end)
    }

    /// What has come so far, once it is at least `count` bytes.
    pub(crate) async fn at_least(&mut self, count: usize) -> String {
        self.receive_until(|bytes| (bytes.len() >= count).then_some(count))
            .await
            .unwrap();
        String::from_utf8(self.received.clone()).unwrap()
    }
}

/// One request on a connection of its own.
pub(crate) async fn call(
    info: &BoxInfo,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Response {
    Connection::open(info)
        .await
        .request(method, path, headers, body)
        .await
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

#[derive(Debug)]
struct Pinned {
    der: Vec<u8>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        if end_entity.as_ref() == self.der {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(TlsError::General("not the pinned certificate".into()))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
