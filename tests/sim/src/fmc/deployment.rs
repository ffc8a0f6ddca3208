//! Deployments: devices that wait for one, and those that were.

use serde_json::{Value, json};

use super::devices::{around, id_of, indices, name_of};
use super::{Call, list};
use crate::answer::Answer;

/// Milliseconds since 1970 of the changes that wait.
const CHANGED: u64 = 1_773_655_200_000;

pub(super) fn deployable(call: &Call<'_>) -> Answer {
    let devices = indices(call);
    let pending = call.switches.pending_deployments.min(devices.len());
    let items = (0..pending).map(|place| {
        let index = devices.start + place;
        let is_running = place < call.switches.running_deployments;
        let mut item = json!({
            "name": name_of(index), "type": "DeployableDevice",
            "version": (CHANGED + index as u64).to_string(),
        });
        if call.query.is_expanded() {
            expand(call, &mut item, index, is_running);
        }
        item
    });
    list::answer(call, items)
}

fn expand(call: &Call<'_>, item: &mut Value, index: usize, is_running: bool) {
    let device = json!({
        "id": id_of(index), "keepLocalEvents": false, "name": name_of(index), "type": "SENSOR",
    });
    item["canBeDeployed"] = (!is_running).into();
    item["upToDate"] = false.into();
    item["isDeploying"] = is_running.into();
    item["trafficInterruption"] = "NO".into();
    item["deviceMembers"] = json!([device]);
    item["device"] = device;
    item["domain"] = json!(call.domain_reference());
    item["policyStatusList"] = policies(index);
    if is_running {
        item["message"] = "Another deployment to this device is in progress.".into();
    }
}

/// One policy that has changed, one that has not.
fn policies(index: usize) -> Value {
    let status = |kind: &str, name: &str, is_current: bool| {
        json!({
            "policy": {
                "id": format!("005056A1-CF43-0ed3-0000-{:012}", 4_294_967_400 + index),
                "name": name, "type": kind,
            },
            "trafficInterrupting": false, "upToDate": is_current, "versionTimeStamp": CHANGED,
        })
    };
    json!([
        status("PG.FIREWALL.NGFWAccessControlPolicy", "Edge", false),
        status("PG.PLATFORM.NgfwPFSettings", "Platform", true),
    ])
}

/// The latest first, one an hour.
pub(super) fn jobs(call: &Call<'_>) -> Answer {
    let jobs = &call.switches.jobs;
    let items = (0..jobs.count).map(|index| {
        let number = jobs.count - index;
        let hour = 23 - index % 24;
        let state = around(&jobs.states, index).map_or("", String::as_str);
        json!({
            "deploymentNote": "",
            "deviceList": [{
                "deployedVersion": number, "deploymentStatus": "SUCCEEDED",
                "deviceName": name_of(0), "deviceUUID": id_of(0),
            }],
            "endTime": format!("2026-03-16T{hour:02}:01:30Z"),
            "id": format!("005056A1-9937-0ed3-0000-{number:012}"),
            "jobName": format!("Deploy_Job_{number}"), "jobStatus": state,
            "jobType": "DEPLOYMENT", "startTime": format!("2026-03-16T{hour:02}:00:00Z"),
            "type": "JobHistory", "user": "admin",
        })
    });
    list::answer(call, items)
}
