//! What a chassis can have.

use oobwatch_client::core::health::Item::{
    Chassis, Fans, Faults, Instances, LogicalDevices, Ntp, PortChannels, Ports, Power,
    PowerSupplies, Thermal,
};
use oobwatch_client::core::health::Verdict::{Critical, Ok, Unknown, Warning};
use oobwatch_client::core::health::{Item, Verdict};
use oobwatch_sim::{Link, Scenario};
use oobwatch_tests::Lab;

use super::{Case, all_hold, case, found, words};

#[rustfmt::skip] // A table.
pub(crate) const CASES: &[Case] = &[
    case(Chassis, "well", |_| {}, "ok=1", Ok),
    case(Chassis, "degraded", |all| all.fxos.chassis_state = "degraded".into(), "warning=1", Warning),
    case(Chassis, "broken", |all| all.fxos.chassis_state = "inoperable".into(), "critical=1", Critical),
    case(Chassis, "a word", |all| all.fxos.chassis_state = "sulking".into(), "unknown=1", Unknown),
    case(Chassis, "operability only", |all| all.fxos.operability_only = true, "ok=1", Ok),
    case(Chassis, "not there", |all| lacks(all, &["equipmentChassis"]), "not_available", Ok),
    case(Chassis, "unknown class", |all| lacks_400(all, &["equipmentChassis"]), "not_available", Ok),
    case(Power, "well", |_| {}, "ok=1", Ok),
    case(Power, "degraded", |all| all.fxos.chassis_power = "redundancy-degraded".into(), "warning=1", Warning),
    case(Power, "broken", |all| all.fxos.chassis_power = "input-failed".into(), "critical=1", Critical),
    case(Power, "a word", |all| all.fxos.chassis_power = "humming".into(), "unknown=1", Unknown),
    case(Power, "not there", |all| lacks(all, &["equipmentChassis"]), "none", Ok),
    case(Power, "unknown class", |all| lacks_400(all, &["equipmentChassis"]), "none", Ok),
    case(Thermal, "well", |_| {}, "ok=1", Ok),
    case(Thermal, "warm", |all| all.fxos.chassis_thermal = "upper-non-critical".into(), "warning=1", Warning),
    case(Thermal, "hot", |all| all.fxos.chassis_thermal = "upper-critical".into(), "critical=1", Critical),
    case(Thermal, "a word", |all| all.fxos.chassis_thermal = "cosy".into(), "unknown=1", Unknown),
    case(Thermal, "not there", |all| lacks(all, &["equipmentChassis"]), "none", Ok),
    case(Thermal, "unknown class", |all| lacks_400(all, &["equipmentChassis"]), "none", Ok),
    //
    case(Fans, "well", |_| {}, "ok=4", Ok),
    case(Fans, "fast", |all| fans(all, &["operable", "fanspeed-increased"]), "ok=1 warning=1", Warning),
    case(Fans, "broken", |all| fans(all, &["operable", "inoperable"]), "ok=1 critical=1", Critical),
    case(Fans, "a word", |all| fans(all, &["whistling"]), "unknown=1", Unknown),
    case(Fans, "operability only", |all| all.fxos.operability_only = true, "ok=4", Ok),
    case(Fans, "an empty slot", |all| all.fxos.empty_slots = 2, "ok=4 disabled=2", Ok),
    case(Fans, "not there", |all| lacks(all, &["equipmentFan"]), "not_available", Ok),
    case(Fans, "unknown class", |all| lacks_400(all, &["equipmentFan"]), "not_available", Ok),
    case(Fans, "empty", |all| fans(all, &[]), "none", Ok),
    case(Fans, "a thousand", |all| fans(all, &["operable"; 1_000]), "ok=1000", Ok),
    case(PowerSupplies, "well", |_| {}, "ok=2", Ok),
    case(PowerSupplies, "slow", |all| supplies(all, &["performance-problem"]), "warning=1", Warning),
    case(PowerSupplies, "broken", |all| supplies(all, &["operable", "power-problem"]), "ok=1 critical=1", Critical),
    case(PowerSupplies, "a word", |all| supplies(all, &["buzzing"]), "unknown=1", Unknown),
    case(PowerSupplies, "an empty slot", |all| all.fxos.empty_slots = 2, "ok=2 disabled=2", Ok),
    case(PowerSupplies, "not there", |all| lacks(all, &["equipmentPsu"]), "not_available", Ok),
    case(PowerSupplies, "unknown class", |all| lacks_400(all, &["equipmentPsu"]), "not_available", Ok),
    case(PowerSupplies, "empty", |all| supplies(all, &[]), "none", Ok),
    case(PowerSupplies, "a thousand", |all| supplies(all, &["operable"; 1_000]), "ok=1000", Ok),
    //
    case(Instances, "well", |_| {}, "ok=1", Ok),
    case(Instances, "starting", |all| apps(all, &["online", "starting"]), "ok=1 warning=1", Warning),
    case(Instances, "off", |all| apps(all, &["online", "offline"]), "ok=1 critical=1", Critical),
    case(Instances, "wanted off", wanted_off, "ok=1 disabled=1", Ok),
    case(Instances, "a word", |all| apps(all, &["yawning"]), "unknown=1", Unknown),
    case(Instances, "not there", |all| lacks(all, &["smAppInstance"]), "not_available", Ok),
    case(Instances, "unknown class", |all| lacks_400(all, &["smAppInstance"]), "not_available", Ok),
    case(Instances, "empty", |all| apps(all, &[]), "none", Ok),
    case(Instances, "a thousand", |all| apps(all, &["online"; 1_000]), "ok=1000", Ok),
    case(LogicalDevices, "well", |_| {}, "ok=1", Ok),
    case(LogicalDevices, "incomplete", |all| all.fxos.logical_devices = words(&["ok", "incomplete-configuration"]), "ok=1 warning=1", Warning),
    case(LogicalDevices, "a word", |all| all.fxos.logical_devices = words(&["lost"]), "unknown=1", Unknown),
    case(LogicalDevices, "by class", |all| lacks(all, &["/api/ld"]), "ok=1", Ok),
    case(LogicalDevices, "not there", |all| lacks(all, &["/api/ld", "smLogicalDevice"]), "not_available", Ok),
    case(LogicalDevices, "empty", |all| all.fxos.logical_devices.clear(), "none", Ok),
    case(LogicalDevices, "a thousand", |all| all.fxos.logical_devices = words(&["ok"; 1_000]), "ok=1000", Ok),
    //
    case(Ports, "well", |_| {}, "ok=2", Ok),
    case(Ports, "no link", |all| ports(all, &[("up", "enabled"), ("link-down", "enabled")]), "ok=1 warning=1", Warning),
    case(Ports, "broken", |all| ports(all, &[("hardware-failure", "enabled")]), "critical=1", Critical),
    case(Ports, "not wanted", |all| ports(all, &[("link-down", "disabled"), ("admin-down", "disabled")]), "disabled=2", Ok),
    case(Ports, "a word", |all| ports(all, &[("wobbly", "enabled")]), "unknown=1", Unknown),
    case(Ports, "by class", |all| lacks(all, &["/api/ports/ep"]), "ok=2", Ok),
    case(Ports, "not there", |all| lacks(all, &["/api/ports/ep", "portEp"]), "not_available", Ok),
    case(Ports, "empty", |all| ports(all, &[]), "none", Ok),
    case(Ports, "a thousand", |all| ports(all, &[("up", "enabled"); 1_000]), "ok=1000", Ok),
    case(PortChannels, "well", |_| {}, "ok=1", Ok),
    case(PortChannels, "no link", |all| channels(all, &[("link-down", "enabled")]), "warning=1", Warning),
    case(PortChannels, "broken", |all| channels(all, &[("failed", "enabled")]), "critical=1", Critical),
    case(PortChannels, "not wanted", |all| channels(all, &[("link-down", "disabled")]), "disabled=1", Ok),
    case(PortChannels, "a word", |all| channels(all, &[("wobbly", "enabled")]), "unknown=1", Unknown),
    case(PortChannels, "by class", |all| lacks(all, &["/api/ports/pc"]), "ok=1", Ok),
    case(PortChannels, "not there", |all| lacks(all, &["/api/ports/pc", "fabricEthLanPc"]), "not_available", Ok),
    case(PortChannels, "empty", |all| channels(all, &[]), "none", Ok),
    case(PortChannels, "a thousand", |all| channels(all, &[("up", "enabled"); 1_000]), "ok=1000", Ok),
    //
    case(Faults, "well", |_| {}, "none", Ok),
    case(Faults, "notices", |all| faults(all, &["cleared", "info", "condition"]), "cleared=1 info=1 condition=1", Ok),
    case(Faults, "minor", |all| faults(all, &["minor", "warning"]), "warning=1 minor=1", Warning),
    case(Faults, "critical", |all| faults(all, &["MAJOR", "critical"]), "major=1 critical=1", Critical),
    case(Faults, "a word", |all| faults(all, &["embarrassing"]), "unknown=1", Unknown),
    case(Faults, "not there", |all| lacks(all, &["faultInst"]), "not_available", Ok),
    case(Faults, "unknown class", |all| lacks_400(all, &["faultInst"]), "not_available", Ok),
    case(Faults, "empty", |all| faults(all, &[]), "none", Ok),
    case(Faults, "a thousand", |all| faults(all, &["minor"; 1_000]), "minor=1000", Warning),
    //
    case(Ntp, "well", |_| {}, "ok=2", Ok),
    case(Ntp, "not yet", |all| ntp(all, &["time-sync-in-progress"]), "warning=1", Warning),
    case(Ntp, "unreachable", |all| ntp(all, &["unreachable-or-invalid-ntp-server"]), "critical=1", Critical),
    case(Ntp, "a word", |all| ntp(all, &["drifting"]), "unknown=1", Unknown),
    case(Ntp, "by class", |all| lacks(all, &["/api/sys/service/datetime-svc/ntp"]), "ok=2", Ok),
    case(Ntp, "not there", |all| lacks(all, &["/api/sys/service/datetime-svc/ntp", "commNtpProvider"]), "not_available", Ok),
    case(Ntp, "empty", |all| ntp(all, &[]), "none", Ok),
    case(Ntp, "a thousand", |all| ntp(all, &["candidate"; 1_000]), "ok=1000", Ok),
];

fn lacks(all: &mut Scenario, missing: &[&str]) {
    all.fxos.missing = words(missing);
}

fn lacks_400(all: &mut Scenario, missing: &[&str]) {
    lacks(all, missing);
    all.fxos.missing_class_is_400 = true;
}

fn fans(all: &mut Scenario, states: &[&str]) {
    all.fxos.fans = words(states);
}

fn supplies(all: &mut Scenario, states: &[&str]) {
    all.fxos.power_supplies = words(states);
}

fn apps(all: &mut Scenario, states: &[&str]) {
    all.fxos.app_states = words(states);
}

fn wanted_off(all: &mut Scenario) {
    apps(all, &["online", "offline"]);
    all.fxos.app_admin_states = words(&["enabled", "disabled"]);
}

fn links(links: &[(&str, &str)]) -> Vec<Link> {
    links
        .iter()
        .map(|(oper, admin)| Link::new(oper, admin))
        .collect()
}

fn ports(all: &mut Scenario, states: &[(&str, &str)]) {
    all.fxos.ports = links(states);
}

fn channels(all: &mut Scenario, states: &[(&str, &str)]) {
    all.fxos.port_channels = links(states);
}

fn faults(all: &mut Scenario, severities: &[&str]) {
    all.fxos.fault_severities = words(severities);
}

fn ntp(all: &mut Scenario, states: &[&str]) {
    all.fxos.ntp_servers = words(states);
}

#[tokio::test]
async fn every_item_is_found_as_it_is() {
    let lab = Lab::new(|_| {}).await;
    let client = lab.fxos().build().unwrap();
    all_hold(&lab, &client, CASES).await;
    client.close().await.unwrap();
    let state = lab.sim.state().fxos;
    assert_eq!((state.logins, state.live_sessions), (1, 0));
}

#[tokio::test]
async fn a_whole_check_of_a_sound_chassis_is_ok_and_knows_all() {
    let lab = Lab::new(|_| {}).await;
    let client = lab.fxos().build().unwrap();
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
        "version: none, system: none, chassis: ok=1, power: ok=1, thermal: ok=1, fans: ok=4, \
         power_supplies: ok=2, instances: ok=1, logical_devices: ok=1, ports: ok=2, \
         port_channels: ok=1, faults: none, ntp: ok=2"
    );
}
