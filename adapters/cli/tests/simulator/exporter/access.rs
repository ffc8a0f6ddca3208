//! TLS and passwords of the exporter's own port, and clients that misbehave.

use std::fs;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::running::{Answer, Running, talk};
use crate::lab::Lab;

/// Of `S3cr3t scraper`, with a cost that a debug build makes in no time.
const HASH: &str = "$argon2id$v=19$m=64,t=1,p=1$c2l4dGVlbiBieXRlcyAhIQ$bc0NmG08Vpj5sJAy7cjnhJn7sfiVpSvn4DENrCFCM4o";

fn authorization(user: &str, password: &str) -> String {
    let pair = STANDARD.encode(format!("{user}:{password}"));
    format!("Authorization: Basic {pair}\r\n")
}

#[tokio::test]
async fn who_has_no_password_gets_nothing() {
    let lab = Lab::new(|_| {}).await;
    let config = lab.config();
    let text = fs::read_to_string(&config).unwrap();
    fs::write(
        &config,
        format!("{text}[exporter.users]\nprometheus = '{HASH}'\n"),
    )
    .unwrap();
    let exporter = Running::with(&lab, &["--config", &config, "exporter"]).await;
    let wrong = [
        String::new(),
        authorization("prometheus", "guess"),
        authorization("nobody", "S3cr3t scraper"),
        authorization("prometheus", ""),
        "Authorization: Basic !\r\n".to_owned(),
        "Authorization: Bearer x\r\n".to_owned(),
    ];
    let right = authorization("prometheus", "S3cr3t scraper");
    for _ in 0..2 {
        for fields in &wrong {
            for path in ["/probe?target=fmc1", "/metrics", "/", "/none"] {
                let answer = exporter.ask("GET", path, fields).await;
                assert_eq!(answer.status, 401, "{fields} {path}: {answer:?}");
                let head = answer.head.to_ascii_lowercase();
                assert!(
                    head.contains("www-authenticate: basic realm="),
                    "{answer:?}"
                );
            }
        }
        assert_eq!(lab.sim.state().fmc.connections, 0);
        // Whether or not the right one was seen before.
        assert_eq!(exporter.ask("GET", "/metrics", &right).await.status, 200);
    }
    assert_eq!(exporter.get("/-/healthy").await.status, 200);
    assert_eq!(exporter.get("/-/ready").await.status, 200);
    let answer = exporter.ask("GET", "/probe?target=fmc1", &right).await;
    assert_eq!(answer.sample("probe_success") as u8, 1);
}

/// The certificate is read again with the configuration.
#[tokio::test]
async fn tls_is_its_own_and_reloads() {
    let lab = Lab::new(|_| {}).await;
    let config = lab.config();
    let text = fs::read_to_string(&config).unwrap();
    fs::write(
        &config,
        format!("{text}[exporter]\ncertificate = 'own.pem'\nkey = 'own.key'\n"),
    )
    .unwrap();
    let first = new_certificate(&lab);
    let exporter = Running::with(&lab, &["--config", &config, "exporter"]).await;
    let answer = over_tls(&exporter, &first).await.unwrap();
    assert_eq!(answer.status, 200);
    let second = new_certificate(&lab);
    assert!(over_tls(&exporter, &second).await.is_err());
    exporter.signal("-HUP").await;
    exporter.said("was reloaded").await;
    assert_eq!(over_tls(&exporter, &second).await.unwrap().status, 200);
    assert!(over_tls(&exporter, &first).await.is_err());
}

/// Writes a certificate and its key; returns the certificate.
fn new_certificate(lab: &Lab) -> rustls::pki_types::CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["exporter".to_owned()]).unwrap();
    fs::write(lab.home.path().join("own.pem"), made.cert.pem()).unwrap();
    let key = lab.home.path().join("own.key");
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    made.cert.der().clone()
}

async fn over_tls(
    exporter: &Running,
    trusted: &rustls::pki_types::CertificateDer<'static>,
) -> std::io::Result<Answer> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let tcp = TcpStream::connect(&exporter.address).await?;
    let name = ServerName::try_from("exporter").unwrap();
    let stream = connector.connect(name, tcp).await?;
    Ok(talk(stream, "GET", "/metrics", "").await)
}

/// Nonsense ends its own connection, and nothing else.
#[tokio::test]
async fn nonsense_is_turned_away() {
    let lab = Lab::new(|_| {}).await;
    let exporter = Running::start(&lab).await;
    let long = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(100_000));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "X: x\r\n".repeat(500));
    let silent = TcpStream::connect(&exporter.address).await.unwrap();
    for nonsense in [
        long.as_str(),
        &many,
        "\0\r\n\r\n",
        "GET\r\n\r\n",
        "\u{16}\u{3}\u{1}",
    ] {
        let mut stream = TcpStream::connect(&exporter.address).await.unwrap();
        // It may be closed before all of it is written.
        let _ = stream.write_all(nonsense.as_bytes()).await;
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(!answer.starts_with(b"HTTP/1.1 200"), "{nonsense:?}");
    }
    assert_eq!(exporter.get("/-/healthy").await.status, 200);
    drop(silent);
}

#[tokio::test]
async fn an_open_door_is_warned_about() {
    let lab = Lab::new(|_| {}).await;
    let config = lab.config();
    let check = [
        "--config",
        &config,
        "exporter",
        "--check-config",
        "--listen",
        "0.0.0.0:10115",
    ];
    let ran = lab.run(&check).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.err.contains("neither TLS nor passwords"), "{ran:?}");
}
