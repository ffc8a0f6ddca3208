//! Connections: keep-alive, TLS, certificates, faults, held answers.

use core::time::Duration;
use std::sync::Arc;

use oobwatch_sim::{Accept, BoxInfo, Certificate, Fault, FaultRule, Scenario, Sim, TlsVersions};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::support::{Connection, NO_BODY, Response, call, sim};

const VERSION: &str = "/api/fmc_platform/v1/info/serverversion";

async fn with_fault(fault: Fault) -> Sim {
    let mut scenario = Scenario::default();
    scenario.fmc.wire.faults = vec![FaultRule::new("/api", fault)];
    sim(scenario).await
}

async fn version(fmc: &BoxInfo) -> Response {
    call(fmc, "GET", VERSION, &[], NO_BODY).await
}

/// A few turns of the executor, in which nothing must have happened.
async fn nothing_from(connection: &mut Connection) {
    let answer = tokio::time::timeout(Duration::from_millis(50), connection.response()).await;
    assert!(answer.is_err(), "{answer:?}");
}

#[tokio::test]
async fn an_idle_connection_is_closed_after_five_seconds_of_virtual_time() {
    let sim = sim(Scenario::default()).await;
    let mut connection = Connection::open(sim.fmc()).await;
    for _ in 0..2 {
        assert_eq!(
            connection
                .request("GET", VERSION, &[], NO_BODY)
                .await
                .status(),
            401
        );
        sim.advance(Duration::from_millis(4_999));
    }
    assert_eq!(
        connection
            .request("GET", VERSION, &[], NO_BODY)
            .await
            .status(),
        401
    );
    sim.advance(Duration::from_secs(5));
    assert_eq!(connection.rest().await, "", "closed without a word");
    assert_eq!(sim.state().fmc.connections, 1);
}

#[tokio::test]
async fn keep_alive_counts_down_and_the_request_after_the_last_closes() {
    let mut scenario = Scenario::default();
    scenario.fmc.wire.keep_alive_requests = 2;
    let sim = sim(scenario).await;
    let mut connection = Connection::open(sim.fmc()).await;
    let asked = [("Connection", "keep-alive")];
    for expected in [Some("timeout=5, max=2"), Some("timeout=5, max=1"), None] {
        let response = connection.request("GET", VERSION, &asked, NO_BODY).await;
        assert_eq!(response.header("Keep-Alive"), expected);
        let connected = if expected.is_some() {
            "Keep-Alive"
        } else {
            "close"
        };
        assert_eq!(response.header("Connection"), Some(connected));
    }
    assert_eq!(connection.rest().await, "");
}

#[tokio::test]
async fn a_client_that_asks_to_close_is_obeyed() {
    let sim = sim(Scenario::default()).await;
    let mut connection = Connection::open(sim.fmc()).await;
    let response = connection
        .request("GET", VERSION, &[("Connection", "close")], NO_BODY)
        .await;
    assert_eq!(response.header("Connection"), Some("close"));
    assert_eq!(connection.rest().await, "");
}

#[tokio::test]
async fn tls_versions_are_those_asked_for() {
    for (versions, tls12, tls13) in [
        (TlsVersions::Tls12, true, false),
        (TlsVersions::Tls13, false, true),
        (TlsVersions::Both, true, true),
    ] {
        let sim = sim(Scenario {
            tls: versions,
            ..Scenario::default()
        })
        .await;
        assert_eq!(
            Connection::open_with(sim.fmc(), &[&TLS12]).await.is_ok(),
            tls12
        );
        assert_eq!(
            Connection::open_with(sim.fxos(), &[&TLS13]).await.is_ok(),
            tls13
        );
    }
}

#[tokio::test]
async fn a_refused_certificate_is_counted_and_no_request_comes() {
    let sim = sim(Scenario::default()).await;
    let mut impostor = sim.fxos().clone();
    impostor.addr = sim.fmc().addr;
    assert!(Connection::open_with(&impostor, &[&TLS12]).await.is_err());
    // The box learns of it when the alert arrives; the next connection is behind it.
    while sim.state().fmc.failed_handshakes == 0 {
        tokio::task::yield_now().await;
    }
    assert!(sim.state().fmc.requests.is_empty());
}

/// A client with the CA's certificate and a name to check.
async fn verify(info: &BoxInfo, root: &str, name: &'static str) -> Result<(), String> {
    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(root.as_bytes()).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(info.addr).await.unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    let name = ServerName::try_from(name).unwrap();
    connector
        .connect(name, stream)
        .await
        .map(drop)
        .map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_ca_issued_certificate_verifies_for_its_names_only() {
    let mut scenario = Scenario::default();
    scenario.fmc.wire.certificate = Certificate::ca_issued(["fmc.example", "127.0.0.1"]);
    let sim = sim(scenario).await;
    let ca = sim.fmc().ca_pem.clone().unwrap();
    assert_eq!(verify(sim.fmc(), &ca, "fmc.example").await, Ok(()));
    assert_eq!(verify(sim.fmc(), &ca, "127.0.0.1").await, Ok(()));
    let wrong = verify(sim.fmc(), &ca, "other.example").await.unwrap_err();
    assert!(wrong.contains("not valid for name"), "{wrong}");
    assert!(
        verify(sim.fxos(), &ca, "fmc.example").await.is_err(),
        "self-issued"
    );
}

#[tokio::test]
async fn an_expired_certificate_is_seen_to_be_expired() {
    let mut scenario = Scenario::default();
    scenario.fmc.wire.certificate = Certificate {
        days_left: -1,
        ..Certificate::ca_issued(["127.0.0.1"])
    };
    scenario.fxos.wire.certificate = Certificate::expired();
    let sim = sim(scenario).await;
    let ca = sim.fmc().ca_pem.clone().unwrap();
    let error = verify(sim.fmc(), &ca, "127.0.0.1").await.unwrap_err();
    assert!(error.contains("expired"), "{error}");
    assert_eq!(
        call(sim.fxos(), "GET", "/api", &[], NO_BODY).await.status(),
        406,
        "a pin does"
    );
}

#[tokio::test]
async fn pins_are_of_the_certificate_and_of_its_key() {
    let sim = sim(Scenario::default()).await;
    for info in [sim.fmc(), sim.fxos()] {
        assert_eq!(info.pin.len(), "sha256:".len() + 64);
        assert_eq!(info.spki_pin.len(), "sha256//".len() + 44);
        let pem = CertificateDer::from_pem_slice(info.cert_pem.as_bytes()).unwrap();
        assert_eq!(pem.as_ref(), info.cert_der);
        assert_eq!(info.ca_pem, None);
    }
    assert_ne!(sim.fmc().spki_pin, sim.fxos().spki_pin);
}

#[tokio::test]
async fn faults_that_give_no_answer() {
    let sim = with_fault(Fault::Close).await;
    let mut connection = Connection::open(sim.fmc()).await;
    connection
        .send("GET /api HTTP/1.1\r\nHost: x\r\n\r\n")
        .await;
    assert_eq!(connection.rest().await, "");

    let sim = with_fault(Fault::Raw {
        bytes: "HTTP/1.1 200 200\r\nServ".into(),
    })
    .await;
    let mut connection = Connection::open(sim.fmc()).await;
    connection
        .send("GET /api HTTP/1.1\r\nHost: x\r\n\r\n")
        .await;
    assert_eq!(connection.rest().await, "HTTP/1.1 200 200\r\nServ");

    let sim = with_fault(Fault::Silent).await;
    let mut connection = Connection::open(sim.fmc()).await;
    connection
        .send("GET /api HTTP/1.1\r\nHost: x\r\n\r\n")
        .await;
    nothing_from(&mut connection).await;
}

#[tokio::test]
async fn an_endless_head_goes_on_for_as_long_as_it_is_read() {
    let sim = with_fault(Fault::EndlessHead).await;
    let mut connection = Connection::open(sim.fmc()).await;
    connection
        .send("GET /api HTTP/1.1\r\nHost: x\r\n\r\n")
        .await;
    let head = connection.at_least(1 << 20).await;
    assert!(head.starts_with("HTTP/1.1 200 200\r\n") && !head.contains("\r\n\r\n"));
}

#[tokio::test]
async fn a_truncated_body_is_shorter_than_it_says() {
    let sim = with_fault(Fault::Truncated).await;
    let mut connection = Connection::open(sim.fmc()).await;
    connection
        .send(&format!("GET {VERSION} HTTP/1.1\r\nHost: x\r\n\r\n"))
        .await;
    let text = connection.rest().await;
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let length = head
        .split("Content-Length: ")
        .nth(1)
        .unwrap()
        .lines()
        .next()
        .unwrap();
    assert_eq!(body.len(), length.parse::<usize>().unwrap() / 2);
    assert!(body.starts_with(r#"{"error":"#));
}

#[tokio::test]
async fn pages_redirects_and_any_other_answer_come_instead_and_have_no_effect() {
    for (fault, status, content_type) in [
        (
            Fault::Html { status: 200 },
            200,
            Some("text/html; charset=iso-8859-1"),
        ),
        (
            Fault::Html { status: 503 },
            503,
            Some("text/html; charset=iso-8859-1"),
        ),
        (
            Fault::redirect(302, "https://other.example/"),
            302,
            Some("text/html; charset=iso-8859-1"),
        ),
        (
            Fault::Answer {
                status: 429,
                content_type: "application/json".into(),
                body: r#"{"reasonPhrase":"Too Many Requests"}"#.into(),
                headers: vec![("Retry-After".into(), "7".into())],
            },
            429,
            Some("application/json"),
        ),
    ] {
        let sim = with_fault(fault).await;
        let path = "/api/fmc_platform/v1/auth/generatetoken";
        let headers = [("Authorization", "Basic YXBpdXNlcjphcGl1c2Vy")];
        let response = call(sim.fmc(), "POST", path, &headers, NO_BODY).await;
        assert_eq!(response.status(), status);
        let words = response
            .head
            .starts_with("HTTP/1.1 503 Service Unavailable\r\n");
        assert_eq!(words, status == 503);
        assert_eq!(response.header("Content-Type"), content_type);
        let expected = [
            (302, "Location", "https://other.example/"),
            (429, "Retry-After", "7"),
        ];
        for (_, name, value) in expected.iter().filter(|(when, ..)| *when == status) {
            assert!(response.head.contains(&format!("\r\n{name}: {value}\r\n")));
        }
        assert_eq!(sim.state().fmc.logins, 0);
    }
}

#[tokio::test]
async fn a_delayed_answer_comes_after_its_delay() {
    let sim = with_fault(Fault::Delay { ms: 30 }).await;
    let before = std::time::Instant::now();
    assert_eq!(version(sim.fmc()).await.status(), 401);
    assert!(before.elapsed() >= Duration::from_millis(30));
}

#[tokio::test]
async fn a_rule_strikes_as_often_as_it_says() {
    let mut scenario = Scenario::default();
    scenario.fmc.wire.faults = vec![FaultRule::new(VERSION, Fault::Html { status: 503 }).times(2)];
    let sim = sim(scenario).await;
    for expected in [503, 503, 401] {
        assert_eq!(version(sim.fmc()).await.status(), expected);
    }
    assert_eq!(sim.scenario().fmc.wire.faults[0].times, Some(0));
}

#[tokio::test]
async fn a_connection_may_be_accepted_and_left_alone_or_closed() {
    let mut scenario = Scenario::default();
    scenario.fmc.wire.accept = Accept::Silent;
    scenario.fxos.wire.accept = Accept::Close;
    let sim = sim(scenario).await;
    let mut byte = [0];
    let mut silent = TcpStream::connect(sim.fmc().addr).await.unwrap();
    let answer = tokio::time::timeout(Duration::from_millis(50), silent.read(&mut byte)).await;
    assert!(answer.is_err());
    let mut closed = TcpStream::connect(sim.fxos().addr).await.unwrap();
    assert_eq!(closed.read(&mut byte).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn a_held_answer_waits_for_its_release_but_the_request_has_taken_effect() {
    let login = "/api/fmc_platform/v1/auth/generatetoken";
    let mut scenario = Scenario::default();
    scenario.fmc.wire.hold = vec![login.into()];
    let sim = sim(scenario).await;
    let mut connection = Connection::open(sim.fmc()).await;
    connection
        .send(&format!(
            "POST {login} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\
             Authorization: Basic YXBpdXNlcjphcGl1c2Vy\r\n\r\n"
        ))
        .await;
    while sim.state().fmc.held == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(sim.state().fmc.logins, 1);
    assert_eq!(
        version(sim.fmc()).await.status(),
        401,
        "others are not held"
    );
    sim.release();
    assert_eq!(connection.response().await.unwrap().status(), 204);
    assert_eq!(sim.state().fmc.held, 0);
}

#[tokio::test]
async fn a_client_that_goes_away_is_no_longer_held() {
    let mut scenario = Scenario::default();
    scenario.fmc.wire.hold = vec!["/".into()];
    let sim = sim(scenario).await;
    let mut connection = Connection::open(sim.fmc()).await;
    connection
        .send("GET /api HTTP/1.1\r\nHost: x\r\n\r\n")
        .await;
    while sim.state().fmc.held == 0 {
        tokio::task::yield_now().await;
    }
    drop(connection);
    while sim.state().fmc.held > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn shutting_down_frees_the_addresses_and_ends_connections() {
    let sim = sim(Scenario::default()).await;
    let addr = sim.fmc().addr;
    let mut connection = Connection::open(sim.fmc()).await;
    assert_eq!(
        connection
            .request("GET", VERSION, &[], NO_BODY)
            .await
            .status(),
        401
    );
    sim.shutdown().await;
    assert_eq!(connection.rest().await, "");
    assert!(TcpStream::connect(addr).await.is_err());
}

#[tokio::test]
async fn what_is_read_at_the_start_can_not_change_later() {
    let sim = sim(Scenario::default()).await;
    let next = Scenario {
        tls: TlsVersions::Tls12,
        ..sim.scenario()
    };
    let error = sim.set_scenario(next).unwrap_err().to_string();
    assert!(error.contains("`tls`"), "{error}");
}
