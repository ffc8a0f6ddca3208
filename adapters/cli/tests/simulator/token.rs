//! `oobwatch token` against the simulator.

use serde_json::Value;

use crate::lab::{Lab, Ran, with};

const REFRESH: [&str; 4] = [
    "--access-token-env",
    "ACCESS",
    "--refresh-token-env",
    "REFRESH",
];

async fn refreshed(lab: &Lab, tokens: &Value) -> Ran {
    let (fmc, pin) = (lab.fmc(), lab.sim.fmc().pin.clone());
    let arguments = ["token", "refresh", &fmc, "--format", "json", "--pin", &pin];
    let mut command = lab.command(&[&arguments[..], &REFRESH].concat());
    command.env_remove("PASSWORD");
    command.env("ACCESS", tokens["access_token"].as_str().unwrap());
    command.env("REFRESH", tokens["refresh_token"].as_str().unwrap());
    Ran::of(command.output().await.unwrap())
}

async fn revoked(lab: &Lab, target: &str, pin: &str, tokens: &Value) -> Ran {
    let arguments = [
        "token",
        "revoke",
        target,
        "--access-token-env",
        "ACCESS",
        "--pin",
        pin,
    ];
    let mut command = lab.command(&arguments);
    command.env("ACCESS", tokens["access_token"].as_str().unwrap());
    Ran::of(command.output().await.unwrap())
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn tokens_are_shown_and_the_session_is_closed() {
    let lab = Lab::new(|_| {}).await;
    let shown = json(
        &lab.on_fmc(&["token", &lab.fmc(), "--format", "json"])
            .await
            .ok(),
    );
    let names = shown["domains"]
        .as_array()
        .unwrap()
        .iter()
        .map(|domain| domain["name"].as_str().unwrap());
    assert_eq!(
        names.collect::<Vec<_>>(),
        ["Global", "Global/Devel", "Global/Sites/North"]
    );
    assert_eq!(shown["domain_uuid"], shown["domains"][0]["uuid"]);
    let headers = lab
        .on_fxos(&["token", &lab.fxos(), "--format", "header"])
        .await
        .ok();
    assert!(headers.starts_with("TOKEN: "), "{headers}");
    // A refresh token has no business in the request that these lines go into.
    let headers = ["token", &lab.fmc(), "--format", "header"];
    let headers = lab.on_fmc(&headers).await.ok();
    assert!(headers.starts_with("X-auth-access-token: "), "{headers}");
    assert_eq!(headers.lines().count(), 1, "{headers}");
    let state = lab.sim.state();
    for (state, logins) in [(state.fmc, 2), (state.fxos, 1)] {
        assert_eq!(
            (state.logins, state.revokes, state.live_sessions),
            (logins, logins, 0)
        );
    }
}

#[tokio::test]
async fn a_kept_session_is_refreshed_three_times_and_revoked() {
    let lab = Lab::new(|_| {}).await;
    let arguments = ["token", &lab.fmc(), "--keep", "--format", "json"];
    let mut tokens = json(&lab.on_fmc(&arguments).await.ok());
    assert_eq!(lab.sim.state().fmc.live_sessions, 1);
    for refreshes in 1..=3 {
        let next = json(&refreshed(&lab, &tokens).await.ok());
        assert_ne!(next["access_token"], tokens["access_token"]);
        tokens = next;
        let state = lab.sim.state().fmc;
        assert_eq!((state.refreshes, state.live_sessions), (refreshes, 1));
    }
    let ran = refreshed(&lab, &tokens).await;
    assert!(ran.line(1).contains("obtain new tokens"), "{ran:?}");
    let pin = lab.sim.fmc().pin.clone();
    assert_eq!(revoked(&lab, &lab.fmc(), &pin, &tokens).await.ok(), "");
    let state = lab.sim.state().fmc;
    assert_eq!((state.logins, state.refreshes, state.revokes), (1, 3, 1));
    assert_eq!((state.live_sessions, state.stray_credentials), (0, 0));
    // Gone already is as good as revoked, but it is said.
    let again = revoked(&lab, &lab.fmc(), &pin, &tokens).await;
    assert!(
        again.line(0).contains("does not know this token"),
        "{again:?}"
    );
}

/// Tokens that could not be shown to anybody are not left behind, `--keep` or not.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn tokens_that_nobody_has_seen_are_revoked() {
    let lab = Lab::new(|_| {}).await;
    let (fmc, full) = (lab.fmc(), std::fs::File::create("/dev/full").unwrap());
    let arguments = with(&["token", &fmc, "--keep"], lab.sim.fmc(), "PASSWORD");
    let child = lab.command(&arguments).stdout(full).spawn().unwrap();
    let ran = Ran::of(child.wait_with_output().await.unwrap());
    assert!(ran.line(1).contains("can not write to stdout"), "{ran:?}");
    let state = lab.sim.state().fmc;
    assert_eq!(
        (state.logins, state.revokes, state.live_sessions),
        (1, 1, 0)
    );
}

#[tokio::test]
async fn a_chassis_session_is_kept_and_revoked() {
    let lab = Lab::new(|_| {}).await;
    let arguments = ["token", &lab.fxos(), "--keep", "--format", "json"];
    let tokens = json(&lab.on_fxos(&arguments).await.ok());
    assert_eq!(lab.sim.state().fxos.live_sessions, 1);
    let pin = lab.sim.fxos().pin.clone();
    let ran = revoked(&lab, &lab.fxos(), &pin, &tokens).await;
    assert_eq!(ran.ok(), "");
    let state = lab.sim.state().fxos;
    assert_eq!(
        (state.logins, state.revokes, state.live_sessions),
        (1, 1, 0)
    );
}

/// The configuration may name a domain, which tokens without a login can not look up.
#[tokio::test]
async fn a_configured_target_is_refreshed_and_revoked() {
    let lab = Lab::new(|_| {}).await;
    let config = lab.config();
    let configured = [
        "--config", &config, "token", "fmc1", "--format", "json", "--keep",
    ];
    let tokens = json(&lab.run(&configured).await.ok());
    assert_eq!(tokens["domain_uuid"], tokens["domains"][2]["uuid"]);
    let run = async |action: &str, arguments: &[&str]| {
        let head = ["--config", &config, "token", action, "fmc1"];
        let mut command = lab.command(&[&head, arguments].concat());
        command.env("ACCESS", tokens["access_token"].as_str().unwrap());
        command.env("REFRESH", tokens["refresh_token"].as_str().unwrap());
        Ran::of(command.output().await.unwrap())
    };
    run("refresh", &REFRESH).await.ok();
    // What was traded in is no longer known.
    let ran = run("revoke", &REFRESH[..2]).await;
    assert!(ran.line(0).contains("does not know this token"), "{ran:?}");
    assert_eq!(lab.sim.state().fmc.refreshes, 1);
}

#[tokio::test]
async fn what_has_no_refresh_is_told_so() {
    let lab = Lab::new(|_| {}).await;
    let (fmc, fxos) = (lab.fmc(), lab.fxos());
    let cases: [(&[&str], &str); 4] = [
        (
            &[&["token", "refresh", &fxos], &REFRESH[..]].concat(),
            "only an FMC",
        ),
        (
            &["token", "refresh", &fmc, "--access-token-env", "HOME"],
            "--refresh-token-env",
        ),
        (
            &["token", "revoke", &fmc, "--access-token-env", "MISSING"],
            "$MISSING",
        ),
        (
            &["token", "cdfmc://h.example", "--bearer-env", "HOME"],
            "no token session",
        ),
    ];
    for (arguments, word) in cases {
        let ran = lab.run(arguments).await;
        assert!(ran.line(2).contains(word), "{ran:?}");
    }
    let state = lab.sim.state();
    assert_eq!((state.fmc.connections, state.fxos.connections), (0, 0));
}

#[tokio::test]
async fn a_refused_password_is_sent_once() {
    let lab = Lab::new(|_| {}).await;
    let ran = lab
        .on_fxos(&["token", &lab.fxos(), "--password-env", "HOME"])
        .await;
    assert_eq!(ran.code, Some(2), "one source of the password: {ran:?}");
    let (fmc, pin) = (lab.fmc(), lab.sim.fmc().pin.clone());
    let ran = lab
        .run(&["token", &fmc, "--pin", &pin, "--password-env", "HOME"])
        .await;
    assert!(
        ran.line(1).contains("refused the user name and password"),
        "{ran:?}"
    );
    let state = lab.sim.state().fmc;
    assert_eq!((state.refused_logins, state.logins), (1, 0));
}
