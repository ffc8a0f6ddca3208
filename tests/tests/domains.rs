//! Several domains of one account on one session.

use core::time::Duration;

use oobwatch_client::Client;
use oobwatch_client::core::error::{ConfigError, Error};
use oobwatch_tests::Lab;
use serde_json::Value;

const DEVICES: &str = "/api/fmc_config/v1/domain/{domainUUID}/devices/devicerecords?expanded=true";

async fn names(client: &Client) -> Vec<String> {
    let devices: Vec<Value> = client.get_pages(DEVICES).await.unwrap();
    let name = |device: &Value| device["name"].as_str().unwrap().to_owned();
    devices.iter().map(name).collect()
}

/// Each view sees its own devices, through a refresh and a new login, too; the
/// session is logged out when the last of them is closed or dropped.
#[tokio::test]
async fn views_share_a_session_and_no_domain() {
    let lab = Lab::new(|scenario| scenario.fmc.domains_differ = true).await;
    let global = lab.fmc().build().unwrap();
    let [north, devel] = ["North", "Global/Devel"].map(|name| global.with_domain(name));
    let seen = [&global, &north, &devel].map(Client::clone);
    let mut before = Vec::new();
    // An hour and a half: three refreshes. Then a login.
    for _ in 0..5 {
        let mut now = Vec::new();
        for client in &seen {
            now.push(names(client).await);
        }
        let mut all: Vec<_> = now.concat();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 9, "three of each domain: {now:?}");
        assert!(before.is_empty() || before == now);
        before = now;
        lab.advance(Duration::from_secs(30 * 60));
    }
    let state = lab.sim.state().fmc;
    assert_eq!((state.logins, state.refreshes), (2, 3));
    north.close().await.unwrap();
    let state = lab.sim.state().fmc;
    assert_eq!(state.live_sessions, 0);
}

/// A domain that is not there is the error of who wants it, and of nobody else.
#[tokio::test]
async fn a_domain_that_is_not_there_stops_nobody_else() {
    let lab = Lab::new(|_| {}).await;
    let client = lab.fmc().build().unwrap();
    let nowhere = client.with_domain("Nowhere");
    let refused = nowhere.get(DEVICES).await.unwrap_err();
    let missing = Error::Config(ConfigError::DomainMissing);
    assert_eq!(refused.error(), Some(missing));
    assert_eq!(names(&client).await.len(), 3);
    client.close().await.unwrap();
    assert_eq!(lab.sim.state().fmc.live_sessions, 0);
}
