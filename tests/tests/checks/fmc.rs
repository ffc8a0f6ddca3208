//! What an FMC can have.

use oobwatch_client::core::health::Item::{
    Alerts, ChassisFaults, Clusters, Connections, Deployments, Devices, HaPairs, HighAvailability,
    Licenses, Undeployed,
};
use oobwatch_client::core::health::Verdict::{Critical, Ok, Unknown, Warning};
use oobwatch_client::core::health::{Item, Verdict};
use oobwatch_sim::{Alert, EmptyList, Offset, Scenario};
use oobwatch_tests::Lab;

use super::{Case, all_hold, case, found, words};

#[rustfmt::skip] // A table.
pub(crate) const CASES: &[Case] = &[
    case(Devices, "well", |_| {}, "ok=3", Ok),
    case(Devices, "letter case", |all| health(all, &["GREEN", "Recovered"]), "ok=3", Ok),
    case(Devices, "a warning", |all| health(all, &["green", "yellow"]), "ok=2 warning=1", Warning),
    case(Devices, "critical", |all| health(all, &["red", "black", "green"]), "ok=1 critical=2", Critical),
    case(Devices, "not watched", |all| health(all, &["disabled"]), "disabled=3", Ok),
    case(Devices, "a word", |all| health(all, &["mauve", "green"]), "ok=1 unknown=2", Unknown),
    case(Devices, "no word", |all| health(all, &[""]), "unknown=3", Unknown),
    case(Devices, "worse than unknown", |all| health(all, &["", "red"]), "critical=1 unknown=2", Critical),
    case(Devices, "not there", |all| lacks(all, "devices/"), "unread", Unknown),
    case(Devices, "empty", |all| all.fmc.devices = 0, "none", Ok),
    case(Devices, "an empty array", |all| empty(all, EmptyList::EmptyArray), "none", Ok),
    case(Devices, "a 404 for empty", |all| empty(all, EmptyList::NotFound), "unread", Unknown),
    case(Devices, "a thousand", |all| all.fmc.devices = 1_000, "ok=1000", Ok),
    case(Devices, "one page for ever", |all| stuck(all, Offset::Ignored), "ok=100 wrong_page", Unknown),
    case(Devices, "one page by any name", |all| stuck(all, Offset::Echoed), "ok=100 wrong_page", Unknown),
    //
    case(Connections, "well", |_| {}, "ok=3", Ok),
    case(Connections, "one lost", |all| all.fmc.connected = vec![true, false], "ok=2 critical=1", Critical),
    case(Connections, "not said", |all| all.fmc.connected.clear(), "not_available", Ok),
    case(Connections, "not there", |all| lacks(all, "devices/"), "none", Unknown),
    case(Connections, "empty", |all| all.fmc.devices = 0, "none", Ok),
    case(Connections, "a thousand", |all| all.fmc.devices = 1_000, "ok=1000", Ok),
    //
    case(HaPairs, "well", |_| {}, "ok=1", Ok),
    case(HaPairs, "the second is active", |all| pairs(all, &[["STANDBY", "active"]]), "ok=1", Ok),
    case(HaPairs, "not yet ready", |all| pairs(all, &[["Active", "Cold Standby"]]), "warning=1", Warning),
    case(HaPairs, "one failed", |all| pairs(all, &[["Failed", "Active"]]), "critical=1", Critical),
    case(HaPairs, "both active", |all| pairs(all, &[["Active", "Active"]]), "critical=1", Critical),
    case(HaPairs, "none active", |all| pairs(all, &[["Standby", "Standby"]]), "critical=1", Critical),
    case(HaPairs, "a word", |all| pairs(all, &[["Active", "Dancing"]]), "unknown=1", Unknown),
    case(HaPairs, "no word", |all| pairs(all, &[["", ""]]), "unknown=1", Unknown),
    case(HaPairs, "a word of one", |all| pairs(all, &[["Active", ""]]), "unknown=1", Unknown),
    case(HaPairs, "both stand by", |all| pairs(all, &[["Standby", "Standby Ready"]]), "critical=1", Critical),
    case(HaPairs, "not expanded", |all| all.fmc.ha_pairs.list_is_short = true, "unknown=1", Unknown),
    case(HaPairs, "not there", |all| version(all, "6.2.2"), "not_available", Ok),
    case(HaPairs, "empty", |all| all.fmc.ha_pairs.count = 0, "none", Ok),
    case(HaPairs, "a thousand", |all| all.fmc.ha_pairs.count = 1_000, "ok=1000", Ok),
    //
    case(Clusters, "well", |_| {}, "ok=1", Ok),
    case(Clusters, "not expanded", |all| all.fmc.clusters.list_is_short = true, "unknown=1", Unknown),
    case(Clusters, "not there", |all| version(all, "6.3.0"), "not_available", Ok),
    case(Clusters, "empty", |all| all.fmc.clusters.count = 0, "none", Ok),
    case(Clusters, "a thousand", |all| all.fmc.clusters.count = 1_000, "ok=1000", Ok),
    //
    case(HighAvailability, "well", |all| ha(all, "GOOD", "GOOD"), "ok=1", Ok),
    case(HighAvailability, "synchronizing", |all| ha(all, "good", "IN_PROGRESS"), "warning=1", Warning),
    case(HighAvailability, "degraded", |all| ha(all, "DEGRADED", "GOOD"), "warning=1", Warning),
    case(HighAvailability, "paused", |all| ha(all, "DEGRADED", "PAUSED"), "warning=1", Warning),
    case(HighAvailability, "split", |all| ha(all, "SPLIT_BRAIN", "GOOD"), "critical=1", Critical),
    case(HighAvailability, "sync failed", |all| ha(all, "GOOD", "FAILED"), "critical=1", Critical),
    case(HighAvailability, "a word", |all| ha(all, "GOOD", "SO_SO"), "unknown=1", Unknown),
    case(HighAvailability, "not there", |all| version(all, "6.7.0"), "not_available", Ok),
    case(HighAvailability, "empty", |_| {}, "none", Ok),
    //
    case(Alerts, "well", |_| {}, "none", Ok),
    case(Alerts, "a warning", |all| health(all, &["yellow", "green"]), "warning=2", Warning),
    case(Alerts, "critical", |all| all.fmc.alerts.more = vec![Alert::default()], "critical=1", Critical),
    case(Alerts, "long over", long_over, "none", Ok),
    case(Alerts, "a window is needed", |all| all.fmc.alerts.window_needed = true, "none", Ok),
    case(Alerts, "no clock", |all| all.fmc.wire.date = false, "no_clock", Unknown),
    case(Alerts, "not there", |all| version(all, "6.6.5"), "not_available", Ok),
    case(Alerts, "empty", |all| all.fmc.devices = 0, "none", Ok),
    case(Alerts, "a thousand", thousand_red, "critical=1000", Critical),
    case(Alerts, "one page for ever", alerts_stuck, "critical=100 wrong_page", Critical),
    //
    case(Undeployed, "well", |_| {}, "none", Ok),
    case(Undeployed, "some", |all| all.fmc.pending_deployments = 2, "number=2", Ok),
    case(Undeployed, "not there", |all| lacks(all, "deployment/"), "not_available", Ok),
    case(Undeployed, "empty", |all| all.fmc.devices = 0, "none", Ok),
    case(Undeployed, "a thousand", thousand_pending, "number=1000", Ok),
    case(Deployments, "well", |all| all.fmc.pending_deployments = 2, "none", Ok),
    case(Deployments, "one runs", one_runs, "number=1", Ok),
    case(Deployments, "not there", |all| lacks(all, "deployment/"), "none", Ok),
    case(Deployments, "empty", |_| {}, "none", Ok),
    case(Deployments, "a thousand", thousand_pending, "number=1000", Ok),
    //
    case(Licenses, "well", |_| {}, "ok=1", Ok),
    case(Licenses, "reserved", |all| license(all, "REGISTERED", "AUTHORIZED_RESERVED"), "ok=1", Ok),
    case(Licenses, "no authorization", |all| license(all, "Registered", ""), "unknown=1", Unknown),
    case(Licenses, "evaluation", |all| license(all, "EVALUATION", ""), "warning=1", Warning),
    case(Licenses, "out of compliance", |all| license(all, "REGISTERED", "OUT_OF_COMPLIANCE"), "critical=1", Critical),
    case(Licenses, "a word", |all| license(all, "REGISTERED", "BORROWED"), "unknown=1", Unknown),
    case(Licenses, "not there", |all| version(all, "7.1.0"), "not_available", Ok),
    case(Licenses, "empty", |all| all.fmc.license.registration.clear(), "none", Ok),
    //
    case(ChassisFaults, "well", |_| {}, "cleared=1", Ok),
    case(ChassisFaults, "minor", |all| faults(all, 1, &["minor", "info"]), "info=1 minor=1", Warning),
    case(ChassisFaults, "of two", |all| faults(all, 2, &["Major"]), "major=2", Critical),
    case(ChassisFaults, "a word", |all| faults(all, 1, &["dreadful"]), "unknown=1", Unknown),
    case(ChassisFaults, "none of one", |all| faults(all, 1, &[]), "none", Ok),
    case(ChassisFaults, "not there", |all| version(all, "7.0.6"), "not_available", Ok),
    case(ChassisFaults, "no summary", |all| version(all, "7.2.4"), "not_available", Ok),
    case(ChassisFaults, "the first for ever", chassis_stuck, "info=1 wrong_page", Unknown),
    case(ChassisFaults, "empty", |all| faults(all, 0, &["critical"]), "none", Ok),
    case(ChassisFaults, "a thousand", |all| faults(all, 1, &["warning"; 1_000]), "warning=1000", Warning),
];

fn health(all: &mut Scenario, health: &[&str]) {
    all.fmc.health = words(health);
}

fn lacks(all: &mut Scenario, path: &str) {
    all.fmc.missing = words(&[path]);
}

fn version(all: &mut Scenario, version: &str) {
    all.fmc.server_version = format!("{version} (build 1)");
}

fn empty(all: &mut Scenario, style: EmptyList) {
    (all.fmc.devices, all.fmc.empty_list) = (0, style);
}

fn stuck(all: &mut Scenario, offset: Offset) {
    (all.fmc.devices, all.fmc.offset) = (1_000, offset);
}

fn alerts_stuck(all: &mut Scenario) {
    thousand_red(all);
    all.fmc.offset = Offset::Echoed;
}

fn chassis_stuck(all: &mut Scenario) {
    faults(all, 3, &["info"]);
    all.fmc.offset = Offset::Echoed;
}

fn pairs(all: &mut Scenario, states: &[[&str; 2]]) {
    let states = states.iter().map(|pair| pair.map(Into::into));
    all.fmc.ha_pairs.states = states.collect();
}

fn ha(all: &mut Scenario, status: &str, sync: &str) {
    (all.fmc.ha_status, all.fmc.ha_sync) = (status.into(), sync.into());
}

fn license(all: &mut Scenario, registration: &str, authorization: &str) {
    all.fmc.license.registration = registration.into();
    all.fmc.license.authorization = authorization.into();
}

fn faults(all: &mut Scenario, chassis: usize, severities: &[&str]) {
    all.fmc.chassis.count = chassis;
    all.fmc.chassis.faults = words(severities);
}

fn long_over(all: &mut Scenario) {
    health(all, &["red"]);
    all.fmc.alerts.age_s = 3_600;
}

fn thousand_red(all: &mut Scenario) {
    all.fmc.devices = 1_000;
    health(all, &["red"]);
}

fn thousand_pending(all: &mut Scenario) {
    all.fmc.devices = 1_000;
    all.fmc.pending_deployments = 1_000;
    all.fmc.running_deployments = 1_000;
}

fn one_runs(all: &mut Scenario) {
    all.fmc.pending_deployments = 3;
    all.fmc.running_deployments = 1;
}

#[tokio::test]
async fn every_item_is_found_as_it_is() {
    let lab = Lab::new(|_| {}).await;
    let client = lab.fmc().build().unwrap();
    all_hold(&lab, &client, CASES).await;
    client.close().await.unwrap();
    let state = lab.sim.state().fmc;
    assert_eq!((state.logins, state.live_sessions), (1, 0));
}

#[tokio::test]
async fn a_whole_check_of_a_sound_box_is_ok_and_knows_all() {
    let lab = Lab::new(|all| ha(all, "GOOD", "GOOD")).await;
    let client = lab.fmc().build().unwrap();
    let report = client.check().await;
    client.close().await.unwrap();
    assert_eq!(report.verdict(), Verdict::Ok, "{report:?}");
    let known: Vec<String> = Item::ALL
        .into_iter()
        .filter(|item| item.is_of(report.product))
        .map(|item| format!("{item}: {}", found(&report, item)))
        .collect();
    assert_eq!(
        known.join(", "),
        "version: none, devices: ok=3, connections: ok=3, ha_pairs: ok=1, clusters: ok=1, \
         high_availability: ok=1, alerts: none, undeployed: none, deployments: none, \
         licenses: ok=1, chassis_faults: cleared=1"
    );
    assert_eq!(
        report.facts.uptime_seconds(),
        Some(5 * 86_400 + 3 * 3_600 + 20 * 60)
    );
}

#[tokio::test]
async fn an_old_version_is_ok_with_what_it_has() {
    let lab = Lab::new(|all| {
        *all = Scenario::preset("fmc-6.2.3").unwrap();
        all.fmc.rate_limit.per_minute = 0;
    })
    .await;
    let client = lab.fmc().build().unwrap();
    let report = client.check().await;
    client.close().await.unwrap();
    assert_eq!(report.verdict(), Verdict::Ok, "{report:?}");
    for (item, expected) in [
        (Devices, "ok=3"),
        (HaPairs, "ok=1"),
        (Clusters, "not_available"),
        (Alerts, "not_available"),
        (Licenses, "not_available"),
        (ChassisFaults, "not_available"),
    ] {
        assert_eq!(found(&report, item), expected, "{item}");
    }
}

/// Devices 0 and 1 are in the first domain, 2 and 3 in the second, 4 and 5 in the third.
#[tokio::test]
async fn each_domain_has_a_report_of_its_own() {
    let lab = Lab::new(|all| {
        all.fmc.domains_differ = true;
        all.fmc.devices = 2;
        health(all, &["green", "green", "yellow", "green", "red", "mauve"]);
        pairs(
            all,
            &[
                ["Active", "Standby"],
                ["Failed", "Active"],
                ["Active", "Standby"],
            ],
        );
        // One at a time: three clients share the account.
        all.fmc.one_session_per_user = false;
    })
    .await;
    for (domain, devices, alerts, ha_pairs, verdict) in [
        ("Global", "ok=2", "none", "ok=1", Verdict::Ok),
        (
            "Global/Devel",
            "ok=1 warning=1",
            "warning=1",
            "critical=1",
            Verdict::Critical,
        ),
        (
            "Global/Sites/North",
            "critical=1 unknown=1",
            "critical=1",
            "ok=1",
            Verdict::Critical,
        ),
    ] {
        let client = lab.fmc().domain(domain).build().unwrap();
        let report = client.check().await;
        client.close().await.unwrap();
        assert_eq!(report.verdict(), verdict, "{domain}: {report:?}");
        for (item, expected) in [(Devices, devices), (Alerts, alerts), (HaPairs, ha_pairs)] {
            assert_eq!(found(&report, item), expected, "{domain}: {item}");
        }
    }
}
