//! What runs of the command remember for each other: refused passwords, logins,
//! sessions. Whatever ends a run, the next one cleans up.

use core::time::Duration;
use std::fs;

use oobwatch_sim::Scenario;
use serde_json::Value;

use crate::lab::{Lab, Ran, with};

const VERSION: &str = "/api/fmc_platform/v1/info/serverversion";
const HALF_HOUR: Duration = Duration::from_secs(30 * 60);

/// An FMC on which a login does not end the user's other sessions: what is left
/// behind stays.
fn several_sessions(scenario: &mut Scenario) {
    scenario.fmc.one_session_per_user = false;
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_at_once_on_a_cached_target_log_in_once() {
    let lab = Lab::new(|_| {}).await;
    let get = ["get", &lab.fmc(), VERSION, "--cache"];
    for ran in lab.on_fmc_at_once(64, &get).await {
        assert!(ran.ok().contains("serverVersion"));
    }
    let state = lab.sim.state().fmc;
    assert_eq!(
        (state.logins, state.refreshes, state.live_sessions),
        (1, 0, 1)
    );
    lab.sim.advance(HALF_HOUR);
    for ran in lab.on_fmc_at_once(16, &get).await {
        ran.ok();
    }
    let state = lab.sim.state().fmc;
    assert_eq!(
        (state.logins, state.refreshes, state.live_sessions),
        (1, 1, 1)
    );
}

#[tokio::test]
async fn checks_share_a_session_too() {
    let lab = Lab::new(|_| {}).await;
    let config = lab.config();
    let check = ["--config", &config, "check", "fmc1", "chassis1", "--cache"];
    for _ in 0..3 {
        lab.run(&check).await.ok();
    }
    let state = lab.sim.state();
    assert_eq!((state.fmc.logins, state.fmc.live_sessions), (1, 1));
    assert_eq!((state.fxos.logins, state.fxos.live_sessions), (1, 1));
    let list = lab.run(&["sessions", "list"]).await.ok();
    assert_eq!(list.matches(" shared, ").count(), 2, "{list}");
    lab.run(&["--config", &config, "sessions", "revoke"])
        .await
        .ok();
    let state = lab.sim.state();
    assert_eq!((state.fmc.live_sessions, state.fxos.live_sessions), (0, 0));
}

#[tokio::test]
async fn a_cached_session_outlives_refreshes_and_other_logins() {
    let lab = Lab::new(|_| {}).await;
    let (fmc, pin) = (lab.fmc(), lab.sim.fmc().pin.clone());
    let config = lab.config();
    let text = fs::read_to_string(&config).unwrap();
    fs::write(
        &config,
        text.replace("[targets.fmc1]", "[targets.fmc1]\ncache = true"),
    )
    .unwrap();
    let get = ["--config", &config, "get", "fmc1", VERSION];
    for refreshes in 0..=3 {
        lab.run(&get).await.ok();
        let state = lab.sim.state().fmc;
        assert_eq!((state.logins, state.refreshes), (1, refreshes));
        lab.sim.advance(if refreshes < 3 {
            HALF_HOUR
        } else {
            Duration::ZERO
        });
    }
    // Somebody else logs in as the same user, and out again.
    let other = [
        "token",
        &fmc,
        "--no-state",
        "--pin",
        &pin,
        "--password-env",
        "PASSWORD",
    ];
    lab.run(&other).await.ok();
    // It is left alone by all runs, until the time is over.
    for _ in 0..3 {
        let ran = lab.run(&get).await;
        let said = ran.line(1);
        assert!(said.contains("another login of the same user"), "{ran:?}");
    }
    assert_eq!(lab.sim.state().fmc.logins, 2);
    lab.rewrite_boxes("stays_away_ms", &0.into());
    lab.run(&get).await.ok();
    lab.run(&get).await.ok();
    let state = lab.sim.state().fmc;
    assert_eq!((state.logins, state.live_sessions), (3, 1));
    assert_eq!((state.stray_credentials, state.refused_logins), (0, 0));
}

/// A request that the account may not make is refused in each run, and costs no
/// refresh in any.
#[tokio::test]
async fn a_forbidden_request_burns_nothing_of_a_cached_session() {
    let lab = Lab::new(|scenario| {
        let rule = serde_json::json!({"path": "/api/fmc_config/", "fault": {"kind": "trouble", "what": "bare_401"}});
        scenario.fmc.wire.faults = vec![serde_json::from_value(rule).unwrap()];
    });
    let lab = lab.await;
    let fmc = lab.fmc();
    let path = "/api/fmc_config/v1/domain/{domainUUID}/devices/devicerecords";
    for _ in 0..3 {
        let ran = lab.on_fmc(&["get", &fmc, path, "--cache"]).await;
        assert_eq!(ran.code, Some(1), "{ran:?}");
    }
    let state = lab.sim.state().fmc;
    // At most that of the first run, on a token that nothing was accepted with yet.
    assert!((state.logins, state.refreshes) <= (1, 1), "{state:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_refused_once_a_minute_by_runs_at_once() {
    let lab = Lab::new(|_| {}).await;
    let (fmc, pin) = (lab.fmc(), lab.sim.fmc().pin.clone());
    let token = ["token", &fmc, "--pin", &pin, "--password-env", "HOME"];
    let mut runs = tokio::task::JoinSet::new();
    for _ in 0..64 {
        runs.spawn(lab.command(&token).output());
    }
    for ran in runs.join_all().await {
        let ran = Ran::of(ran.unwrap());
        assert!(ran.line(1).contains("refused"), "{ran:?}");
    }
    // Once, unless this machine takes more than a minute for all this.
    let events = lab.sim.events(0).into_iter();
    let refused = events.filter(|event| event.status == Some(401));
    let times: Vec<_> = refused.map(|event| event.clock_ms).collect();
    assert!(matches!(times.len(), 1 | 2), "{times:?}");
    assert!(times.windows(2).all(|two| two[1] - two[0] >= 60_000));
    let refused = lab.sim.state().fmc.refused_logins;
    // A check says it as well.
    let check = ["check", &fmc, "--pin", &pin, "--password-env", "HOME"];
    let ran = lab.run(&check).await;
    assert!(
        ran.err
            .contains("refused once so far; the next try is allowed in"),
        "{ran:?}"
    );
    // The right one is not held back, and does not forgive the wrong one.
    lab.on_fmc(&["get", &fmc, VERSION]).await.ok();
    lab.run(&token).await.line(1);
    assert_eq!(lab.sim.state().fmc.refused_logins, refused);
    // Until the operator says so.
    let unlocked = lab.run(&["unlock", &fmc]).await.ok();
    assert!(unlocked.contains("may be tried again"), "{unlocked}");
    lab.run(&token).await.line(1);
    assert_eq!(lab.sim.state().fmc.refused_logins, refused + 1);
}

/// What could not be written down when it is open is not opened.
#[cfg(unix)]
#[tokio::test]
async fn without_a_usable_key_there_is_no_login() {
    use std::os::unix::fs::PermissionsExt as _;
    let lab = Lab::new(|_| {}).await;
    let get = ["get", &lab.fmc(), VERSION];
    lab.on_fmc(&get).await.ok();
    let open = fs::Permissions::from_mode(0o644);
    fs::set_permissions(lab.state_dir().join("key"), open).unwrap();
    for get in [&get[..], &[&get[..], &["--cache"]].concat()] {
        let ran = lab.on_fmc(get).await;
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.err.contains("chmod 600"), "{ran:?}");
    }
    let state = lab.sim.state().fmc;
    assert_eq!((state.logins, state.live_sessions), (1, 0));
}

#[tokio::test]
async fn without_state_each_run_has_one_attempt_and_leaves_no_file() {
    let lab = Lab::new(|_| {}).await;
    let (fmc, pin) = (lab.fmc(), lab.sim.fmc().pin.clone());
    let token = [
        "token",
        &fmc,
        "--no-state",
        "--pin",
        &pin,
        "--password-env",
        "HOME",
    ];
    for refused in 1..=2 {
        lab.run(&token).await.line(1);
        assert_eq!(lab.sim.state().fmc.refused_logins, refused);
    }
    assert!(!lab.state_dir().exists());
    let ran = lab.run(&[&token[..], &["--cache"]].concat()).await;
    assert!(ran.line(2).contains("--no-state"), "{ran:?}");
}

#[tokio::test]
async fn unlocking_names_what_there_is() {
    let lab = Lab::new(|_| {}).await;
    let config = lab.config();
    let unlock = |name: &'static str| lab.command(&["--config", &config, "unlock", name]).output();
    let ran = Ran::of(unlock("nobody").await.unwrap());
    assert!(
        ran.line(2).contains("no credential was refused lately"),
        "{ran:?}"
    );
    let ran = Ran::of(unlock("f").await.unwrap());
    assert!(ran.ok().contains("was not refused"));
    let mut wrong = lab.command(&["--config", &config, "token", "fmc1"]);
    wrong.env("PASSWORD", "wrong");
    let ran = Ran::of(wrong.output().await.unwrap());
    assert!(ran.line(1).contains("the next try is allowed"), "{ran:?}");
    let ran = Ran::of(unlock("nobody").await.unwrap());
    assert!(ran.line(2).contains("refused were: f"), "{ran:?}");
    let ran = Ran::of(unlock("f").await.unwrap());
    assert!(ran.ok().contains("forgotten: 1 refused login"));
}

/// The records that are left, as `sessions list` shows them.
async fn listed(lab: &Lab) -> Vec<Value> {
    let shown = lab.run(&["sessions", "list", "--json"]).await.ok();
    serde_json::from_str(&shown).unwrap()
}

/// Killed wherever an answer was under way: the next run closes what had
/// tokens, and counts what never got any.
#[tokio::test]
async fn whatever_kills_a_run_the_next_one_cleans_up() {
    let places = [
        ("/api/fmc_platform/v1/auth/generatetoken", 1),
        ("/api/fmc_platform/v1/info/", 0),
        ("/api/fmc_config/", 0),
        ("/api/fmc_platform/v1/auth/revokeaccess", 0),
    ];
    for (place, lost) in places {
        let lab = Lab::new(|scenario| {
            several_sessions(scenario);
            scenario.fmc.wire.hold = vec![place.into()];
        });
        let lab = lab.await;
        let fmc = lab.fmc();
        let check = with(&["check", &fmc], lab.sim.fmc(), "PASSWORD");
        lab.killed(&check, |state| state.fmc.held == 1).await;
        let next = lab.on_fmc(&["get", &fmc, VERSION]).await;
        assert_eq!(next.code, Some(0), "{place}: {next:?}");
        assert_eq!(
            next.err.contains("nobody can close"),
            lost == 1,
            "{place}: {next:?}"
        );
        let state = lab.sim.state().fmc;
        assert_eq!(state.live_sessions, lost, "{place}: {state:?}");
        let left = listed(&lab).await;
        assert_eq!(left.len(), lost, "{place}: {left:?}");
        assert!(left.iter().all(|one| one["state"] == "lost"), "{left:?}");
    }
}

#[tokio::test]
async fn a_killed_run_leaves_no_slot_of_a_chassis_in_use() {
    for (place, lost) in [("/api/login", 1), ("/api/sys", 0), ("/api/logout", 0)] {
        let lab = Lab::new(|scenario| scenario.fxos.wire.hold = vec![place.into()]).await;
        let fxos = lab.fxos();
        let get = with(
            &["get", &fxos, "/api/sys"],
            lab.sim.fxos(),
            "CHASSIS_PASSWORD",
        );
        lab.killed(&get, |state| state.fxos.held == 1).await;
        let next = lab.on_fxos(&["get", &fxos, "/api/sys"]).await;
        assert_eq!(next.code, Some(0), "{place}: {next:?}");
        assert_eq!(lab.sim.state().fxos.live_sessions, lost, "{place}");
    }
}

/// Killed in the middle of a refresh: the box has replaced the tokens, and the
/// new ones never came.
#[tokio::test]
async fn a_run_that_is_killed_in_a_refresh_is_counted() {
    let lab = Lab::new(|scenario| {
        several_sessions(scenario);
        scenario.fmc.wire.hold = vec!["/api/fmc_platform/v1/info".into()];
    });
    let lab = lab.await;
    let fmc = lab.fmc();
    let check = with(&["check", &fmc], lab.sim.fmc(), "PASSWORD");
    let mut child = lab.command(&check).spawn().unwrap();
    lab.until(|state| state.fmc.held == 1).await;
    lab.sim.advance(HALF_HOUR);
    let mut scenario = lab.sim.scenario();
    scenario.fmc.wire.hold = vec!["/api/fmc_platform/v1/auth/refreshtoken".into()];
    lab.sim.set_scenario(scenario).unwrap();
    lab.until(|state| (state.fmc.held, state.fmc.refreshes) == (1, 1))
        .await;
    child.kill().await.unwrap();
    lab.sim.release();
    for _ in 0..2 {
        let next = lab.on_fmc(&["get", &fmc, VERSION]).await;
        assert_eq!(next.code, Some(0), "{next:?}");
        assert!(next.err.contains("nobody can close"), "{next:?}");
        assert_eq!(lab.sim.state().fmc.live_sessions, 1);
    }
    assert_eq!(listed(&lab).await[0]["state"], "lost");
}

/// Killed at any request that the box has seen, and whenever after it.
#[tokio::test]
async fn a_run_that_is_killed_anywhere_leaves_nothing_uncounted() {
    let lab = Lab::new(several_sessions).await;
    let fmc = lab.fmc();
    let check = with(&["check", &fmc], lab.sim.fmc(), "PASSWORD");
    for events in [0, 1, 2, 3, 4, 0, 1, 2, 3, 4] {
        let before = lab.sim.events(0).len();
        let mut child = lab.command(&check).spawn().unwrap();
        let seen = || lab.sim.events(0).len() >= before + events;
        lab.until(|_| seen()).await;
        child.kill().await.unwrap();
    }
    lab.on_fmc(&["get", &fmc, VERSION]).await;
    let lost = listed(&lab).await.len();
    let state = lab.sim.state().fmc;
    assert!(state.live_sessions <= lost, "{lost} counted: {state:?}");
    assert!(state.logins >= 8, "{state:?}");
}

/// A refresh whose run was killed: the session goes on, or is opened anew.
#[tokio::test]
async fn a_cached_session_survives_a_kill_at_any_exchange() {
    for place in ["generatetoken", "refreshtoken", "serverversion"] {
        let lab = Lab::new(|_| {}).await;
        let fmc = lab.fmc();
        let get = ["get", &fmc, VERSION, "--cache"];
        if place == "refreshtoken" {
            lab.on_fmc(&get).await.ok();
            lab.sim.advance(HALF_HOUR);
        }
        let folder = if place == "serverversion" {
            "info"
        } else {
            "auth"
        };
        let mut scenario = lab.sim.scenario();
        scenario.fmc.wire.hold = vec![format!("/api/fmc_platform/v1/{folder}/{place}")];
        lab.sim.set_scenario(scenario).unwrap();
        lab.killed(&with(&get, lab.sim.fmc(), "PASSWORD"), |state| {
            state.fmc.held == 1
        })
        .await;
        for _ in 0..2 {
            let next = lab.on_fmc(&get).await;
            assert_eq!(next.code, Some(0), "{place}: {next:?}");
        }
        let state = lab.sim.state().fmc;
        assert_eq!(state.live_sessions, 1, "{place}: {state:?}");
        assert!(state.logins <= 2, "{place}: {state:?}");
    }
}

/// One warning, then never again; and nothing of it is believed.
#[tokio::test]
async fn damaged_records_are_ignored_with_one_warning() {
    let lab = Lab::new(|_| {}).await;
    let get = ["get", &lab.fmc(), VERSION, "--cache"];
    lab.on_fmc(&get).await.ok();
    let records = || {
        let entries = fs::read_dir(lab.state_dir().join("sessions")).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let records = paths.filter(|path| path.extension().is_some_and(|end| end == "json"));
        records.collect::<Vec<_>>()
    };
    for damage in [
        "",
        "{",
        "[]",
        "null",
        "\u{0}\u{ff}",
        "{\"header\": {}, \"sealed\": \"AAAA\"}",
    ] {
        let [record] = &records()[..] else { panic!() };
        fs::write(record, damage).unwrap();
        let ran = lab.on_fmc(&get).await;
        assert_eq!(ran.code, Some(0), "{damage:?}: {ran:?}");
        assert_eq!(ran.err.lines().count(), 1, "{damage:?}: {ran:?}");
        assert!(ran.err.contains("is ignored"), "{ran:?}");
        lab.on_fmc(&get).await.ok();
    }
    // The tokens of another record, under this one's name.
    let [record] = &records()[..] else { panic!() };
    let text = fs::read_to_string(record).unwrap();
    fs::write(record, text.replace("\"refreshes\": 0", "\"refreshes\": 1")).unwrap();
    let ran = lab.on_fmc(&get).await;
    assert!(ran.err.contains("not written with this key"), "{ran:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_state_that_can_not_be_kept_is_said_before_anything_is_sent() {
    use std::os::unix::fs::PermissionsExt as _;
    let lab = Lab::new(|_| {}).await;
    let fmc = lab.fmc();
    let get = ["get", &*fmc, VERSION];
    lab.on_fmc(&get).await.ok();
    let connections = lab.sim.state().fmc.connections;
    let mode =
        |mode| fs::set_permissions(lab.state_dir(), fs::Permissions::from_mode(mode)).unwrap();
    mode(0o755);
    let ran = lab.on_fmc(&get).await;
    assert!(ran.line(2).contains("chmod 700"), "{ran:?}");
    mode(0o700);
    let file = lab.home.path().join("file");
    fs::write(&file, "").unwrap();
    let below = file.join("state");
    let ran = lab
        .on_fmc(&[&get[..], &["--state-dir", below.to_str().unwrap()]].concat())
        .await;
    let line = ran.line(2);
    assert!(
        line.contains(below.to_str().unwrap()) && line.contains("--no-state"),
        "{line}"
    );
    let mut homeless = lab.command(&with(&get, lab.sim.fmc(), "PASSWORD"));
    let ran = Ran::of(homeless.env_remove("HOME").output().await.unwrap());
    assert!(ran.line(2).contains("--state-dir"), "{ran:?}");
    assert_eq!(lab.sim.state().fmc.connections, connections);
    lab.on_fmc(&[&get[..], &["--no-state"]].concat()).await.ok();
}

/// Told twice, it ends at once; the next run closes what was left.
#[cfg(unix)]
#[tokio::test]
async fn a_second_signal_is_the_last() {
    let lab = Lab::new(|scenario| {
        several_sessions(scenario);
        scenario.fmc.wire.hold = vec![
            "/api/fmc_config".into(),
            "/api/fmc_platform/v1/auth/revokeaccess".into(),
        ];
    });
    let lab = lab.await;
    let fmc = lab.fmc();
    let mut child = lab.command(&with(&["check", &fmc], lab.sim.fmc(), "PASSWORD"));
    let child = child.spawn().unwrap();
    let pid = child.id().unwrap().to_string();
    for revokes in 0..=1 {
        lab.until(|state| (state.fmc.held, state.fmc.revokes) == (1, revokes))
            .await;
        let mut kill = tokio::process::Command::new("kill");
        assert!(kill.args(["-INT", &pid]).status().await.unwrap().success());
    }
    let ran = Ran::of(child.wait_with_output().await.unwrap());
    assert!(ran.line(130).contains("told twice"), "{ran:?}");
    lab.sim.release();
    lab.on_fmc(&["get", &fmc, VERSION]).await.ok();
    assert_eq!(lab.sim.state().fmc.live_sessions, 0);
}
