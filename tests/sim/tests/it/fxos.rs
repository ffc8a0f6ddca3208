//! The chassis' rules.

use core::time::Duration;

use oobwatch_sim::{Account, BoxInfo, Scenario};
use serde_json::json;

use crate::support::{Connection, NO_BODY, Response, call, sim};

pub(crate) const JSON: (&str, &str) = ("Accept", "application/json");

pub(crate) async fn log_in_as(fxos: &BoxInfo, user: &str, password: &str) -> Response {
    let headers = [("username", user), ("password", password), JSON];
    call(fxos, "POST", "/api/login", &headers, NO_BODY).await
}

pub(crate) async fn log_in(fxos: &BoxInfo) -> String {
    let response = log_in_as(fxos, &fxos.user, &fxos.password).await;
    assert_eq!(response.status(), 200, "{response:?}");
    response.json()["token"].as_str().unwrap().to_owned()
}

pub(crate) async fn get(fxos: &BoxInfo, token: &str, path: &str) -> Response {
    call(fxos, "GET", path, &[("TOKEN", token), JSON], NO_BODY).await
}

async fn send(fxos: &BoxInfo, token: &str, method: &str, path: &str, body: &str) -> Response {
    let headers = [("token", token), JSON, ("Content-Type", "application/json")];
    call(fxos, method, path, &headers, body).await
}

pub(crate) async fn log_out(fxos: &BoxInfo, token: &str) -> Response {
    call(
        fxos,
        "POST",
        "/api/logout",
        &[("TOKEN", token), JSON],
        NO_BODY,
    )
    .await
}

pub(crate) fn code(response: &Response) -> (u16, String) {
    (
        response.status(),
        response.json()["error-code"].as_str().unwrap().to_owned(),
    )
}

#[tokio::test]
async fn a_login_gives_a_token_of_64_hexadecimal_digits() {
    let sim = sim(Scenario::default()).await;
    let headers = [
        ("USERNAME", "admin"),
        ("PASSWORD", "S1m Pass:word"),
        JSON,
        ("Cache-Control", "no-cache"),
    ];
    let response = call(sim.fxos(), "POST", "/api/login", &headers, NO_BODY).await;
    assert_eq!(response.header("Content-Type"), Some("application/json"));
    let body = response.json();
    assert_eq!(body["refreshPeriod"], "0");
    let token = body["token"].as_str().unwrap();
    assert!(token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(response.header("token"), None);
}

#[tokio::test]
async fn documented_error_bodies() {
    let sim = sim(Scenario::default()).await;
    let authorization = |code: &str| {
        json!({
            "error-code": code,
            "error-description": "Authorization required",
            "error-nr": "service-unavailable",
        })
    };
    let refused = log_in_as(sim.fxos(), "admin", "S1m%20Pass%3Aword").await;
    assert_eq!(refused.status(), 400);
    assert_eq!(
        refused.json(),
        json!({
            "error-code": "551",
            "error-description": "Authentication failed",
            "error-nr": "unidentified-fail",
        })
    );
    let bad_token = get(sim.fxos(), &"0".repeat(64), "/api/sys").await;
    assert_eq!(
        (bad_token.status(), bad_token.json()),
        (400, authorization("552"))
    );
    let no_token = call(sim.fxos(), "GET", "/api/sys", &[JSON], NO_BODY).await;
    assert_eq!(
        (no_token.status(), no_token.json()),
        (400, authorization("552"))
    );
    let no_session = log_out(sim.fxos(), &"0".repeat(64)).await;
    assert_eq!(
        (no_session.status(), no_session.json()),
        (555, authorization("555"))
    );
    assert_eq!(sim.state().fxos.refused_logins, 1);
}

#[tokio::test]
async fn logging_out_ends_the_session_once() {
    let sim = sim(Scenario::default()).await;
    let token = log_in(sim.fxos()).await;
    assert_eq!(sim.state().fxos.live_sessions, 1);
    let response = log_out(sim.fxos(), &token).await;
    assert_eq!(
        (response.status(), response.body.contains("logout")),
        (200, true)
    );
    assert_eq!(
        code(&get(sim.fxos(), &token, "/api/sys").await),
        (400, "552".into())
    );
    assert_eq!(
        code(&log_out(sim.fxos(), &token).await),
        (555, "555".into())
    );

    let mut other = sim.scenario();
    other.fxos.logout_400 = true;
    sim.set_scenario(other).unwrap();
    assert_eq!(
        code(&log_out(sim.fxos(), &token).await),
        (400, "555".into())
    );
    let state = sim.state().fxos;
    assert_eq!((state.revokes, state.live_sessions), (1, 0));
}

#[tokio::test]
async fn an_idle_session_ends_and_a_used_one_does_not() {
    let sim = sim(Scenario::default()).await;
    let token = log_in(sim.fxos()).await;
    for _ in 0..3 {
        sim.advance(Duration::from_secs(599));
        assert_eq!(get(sim.fxos(), &token, "/api/sys").await.status(), 200);
    }
    sim.advance(Duration::from_secs(600));
    assert_eq!(
        code(&get(sim.fxos(), &token, "/api/sys").await),
        (400, "552".into())
    );
    assert_eq!(sim.state().fxos.live_sessions, 0);
}

#[tokio::test]
async fn a_refresh_period_ends_the_session_however_busy() {
    let mut scenario = Scenario::default();
    scenario.fxos.refresh_period = 300;
    scenario.fxos.refresh_period_as_number = true;
    scenario.fxos.token_header = true;
    let sim = sim(scenario).await;
    let response = log_in_as(sim.fxos(), "admin", "S1m Pass:word").await;
    assert_eq!(response.json()["refreshPeriod"], 300);
    let token = response.header("token").unwrap();
    sim.advance(Duration::from_secs(299));
    assert_eq!(get(sim.fxos(), token, "/api/sys").await.status(), 200);
    sim.advance(Duration::from_secs(1));
    assert_eq!(get(sim.fxos(), token, "/api/sys").await.status(), 400);
}

#[tokio::test]
async fn accept_must_be_json_unless_lax() {
    let sim = sim(Scenario::default()).await;
    let token = log_in(sim.fxos()).await;
    let status = async |accept: &[(&str, &str)]| {
        let headers = [&[("TOKEN", token.as_str())], accept].concat();
        call(sim.fxos(), "GET", "/api/sys", &headers, NO_BODY)
            .await
            .status()
    };
    assert_eq!(
        status(&[("Accept", "text/html, Application/JSON;q=0.9")]).await,
        200
    );
    assert_eq!(status(&[("Accept", "*/*")]).await, 406);
    assert_eq!(status(&[]).await, 406);
    let mut lax = sim.scenario();
    lax.fxos.lax_accept = true;
    sim.set_scenario(lax).unwrap();
    assert_eq!(status(&[("Accept", "*/*")]).await, 200);
    assert_eq!(status(&[]).await, 200);
    assert_eq!(status(&[("Accept", "text/html")]).await, 406);
}

#[tokio::test]
async fn health_is_read_by_path_and_by_class() {
    let mut scenario = Scenario::default();
    scenario.fxos.app_states = vec!["online".into(), "not-responding".into()];
    scenario.fxos.fault_severities = vec!["major".into(), "info".into()];
    let sim = sim(scenario).await;
    let token = log_in(sim.fxos()).await;
    let read = async |path: &str| get(sim.fxos(), &token, path).await.json();

    for part in ["mgmt", "system", "kernel", "chassis-manager"] {
        let version = read(&format!("/api/sys/firmware/version/{part}")).await;
        assert_eq!(
            version["firmwareRunning"][0]["packageVersion"],
            "2.14(1.131)"
        );
    }
    let instances = read("/api?classId=smAppInstance").await;
    assert_eq!(
        instances["smAppInstance"][1]["operationalState"],
        "not-responding"
    );
    let instances = read("/api/slot/2/app-inst").await;
    assert_eq!(instances["smAppInstance"][0]["dn"], "slot/2/app-inst/ftd");
    assert_eq!(
        read("/api/slot").await["smSlot"].as_array().unwrap().len(),
        2
    );
    let chassis = read("/api?classId=equipmentChassis").await;
    assert_eq!(chassis["equipmentChassis"][0]["operState"], "operable");
    assert_eq!(
        read("/api?classId=topSystem").await["topSystem"][0]["name"],
        "firepower"
    );
    assert_eq!(
        read("/api?classId=faultInst").await["faultInst"][0]["severity"],
        "major"
    );
    let port = read("/api/ports/ep/Ethernet1_API_SLASH_2").await;
    assert_eq!(port["portEp"][0]["dn"], "ports/ep/Ethernet1/2");
    assert_eq!(
        code(&get(sim.fxos(), &token, "/api?classId=noClass").await),
        (400, "400".into())
    );
    assert_eq!(
        code(&get(sim.fxos(), &token, "/api/no/such").await),
        (404, "404".into())
    );
}

#[tokio::test]
async fn patch_changes_and_put_replaces() {
    let sim = sim(Scenario::default()).await;
    let token = log_in(sim.fxos()).await;
    let path = "/api/sys/auth-default";
    let write = async |method, body| send(sim.fxos(), &token, method, path, body).await;

    let body = r#"{"aaaDefaultAuth":[{"sessionTimeout":"1800","dn":"sys/auth-default"}]}"#;
    let patched = write("PATCH", body).await.json();
    assert_eq!(patched["aaaDefaultAuth"][0]["sessionTimeout"], "1800");
    assert_eq!(patched["aaaDefaultAuth"][0]["refreshPeriod"], "0", "kept");
    let replaced = write("PUT", body).await.json();
    assert_eq!(replaced["aaaDefaultAuth"][0].get("refreshPeriod"), None);
    assert_eq!(
        code(&write("PATCH", r#"{"commDateTime":[{}]}"#).await),
        (400, "400".into())
    );
    assert_eq!(code(&write("PATCH", "not json").await), (400, "400".into()));
    assert_eq!(code(&write("DELETE", NO_BODY).await), (405, "405".into()));
}

#[tokio::test]
async fn port_channels_can_be_made_and_removed() {
    let mut scenario = Scenario::default();
    scenario.fxos.error_prefix = "configuration failed, see below ".into();
    scenario.fxos.port_channels.clear();
    let sim = sim(scenario).await;
    let token = log_in(sim.fxos()).await;
    let body = r#"{"fabricEthLanPc":[{"dn":"ports/pc/1","adminState":"enabled"}]}"#;
    let make = async || send(sim.fxos(), &token, "POST", "/api/ports/pc", body).await;

    assert_eq!(
        get(sim.fxos(), &token, "/api/ports/pc").await.body,
        r#"{"fabricEthLanPc":[]}"#
    );
    assert_eq!(make().await.status(), 200);
    let again = make().await;
    assert_eq!(again.status(), 400);
    assert!(
        again
            .body
            .starts_with("configuration failed, see below {\"error-code\"")
    );
    let removed = send(sim.fxos(), &token, "DELETE", "/api/ports/pc/1", NO_BODY).await;
    assert_eq!((removed.status(), removed.body.as_str()), (204, ""));
    assert_eq!(
        get(sim.fxos(), &token, "/api/ports/pc/1").await.status(),
        404
    );
}

#[tokio::test]
async fn writes_of_a_wrong_type_method_or_account_are_refused() {
    let mut scenario = Scenario::default();
    let watcher = Account {
        read_only: true,
        ..Account::new("watcher", "look")
    };
    scenario.fxos.accounts.push(watcher);
    let sim = sim(scenario).await;
    let token = log_in(sim.fxos()).await;
    let headers = [
        ("TOKEN", token.as_str()),
        JSON,
        ("Content-Type", "text/plain"),
    ];
    let typed = call(sim.fxos(), "PATCH", "/api/sys/auth-default", &headers, "{}").await;
    assert_eq!(code(&typed), (415, "415".into()));
    let method = send(sim.fxos(), &token, "DELETE", "/api/sys", NO_BODY).await;
    assert_eq!(code(&method), (405, "405".into()));
    assert_eq!(
        code(&get(sim.fxos(), &token, "/api/login").await),
        (405, "405".into())
    );

    let reader = log_in_as(sim.fxos(), "watcher", "look").await.json();
    let reader = reader["token"].as_str().unwrap();
    let refused = send(sim.fxos(), reader, "PATCH", "/api/sys/auth-default", "{}").await;
    assert_eq!(code(&refused), (403, "403".into()));
    assert_eq!(sim.state().fxos.live_sessions, 2);
}

#[tokio::test]
async fn an_image_is_hashed_as_it_streams_in() {
    let sim = sim(Scenario::default()).await;
    let token = log_in(sim.fxos()).await;
    let upload = async |content_type, body: &str| {
        let headers = [
            ("TOKEN", token.as_str()),
            JSON,
            ("Content-Type", content_type),
        ];
        call(
            sim.fxos(),
            "POST",
            "/api/sys/firmware/images",
            &headers,
            body,
        )
        .await
    };
    let image = "abc".repeat(1_000_000);
    let taken = upload("multipart/binary", &image).await;
    assert_eq!(taken.status(), 200);
    let answer = &taken.json()["firmwareImage"][0];
    assert_eq!(answer["bytes"], "3000000");
    let state = sim.state().fxos;
    assert_eq!(answer["sha256"], state.uploads[0].sha256.as_str());
    assert!(state.uploads[0].complete);
    assert_eq!(upload("application/json", "abc").await.status(), 415);
    assert_eq!(upload("multipart/form-data", "abc").await.status(), 415);
    assert_eq!(upload("multipart/binary", "").await.status(), 400);
    let large = "x".repeat(8_000_000);
    let early = upload("text/plain", &large).await;
    assert_eq!(
        early.status(),
        415,
        "an early answer reaches who is still writing"
    );
    let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(
        upload("multipart/binary", "abc").await.json()["firmwareImage"][0]["sha256"],
        known
    );
}

#[tokio::test]
async fn an_image_cut_short_is_not_taken_for_whole() {
    let sim = sim(Scenario::default()).await;
    let token = log_in(sim.fxos()).await;
    let mut connection = Connection::open(sim.fxos()).await;
    connection
        .send(&format!(
            "POST /api/sys/firmware/images HTTP/1.1\r\nHost: x\r\nTOKEN: {token}\r\n\
             Accept: application/json\r\nContent-Type: multipart/binary\r\n\
             Content-Length: 1000\r\n\r\nonly this"
        ))
        .await;
    connection.close_writing().await;
    connection.rest().await;
    let uploads = sim.state().fxos.uploads;
    assert_eq!((uploads[0].bytes, uploads[0].complete), (9, false));
}
