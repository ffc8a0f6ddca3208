//! Chassis that the management centre manages: the list, and what it knows of each.

use serde_json::{Value, json};

use super::devices::around;
use super::{Call, invalid_url, list};
use crate::answer::Answer;

const FOLDER: &str = "chassis/fmcmanagedchassis";

pub(super) fn list(call: &Call<'_>) -> Answer {
    let expanded = call.query.is_expanded();
    list::made(call, indices(call), |index| chassis(call, index, expanded))
}

pub(super) fn one(call: &Call<'_>, id: &str) -> Answer {
    find(call, id).map_or_else(invalid_url, |index| {
        super::json(200, &chassis(call, index, true))
    })
}

/// `faultsummary`, `inventorysummary` or `instancesummary` of one chassis.
pub(super) fn summary(call: &Call<'_>, id: &str, which: &str) -> Answer {
    let Some(index) = find(call, id) else {
        return invalid_url();
    };
    let mut summary = match which {
        "faultsummary" => json!({"faultList": faults(call), "type": "FaultSummary"}),
        "inventorysummary" => inventory(index),
        "instancesummary" => instances(),
        _ => return invalid_url(),
    };
    summary["modifiedTime"] = "2026-03-16T10:15:00Z".into();
    list::answer(call, core::iter::once(summary))
}

fn indices(call: &Call<'_>) -> core::ops::Range<usize> {
    let count = call.switches.chassis.count;
    let first = call.first(count);
    first..first + count
}

fn id_of(index: usize) -> String {
    format!("c2719420-bca2-11ed-adea-{index:012x}")
}

fn find(call: &Call<'_>, id: &str) -> Option<usize> {
    indices(call).find(|index| id_of(*index) == id)
}

fn chassis(call: &Call<'_>, index: usize, expanded: bool) -> Value {
    let name = format!("chassis-{}", index + 1);
    let mut chassis = json!({
        "chassisName": name, "id": id_of(index),
        "links": {"self": call.link(&format!("{FOLDER}/{}", id_of(index)))},
        "name": name, "type": "FMCManagedChassis",
    });
    if expanded {
        let connected = around(&call.switches.chassis.connected, index);
        chassis["isConnected"] = json!(connected.copied());
        chassis["metadata"] = json!({"domain": call.domain_reference()});
        chassis["model"] = "Cisco Secure Firewall 3140 Threat Defense".into();
    }
    chassis
}

fn faults(call: &Call<'_>) -> Vec<Value> {
    let severities = call.switches.chassis.faults.iter().enumerate();
    let fault = |(index, severity): (usize, &String)| {
        json!({
            "cause": "equipment-degraded", "createdTime": "2026-03-16 10:00:03.435000",
            "description": format!("Simulated fault {}", index + 1),
            "highestSeverity": severity, "id": 27_000 + index, "isAcknowledged": "no",
            "lastTransitionTime": "2026-03-16 10:02:22.467000", "occurrence": "1",
            "severity": severity,
        })
    };
    severities.map(fault).collect()
}

fn inventory(index: usize) -> Value {
    let well = |id: usize, model: &str| {
        json!({
            "id": id, "model": model, "operability": "operable",
            "operationalState": "operable", "thermalStatus": "ok",
        })
    };
    json!({
        "fanList": [well(1, "N/A"), well(2, "N/A")],
        "powerSupplyList": [well(1, "FPR2K-PWR-AC-400"), well(2, "FPR2K-PWR-AC-400")],
        "securityModuleList": [{
            "availableCores": 24, "id": 1, "model": "FPR-3140", "operability": "operable",
            "operationalState": "ok", "serialNumber": format!("FJC0000SIM{index}"),
            "totalCores": 48, "vendor": "Cisco Systems, Inc",
        }],
        "type": "InventorySummary",
    })
}

fn instances() -> Value {
    json!({
        "instanceList": [{
            "adminState": "enabled", "coresUsed": 6, "deployType": "container",
            "managementPort": "Management1", "name": "ftd-1", "operationalState": "online",
            "startupVersion": "7.4.2.172",
        }],
        "type": "InstanceSummary",
    })
}
