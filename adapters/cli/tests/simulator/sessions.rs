//! `oobwatch sessions` against the simulator.

use serde_json::Value;

use crate::lab::{Lab, with};

const VERSION: &str = "/api/fmc_platform/v1/info/serverversion";

#[tokio::test]
async fn sessions_are_listed_without_secrets_and_closed() {
    let lab = Lab::new(|_| {}).await;
    let (fmc, pin) = (lab.fmc(), lab.sim.fmc().pin.clone());
    let shown = lab.run(&["sessions", "list"]).await.ok();
    assert_eq!(shown, "no session is remembered\n");
    lab.on_fmc(&["get", &fmc, VERSION, "--cache"]).await.ok();
    let shown = lab.run(&["sessions", "list"]).await.ok();
    for word in [
        "fmc://127.0.0.1",
        "shared",
        "3 refreshes left",
        "if nobody uses it",
    ] {
        assert!(shown.contains(word), "{shown}");
    }
    let shown = lab.run(&["sessions", "list", &fmc, "--json"]).await.ok();
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown[0]["state"], "shared");
    assert_eq!(shown[0]["user"], lab.sim.fmc().user.as_str());
    assert!(shown[0]["ends_in_seconds"].as_u64().unwrap() > 1_700);
    let other = lab.run(&["sessions", "list", "fmc://h.example"]).await.ok();
    assert_eq!(other, "no session is remembered\n");
    let closed = lab
        .run(&["sessions", "revoke", &fmc, "--pin", &pin])
        .await
        .ok();
    assert!(closed.contains("closed"), "{closed}");
    let state = lab.sim.state().fmc;
    assert_eq!((state.revokes, state.live_sessions), (1, 0));
    let shown = lab.run(&["sessions", "list"]).await.ok();
    assert_eq!(shown, "no session is remembered\n");
}

#[tokio::test]
async fn a_box_is_found_in_the_configuration() {
    let lab = Lab::new(|_| {}).await;
    let config = lab.config();
    for (target, path) in [("fmc1", VERSION), ("chassis1", "/api/sys")] {
        let get = ["--config", &config, "get", target, path, "--cache"];
        lab.run(&get).await.ok();
    }
    let state = lab.sim.state();
    assert_eq!((state.fmc.live_sessions, state.fxos.live_sessions), (1, 1));
    let closed = lab
        .run(&["--config", &config, "sessions", "revoke"])
        .await
        .ok();
    assert_eq!(closed.lines().count(), 2, "{closed}");
    let state = lab.sim.state();
    assert_eq!((state.fmc.live_sessions, state.fxos.live_sessions), (0, 0));
}

#[tokio::test]
async fn what_can_not_be_closed_is_said_and_can_be_forgotten() {
    let lab = Lab::new(|_| {}).await;
    let fmc = lab.fmc();
    lab.on_fmc(&["get", &fmc, VERSION, "--cache"]).await.ok();
    // Without a pin, the box is not trusted.
    let ran = lab.run(&["sessions", "revoke"]).await;
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.err.contains("oobwatch pin") && ran.err.contains("sessions forget"),
        "{ran:?}"
    );
    let forgotten = lab.run(&["sessions", "forget", &fmc]).await.ok();
    assert!(
        forgotten.contains("may stay open on the box for up to"),
        "{forgotten}"
    );
    assert_eq!(lab.sim.state().fmc.live_sessions, 1);
    let ran = lab.run(&["sessions", "list", "nobody"]).await;
    assert_eq!(ran.code, Some(2), "{ran:?}");
}

#[tokio::test]
async fn a_session_in_use_is_left_alone() {
    let lab =
        Lab::new(|scenario| scenario.fmc.wire.hold = vec!["/api/fmc_platform/v1/info".into()]);
    let lab = lab.await;
    let (fmc, pin) = (lab.fmc(), lab.sim.fmc().pin.clone());
    let get = with(&["get", &fmc, VERSION], lab.sim.fmc(), "PASSWORD");
    let child = lab.command(&get).spawn().unwrap();
    lab.until(|state| state.fmc.held == 1).await;
    let shown = lab.run(&["sessions", "list"]).await.ok();
    assert!(shown.contains("in use"), "{shown}");
    let ran = lab.run(&["sessions", "revoke", &fmc, "--pin", &pin]).await;
    assert!(ran.err.contains("still runs"), "{ran:?}");
    let ran = lab.run(&["sessions", "forget", &fmc]).await;
    assert!(ran.err.contains("kept"), "{ran:?}");
    lab.sim.release();
    let done = child.wait_with_output().await.unwrap();
    assert!(done.status.success());
    assert_eq!(lab.sim.state().fmc.live_sessions, 0);
}
