//! `oobwatch check` against the simulator.

use oobwatch_client::core::health::Measure;
use oobwatch_client::core::product::Product;
use oobwatch_sim::{Accept, Fault, FaultRule, Scenario};
use serde_json::Value;

use crate::lab::{Lab, Ran, with};

#[tokio::test]
async fn both_products_in_all_formats() {
    let lab = Lab::new(|_| {}).await;
    let (fmc, fxos) = (lab.fmc(), lab.fxos());
    for (format, of_fmc, of_fxos) in [
        ("text", "(FMC): OK", "(FXOS): OK"),
        ("json", "\"product\":\"fmc\"", "\"product\":\"fxos\""),
        ("nagios", "FMC OK - ", "FXOS OK - "),
        ("prometheus", "fmc_verdict{", "fxos_verdict{"),
        ("syslog", "<29>1 ", "<29>1 "),
        ("zabbix", "{\"discovery\":[{", "{\"discovery\":[{"),
    ] {
        let out = lab.on_fmc(&["check", &fmc, "--format", format]).await.ok();
        assert!(out.contains(of_fmc), "{out}");
        assert_measures(&out, Product::Fmc);
        let out = lab
            .on_fxos(&["check", &fxos, "--format", format])
            .await
            .ok();
        assert!(out.contains(of_fxos), "{out}");
        assert_measures(&out, Product::Fxos);
    }
    let state = lab.sim.state();
    for state in [&state.fmc, &state.fxos] {
        assert_eq!(
            (state.logins, state.revokes, state.live_sessions),
            (6, 6, 0)
        );
        assert_eq!(state.stray_credentials, 0);
    }
}

/// Limits are refused on numbers that a box of that kind does not have: it has none of them.
#[track_caller]
fn assert_measures(out: &str, product: Product) {
    let labels = out.split('\'').filter_map(Measure::of_label);
    for measure in labels {
        assert!(measure.is_of(product), "{measure} in {out}");
    }
}

#[tokio::test]
async fn the_exit_code_is_the_worst_verdict() {
    for (health, code, word) in [
        ("green", 0, "OK"),
        ("yellow", 1, "WARNING"),
        ("red", 2, "CRITICAL"),
        ("mauve", 3, "UNKNOWN"),
    ] {
        let lab = Lab::new(|scenario| scenario.fmc.health = vec!["green".into(), health.into()]);
        let lab = lab.await;
        let ran = lab
            .on_fmc(&["check", &lab.fmc(), "--format", "nagios"])
            .await;
        assert_eq!(
            (ran.code, ran.err.as_str()),
            (Some(code), ""),
            "{}",
            ran.out
        );
        assert!(
            ran.out.starts_with(&format!("FMC {word} - ")),
            "{}",
            ran.out
        );
    }
}

#[tokio::test]
async fn several_targets_are_one_report_each() {
    let lab = Lab::new(|scenario| scenario.fxos.fault_severities = vec!["critical".into()]).await;
    let config = lab.config();
    let check = |format| {
        lab.command(&[
            "--config", &config, "check", "fmc1", "chassis1", "--format", format,
        ])
        .output()
    };
    let ran = Ran::of(check("json").await.unwrap());
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let reports = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let reports: Vec<Value> = reports.collect();
    let targets: Vec<_> = reports
        .iter()
        .map(|report| report["target"].as_str())
        .collect();
    assert_eq!(targets, [Some("fmc1"), Some("chassis1")]);
    assert_eq!(reports[1]["verdict"], "CRITICAL");
    let ran = Ran::of(check("nagios").await.unwrap());
    let mut lines = ran.out.lines();
    assert!(lines.next().unwrap().starts_with("fmc1: FMC OK - "));
    assert!(
        lines
            .next()
            .unwrap()
            .starts_with("chassis1: FXOS CRITICAL - ")
    );
    let ran = Ran::of(check("prometheus").await.unwrap());
    assert!(
        ran.out.contains("fmc_verdict{target=\"fmc1\"} 0"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("fxos_verdict{target=\"chassis1\"} 2"),
        "{}",
        ran.out
    );
    assert_eq!(lab.sim.state().fxos.live_sessions, 0);
}

/// The colours of a terminal say nothing that is not said in words.
#[tokio::test]
async fn several_targets_are_a_table_first_in_colour_if_wanted() {
    let lab = Lab::new(|scenario| scenario.fxos.fault_severities = vec!["critical".into()]).await;
    let config = lab.config();
    let check = async |variable: &str| {
        let check = ["--config", &config, "check", "fmc1", "chassis1"];
        let mut command = lab.command(&check);
        Ran::of(command.env(variable, "1").output().await.unwrap()).out
    };
    let plain = check("UNSET").await;
    let lines: Vec<_> = plain.lines().collect();
    assert!(
        lines[0].starts_with("TARGET    KIND  VERDICT   STOPPED AT  WHAT"),
        "{plain}"
    );
    assert!(
        lines[1].starts_with("fmc1      FMC   OK        -           "),
        "{plain}"
    );
    assert!(
        lines[2].starts_with("chassis1  FXOS  CRITICAL  -           "),
        "{plain}"
    );
    assert_eq!(lines[3], "");
    assert!(lines[4].starts_with("fmc1 (FMC): OK - "), "{plain}");
    assert!(!plain.contains('\x1b'), "{plain}");
    let coloured = check("CLICOLOR_FORCE").await;
    let red = "\x1b[1m\x1b[31mCRITICAL\x1b[0m";
    assert_eq!(coloured.matches(red).count(), 2, "{coloured}");
    assert!(!check("NO_COLOR").await.contains('\x1b'));
}

#[tokio::test]
async fn only_what_is_asked_for_is_read_and_judged() {
    let lab = Lab::new(|scenario| scenario.fmc.health = vec!["green".into(), "red".into()]).await;
    let fmc = lab.fmc();
    let check = async |flags: &str| {
        let flags: Vec<_> = flags.split(' ').collect();
        let line = [&["check", &*fmc, "--format", "nagios"], &flags[..]].concat();
        let ran = lab.on_fmc(&line).await;
        (ran.code, ran.out)
    };
    let (code, out) = check("--skip alerts").await;
    assert!(
        code == Some(2) && out.contains("'devices_critical'=1"),
        "{out}"
    );
    let (code, out) = check("--only devices -w devices_critical=0 -c devices_critical=1").await;
    assert!(
        code == Some(1) && out.contains("'devices_critical'=1;0;1;0"),
        "{out}"
    );
    assert!(!out.contains("licenses"), "{out}");
    let (code, out) = check("--skip devices -c uptime=@0:").await;
    assert!(
        code == Some(2) && !out.contains("devices_critical"),
        "{out}"
    );
    let ran = lab.on_fmc(&["check", &fmc, "--only", "fans"]).await;
    assert!(
        ran.line(3)
            .contains("--only fans: a box of fmc:// has no fans"),
        "{ran:?}"
    );
}

#[tokio::test]
async fn zabbix_gets_one_object_for_all_targets() {
    let lab = Lab::new(|_| {}).await;
    let config = lab.config();
    let check = [
        "--config", &config, "check", "fmc1", "chassis1", "--format", "zabbix",
    ];
    let out = lab.run(&check).await.ok();
    let object: Value = serde_json::from_str(&out).unwrap();
    let found = object["discovery"].as_array().unwrap();
    for target in ["fmc1", "chassis1"] {
        assert!(
            found.iter().any(|entry| entry["{#TARGET}"] == target),
            "{out}"
        );
    }
    let targets = object["reports"].as_array().unwrap();
    let targets: Vec<_> = targets.iter().map(|report| &report["target"]).collect();
    assert_eq!(targets, ["fmc1", "chassis1"]);
}

/// Whatever the boxes are like: in trouble, old, without REST, of another password, away.
#[tokio::test]
async fn json_is_as_published() {
    let schema = include_str!("../../../../docs/schema/report.schema.json");
    let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    let ways: [fn(&mut Scenario); 6] = [
        |_| {},
        |all| {
            all.fmc.health = ["red", "purple"].map(Into::into).to_vec();
            all.fxos.fault_severities = vec!["major".into()];
        },
        |all| *all = Scenario::preset("fmc-6.2.3").unwrap(),
        |all| all.fmc.rest_disabled = true,
        |all| (all.fmc.refuse_logins, all.fxos.refuse_logins) = (9, 9),
        |all| (all.fmc.wire.accept, all.fxos.wire.accept) = (Accept::Close, Accept::Close),
    ];
    for way in ways {
        let lab = Lab::new(way).await;
        let config = lab.config();
        let check = ["--config", &config, "check", "fmc1", "chassis1"];
        let ran = lab.command(&check).args(["--format", "json"]).output();
        let ran = Ran::of(ran.await.unwrap());
        assert_eq!(ran.out.lines().count(), 2, "{ran:?}");
        for line in ran.out.lines() {
            let report: Value = serde_json::from_str(line).unwrap();
            let errors: Vec<_> = schema.iter_errors(&report).collect();
            assert!(errors.is_empty(), "{errors:#?} in {report:#}");
        }
    }
}

/// One target that can not be used: nothing is sent to the others either.
#[tokio::test]
async fn what_can_not_be_checked_sends_nothing() {
    let lab = Lab::new(|_| {}).await;
    let (fmc, user, config) = (lab.fmc(), lab.sim.fmc().user.clone(), lab.config());
    let nobody = fmc.replace(&format!("{user}@"), "");
    let fxos = lab.fxos();
    let cases: [(&[&str], &str); 8] = [
        (&["--config", &config, "check", "fmc1", "nobody"], "nobody"),
        (
            &["--config", &config, "check", "fmc1", "http://fmc2"],
            "on purpose",
        ),
        (&["--config", &config, "check", "fmc1", &nobody], "USER@"),
        (
            &["--config", &config, "check", "fmc1", &fxos],
            "--password-file",
        ),
        (
            &["--config", &config, "check", "fmc1", &fmc],
            "same box and account as fmc1 in another domain; check one after the other, or both with 'oobwatch watch --once'",
        ),
        (
            &[
                "--config", &config, "check", "fmc1", &fmc, "--domain", "North",
            ],
            "same box and account as fmc1; check one of them",
        ),
        (&["check", &fmc, "--password-env", "MISSING"], "$MISSING"),
        (
            &[
                "check",
                &fmc,
                "--password-env",
                "PASSWORD",
                "--ca-file",
                "no/such",
            ],
            "no/such",
        ),
    ];
    for (arguments, word) in cases {
        let ran = lab.run(arguments).await;
        assert!(ran.line(3).contains(word), "{ran:?}");
        assert_eq!(ran.out, "");
    }
    let state = lab.sim.state();
    assert_eq!((state.fmc.connections, state.fxos.connections), (0, 0));
}

#[tokio::test]
async fn a_wrong_pin_gets_no_password() {
    let lab = Lab::new(|_| {}).await;
    let (fmc, info) = (lab.fmc(), lab.sim.fxos());
    let ran = lab.run(&with(&["check", &fmc], info, "PASSWORD")).await;
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.out.contains("matches no pin"), "{ran:?}");
    // The box may hear of it after the command has ended.
    lab.until(|state| state.fmc.failed_handshakes == 1).await;
    assert!(lab.sim.state().fmc.requests.is_empty());
}

#[tokio::test]
async fn skipping_verification_is_said_each_time() {
    let lab = Lab::new(|_| {}).await;
    let fmc = lab.fmc();
    let skip = [
        "check",
        &fmc,
        "--password-env",
        "PASSWORD",
        "--danger-skip-tls-verification",
    ];
    for _ in 0..2 {
        let ran = lab.run(&skip).await;
        assert!(ran.line(0).contains("NOT verified"), "{ran:?}");
        assert!(ran.out.contains("(FMC): OK"), "{ran:?}");
    }
}

#[tokio::test]
async fn the_wrong_kind_of_box_is_asked_about() {
    let lab = Lab::new(|_| {}).await;
    let crossed = |target: String, from: &str, to: &str| target.replacen(from, to, 1);
    let chassis = crossed(lab.fxos(), "fxos://", "fmc://");
    let ran = lab.on_fxos(&["token", &chassis]).await;
    assert!(ran.line(1).contains("is this really an FMC"), "{ran:?}");
    let fmc = crossed(lab.fmc(), "fmc://", "fxos://");
    let ran = lab.on_fmc(&["token", &fmc]).await;
    assert!(
        ran.line(1)
            .contains("is this really the management address of an FXOS chassis"),
        "{ran:?}"
    );
    let ran = lab.on_fmc(&["check", &fmc]).await;
    assert!(ran.out.contains("is this really"), "{ran:?}");
    assert_eq!(ran.code, Some(3));
}

#[tokio::test]
async fn a_page_or_a_redirect_is_no_rest_api() {
    for (fault, word) in [
        (Fault::Html { status: 200 }, "web page"),
        (Fault::redirect(302, "https://192.0.2.1/"), "redirect"),
    ] {
        let lab = Lab::new(|scenario| {
            scenario.fmc.wire.faults = vec![FaultRule::new("", fault)];
        });
        let lab = lab.await;
        let ran = lab
            .on_fmc(&["get", &lab.fmc(), "/api/fmc_platform/v1/info/serverversion"])
            .await;
        let line = ran.line(1);
        assert!(
            line.contains(word) && line.contains("REST API Preferences"),
            "{line}"
        );
    }
}

/// Told to end in the middle of a check, it logs out before it does.
#[cfg(unix)]
#[tokio::test]
async fn a_signal_during_a_check_logs_out_first() {
    for (signal, code, word) in [("-TERM", 143, "terminated"), ("-INT", 130, "interrupted")] {
        let lab = Lab::new(|scenario| {
            scenario.fmc.wire.hold = vec!["/api/fmc_config".into()];
        });
        let lab = lab.await;
        let fmc = lab.fmc();
        let mut child = lab.command(&with(&["check", &fmc], lab.sim.fmc(), "PASSWORD"));
        let child = child.spawn().unwrap();
        lab.until(|state| state.fmc.held == 1).await;
        let pid = child.id().unwrap().to_string();
        let killed = tokio::process::Command::new("kill")
            .args([signal, &pid])
            .status()
            .await;
        assert!(killed.unwrap().success());
        let ran = Ran::of(child.wait_with_output().await.unwrap());
        assert!(ran.line(code).contains(word), "{ran:?}");
        assert_eq!(ran.out, "");
        let state = lab.sim.state().fmc;
        assert_eq!(
            (state.logins, state.revokes, state.live_sessions),
            (1, 1, 0)
        );
    }
}
