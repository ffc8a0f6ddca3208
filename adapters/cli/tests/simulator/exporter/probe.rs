//! Scrapes of targets: what is sent, what is refused, how long they take.

use core::time::Duration;
use std::fs::File;
use std::path::Path;

use oobwatch_sim::Accept;

use super::running::Running;
use crate::lab::Lab;

#[tokio::test]
async fn both_products_are_probed_and_logged_out_at_the_end() {
    let lab = Lab::new(|_| {}).await;
    let exporter = Running::start(&lab).await;
    for _ in 0..2 {
        let fmc = exporter.probe("fmc1").await;
        assert_eq!(fmc.status, 200, "{fmc:?}");
        assert!(fmc.head.contains("text/plain; version=0.0.4"), "{fmc:?}");
        assert_eq!(fmc.sample("probe_success") as u8, 1, "{fmc:?}");
        assert_eq!(fmc.sample("fmc_verdict") as u8, 0);
        assert!(
            !fmc.body.contains("target="),
            "a scraper labels the series: {fmc:?}"
        );
        let chassis = exporter.probe("chassis1").await;
        assert_eq!(chassis.sample("probe_success") as u8, 1, "{chassis:?}");
        assert_eq!(chassis.sample("fxos_up") as u8, 1);
    }
    // One login each for two scrapes: sessions are kept.
    let state = lab.sim.state();
    for state in [&state.fmc, &state.fxos] {
        assert_eq!((state.logins, state.live_sessions), (1, 1));
    }
    let (code, log) = exporter.end().await;
    assert_eq!(code, Some(0), "{log}");
    let state = lab.sim.state();
    for state in [&state.fmc, &state.fxos] {
        assert_eq!(
            (state.logins, state.revokes, state.live_sessions),
            (1, 1, 0)
        );
        assert_eq!(state.stray_credentials, 0);
    }
}

/// Only names of the configuration, asked for in the right way: for all else not
/// one connection is made.
#[tokio::test]
async fn what_is_not_in_the_configuration_sends_nothing() {
    let lab = Lab::new(|_| {}).await;
    let exporter = Running::start(&lab).await;
    let fmc = lab.sim.fmc().addr.to_string();
    let cases = [
        ("/probe", "target is missing"),
        ("/probe?target=", "target is missing"),
        ("/probe?target=nobody", "chassis1, fmc1"),
        ("/probe?target=FMC1", "chassis1, fmc1"),
        (&format!("/probe?target={fmc}"), "names no target"),
        (&format!("/probe?target=https://{fmc}/"), "names no target"),
        (&format!("/probe?target=fmc://api@{fmc}"), "names no target"),
        ("/probe?target=fmc1&target=fmc1", "twice"),
        ("/probe?target=fmc1&module=none", "there are: default\n"),
        ("/probe?target=fmc1&module=default&module=default", "twice"),
        ("/probe?target=fmc1&debug=1", "true or false"),
        ("/probe?target=fmc1&tarqet=x", "no parameter"),
    ];
    for (path, word) in cases {
        let answer = exporter.get(path).await;
        assert_eq!(answer.status, 400, "{path}: {answer:?}");
        assert!(answer.body.contains(word), "{path}: {answer:?}");
        assert!(answer.body.ends_with('\n'), "{path}: {answer:?}");
    }
    for method in ["POST", "HEAD", "PUT", "OPTIONS"] {
        let answer = exporter.ask(method, "/probe?target=fmc1", "").await;
        assert_eq!(answer.status, 405, "{method}");
    }
    let state = lab.sim.state();
    assert_eq!((state.fmc.connections, state.fxos.connections), (0, 0));
    let metrics = exporter.get("/metrics").await;
    let refused = metrics.sample("oobwatch_scrapes_total{result=\"refused\"}");
    assert_eq!(refused as usize, cases.len());
}

/// A box that is down is an answer, not an error of the exporter.
#[tokio::test]
async fn a_failed_probe_is_an_answer() {
    let lab = Lab::new(|scenario| scenario.fmc.wire.accept = Accept::Close).await;
    let exporter = Running::start(&lab).await;
    let answer = exporter.probe("fmc1").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.sample("probe_success") as u8, 0, "{answer:?}");
    assert_eq!(answer.sample("fmc_up") as u8, 0);
    let explained = exporter.get("/probe?target=fmc1&debug=true").await;
    assert!(explained.body.contains("fmc1"), "{explained:?}");
    assert!(explained.body.contains("probe_success 0"), "{explained:?}");
    let metrics = exporter.get("/metrics").await;
    let failed = metrics.sample("oobwatch_scrapes_total{result=\"failure\"}");
    assert_eq!(failed as u8, 2, "{metrics:?}");
}

/// The simulator never answers: without the limit that the scraper sets, this test
/// would not end before the check's own, nearly a minute. That the limit is inside
/// the scraper's time is a property of `query::scrape_limit`.
#[tokio::test]
async fn the_scraper_has_its_answer_in_time() {
    let lab = Lab::new(|scenario| scenario.fmc.wire.hold = vec!["/api/fmc_config".into()]).await;
    let exporter = Running::start(&lab).await;
    let timeout = "X-Prometheus-Scrape-Timeout-Seconds: 2\r\n";
    let answer = exporter.ask("GET", "/probe?target=fmc1", timeout).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.sample("probe_success") as u8, 0, "{answer:?}");
    // It has a version, though: what was read is told.
    assert!(answer.body.contains("fmc_server_info{"), "{answer:?}");
}

/// A scraper that waits for nothing learns nothing of the box.
#[tokio::test]
async fn no_time_is_no_failure_of_the_box() {
    let lab = Lab::new(|_| {}).await;
    let exporter = Running::start(&lab).await;
    let timeout = "X-Prometheus-Scrape-Timeout-Seconds: 0.0001\r\n";
    let path = "/probe?target=fmc1&debug=true";
    let answer = exporter.ask("GET", path, timeout).await;
    assert!(answer.body.contains("given up by its caller"), "{answer:?}");
    assert_eq!(answer.sample("fmc_verdict") as u8, 3, "{answer:?}");
    assert_eq!(lab.sim.state().fmc.connections, 0);
}

/// A module says what is looked at, and what it is worth.
#[tokio::test]
async fn a_module_looks_at_what_it_says() {
    let lab = Lab::new(|_| {}).await;
    let config = lab.config();
    let text = std::fs::read_to_string(&config).unwrap();
    let modules =
        "[modules.few]\nchecks = ['devices']\nlimits = { devices_ok = { critical = '0' } }\n";
    std::fs::write(&config, format!("{text}{modules}")).unwrap();
    let exporter = Running::with(&lab, &["--config", &config, "exporter"]).await;
    let few = exporter.get("/probe?target=fmc1&module=few").await;
    assert_eq!(few.sample("fmc_verdict") as u8, 2, "{few:?}");
    assert!(few.body.contains("fmc_managed_devices{"), "{few:?}");
    assert!(!few.body.contains("fmc_undeployed_devices"), "{few:?}");
    let all = exporter.probe("fmc1").await;
    assert_eq!(all.sample("fmc_verdict") as u8, 0, "{all:?}");
    assert!(all.body.contains("fmc_undeployed_devices"), "{all:?}");
    assert_eq!(lab.sim.state().fmc.logins, 1);
}

/// A probe that would look at nothing is no success.
#[tokio::test]
async fn a_module_of_another_kind_of_box_is_refused() {
    let lab = Lab::new(|_| {}).await;
    let config = lab.config();
    let text = std::fs::read_to_string(&config).unwrap();
    let modules = "[modules.hot]\nchecks = ['thermal', 'fans']\n";
    std::fs::write(&config, format!("{text}{modules}")).unwrap();
    let exporter = Running::with(&lab, &["--config", &config, "exporter"]).await;
    let refused = exporter.get("/probe?target=fmc1&module=hot").await;
    assert_eq!(refused.status, 400, "{refused:?}");
    let due = "module \"hot\", target \"fmc1\": nothing is left to look at; a box of fmc:// has: ";
    assert!(refused.body.starts_with(due), "{refused:?}");
    assert_eq!(lab.sim.state().fmc.connections, 0);
    let hot = exporter.get("/probe?target=chassis1&module=hot").await;
    assert_eq!(hot.sample("probe_success") as u8, 1, "{hot:?}");
    let unknown = exporter.get("/probe?target=fmc1&module=hit").await;
    assert!(
        unknown.body.contains("there are: default, hot\n"),
        "{unknown:?}"
    );
}

/// A state directory that hangs, as one on a network may, holds up checks, but no answer. It never
/// lets go here: that the answer comes at all is what is seen.
#[tokio::test]
async fn the_answer_does_not_wait_for_the_state_directory() {
    let lab = Lab::new(|_| {}).await;
    let exporter = Running::start(&lab).await;
    for target in ["fmc1", "chassis1"] {
        exporter.probe(target).await;
    }
    assert_eq!(exporter.end().await.0, Some(0));
    let held = hold_locks(&lab.state_dir().join("credentials"));
    assert!(held.len() >= 2, "{held:?}");
    let exporter = Running::start(&lab).await;
    let timeout = "X-Prometheus-Scrape-Timeout-Seconds: 0.1\r\n";
    for target in ["fmc1", "chassis1", "fmc1"] {
        let path = format!("/probe?target={target}");
        let answer = exporter.ask("GET", &path, timeout);
        let answer = tokio::time::timeout(Duration::from_secs(10), answer).await;
        let answer = answer.expect("no answer");
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.sample("probe_success") as u8, 0, "{answer:?}");
    }
    assert_eq!(exporter.get("/-/healthy").await.status, 200);
}

/// Takes the locks that logins wait for.
fn hold_locks(folder: &Path) -> Vec<File> {
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let locks = files.filter(|path| path.extension().is_some_and(|end| end == "lock"));
    let held = locks.map(|path| {
        let file = File::options().write(true).open(path).unwrap();
        file.lock().unwrap();
        file
    });
    held.collect()
}
