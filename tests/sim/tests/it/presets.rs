//! The presets, each on a running simulator.

use core::time::Duration;

use oobwatch_sim::{Preset, Scenario};
use serde_json::json;

use crate::fmc::{LOGIN, VERSION, basic, get, log_in, refresh};
use crate::fxos;
use crate::support::{NO_BODY, call, sim};

#[tokio::test]
async fn every_preset_lets_its_users_in_but_those_without_logins() {
    let sim = sim(Scenario::default()).await;
    for preset in Preset::all() {
        let next = sim.scenario().merged(&json!({"preset": preset.name}));
        let mut next = next.unwrap();
        // The clock of this test stands still.
        next.fmc.login_latency_ms = 0;
        next.fmc.wire.faults.clear();
        sim.set_scenario(next).unwrap();
        sim.end_fmc_sessions();
        sim.end_fxos_sessions();
        sim.advance(Duration::from_secs(60));
        let credentials = basic(&sim.fmc().user, &sim.fmc().password);
        let headers = [("Authorization", credentials.as_str())];
        let login = call(sim.fmc(), "POST", LOGIN, &headers, NO_BODY).await;
        let expected = match preset.name {
            "fmc-rest-disabled" | "cdfmc" => 404,
            _ => 204,
        };
        // A preset of the chassis leaves the FMC as the preset before had it.
        let of_fmc = !preset.name.starts_with("fxos");
        assert!(login.status() == expected || !of_fmc, "{}", preset.name);
        if preset.name == "cdfmc" {
            let bearer = [("Authorization", "Bearer sim-bearer-token")];
            let version = call(sim.fmc(), "GET", VERSION, &bearer, NO_BODY).await;
            assert_eq!(version.status(), 200);
        }
        fxos::log_in(sim.fxos()).await;
    }
}

#[tokio::test]
async fn a_ten_minute_browser_timeout_ends_both_tokens_at_ten_minutes() {
    let sim = sim(Scenario::preset("fmc-10-min-browser-timeout").unwrap()).await;
    let tokens = log_in(sim.fmc()).await;
    sim.advance(Duration::from_secs(599));
    assert_eq!(get(sim.fmc(), &tokens, VERSION).await.status(), 200);
    sim.advance(Duration::from_secs(1));
    assert_eq!(get(sim.fmc(), &tokens, VERSION).await.status(), 401);
    assert_eq!(refresh(sim.fmc(), &tokens).await.status(), 401);
}
