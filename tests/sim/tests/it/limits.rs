//! Bounds: requests per minute and at once, sessions, wrong passwords.

use core::time::Duration;

use oobwatch_sim::{
    BoxInfo, Fault, FaultRule, Lockout, LoginBurst, RateLimit, RetryAfter, Scenario, SessionLimits,
    TooMany,
};

use crate::fmc::{DOMAIN, LOGIN, VERSION, basic, get, log_in, refresh};
use crate::fxos;
use crate::support::{Connection, NO_BODY, Response, call, sim};

async fn log_in_with(fmc: &BoxInfo, password: &str) -> Response {
    let credentials = basic(&fmc.user, password);
    let headers = [("Authorization", credentials.as_str())];
    call(fmc, "POST", LOGIN, &headers, NO_BODY).await
}

#[tokio::test]
async fn beyond_so_many_requests_a_minute_even_a_refresh_is_429() {
    let mut scenario = Scenario::default();
    scenario.fmc.rate_limit = RateLimit {
        per_minute: 3,
        retry_after: RetryAfter::Seconds,
        ..RateLimit::default()
    };
    let sim = sim(scenario).await;
    let tokens = log_in(sim.fmc()).await;
    sim.advance(Duration::from_secs(10));
    for _ in 0..2 {
        assert_eq!(get(sim.fmc(), &tokens, VERSION).await.status(), 200);
    }
    sim.advance(Duration::from_secs(20));
    let refused = refresh(sim.fmc(), &tokens).await;
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.header("Retry-After"), Some("30"));
    assert_eq!(refused.json()["reasonPhrase"], "Too Many Requests");
    sim.advance(Duration::from_secs(30));
    assert_eq!(refresh(sim.fmc(), &tokens).await.status(), 204);
    let state = sim.state().fmc;
    assert_eq!((state.rate_limited, state.refreshes), (1, 1));
    assert_eq!(state.peak_requests_per_minute, 4);
}

#[tokio::test]
async fn a_429_has_three_bodies_and_two_dates_by_the_boxs_own_clock() {
    let fault = |shape, retry_after| Fault::TooMany {
        shape,
        retry_after,
        retry_after_s: 90,
    };
    let faults = [
        fault(TooMany::Restlet, RetryAfter::None),
        fault(TooMany::Cisco, RetryAfter::Seconds),
        fault(TooMany::Html, RetryAfter::Date),
    ];
    let mut scenario = Scenario::default();
    scenario.fmc.wire.date_skew_s = 3_600;
    scenario.fmc.wire.faults = faults
        .map(|fault| FaultRule::new("/api", fault).times(1))
        .into();
    let sim = sim(scenario).await;
    let mut answers = Vec::new();
    for _ in 0..3 {
        answers.push(call(sim.fmc(), "GET", VERSION, &[], NO_BODY).await);
    }
    let [restlet, cisco, html] = &answers[..] else {
        unreachable!()
    };
    assert!(answers.iter().all(|answer| answer.status() == 429));
    assert_eq!(restlet.json()["reasonPhrase"], "Too Many Requests");
    assert_eq!(restlet.header("Retry-After"), None);
    assert!(cisco.json()["error"]["messages"][0]["description"].is_string());
    assert_eq!(cisco.header("Retry-After"), Some("90"));
    assert!(html.body.contains("<h1>429 Too Many Requests</h1>"));
    let date = |name| httpdate::parse_http_date(html.header(name).unwrap()).unwrap();
    let wait = date("Retry-After").duration_since(date("Date")).unwrap();
    assert_eq!(wait, Duration::from_secs(90));
}

#[tokio::test]
async fn requests_on_connections_beyond_the_limit_are_429() {
    let mut scenario = Scenario::default();
    scenario.fmc.rate_limit.connections = 2;
    let sim = sim(scenario).await;
    let mut connections = Vec::new();
    for expected in [401, 401, 429] {
        let mut connection = Connection::open(sim.fmc()).await;
        let response = connection.request("GET", VERSION, &[], NO_BODY).await;
        assert_eq!(response.status(), expected);
        connections.push(connection);
    }
    assert_eq!(sim.state().fmc.peak_connections, 3);
    drop(connections.remove(0));
    while sim.state().fmc.open_connections > 2 {
        tokio::task::yield_now().await;
    }
    let response = connections[1].request("GET", VERSION, &[], NO_BODY).await;
    assert_eq!(response.status(), 401, "there is room now");
}

#[tokio::test]
async fn a_second_write_at_a_time_can_be_429() {
    let networks = format!("{DOMAIN}/object/networks");
    let mut scenario = Scenario::default();
    scenario.fmc.rate_limit.parallel_writes = 1;
    scenario.fmc.wire.faults = vec![FaultRule::new(&networks, Fault::Wait { ms: 1_000 }).times(1)];
    let sim = sim(scenario).await;
    let tokens = log_in(sim.fmc()).await;
    let access = [tokens.headers()[0]];
    let mut first = Connection::open(sim.fmc()).await;
    let body = r#"{"name":"a","value":"192.0.2.0/24","type":"Network"}"#;
    let (one, two) = tokio::join!(first.request("POST", &networks, &access, body), async {
        while sim.state().fmc.peak_parallel_writes == 0 {
            tokio::task::yield_now().await;
        }
        let second = call(sim.fmc(), "POST", &networks, &access, body).await;
        let read = get(sim.fmc(), &tokens, VERSION).await;
        sim.advance(Duration::from_secs(1));
        [second.status(), read.status()]
    });
    assert_eq!((one.status(), two), (201, [429, 200]));
    let state = sim.state().fmc;
    assert_eq!(state.peak_parallel_writes, 2);
    assert_eq!(state.peak_parallel_requests, 2);
}

#[tokio::test]
async fn requests_at_once_can_be_limited() {
    let mut scenario = Scenario::default();
    scenario.fmc.rate_limit.parallel = 1;
    scenario.fmc.wire.faults = vec![FaultRule::new(VERSION, Fault::Silent).times(1)];
    let sim = sim(scenario).await;
    let mut first = Connection::open(sim.fmc()).await;
    first
        .send(&format!("GET {VERSION} HTTP/1.1\r\nHost: x\r\n\r\n"))
        .await;
    while sim.events(0).is_empty() {
        tokio::task::yield_now().await;
    }
    let second = call(sim.fmc(), "GET", VERSION, &[], NO_BODY).await;
    assert_eq!(second.status(), 429);
}

#[tokio::test]
async fn after_a_burst_a_right_password_is_refused_a_few_times() {
    let mut scenario = Scenario::default();
    scenario.fmc.login_burst = LoginBurst {
        requests: 5,
        refusals: 4,
    };
    let sim = sim(scenario).await;
    let tokens = log_in(sim.fmc()).await;
    for _ in 0..4 {
        assert_eq!(get(sim.fmc(), &tokens, VERSION).await.status(), 200);
    }
    let password = sim.fmc().password.clone();
    for expected in [401, 401, 401, 401, 204] {
        let login = log_in_with(sim.fmc(), &password).await;
        assert_eq!(login.status(), expected);
    }
    assert_eq!(log_in_with(sim.fmc(), &password).await.status(), 401);
    sim.advance(Duration::from_secs(60));
    assert_eq!(log_in_with(sim.fmc(), &password).await.status(), 204);
}

#[tokio::test]
async fn wrong_passwords_lock_an_account_for_a_while_on_both_boxes() {
    let mut scenario = Scenario::default();
    let lockout = Lockout {
        failures: 3,
        seconds: Some(1_800),
        text: "The account is locked".into(),
    };
    scenario.fmc.lockout = lockout.clone();
    scenario.fxos.lockout = lockout;
    let sim = sim(scenario).await;
    let (fmc, fxos) = (sim.fmc(), sim.fxos());
    for _ in 0..3 {
        let refused = log_in_with(fmc, "wrong").await;
        assert_eq!(refused.status(), 401);
        assert!(!refused.body.contains("locked"));
        let refused = fxos::log_in_as(fxos, &fxos.user, "wrong").await;
        assert_eq!(fxos::code(&refused), (400, "551".into()));
    }
    assert_eq!(sim.state().fmc.locked_accounts, ["api-monitor"]);
    assert_eq!(sim.state().fxos.locked_accounts, ["admin"]);
    let refused = log_in_with(fmc, &fmc.password).await;
    assert!(refused.status() == 401 && refused.body.contains("The account is locked"));
    let refused = fxos::log_in_as(fxos, &fxos.user, &fxos.password).await;
    assert!(refused.status() == 400 && refused.body.contains("The account is locked"));
    sim.advance(Duration::from_secs(1_800));
    assert!(sim.state().fmc.locked_accounts.is_empty());
    assert_eq!(log_in_with(fmc, &fmc.password).await.status(), 204);
    fxos::log_in(fxos).await;
}

#[tokio::test]
async fn a_lock_may_be_for_good_and_says_nothing_by_default() {
    let mut scenario = Scenario::default();
    scenario.fmc.lockout.failures = 1;
    let sim = sim(scenario).await;
    let wrong = log_in_with(sim.fmc(), "wrong").await;
    sim.advance(Duration::from_secs(365 * 24 * 3600));
    let locked = log_in_with(sim.fmc(), &sim.fmc().password).await;
    assert_eq!((wrong.status(), &wrong.body), (401, &locked.body));
}

#[tokio::test]
async fn sessions_may_be_limited_by_user_and_in_total() {
    let mut scenario = Scenario::default();
    scenario.fmc.one_session_per_user = false;
    scenario.fmc.session_limits.per_user = 2;
    scenario.fxos.session_limits = SessionLimits {
        per_user: 0,
        total: 1,
    };
    let sim = sim(scenario).await;
    let password = sim.fmc().password.clone();
    for expected in [204, 204, 401] {
        assert_eq!(log_in_with(sim.fmc(), &password).await.status(), expected);
    }
    assert_eq!(sim.state().fmc.sessions_by_user["api-monitor"], 2);
    let token = fxos::log_in(sim.fxos()).await;
    let fxos = sim.fxos();
    let full = fxos::log_in_as(fxos, &fxos.user, &fxos.password).await;
    assert_eq!(fxos::code(&full), (400, "572".into()));
    assert_eq!(fxos::log_out(fxos, &token).await.status(), 200);
    fxos::log_in(fxos).await;
}
