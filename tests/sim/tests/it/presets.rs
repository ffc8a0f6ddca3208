//! The presets, each on a running simulator.

use core::time::Duration;

use oobwatch_sim::{Preset, Scenario, Sim};
use rustls::version::TLS13;
use serde_json::json;

use crate::fmc::{DOMAIN, LOGIN, Tokens, VERSION, basic, get, log_in, refresh};
use crate::fxos;
use crate::support::{Connection, NO_BODY, call, sim};

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

/// Requests in one minute until the first 429, at most `most`.
async fn requests_a_minute(sim: &Sim, tokens: &Tokens, most: u32) -> Option<u32> {
    let mut connection = Connection::open(sim.fmc()).await;
    for n in 1..=most {
        let headers = [tokens.headers()[0]];
        let response = connection.request("GET", VERSION, &headers, NO_BODY).await;
        if response.status() == 429 {
            assert_eq!(response.json()["reasonPhrase"], "Too Many Requests");
            return Some(n - 1);
        }
        if response.header("Connection") == Some("close") {
            connection = Connection::open(sim.fmc()).await;
        }
    }
    None
}

#[tokio::test]
async fn presets_are_what_they_say_on_the_wire() {
    let spaced = r#"[{"name": "Global", "uuid": ""#;
    let compact = r#"[{"uuid":""#;
    for (preset, version, reason, domains, per_minute, writes, idle_list) in [
        (
            "fmc-6.2.3",
            "6.2.3 (build 83)",
            "No Content",
            spaced,
            120,
            0,
            404,
        ),
        ("fmc-7.0.4", "7.0.4 (build 55)", "204", spaced, 120, 0, 200),
        ("fmc-7.2", "7.2.4 (build 169)", "204", compact, 120, 1, 200),
        (
            "fmc-7.4.1",
            "7.4.1 (build 172)",
            "204",
            compact,
            300,
            1,
            200,
        ),
        ("fmc-10", "10.0.0 (build 141)", "204", compact, 300, 1, 200),
        (
            "fmc-10-min-browser-timeout",
            "7.0.4 (build 55)",
            "204",
            spaced,
            120,
            0,
            200,
        ),
        (
            "fmc-60-min-browser-timeout",
            "7.2.4 (build 169)",
            "204",
            compact,
            120,
            1,
            200,
        ),
    ] {
        let mut scenario = Scenario::preset(preset).unwrap();
        scenario.fmc.pending_deployments = 0;
        let limit = scenario.fmc.rate_limit.clone();
        assert_eq!((limit.connections, limit.parallel_writes), (10, writes));
        let sim = sim(scenario).await;
        let credentials = basic(&sim.fmc().user, &sim.fmc().password);
        let headers = [("Authorization", credentials.as_str())];
        let login = call(sim.fmc(), "POST", LOGIN, &headers, NO_BODY).await;
        let line = format!("HTTP/1.1 204 {reason}\r\n");
        assert!(login.head.starts_with(&line), "{preset}: {}", login.head);
        assert!(login.header("DOMAINS").unwrap().starts_with(domains));
        let tokens = Tokens::of(&login);
        let told = get(sim.fmc(), &tokens, VERSION).await.json();
        assert_eq!(told["items"][0]["serverVersion"], version, "{preset}");
        let pending = format!("{DOMAIN}/deployment/deployabledevices");
        let empty = get(sim.fmc(), &tokens, &pending).await.status();
        assert_eq!(empty, idle_list, "{preset}");
        sim.advance(Duration::from_secs(60));
        let requests = requests_a_minute(&sim, &tokens, 301).await;
        assert_eq!(requests, Some(per_minute), "{preset}");
    }
}

#[tokio::test]
async fn presets_of_the_chassis_speak_tls_1_2_and_no_other() {
    for preset in Preset::all() {
        if !preset.name.starts_with("fxos") {
            continue;
        }
        let sim = sim(Scenario::preset(preset.name).unwrap()).await;
        let tls13 = Connection::open_with(sim.fxos(), &[&TLS13]).await;
        assert!(tls13.is_err(), "{}", preset.name);
        fxos::log_in(sim.fxos()).await;
        assert_eq!(sim.state().fxos.tls_versions["1.2"], 1);
    }
}
