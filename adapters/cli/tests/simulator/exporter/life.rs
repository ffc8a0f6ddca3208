//! Reload and end.

use std::fs;

use super::running::Running;
use crate::lab::{Lab, Ran};

/// What did not change keeps its session; what is gone is logged out; what is
/// wrong changes nothing.
#[tokio::test]
async fn a_reload_keeps_the_sessions_of_what_stays() {
    let lab = Lab::new(|_| {}).await;
    let config = lab.config();
    let exporter = Running::with(&lab, &["--config", &config, "exporter"]).await;
    for target in ["fmc1", "chassis1"] {
        assert_eq!(
            exporter.probe(target).await.sample("probe_success") as u8,
            1
        );
    }
    let text = fs::read_to_string(&config).unwrap();
    let (fmc_only, _) = text.split_once("[targets.chassis1]").unwrap();
    fs::write(&config, format!("{fmc_only}[modules.quick]\ntimeout = 5\n")).unwrap();
    exporter.signal("-HUP").await;
    exporter.said("the configuration was reloaded").await;
    assert_eq!(exporter.probe("chassis1").await.status, 400);
    let fmc = exporter.get("/probe?target=fmc1&module=quick").await;
    assert_eq!(fmc.sample("probe_success") as u8, 1, "{fmc:?}");
    lab.until(|state| state.fxos.live_sessions == 0).await;
    let state = lab.sim.state();
    assert_eq!((state.fmc.logins, state.fmc.revokes), (1, 0), "it was kept");
    assert_eq!(
        (state.fxos.logins, state.fxos.revokes),
        (1, 1),
        "it is gone"
    );

    fs::write(&config, "[targets.fmc1]\nurl = 'http://fmc1'\n").unwrap();
    exporter.signal("-HUP").await;
    exporter.said("was not reloaded").await;
    assert!(exporter.log().contains("on purpose"), "{}", exporter.log());
    assert_eq!(
        exporter.probe("fmc1").await.sample("probe_success") as u8,
        1
    );
    let metrics = exporter.get("/metrics").await;
    let good = metrics.sample("oobwatch_config_last_reload_successful");
    assert_eq!(good as u8, 0);
    assert_eq!(metrics.sample("oobwatch_sessions_open") as u8, 1);
    let logins = metrics.sample("oobwatch_logins_total{result=\"ok\"}");
    assert_eq!(logins as u8, 2, "those of removed targets stay counted");
    let (code, _) = exporter.end().await;
    assert_eq!((code, lab.sim.state().fmc.live_sessions), (Some(0), 0));
}

#[tokio::test]
async fn a_reload_by_http_has_to_be_allowed() {
    let lab = Lab::new(|_| {}).await;
    let exporter = Running::start(&lab).await;
    assert_eq!(exporter.ask("POST", "/-/reload", "").await.status, 403);
    assert_eq!(exporter.get("/-/reload").await.status, 405);
    let config = lab.config();
    let arguments = ["--config", &config, "exporter", "--enable-lifecycle"];
    let exporter = Running::with(&lab, &arguments).await;
    assert_eq!(exporter.ask("POST", "/-/reload", "").await.status, 200);
    fs::write(&config, "x").unwrap();
    let refused = exporter.ask("POST", "/-/reload", "").await;
    assert_eq!(refused.status, 500);
    assert!(refused.body.contains("oobwatch.toml:1"), "{refused:?}");
}

/// A check that is under way is cut short, and its session is logged out.
#[tokio::test]
async fn a_signal_during_a_check_logs_out() {
    let lab = Lab::new(|scenario| scenario.fmc.wire.hold = vec!["/api/fmc_config".into()]).await;
    let exporter = Running::start(&lab).await;
    let address = exporter.address.clone();
    let scrape = tokio::spawn(async move {
        let stream = tokio::net::TcpStream::connect(address).await.unwrap();
        super::running::talk(stream, "GET", "/probe?target=fmc1", "").await
    });
    lab.until(|state| state.fmc.held == 1).await;
    let (code, log) = exporter.end().await;
    assert_eq!(code, Some(0), "{log}");
    let state = lab.sim.state().fmc;
    assert_eq!(
        (state.logins, state.revokes, state.live_sessions),
        (1, 1, 0)
    );
    // It was told, or the connection was closed.
    if let Ok(answer) = scrape.await {
        assert_eq!(answer.status, 503);
    }
}

#[tokio::test]
async fn what_a_killed_exporter_has_left_is_closed_by_the_next() {
    let lab = Lab::new(|_| {}).await;
    let exporter = Running::start(&lab).await;
    assert_eq!(
        exporter.probe("chassis1").await.sample("probe_success") as u8,
        1
    );
    exporter.signal("-KILL").await;
    let _next = Running::start(&lab).await;
    lab.until(|state| state.fxos.live_sessions == 0).await;
    assert_eq!(lab.sim.state().fxos.revokes, 1);
}

#[tokio::test]
async fn a_configuration_is_checked_without_sending_anything() {
    let lab = Lab::new(|_| {}).await;
    let config = lab.config();
    let check = ["--config", &config, "exporter", "--check-config"];
    let said = lab.run(&check).await.ok();
    assert!(said.contains("targets: 2, boxes and accounts: 2"), "{said}");
    let prompted = format!(
        "[credentials.a]\nuser = 'a'\n[targets.b]\nurl = 'fmc://{}'\ncredentials = 'a'\n",
        lab.sim.fmc().addr
    );
    fs::write(&config, prompted).unwrap();
    let ran: Ran = lab.run(&check).await;
    assert!(ran.line(2).contains("password_file"), "{ran:?}");
    let state = lab.sim.state();
    assert_eq!((state.fmc.connections, state.fxos.connections), (0, 0));
}

/// Neither the log at its most talkative, nor any page, nor what is remembered.
#[tokio::test]
async fn secrets_are_nowhere() {
    let lab = Lab::new(|_| {}).await;
    let config = lab.config();
    for format in ["logfmt", "json"] {
        let arguments = [
            "--config",
            &config,
            "-vv",
            "exporter",
            "--log-format",
            format,
        ];
        let exporter = Running::with(&lab, &arguments).await;
        let mut said = String::new();
        for path in [
            "/probe?target=fmc1",
            "/probe?target=fmc1&debug=true",
            "/probe?target=chassis1&debug=true",
            "/probe?target=nobody",
            "/metrics",
            "/",
        ] {
            said.push_str(&exporter.get(path).await.body);
        }
        exporter.signal("-HUP").await;
        exporter.said("reloaded").await;
        let (_, log) = exporter.end().await;
        assert!(log.contains("TLS is up"), "it does not say much: {log}");
        said.push_str(&log);
        let sim = &lab.sim;
        for secret in [&sim.fmc().password, &sim.fxos().password] {
            assert!(!said.contains(secret.as_str()), "{said}");
        }
        // A token is a UUID on an FMC and a word of some length on a chassis.
        assert!(!said.to_ascii_lowercase().contains("x-auth"), "{said}");
        assert!(!said.contains("token="), "{said}");
    }
}
