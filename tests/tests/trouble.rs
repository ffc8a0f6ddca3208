//! The client against boxes that are not what they should be. Each ends in the
//! right error, and no credential goes where it should not.

use core::time::Duration;

use oobwatch_client::core::error::{
    CertificateError, ConfigError, Error, PeerError, ResourceError, TransportError,
};
use oobwatch_client::core::health::{Layer, Verdict};
use oobwatch_client::core::product::Product;
use oobwatch_client::tls::{Pin, Trust};
use oobwatch_client::{Builder, Client, ClientError, Timeouts};
use oobwatch_sim::{Accept, Certificate, Fault, FaultRule, Scenario};
use oobwatch_tests::Lab;
use zeroize::Zeroizing;

const VERSION: &str = "/api/fmc_platform/v1/info/serverversion";
const LOGIN: &str = "/api/fmc_platform/v1/auth/generatetoken";
const SOON: Duration = Duration::from_millis(300);

async fn fails(client: Client) -> Error {
    let error = client.get(VERSION).await.expect_err("this can not work");
    let text = error.to_string();
    assert!(
        !text.contains("S1m:Pass-word") && !text.contains('\n'),
        "{text}"
    );
    client.close().await.ok();
    match error {
        ClientError::Request(failure) => failure.error().expect("an error"),
        other => panic!("{other}"),
    }
}

async fn untrusted(lab: &Lab, builder: Builder, why: CertificateError) {
    let error = fails(builder.build().unwrap()).await;
    assert_eq!(error, TransportError::Certificate(why).into());
    let state = lab.sim.state().fmc;
    assert_eq!(
        state.requests.len(),
        0,
        "something was sent to a box that is not trusted"
    );
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_gets_no_request() {
    let lab = Lab::new(|_| {}).await;
    let other: Pin = lab.sim.fxos().pin.parse().unwrap();
    untrusted(
        &lab,
        lab.fmc().trust(Trust::pins([other])),
        CertificateError::PinMismatch,
    )
    .await;
    let folder = tempfile::tempdir().unwrap();
    let unrelated = folder.path().join("ca.pem");
    std::fs::write(&unrelated, &lab.sim.fxos().cert_pem).unwrap();
    let trust = Trust::ca_file(&unrelated);
    untrusted(
        &lab,
        lab.fmc().trust(trust),
        CertificateError::UnknownIssuer,
    )
    .await;
}

async fn with_ca(certificate: Certificate) -> (Lab, tempfile::TempDir, Trust) {
    let lab = Lab::new(|scenario| scenario.fmc.wire.certificate = certificate).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, lab.sim.fmc().ca_pem.as_ref().unwrap()).unwrap();
    (lab, folder, Trust::ca_file(file))
}

#[tokio::test]
async fn a_certificate_of_a_ca_is_judged_by_name_and_date() {
    let (lab, _folder, trust) = with_ca(Certificate::ca_issued(["127.0.0.1"])).await;
    let client = lab.fmc().trust(trust).build().unwrap();
    assert_eq!(client.check().await.verdict(), Verdict::Ok);
    client.close().await.unwrap();
    let (lab, _folder, trust) = with_ca(Certificate::ca_issued(["fmc.example"])).await;
    untrusted(&lab, lab.fmc().trust(trust), CertificateError::WrongName).await;
    let expired = Certificate {
        days_left: -1,
        ..Certificate::ca_issued(["127.0.0.1"])
    };
    let (lab, _folder, trust) = with_ca(expired).await;
    untrusted(&lab, lab.fmc().trust(trust), CertificateError::Expired).await;
}

#[tokio::test]
async fn a_port_that_is_closed_and_a_name_that_is_none() {
    let lab = Lab::new(|_| {}).await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    for (address, error) in [
        (
            format!("127.0.0.1:{port}").parse().unwrap(),
            TransportError::ConnectRefused,
        ),
        (
            "no-such-host.invalid".parse().unwrap(),
            TransportError::NameNotFound,
        ),
    ] {
        let client = Client::builder(Product::Fmc, address)
            .login("api", Zeroizing::new("pw".into()))
            .trust(Trust::pins([lab.sim.fmc().pin.parse().unwrap()]))
            .build()
            .unwrap();
        let report = client.check().await;
        assert_eq!(report.error, Some(error.into()));
        assert_eq!(report.stopped_at(), Some(error.layer()));
    }
}

async fn faulty(path: &str, fault: Fault) -> Lab {
    let rule = FaultRule::new(path, fault);
    Lab::new(|scenario| scenario.fmc.wire.faults = vec![rule]).await
}

fn hasty(lab: &Lab) -> Client {
    lab.fmc()
        .timeouts(Timeouts::default().at_most(SOON))
        .build()
        .unwrap()
}

#[tokio::test]
async fn silence_ends_at_a_deadline() {
    let lab = Lab::new(|scenario| scenario.fmc.wire.accept = Accept::Silent).await;
    assert_eq!(fails(hasty(&lab)).await, TransportError::TlsTimeout.into());
    let lab = faulty(VERSION, Fault::Silent).await;
    let client = lab.fmc().build().unwrap();
    client.log_in().await.unwrap();
    client.close().await.unwrap();
    let error = fails(hasty(&lab)).await;
    assert_eq!(error, TransportError::FirstByteTimeout.into());
    assert_eq!(lab.sim.state().fmc.live_sessions, 0);
}

/// A monitoring system would kill a check that takes too long, and its session
/// would stay open.
#[tokio::test]
async fn a_check_ends_in_time_and_logs_out() {
    let lab = faulty(VERSION, Fault::Silent).await;
    let mut timeouts = Timeouts::default();
    timeouts.check = SOON;
    let client = lab.fmc().timeouts(timeouts).build().unwrap();
    let report = client.check().await;
    assert_eq!(report.error, Some(TransportError::Timeout.into()));
    assert_eq!(report.verdict(), Verdict::Critical);
    client.close().await.unwrap();
    assert_eq!(lab.sim.state().fmc.live_sessions, 0);
}

#[tokio::test]
async fn an_answer_without_end_or_cut_short() {
    let lab = faulty(VERSION, Fault::EndlessHead).await;
    let error = fails(lab.fmc().build().unwrap()).await;
    assert_eq!(error, ResourceError::HeadLimit(262_144).into());
    let lab = faulty(VERSION, Fault::Truncated).await;
    assert_eq!(
        fails(lab.fmc().build().unwrap()).await,
        TransportError::Truncated.into()
    );
    let lab = faulty(
        "",
        Fault::Raw {
            bytes: "SSH-2.0-OpenSSH_9.2\r\n".into(),
        },
    )
    .await;
    let error = fails(lab.fmc().build().unwrap()).await;
    assert!(matches!(error, Error::Peer(PeerError::Http(_))), "{error}");
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let lab = Lab::new(|_| {}).await;
    let error = fails(lab.fmc().body_limit(10).build().unwrap()).await;
    assert_eq!(error, ResourceError::BodyLimit.into());
    assert_eq!(lab.sim.state().fmc.live_sessions, 0);
}

#[tokio::test]
async fn a_web_page_is_no_rest_api() {
    for (path, status) in [(LOGIN, 200), (LOGIN, 503), (VERSION, 200), (VERSION, 503)] {
        let lab = faulty(path, Fault::Html { status }).await;
        let error = fails(lab.fmc().build().unwrap()).await;
        assert_eq!(error, PeerError::WebPage(status).into(), "{path} {status}");
        assert_eq!(lab.sim.state().fmc.live_sessions, 0);
    }
}

#[tokio::test]
async fn a_login_that_is_redirected_takes_no_password_along() {
    let second = Lab::new(|_| {}).await;
    let location = format!("{}{LOGIN}", second.sim.fmc().url);
    let lab = faulty(LOGIN, Fault::redirect(302, &location)).await;
    assert_eq!(
        fails(lab.fmc().build().unwrap()).await,
        PeerError::Redirect(302).into()
    );
    assert_eq!(second.sim.state().fmc.connections, 0);
}

#[tokio::test]
async fn a_login_whose_answer_is_lost_is_not_sent_again() {
    let lab = faulty(LOGIN, Fault::Close).await;
    let client = lab.fmc().build().unwrap();
    let error = client.get(VERSION).await.unwrap_err();
    assert_eq!(error.error(), Some(TransportError::Closed.into()));
    assert_eq!(client.stats().orphans, 1);
    let logins = format!("POST {LOGIN}");
    assert_eq!(lab.sim.state().fmc.requests.get(&logins), Some(&1));
}

#[tokio::test]
async fn bad_input_sends_nothing() {
    let lab = Lab::new(|_| {}).await;
    let pin = || Trust::pins([lab.sim.fmc().pin.parse().unwrap()]);
    let info = lab.sim.fmc();
    let address = || -> oobwatch_client::Address { info.addr.to_string().parse().unwrap() };
    let builder = |user: &str, password: &str| {
        let password = Zeroizing::new(password.to_owned());
        Client::builder(Product::Fmc, address())
            .login(user, password)
            .trust(pin())
            .build()
    };
    for (user, password) in [
        ("a\r\nb", "x"),
        ("a:b", "x"),
        ("", "x"),
        ("a", ""),
        ("a", "x\0y"),
    ] {
        let error = builder(user, password).expect_err("refused");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
    assert!(
        Client::builder(Product::Fmc, address())
            .trust(pin())
            .build()
            .is_err()
    );
    let client = lab.fmc().build().unwrap();
    for path in [
        "/a b",
        "/a\r\nX: y",
        "no-slash",
        "",
        "https://evil.example/",
        "/\u{e9}",
        "/a#b",
    ] {
        let error = client.get(path).await.unwrap_err();
        assert!(
            matches!(error.error(), Some(Error::Config(_))),
            "{path:?}: {error}"
        );
    }
    client.close().await.unwrap();
    assert_eq!(lab.sim.state().fmc.connections, 0);
}

#[tokio::test]
async fn a_domain_that_is_not_there_is_no_other_domain() {
    let lab = Lab::new(|scenario| scenario.fmc.domains.push("Global/West/Devel".into())).await;
    for (name, why) in [
        ("Nowhere", ConfigError::DomainMissing),
        ("Devel", ConfigError::DomainAmbiguous),
    ] {
        let error = fails(lab.fmc().domain(name).build().unwrap()).await;
        assert_eq!(error, why.into());
        assert_eq!(
            lab.sim.state().fmc.live_sessions,
            0,
            "it was logged in, and must be out"
        );
    }
    let client = lab.fmc().domain("global/west/devel").build().unwrap();
    let path = "/api/fmc_config/v1/domain/{domainUUID}/devices/devicerecords";
    assert!(client.get(path).await.unwrap().is_success());
    let west = client
        .domains()
        .into_iter()
        .find(|d| d.name == "Global/West/Devel")
        .unwrap();
    assert_eq!(client.tokens().unwrap().domain, Some(west.uuid));
    client.close().await.unwrap();
}

#[tokio::test]
async fn one_domain_of_a_thousand() {
    let lab = Lab::new(|scenario: &mut Scenario| scenario.fmc.domain_count = 1_000).await;
    let client = lab.fmc().build().unwrap();
    client.log_in().await.unwrap();
    let domains = client.domains();
    client.close().await.unwrap();
    assert_eq!(domains.len(), 1_000);
    for domain in [&domains[0], &domains[500], &domains[999]] {
        let client = lab.fmc().domain(&domain.name).build().unwrap();
        client.log_in().await.unwrap();
        assert_eq!(client.tokens().unwrap().domain.as_ref(), Some(&domain.uuid));
        client.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_check_names_the_layer() {
    let at = |fault, path: &'static str| async move {
        let lab = faulty(path, fault).await;
        let client = lab.fmc().build().unwrap();
        let report = client.check().await;
        client.close().await.ok();
        assert_eq!(lab.sim.state().fmc.live_sessions, 0);
        (report.stopped_at(), report.verdict())
    };
    let devices = "/api/fmc_config";
    let denied = Fault::Answer {
        status: 403,
        content_type: "application/json".into(),
        body: r#"{"error":{"messages":[{"description":"The user is not authorized"}]}}"#.into(),
        headers: vec![],
    };
    let broken = Fault::Answer {
        status: 200,
        content_type: "application/json".into(),
        body: r#"{"items":[{"name":"#.into(),
        headers: vec![],
    };
    assert_eq!(at(Fault::Close, LOGIN).await.0, Some(Layer::Http));
    assert_eq!(
        at(Fault::Html { status: 404 }, LOGIN).await.0,
        Some(Layer::Http)
    );
    let no_login = Fault::Answer {
        status: 404,
        content_type: "application/json".into(),
        body: r#"{"error":{"messages":[{"description":"Invalid URL"}]}}"#.into(),
        headers: vec![],
    };
    assert_eq!(
        at(no_login, LOGIN).await,
        (Some(Layer::Authenticated), Verdict::Unknown)
    );
    assert_eq!(
        at(denied, devices).await,
        (Some(Layer::Authorised), Verdict::Unknown)
    );
    assert_eq!(
        at(broken, devices).await,
        (Some(Layer::Data), Verdict::Unknown)
    );
}
