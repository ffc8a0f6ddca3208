//! An outage at each layer: the line that is printed names the layer, and what the operator does
//! next. Text and plug-in output say the same, and the plug-in's is one line.

use core::net::SocketAddr;

use oobwatch_sim::{Accept, Fault, FaultRule, Scenario, Trouble};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::lab::{Lab, Ran, with};

const LOGINS: [&str; 2] = ["/api/fmc_platform/v1/auth/generatetoken", "/api/login"];

/// What is to be printed: where the check stopped, its exit code, and what is due next.
type Due<'a> = (&'a str, i32, &'a str);

/// Runs the check in both formats, the plug-in's last.
async fn assert_said(lab: &Lab, check: &[&str], (layer, code, step): Due<'_>) {
    let text = lab.run(check).await;
    let nagios = lab.run(&[check, &["--format", "nagios"]].concat()).await;
    let stopped = format!(" - stopped at {layer}");
    for ran in [&text, &nagios] {
        assert_eq!(ran.code, Some(code), "{ran:?}");
        let line = ran.out.lines().next().unwrap_or_default();
        assert!(line.contains(&stopped), "{stopped}{ran:?}");
    }
    assert!(text.out.contains(step), "{step}: {text:?}");
    assert_plugin_line(&nagios, step);
}

/// One line, with the next step before the performance data.
#[track_caller]
fn assert_plugin_line(ran: &Ran, step: &str) {
    assert_eq!(ran.out.lines().count(), 1, "{ran:?}");
    let said = ran.out.split(" | ").next().unwrap_or_default();
    // As the plug-in's output has it: quotes mean something to monitoring systems.
    let step = step.replace(['\'', '"'], "_");
    assert!(said.contains(&step), "{step}: {ran:?}");
}

/// A check of `fmc://…@place`, trusting nobody in particular and waiting for a second.
async fn assert_place(lab: &Lab, place: &str, due: Due<'_>) {
    let target = format!("fmc://{}@{place}", lab.sim.fmc().user);
    let access = ["--password-env", "PASSWORD", "--timeout", "1"];
    assert_said(lab, &[&["check", &*target], &access[..]].concat(), due).await;
}

#[tokio::test]
async fn on_the_way_to_the_box() {
    let lab = Lab::new(|_| {}).await;
    // No name server is asked for a label over 63 bytes.
    let too_long = format!("{}.invalid:443", "x".repeat(64));
    let spelling = "check its spelling and the name server";
    let target = format!("fmc://{}@{too_long}", lab.sim.fmc().user);
    let named = with(&["check", &target], lab.sim.fmc(), "PASSWORD");
    assert_said(&lab, &named, ("name", 3, spelling)).await;
    // The broadcast address of loopback has no route for TCP.
    let gateway = "check the address and the gateway";
    assert_place(&lab, "127.255.255.255", ("tcp", 2, gateway)).await;
    let closed = closed_port().await.to_string();
    assert_place(&lab, &closed, ("tcp", 2, "check the address, the port")).await;
    let (full, _queue) = full_port().await;
    let up = "is the box up, and no filter in between?";
    assert_place(&lab, &full.to_string(), ("tcp", 2, up)).await;
    assert!(lab.sim.state().fmc.requests.is_empty());
}

/// Where nothing listens.
async fn closed_port() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

/// Where as many connections wait to be accepted as may, so that the next is not answered.
async fn full_port() -> (SocketAddr, (TcpListener, Vec<TcpStream>)) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queue = Vec::new();
    for _ in 0..2 {
        queue.push(TcpStream::connect(address).await.unwrap());
    }
    (address, (listener, queue))
}

#[tokio::test]
async fn in_the_handshake() {
    let lab = Lab::new(|scenario| scenario.fmc.wire.accept = Accept::Silent).await;
    let tls = "is this port HTTPS, and TLS 1.2 or 1.3?";
    let plain = server(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n").await;
    assert_place(&lab, &plain, ("tls", 2, tls)).await;
    // A fatal alert, protocol_version (RFC 5246, section 7.2): what a box of TLS 1.0 sends.
    let old = server(&[0x15, 3, 1, 0, 2, 2, 70]).await;
    assert_place(&lab, &old, ("tls", 2, tls)).await;
    let silent = lab.sim.fmc().addr.to_string();
    assert_place(&lab, &silent, ("tls", 2, "is this port HTTPS?")).await;
}

/// Answers anything with these bytes.
async fn server(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4_096]).await;
            let _ = stream.write_all(answer).await;
        }
    });
    address.to_string()
}

#[tokio::test]
async fn in_the_certificate() {
    let issued = |scenario: &mut Scenario, days_left, name: &str| {
        let certificate = &mut scenario.fmc.wire.certificate;
        (certificate.ca_issued, certificate.days_left) = (true, days_left);
        certificate.names = vec![name.to_owned()];
    };
    let (expired, other) = tokio::join!(
        Lab::new(|scenario| issued(scenario, -3, "127.0.0.1")),
        Lab::new(|scenario| issued(scenario, 365, "fmc.example")),
    );
    let by_authority = async |lab: &Lab, due| {
        let path = lab.home.path().join("ca.pem");
        std::fs::write(&path, lab.sim.fmc().ca_pem.as_ref().unwrap()).unwrap();
        let (fmc, ca) = (lab.fmc(), path.to_str().unwrap().to_owned());
        let check = [
            "check",
            &fmc,
            "--password-env",
            "PASSWORD",
            "--ca-file",
            &ca,
        ];
        assert_said(lab, &check, due).await;
        assert!(lab.sim.state().fmc.requests.is_empty());
    };
    by_authority(&expired, ("tls", 2, "renew it on the box")).await;
    by_authority(
        &other,
        ("tls", 2, "use the name that it was issued for, or pin it"),
    )
    .await;
    let place = other.sim.fxos().addr.to_string();
    assert_place(
        &other,
        &place,
        ("tls", 2, "pin it with 'oobwatch pin', or name its CA"),
    )
    .await;
    let (fmc, pin) = (other.fmc(), other.sim.fxos().pin.clone());
    let check = ["check", &fmc, "--password-env", "PASSWORD", "--pin", &pin];
    let renewed = "if it was renewed on purpose, compare 'oobwatch pin' with the box";
    assert_said(&other, &check, ("tls", 2, renewed)).await;
}

/// Both boxes do the same to every login.
async fn in_logins(fault: Fault, due: Due<'_>) {
    let rules = LOGINS.map(|path| FaultRule::new(path, fault.clone()));
    both(rules.to_vec(), "50", due).await;
}

/// The same for what the check waits out, with a time limit that it meets.
async fn in_logins_for_long(fault: Fault, due: Due<'_>) {
    let rules = LOGINS.map(|path| FaultRule::new(path, fault.clone()));
    both(rules.to_vec(), "2", due).await;
}

/// Both boxes do the same to every read of a list.
async fn in_reads(fault: Fault, due: Due<'_>) {
    let lists = ["/api/fmc_config", "/api"].map(|path| FaultRule {
        method: Some("GET".to_owned()),
        ..FaultRule::new(path, fault.clone())
    });
    both(lists.to_vec(), "50", due).await;
}

/// Both boxes go wrong in the same way; a check gives up after so many seconds.
async fn both(rules: Vec<FaultRule>, seconds: &str, due: Due<'_>) {
    let lab = Lab::new(|scenario| {
        scenario.fmc.wire.faults.clone_from(&rules);
        scenario.fxos.wire.faults.clone_from(&rules);
    });
    let lab = lab.await;
    let (fmc, fxos) = (lab.fmc(), lab.fxos());
    let timeout = ["--timeout", seconds, "--no-state"];
    let on_fmc = with(&["check", &fmc], lab.sim.fmc(), "PASSWORD");
    let on_fxos = with(&["check", &fxos], lab.sim.fxos(), "CHASSIS_PASSWORD");
    let (on_fmc, on_fxos) = (
        [&on_fmc[..], &timeout].concat(),
        [&on_fxos[..], &timeout].concat(),
    );
    tokio::join!(
        assert_said(&lab, &on_fmc, due),
        assert_said(&lab, &on_fxos, due)
    );
}

#[tokio::test]
async fn in_http() {
    let again = "is the box restarting, or a filter in between?";
    in_logins(Fault::Close, ("http", 2, again)).await;
    let hangs = "the box hangs or is very busy";
    in_logins_for_long(Fault::Silent, ("http", 2, hangs)).await;
    let page = "a proxy in between, or the REST API is off?";
    in_logins(Fault::Html { status: 200 }, ("http", 3, page)).await;
    let starting = "is it starting? Wait until it is less busy";
    in_logins_for_long(Fault::Html { status: 503 }, ("http", 3, starting)).await;
    let elsewhere = Fault::redirect(302, "https://192.0.2.1/");
    in_logins(elsewhere, ("http", 3, "use the address of the box itself")).await;
    let busy = Fault::TooMany {
        shape: Default::default(),
        retry_after: Default::default(),
        retry_after_s: 0,
    };
    in_logins_for_long(busy, ("http", 3, "ask less often")).await;
    let raw = Fault::Raw {
        bytes: "SSH-2.0-OpenSSH_9.6\r\n\r\n".into(),
    };
    in_logins(raw, ("http", 3, "is this port HTTPS, and the right one?")).await;
}

#[tokio::test]
async fn in_the_login() {
    let lab = Lab::new(|_| {}).await;
    let (fmc, fxos) = (lab.fmc(), lab.fxos());
    let check = "check both, and that the account may use the REST API";
    // The first run is refused; the second finds that it is too early to try again.
    let on_fmc = with(&["check", &fmc], lab.sim.fmc(), "CHASSIS_PASSWORD");
    assert_said(&lab, &on_fmc, ("authenticated", 3, check)).await;
    let on_fxos = with(&["check", &fxos], lab.sim.fxos(), "PASSWORD");
    assert_said(&lab, &on_fxos, ("authenticated", 3, check)).await;
    let state = lab.sim.state();
    assert_eq!(
        (state.fmc.refused_logins, state.fxos.refused_logins),
        (1, 1)
    );
}

#[tokio::test]
async fn after_another_login() {
    let lab = Lab::new(|_| {}).await;
    let fmc = lab.fmc();
    let check = with(&["check", &fmc, "--cache"], lab.sim.fmc(), "PASSWORD");
    lab.run(&check).await.ok();
    let other = with(&["token", &fmc, "--no-state"], lab.sim.fmc(), "PASSWORD");
    lab.run(&other).await.ok();
    let account = "give this program an account of its own";
    assert_said(&lab, &check, ("authenticated", 3, account)).await;
    assert_eq!(lab.sim.state().fmc.logins, 2);
}

#[tokio::test]
async fn in_what_may_be_read() {
    let denied = Fault::Trouble {
        what: Trouble::NotAuthorized,
    };
    let role = "give the account a role that may read this";
    in_reads(denied, ("authorised", 3, role)).await;
}

#[tokio::test]
async fn in_the_data() {
    let later = "is the box restarting? Try again later";
    in_reads(Fault::CutJson, ("data", 3, later)).await;
}

#[tokio::test]
async fn in_data_that_is_empty_or_odd() {
    let nothing = Fault::Trouble {
        what: Trouble::EmptyObject,
    };
    let lab = Lab::new(|scenario| {
        scenario.fmc.wire.faults = vec![FaultRule::new("/api/fmc_config", nothing)];
    });
    let lab = lab.await;
    let fmc = lab.fmc();
    let check = with(
        &["check", &fmc, "--timeout", "2"],
        lab.sim.fmc(),
        "PASSWORD",
    );
    let empty = "the answers hold no devices";
    assert_said(&lab, &check, ("data", 3, empty)).await;
    let lab = Lab::new(|scenario| scenario.fmc.health = vec!["mauve".into()]).await;
    let fmc = lab.fmc();
    let check = with(
        &["check", &fmc, "--format", "nagios"],
        lab.sim.fmc(),
        "PASSWORD",
    );
    let ran = lab.run(&check).await;
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let odd = "state \"mauve\" is not known; see what the box shows";
    assert_plugin_line(&ran, odd);
}
