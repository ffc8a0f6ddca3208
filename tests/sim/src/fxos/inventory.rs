//! What a chassis is made of, as the switches have it. Property names and words are those of the
//! Firepower MIBs, in the form in which the REST API writes them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::tree::Object;
use crate::scenario::{FxosScenario, Link};

/// Classes that a class query knows.
pub(super) const CLASSES: &[&str] = &[
    "aaaDefaultAuth",
    "commDateTime",
    "commNtpProvider",
    "equipmentChassis",
    "equipmentFan",
    "equipmentPsu",
    "fabricEthLanPc",
    "faultInst",
    "firmwareRunning",
    "portEp",
    "smAppInstance",
    "smLogicalDevice",
    "smSlot",
    "topSystem",
];

/// Objects by distinguished name, as it is written in a path.
pub(super) fn objects(switches: &FxosScenario) -> BTreeMap<String, Object> {
    let mut all = Objects(BTreeMap::new());
    system(&mut all, switches);
    equipment(&mut all, switches);
    links(&mut all, switches);
    applications(&mut all, switches);
    faults(&mut all, switches);
    all.0
}

struct Objects(BTreeMap<String, Object>);

impl Objects {
    fn add(&mut self, class: &'static str, dn: String, properties: Value) {
        let object = Object::new(class, &dn, properties);
        self.0.insert(dn, object);
    }
}

fn system(all: &mut Objects, switches: &FxosScenario) {
    all.add(
        "topSystem",
        "sys".into(),
        json!({
            "name": "firepower", "mode": "stand-alone", "address": "192.0.2.10",
            "systemUpTime": "12:03:45:10",
        }),
    );
    for part in ["mgmt", "system", "kernel", "chassis-manager"] {
        all.add(
            "firmwareRunning",
            format!("sys/firmware/version/{part}"),
            json!({
                "deployment": part, "type": part, "version": switches.version,
                "packageVersion": switches.version,
            }),
        );
    }
    for (index, status) in switches.ntp_servers.iter().enumerate() {
        let name = format!("198.51.100.{}", index + 1);
        all.add(
            "commNtpProvider",
            format!("sys/service/datetime-svc/ntp/{name}"),
            json!({
                "name": name, "hostname": name, "adminState": "enabled", "descr": "",
                "timeSyncStatus": status, "errorMsg": "", "keyStringSet": "no",
            }),
        );
    }
}

fn equipment(all: &mut Objects, switches: &FxosScenario) {
    let part = |state: &str, rest: Value| with_state(switches, state, rest);
    all.add(
        "equipmentChassis",
        "sys/chassis-1".into(),
        part(
            &switches.chassis_state,
            json!({
                "id": "1", "model": switches.chassis_model, "serial": "JMX0000SIM1",
                "power": switches.chassis_power, "thermal": switches.chassis_thermal,
                "adminState": "acknowledged", "presence": "equipped",
            }),
        ),
    );
    for (index, (state, presence)) in slots(switches, &switches.fans).enumerate() {
        let (module, fan) = (index / 2 + 1, index % 2 + 1);
        let rest = json!({
            "id": fan.to_string(), "module": module.to_string(), "tray": "1",
            "model": "FPR9K-FAN", "power": "on", "presence": presence, "thermal": "ok",
        });
        let dn = format!("sys/chassis-1/fan-module-1-{module}/fan-{fan}");
        all.add("equipmentFan", dn, part(state, rest));
    }
    for (index, (state, presence)) in slots(switches, &switches.power_supplies).enumerate() {
        let id = (index + 1).to_string();
        let rest = json!({
            "id": id, "model": "FPR9K-PS-AC", "serial": format!("ART0000SIM{id}"),
            "power": "on", "presence": presence, "thermal": "ok", "voltage": "ok",
        });
        all.add(
            "equipmentPsu",
            format!("sys/chassis-1/psu-{id}"),
            part(state, rest),
        );
    }
}

/// State and presence of what is in the slots, those last that nothing is in.
fn slots<'a>(
    switches: &FxosScenario,
    states: &'a [String],
) -> impl Iterator<Item = (&'a str, &'static str)> {
    let there = states.iter().map(|state| (state.as_str(), "equipped"));
    let empty = core::iter::repeat_n(("removed", "empty"), switches.empty_slots);
    there.chain(empty)
}

/// `rest` with the words for a state.
fn with_state(switches: &FxosScenario, state: &str, mut rest: Value) -> Value {
    rest["operability"] = state.into();
    if !switches.operability_only {
        rest["operState"] = state.into();
    }
    rest
}

fn links(all: &mut Objects, switches: &FxosScenario) {
    let states = |link: &Link, rest: Value| {
        let mut rest = rest;
        rest["operState"] = link.oper.as_str().into();
        rest["adminState"] = link.admin.as_str().into();
        rest
    };
    for (index, link) in switches.ports.iter().enumerate() {
        let port = (index + 1).to_string();
        let rest = json!({
            "portId": port, "slotId": "1", "operSpeed": "10gbps", "ifRole": "unknown",
        });
        let dn = format!("ports/ep/Ethernet1_API_SLASH_{port}");
        all.add("portEp", dn, states(link, rest));
    }
    for (index, link) in switches.port_channels.iter().enumerate() {
        let id = (index + 1).to_string();
        let rest = json!({"portId": id, "name": "", "operSpeed": "10gbps", "lacpMode": "active"});
        let dn = format!("ports/pc/PortChannel{id}");
        all.add("fabricEthLanPc", dn, states(link, rest));
    }
}

fn applications(all: &mut Objects, switches: &FxosScenario) {
    let admin_states = switches.app_admin_states.iter().cycle();
    // No admin states at all: the member is empty.
    let admin_states = admin_states
        .map(String::as_str)
        .chain(core::iter::repeat(""));
    for ((index, state), admin) in switches.app_states.iter().enumerate().zip(admin_states) {
        let slot = index + 1;
        all.add(
            "smSlot",
            format!("slot/{slot}"),
            json!({"slotId": slot.to_string(), "operationalState": "online"}),
        );
        all.add(
            "smAppInstance",
            format!("slot/{slot}/app-inst/ftd"),
            json!({
                "appName": "ftd", "adminState": admin, "operationalState": state,
                "runningVersion": "7.4.2.172", "clusterOperationalState": "not-applicable",
                "errorMsg": "",
            }),
        );
    }
    for (index, state) in switches.logical_devices.iter().enumerate() {
        let name = format!("ftd-{}", index + 1);
        all.add(
            "smLogicalDevice",
            format!("ld/{name}"),
            json!({
                "name": name, "descr": "", "ldMode": "standalone", "slotId": "1",
                "templateName": "ftd", "operationalState": state,
            }),
        );
    }
}

fn faults(all: &mut Objects, switches: &FxosScenario) {
    for (index, severity) in switches.fault_severities.iter().enumerate() {
        let code = format!("F{:04}", 1000 + index);
        all.add(
            "faultInst",
            format!("sys/fault-{code}"),
            json!({
                "code": code, "severity": severity, "lc": "", "cause": "equipment-degraded",
                "descr": "Simulated fault", "ack": "no", "created": "2026-03-16T10:00:00.000",
                "occur": "1",
            }),
        );
    }
}
