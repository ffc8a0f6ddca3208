//! The client against an FMC that is too busy. No wait here is longer than a
//! quarter of a second: the simulator says `Retry-After: 0`, or virtual time is
//! not waited for at all.

use oobwatch_client::core::health::Verdict;
use oobwatch_client::state::State;
use oobwatch_client::{Client, Timeouts};
use oobwatch_sim::{Fault, FaultRule, Scenario};
use oobwatch_tests::Lab;

const VERSION: &str = "/api/fmc_platform/v1/info/serverversion";
const LOGIN: &str = "/api/fmc_platform/v1/auth/generatetoken";
const REFRESH: &str = "/api/fmc_platform/v1/auth/refreshtoken";
const LOGOUT: &str = "/api/fmc_platform/v1/auth/revokeaccess";
const NETWORKS: &str = "/api/fmc_config/v1/domain/{domainUUID}/object/networks";

fn too_many(path: &str, times: u32) -> FaultRule {
    let answer = Fault::Answer {
        status: 429,
        content_type: "application/json".into(),
        body: r#"{"code":429,"reasonPhrase":"Too Many Requests"}"#.into(),
        headers: vec![("Retry-After".into(), "0".into())],
    };
    FaultRule::new(path, answer).times(times)
}

async fn lab(faults: Vec<FaultRule>) -> (Lab, Client) {
    let lab = Lab::new(|scenario| scenario.fmc.wire.faults = faults).await;
    let client = lab.fmc().timeouts(Timeouts::default()).build().unwrap();
    (lab, client)
}

#[tokio::test]
async fn a_request_that_was_turned_away_comes_back() {
    let (lab, client) = lab(vec![too_many(VERSION, 1)]).await;
    assert_eq!(client.get(VERSION).await.unwrap().status, 200);
    client.close().await.unwrap();
    let state = lab.sim.state().fmc;
    assert_eq!(state.requests[&format!("GET {VERSION}")], 2);
    assert_eq!(state.logins, 1, "no login helps against 429");
}

#[tokio::test]
async fn a_write_that_was_turned_away_was_not_done_and_comes_back() {
    let rule = FaultRule {
        method: Some("POST".into()),
        ..too_many("/api/fmc_config", 1)
    };
    let (lab, client) = lab(vec![rule]).await;
    let body = serde_json::json!({"name": "n", "type": "Network", "value": "192.0.2.0/24"});
    assert_eq!(client.post(NETWORKS, &body).await.unwrap().status, 201);
    client.close().await.unwrap();
    assert_eq!(lab.sim.state().fmc.live_sessions, 0);
}

/// The storm hits when the token has just expired: the refresh is put off, not
/// used up, and the session recovers without a login.
#[tokio::test]
async fn a_storm_with_an_expired_token_is_weathered() {
    let (lab, client) = lab(vec![too_many(REFRESH, 1), too_many(VERSION, 1)]).await;
    client.log_in().await.unwrap();
    lab.advance(core::time::Duration::from_secs(30 * 60));
    assert_eq!(client.get(VERSION).await.unwrap().status, 200);
    client.close().await.unwrap();
    let state = lab.sim.state().fmc;
    assert_eq!(
        (state.logins, state.refreshes, state.live_sessions),
        (1, 1, 0)
    );
}

#[tokio::test]
async fn a_login_that_was_turned_away_is_no_refused_password() {
    let (lab, client) = lab(vec![too_many(LOGIN, 1)]).await;
    let report = client.check().await;
    assert_eq!(report.verdict(), Verdict::Ok);
    assert!(!report.observed.session.locked_out);
    client.close().await.unwrap();
    assert_eq!(lab.sim.state().fmc.logins, 1);
}

/// The FMC does that from here on.
fn misbehave(lab: &Lab, faults: Vec<FaultRule>) {
    let mut scenario = lab.sim.scenario();
    scenario.fmc.wire.faults = faults;
    lab.sim.set_scenario(scenario).unwrap();
}

/// With a state, its record goes with it.
#[tokio::test]
async fn a_logout_that_was_turned_away_is_done_all_the_same() {
    let lab = Lab::stepped(Scenario::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let state = State::open(folder.path().join("state")).unwrap();
    let with_state = lab.fmc().state(state.clone());
    for builder in [lab.fmc(), with_state] {
        let client = builder.timeouts(Timeouts::default()).build().unwrap();
        client.log_in().await.unwrap();
        misbehave(&lab, vec![too_many(LOGOUT, 2)]);
        let logouts = lab.sim.state().fmc.revokes;
        client.close().await.unwrap();
        let fmc = lab.sim.state().fmc;
        assert_eq!((fmc.revokes, fmc.live_sessions), (logouts + 1, 0));
        assert_eq!((client.stats().logouts, client.stats().orphans), (1, 0));
    }
    assert!(state.sessions().unwrap().is_empty());
}

/// A box that never has time for a logout: closing ends all the same, and whoever
/// comes next closes what was left.
#[tokio::test]
async fn a_logout_that_is_never_let_through_is_left_to_the_next_run() {
    let lab = Lab::stepped(Scenario::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let state = || State::open(folder.path().join("state")).unwrap();
    let builder = || lab.fmc().timeouts(Timeouts::default());
    let client = builder().state(state()).build().unwrap();
    client.log_in().await.unwrap();
    let busy = vec![too_many(LOGOUT, u32::MAX)];
    misbehave(&lab, busy);
    let error = client.close().await.unwrap_err().to_string();
    assert!(error.contains("429"), "{error}");
    let fmc = lab.sim.state().fmc;
    assert_eq!(fmc.requests[&format!("POST {LOGOUT}")], 4);
    assert_eq!((client.stats().orphans, fmc.live_sessions), (1, 1));
    misbehave(&lab, vec![]);
    let next = builder().state(state()).build().unwrap();
    assert_eq!(next.recover().await.unwrap().closed, 1);
    assert_eq!(lab.sim.state().fmc.live_sessions, 0);
}

#[tokio::test]
async fn without_patience_the_answer_is_handed_on() {
    let lab = Lab::new(|scenario| scenario.fmc.wire.faults = vec![too_many(VERSION, 1)]).await;
    let client = lab.fmc().build().unwrap();
    let reply = client.get(VERSION).await.unwrap();
    assert_eq!(reply.status, 429);
    assert_eq!(reply.error.text.as_str(), Some("Too Many Requests"));
    client.close().await.unwrap();
}
