//! Handshakes over loopback: who is trusted, what the refusal is called, what was sent.

use core::time::Duration;
use std::io::Write as _;
use std::sync::Arc;

use oobwatch_core::error::{CertificateError, TransportError};
use oobwatch_core::health::Layer;
use rustls::SupportedProtocolVersion;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;

use super::testing::{
    Authority, BOTH, Identity, ONLY_12, ONLY_13, Seen, params, serve, serve_clients_of, years,
};
use super::{FetchError, Pin, ServerCertificate, Trust, classify_handshake, fetch};

const A_WHILE: Duration = Duration::from_secs(60);
const SECRET: &[u8] = b"Authorization: Basic";

/// Connects as a client would: the secret is written as soon as there is a stream to write to.
async fn dial(trust: &Trust, host: &str, port: u16) -> Result<(), TransportError> {
    let connector = TlsConnector::from(trust.client_config().unwrap());
    let name = trust.server_name(host).unwrap();
    let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let mut stream = connector
        .connect(name, stream)
        .await
        .map_err(|error| classify_handshake(&error))?;
    stream.write_all(SECRET).await.unwrap();
    stream.shutdown().await.unwrap();
    Ok(())
}

async fn meet(
    trust: &Trust,
    host: &str,
    identity: Identity,
    versions: &[&'static SupportedProtocolVersion],
) -> (Result<(), TransportError>, Seen) {
    let (port, server) = serve(identity, versions).await;
    let outcome = dial(trust, host, port).await;
    (outcome, server.await.unwrap())
}

#[track_caller]
fn assert_refused(met: (Result<(), TransportError>, Seen), why: CertificateError) {
    assert_eq!(met.0, Err(TransportError::Certificate(why)));
    assert_eq!(met.1.plain, b"");
    assert!(!holds_application_data(&met.1.raw));
}

#[track_caller]
fn assert_trusted(met: &(Result<(), TransportError>, Seen)) {
    assert_eq!(met.0, Ok(()));
    assert_eq!(met.1.plain, SECRET);
}

/// Walks the TLS records (RFC 5246, section 6.2.1). Meant for TLS 1.2, where the handshake is
/// not disguised as application data.
fn holds_application_data(mut raw: &[u8]) -> bool {
    while let [kind, _, _, high, low, rest @ ..] = raw {
        if *kind == 23 {
            return true;
        }
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        raw = rest.get(length..).unwrap_or_default();
    }
    false
}

fn ca_file(authority: &Authority) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(authority.pem.as_bytes()).unwrap();
    file
}

#[tokio::test]
async fn a_pinned_certificate_needs_no_name_and_no_issuer() {
    for versions in [ONLY_12, ONLY_13, BOTH] {
        let identity = Identity::shipped();
        let trust = Trust::pins([Pin::of_certificate(&identity.der)]);
        assert_trusted(&meet(&trust, "fmc.example.com", identity, versions).await);
    }
}

#[tokio::test]
async fn a_pinned_key_is_enough() {
    let identity = Identity::shipped();
    let shown = ServerCertificate::from_der(&identity.der).unwrap();
    let trust = Trust::pins([shown.public_key_pin]);
    assert_trusted(&meet(&trust, "192.0.2.1", identity, ONLY_12).await);
}

#[tokio::test]
async fn any_of_several_pins_will_do() {
    let identity = Identity::shipped();
    let trust = Trust::pins([
        Pin::Certificate([0; 32]),
        Pin::of_certificate(&identity.der),
    ]);
    assert_trusted(&meet(&trust, "::1", identity, ONLY_12).await);
}

#[tokio::test]
async fn version_1_certificates_work_with_pins() {
    for versions in [ONLY_12, ONLY_13] {
        let identity = Identity::version_1();
        let trust = Trust::pins([Pin::of_certificate(&identity.der)]);
        assert_trusted(&meet(&trust, "192.0.2.1", identity, versions).await);
    }
}

#[tokio::test]
async fn another_certificate_is_a_pin_mismatch_and_gets_nothing() {
    for pin in [Pin::Certificate([7; 32]), Pin::PublicKey([7; 32])] {
        let met = meet(
            &Trust::pins([pin]),
            "192.0.2.1",
            Identity::shipped(),
            ONLY_12,
        )
        .await;
        assert_refused(met, CertificateError::PinMismatch);
    }
}

#[tokio::test]
async fn the_pinned_certificate_without_its_key_is_refused() {
    for versions in [ONLY_12, ONLY_13] {
        let real = Identity::shipped();
        let trust = Trust::pins([Pin::of_certificate(&real.der)]);
        let impostor = Identity::shipped().showing(&real);
        let (outcome, seen) = meet(&trust, "192.0.2.1", impostor, versions).await;
        assert_eq!(
            outcome,
            Err(TransportError::Certificate(CertificateError::Unusable))
        );
        assert_eq!(seen.plain, b"");
    }
}

#[tokio::test]
async fn what_an_authority_issued_for_the_name_is_trusted() {
    let authority = Authority::new();
    let file = ca_file(&authority);
    let trust = Trust::ca_file(file.path());
    for host in ["fmc.example.com", "192.0.2.1", "[2001:db8::1]"] {
        let identity = authority.issue(&params(&["fmc.example.com", "192.0.2.1", "2001:db8::1"]));
        assert_trusted(&meet(&trust, host, identity, ONLY_12).await);
    }
}

#[tokio::test]
async fn what_is_wrong_with_an_issued_certificate_is_told_apart() {
    let authority = Authority::new();
    let file = ca_file(&authority);
    let trust = Trust::ca_file(file.path());
    let cases = [
        (
            years(params(&["fmc"]), 2000, 2001),
            CertificateError::Expired,
        ),
        (
            years(params(&["fmc"]), 2200, 2300),
            CertificateError::NotYetValid,
        ),
        (params(&["other"]), CertificateError::WrongName),
        (params(&[]), CertificateError::WrongName),
    ];
    for (params, why) in cases {
        assert_refused(
            meet(&trust, "fmc", authority.issue(&params), ONLY_12).await,
            why,
        );
    }
    let stranger = Authority::new().issue(&params(&["fmc"]));
    assert_refused(
        meet(&trust, "fmc", stranger, ONLY_12).await,
        CertificateError::UnknownIssuer,
    );
    let unissued = meet(&trust, "fmc", Identity::shipped(), ONLY_12).await;
    assert_refused(unissued, CertificateError::UnknownIssuer);
}

#[tokio::test]
async fn no_verification_means_none() {
    let trust = Trust::danger_skip_tls_verification();
    assert!(trust.skips_verification());
    let identity = Identity::self_signed(&years(params(&[]), 2000, 2001));
    assert_trusted(&meet(&trust, "not a name", identity, ONLY_13).await);
}

#[tokio::test]
async fn the_server_name_is_sent_for_names_only() {
    for (host, sni) in [
        ("fmc.example.com", Some("fmc.example.com")),
        ("192.0.2.1", None),
        ("a b", None),
    ] {
        let identity = Identity::shipped();
        let trust = Trust::pins([Pin::of_certificate(&identity.der)]);
        let (_, seen) = meet(&trust, host, identity, BOTH).await;
        assert_eq!(seen.sni.as_deref(), sni, "{host}");
    }
}

#[test]
fn a_name_that_is_judged_must_be_one() {
    let trust = Trust::system_roots();
    assert!(trust.server_name("fe80::1%eth0").is_ok());
    assert!(trust.server_name("fmc.example.com").is_ok());
    assert!(
        trust
            .server_name("a b")
            .unwrap_err()
            .to_string()
            .contains("\"a b\"")
    );
}

#[test]
fn files_without_certificates_are_named() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let refused = |path: &std::path::Path| {
        Trust::ca_file(path)
            .client_config()
            .unwrap_err()
            .to_string()
    };
    assert!(refused(file.path()).contains("BEGIN CERTIFICATE"));
    file.write_all(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        .unwrap();
    assert!(refused(file.path()).contains("certificate 1 in"));
    assert!(refused("no/such/file".as_ref()).contains("no/such/file"));
    assert!(Trust::pins([]).client_config().is_err());
}

#[tokio::test]
async fn fetch_shows_a_certificate_that_nobody_trusts_and_sends_nothing() {
    let identity = Identity::self_signed(&years(params(&["fmc", "192.0.2.1"]), 2000, 2001));
    let pin = Pin::of_certificate(&identity.der);
    let (port, server) = serve(identity, ONLY_12).await;
    let chain = fetch("127.0.0.1", port, A_WHILE).await.unwrap();
    let [shown] = chain.as_slice() else {
        panic!("{chain:?}")
    };
    assert_eq!(shown.certificate_pin, pin);
    assert_eq!(shown.subject, "CN=firepower");
    assert!(shown.is_self_issued());
    assert_eq!(shown.names, ["fmc", "192.0.2.1"]);
    assert_eq!(shown.key, "ECDSA P-256");
    assert_eq!(shown.not_after.to_string(), "2001-01-01 00:00:00 UTC");
    assert_eq!(shown.days_left(std::time::UNIX_EPOCH), 11_323);
    assert!(shown.days_left(std::time::SystemTime::now()) < 0);
    assert!(!holds_application_data(&server.await.unwrap().raw));
}

#[tokio::test]
async fn fetch_does_not_show_what_the_server_can_not_prove() {
    let real = Identity::shipped();
    let (port, server) = serve(Identity::shipped().showing(&real), ONLY_13).await;
    let refused = fetch("127.0.0.1", port, A_WHILE).await;
    assert!(matches!(
        refused,
        Err(FetchError::Transport(TransportError::Certificate(
            CertificateError::Unusable
        )))
    ));
    server.await.unwrap();
}

#[tokio::test]
async fn fetch_shows_the_certificate_of_a_server_that_wants_one_in_return() {
    let identity = Identity::shipped();
    let pin = Pin::of_certificate(&identity.der);
    let (port, server) = serve_clients_of(&Authority::new(), identity).await;
    let chain = fetch("127.0.0.1", port, A_WHILE).await.unwrap();
    assert_eq!(chain.first().map(|shown| shown.certificate_pin), Some(pin));
    assert_eq!(server.await.unwrap().plain, b"");
}

#[tokio::test]
async fn a_port_without_tls_is_named_so() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap();
        stream
    });
    let refused = fetch("127.0.0.1", port, A_WHILE).await;
    assert!(
        matches!(refused, Err(FetchError::Transport(TransportError::Tls))),
        "{refused:?}"
    );
    server.await.unwrap();
    let closed = fetch("127.0.0.1", port, A_WHILE).await;
    assert!(matches!(
        closed,
        Err(FetchError::Transport(TransportError::ConnectRefused))
    ));
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let Err(FetchError::Transport(error)) = fetch("localhost", port, A_WHILE).await else {
        panic!("a listener that never accepts has no certificate");
    };
    // Virtual time may overtake the connection; either way it is a timeout of a lower layer.
    assert!(matches!(
        error,
        TransportError::ConnectTimeout | TransportError::TlsTimeout
    ));
    assert!(error.layer() <= Layer::Tls);
}

#[test]
fn key_and_dates_of_a_version_1_certificate_are_read() {
    let shown = ServerCertificate::from_der(&Identity::version_1().der).unwrap();
    assert_eq!(shown.key, "RSA 2048");
    assert!(shown.names.is_empty());
    assert!(shown.subject.contains("CN=firepower"), "{}", shown.subject);
    assert!(ServerCertificate::from_der(b"no").is_err());
}

/// A fleet of clients that trust the same has one configuration.
#[test]
fn a_prepared_trust_is_made_once() {
    let trust = Trust::pins([Pin::PublicKey([0; 32])]);
    let config = |trust: &Trust| trust.client_config().unwrap();
    assert!(!Arc::ptr_eq(&config(&trust), &config(&trust.clone())));
    let trust = trust.prepared().unwrap();
    assert!(Arc::ptr_eq(&config(&trust), &config(&trust.clone())));
}

#[test]
fn trusts_can_be_told_apart() {
    let [one, two] = [1, 2].map(|byte| Pin::Certificate([byte; 32]));
    let config = Trust::danger_skip_tls_verification()
        .client_config()
        .unwrap();
    let all = [
        Trust::pins([one]),
        Trust::pins([one, two]),
        Trust::ca_file("a.pem"),
        Trust::ca_file("b.pem"),
        Trust::system_roots(),
        Trust::danger_skip_tls_verification(),
        Trust::custom(Arc::clone(&config)),
        Trust::custom(Arc::new((*config).clone())),
    ];
    for (place, trust) in all.iter().enumerate() {
        for (other_place, other) in all.iter().enumerate() {
            let same = place == other_place;
            assert_eq!(trust.is_same(other), same, "{trust:?} and {other:?}");
        }
    }
    assert!(Trust::pins([two, one, two]).is_same(&all[1]));
    let prepared = Trust::pins([one]).prepared().unwrap();
    assert!(prepared.is_same(&all[0]), "what it has made says nothing");
}
