//! The client against an FMC that is too busy. No wait here is longer than a
//! quarter of a second: the simulator says `Retry-After: 0`, or virtual time is
//! not waited for at all.

use oobwatch_client::Client;
use oobwatch_client::core::health::Verdict;
use oobwatch_sim::{Fault, FaultRule};
use oobwatch_tests::Lab;

const VERSION: &str = "/api/fmc_platform/v1/info/serverversion";
const LOGIN: &str = "/api/fmc_platform/v1/auth/generatetoken";
const REFRESH: &str = "/api/fmc_platform/v1/auth/refreshtoken";
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
    let timeouts = oobwatch_client::Timeouts::default();
    let client = lab.fmc().timeouts(timeouts).build().unwrap();
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

#[tokio::test]
async fn without_patience_the_answer_is_handed_on() {
    let lab = Lab::new(|scenario| scenario.fmc.wire.faults = vec![too_many(VERSION, 1)]).await;
    let client = lab.fmc().build().unwrap();
    let reply = client.get(VERSION).await.unwrap();
    assert_eq!(reply.status, 429);
    assert_eq!(reply.error.text.as_str(), Some("Too Many Requests"));
    client.close().await.unwrap();
}
