//! The log of events, and the counts that tests go by.

use core::time::Duration;

use oobwatch_sim::{Event, Fault, FaultRule, Scenario, What};

use crate::fmc::{HALF_AN_HOUR, LOGIN, REVOKE, VERSION, basic, get, log_in, refresh};
use crate::fxos;
use crate::support::{NO_BODY, call, sim};

fn story(events: &[Event]) -> Vec<(&str, What, Option<u16>)> {
    let line = |event: &Event| (event.what, event.status);
    let told = events.iter().map(|event| (event.on.as_str(), line(event)));
    told.map(|(on, (what, status))| (on, what, status))
        .collect()
}

#[tokio::test]
async fn what_happened_is_told_in_order() {
    let sim = sim(Scenario::default()).await;
    let wrong = basic("api-monitor", "wrong");
    call(
        sim.fmc(),
        "POST",
        LOGIN,
        &[("Authorization", &wrong)],
        NO_BODY,
    )
    .await;
    let tokens = log_in(sim.fmc()).await;
    get(sim.fmc(), &tokens, VERSION).await;
    sim.advance(HALF_AN_HOUR);
    get(sim.fmc(), &tokens, VERSION).await;
    let second = refresh(sim.fmc(), &tokens).await;
    let access = second.header("X-auth-access-token").unwrap();
    refresh(sim.fmc(), &tokens).await;
    let headers = [("X-auth-access-token", access)];
    for _ in 0..2 {
        call(sim.fmc(), "POST", REVOKE, &headers, NO_BODY).await;
    }
    let token = fxos::log_in(sim.fxos()).await;
    fxos::log_out(sim.fxos(), &token).await;

    let events = sim.events(0);
    assert_eq!(
        story(&events),
        [
            ("fmc", What::RefusedLogin, Some(401)),
            ("fmc", What::Login, Some(204)),
            ("fmc", What::Request, Some(200)),
            ("fmc", What::Unauthorized, Some(401)),
            ("fmc", What::Refresh, Some(204)),
            ("fmc", What::RefusedRefresh, Some(401)),
            ("fmc", What::Logout, Some(204)),
            ("fmc", What::RefusedLogout, Some(401)),
            ("fxos", What::Login, Some(200)),
            ("fxos", What::Logout, Some(200)),
        ]
    );
    assert!(events.iter().map(|event| event.n).eq(1..=10));
    let users: Vec<_> = events.iter().map(|one| one.user.as_deref()).collect();
    assert_eq!(users[..3], [Some("api-monitor"); 3]);
    assert_eq!((users[3], users[9]), (None, Some("admin")));
    assert_eq!((events[2].clock_ms, events[3].clock_ms), (0, 1_800_000));
    assert_eq!(sim.events(8).len(), 2);
}

#[tokio::test]
async fn events_hold_no_secrets() {
    let sim = sim(Scenario::default()).await;
    let tokens = log_in(sim.fmc()).await;
    let stranger = basic("S1m:Pass-word", "typed into the wrong field");
    call(
        sim.fmc(),
        "POST",
        LOGIN,
        &[("Authorization", &stranger)],
        NO_BODY,
    )
    .await;
    let leaky = format!("/api/{}?token={}", tokens.access, tokens.refresh);
    get(sim.fmc(), &tokens, &leaky).await;
    let log = serde_json::to_string(&sim.events(0)).unwrap();
    for secret in [&tokens.access, &tokens.refresh, "S1m", "wrong field"] {
        assert!(!log.contains(secret), "{log}");
    }
}

#[tokio::test]
async fn faults_are_named_in_events() {
    let mut scenario = Scenario::default();
    scenario.fmc.wire.faults = [Fault::Close, Fault::LostReply, Fault::Html { status: 503 }]
        .map(|fault| FaultRule::new(LOGIN, fault).times(1))
        .into();
    let sim = sim(scenario).await;
    let credentials = basic(&sim.fmc().user, &sim.fmc().password);
    for _ in 0..2 {
        let mut connection = crate::support::Connection::open(sim.fmc()).await;
        connection
            .send(&format!(
                "POST {LOGIN} HTTP/1.1\r\nHost: x\r\nAuthorization: {credentials}\r\n\
                 Content-Length: 0\r\n\r\n"
            ))
            .await;
        assert_eq!(connection.rest().await, "");
    }
    let headers = [("Authorization", credentials.as_str())];
    call(sim.fmc(), "POST", LOGIN, &headers, NO_BODY).await;
    let events = sim.events(0);
    let named: Vec<_> = events.iter().map(|one| one.fault.as_deref()).collect();
    assert_eq!(named, [Some("close"), Some("lost_reply"), Some("html")]);
    assert_eq!(
        story(&events),
        [
            ("fmc", What::Fault, None),
            ("fmc", What::Login, Some(204)),
            ("fmc", What::Fault, Some(503)),
        ]
    );
}

#[tokio::test]
async fn credentials_of_another_origin_are_seen() {
    let sim = sim(Scenario::default()).await;
    let tokens = log_in(sim.fmc()).await;
    let token = fxos::log_in(sim.fxos()).await;
    get(sim.fmc(), &tokens, VERSION).await;
    fxos::get(sim.fxos(), &token, "/api/sys").await;
    sim.advance(Duration::from_secs(7200));
    refresh(sim.fmc(), &tokens).await;
    let wrong = basic("api-monitor", "wrong");
    call(
        sim.fmc(),
        "POST",
        LOGIN,
        &[("Authorization", &wrong)],
        NO_BODY,
    )
    .await;
    call(sim.fxos(), "GET", "/api/sys", &[fxos::JSON], NO_BODY).await;
    let state = sim.state();
    assert_eq!(state.fmc.foreign_credentials, 0, "its own, even if old");
    assert_eq!(state.fxos.foreign_credentials, 0);

    let stranger = basic("admin", "x");
    for (name, value) in [
        ("X-auth-access-token", token.as_str()),
        ("X-auth-refresh-token", "ff"),
        ("Authorization", stranger.as_str()),
        ("Authorization", "Bearer eyJ"),
        ("Cookie", "JSESSIONID=1"),
        ("TOKEN", token.as_str()),
        ("password", "p"),
        ("Proxy-Authorization", stranger.as_str()),
    ] {
        let before = sim.state().fmc.foreign_credentials;
        call(sim.fmc(), "GET", VERSION, &[(name, value)], NO_BODY).await;
        assert_eq!(sim.state().fmc.foreign_credentials, before + 1, "{name}");
    }
    for (name, value) in [
        ("TOKEN", tokens.access.as_str()),
        ("username", "api-monitor"),
        ("X-auth-access-token", tokens.access.as_str()),
        ("Authorization", stranger.as_str()),
        ("Cookie", "a=b"),
    ] {
        let before = sim.state().fxos.foreign_credentials;
        call(sim.fxos(), "GET", "/api/sys", &[(name, value)], NO_BODY).await;
        assert_eq!(sim.state().fxos.foreign_credentials, before + 1, "{name}");
    }
}

#[tokio::test]
async fn the_control_address_tells_events() {
    let sim = sim(Scenario::default()).await;
    log_in(sim.fmc()).await;
    let address = sim.control_url().trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = b"GET /events?since=0 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    tokio::io::AsyncWriteExt::write_all(&mut stream, request)
        .await
        .unwrap();
    let mut text = String::new();
    tokio::io::AsyncReadExt::read_to_string(&mut stream, &mut text)
        .await
        .unwrap();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    let events: Vec<Event> = serde_json::from_str(body).unwrap();
    assert_eq!(events, sim.events(0));
    assert!(body.contains(r#""what": "login""#) && body.contains(r#""box": "fmc""#));
}
