//! How the management centre itself is doing: version, health alerts, high availability, licence.

use serde::Serialize;
use serde_json::json;

use super::devices::{health_of, id_of, indices};
use super::{Call, error, list};
use crate::answer::Answer;

/// An FMC's own identifier in health alerts.
const SELF_UUID: &str = "0";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ServerVersion<'a> {
    server_version: &'a str,
    geo_version: &'static str,
    vdb_version: &'static str,
    sru_version: &'static str,
    lsp_version: &'static str,
    hostname: &'static str,
    model: &'static str,
    platform: &'static str,
    serial_number: &'static str,
    uptime: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
}

pub(super) fn server_version(call: &Call<'_>) -> Answer {
    let version = ServerVersion {
        server_version: &call.switches.server_version,
        geo_version: "2026-03-09-100",
        vdb_version: "build 420 ( 2025-12-03 21:36:49 )",
        sru_version: "2026-03-16-001-vrt",
        lsp_version: "lsp-rel-20260316-1856",
        hostname: "firepower",
        model: "Cisco Secure Firewall Management Center for VMware",
        platform: "66",
        serial_number: "None",
        uptime: &call.switches.uptime,
        kind: "ServerVersion",
    };
    list::answer(call, core::iter::once(version))
}

#[derive(Serialize)]
struct Alert {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "deviceUUID")]
    device: String,
    #[serde(rename = "moduleID")]
    module: String,
    status: String,
    description: &'static str,
    timestamp: u64,
}

impl Alert {
    fn new(device: String, module: &str, status: &str, timestamp: u64) -> Self {
        let description = match status {
            "GREEN" => "Normal operation",
            _ => "Using more than it should",
        };
        Self {
            id: format!("alert-{device}-{module}"),
            kind: "HealthAlert",
            device,
            module: module.into(),
            status: status.into(),
            description,
            timestamp,
        }
    }
}

/// Those of the time, the states and the devices that the filter names.
pub(super) fn alerts(call: &Call<'_>) -> Answer {
    let (Some(start), Some(end)) = (
        call.query.filter_number("startTime", 0),
        call.query.filter_number("endTime", u64::MAX),
    ) else {
        return error(400, "FRAMEWORK", "Invalid filter value");
    };
    let has = |key| call.query.filter(key).is_some();
    if call.switches.alerts.window_needed && !(has("startTime") && has("endTime")) {
        let text = "Invalid query parameter for the GETALL operation.";
        return error(400, "FRAMEWORK", text);
    }
    let among = |key, value: &str| {
        let wanted = call.query.filter(key);
        wanted.is_none_or(|all| all.iter().any(|one| one.eq_ignore_ascii_case(value)))
    };
    let mut alerts = all_alerts(call);
    alerts.retain(|alert| {
        (start..=end).contains(&alert.timestamp)
            && among("status", &alert.status)
            && among("deviceUUIDs", &alert.device)
            && among("moduleIDs", &alert.module)
    });
    list::answer(call, alerts.into_iter())
}

/// One for the management centre, one for each device whose health is known, and those that the
/// switches add.
fn all_alerts(call: &Call<'_>) -> Vec<Alert> {
    let switches = &call.switches.alerts;
    let since = |age: u64| call.box_seconds.saturating_sub(age);
    let raised = since(switches.age_s);
    let own = Alert::new(SELF_UUID.into(), "PROCESS", "GREEN", raised);
    let devices = indices(call).filter_map(|index| {
        let status = health_of(call.switches, index).to_uppercase();
        let is_said = !status.is_empty();
        is_said.then(|| Alert::new(id_of(index), "CPU", &status, raised))
    });
    let more = switches.more.iter().map(|alert| {
        let device = alert.device.map_or(SELF_UUID.into(), id_of);
        Alert::new(device, &alert.module, &alert.status, since(alert.age_s))
    });
    core::iter::once(own).chain(devices).chain(more).collect()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HaStatus<'a> {
    id: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    fmc_primary: Peer,
    fmc_secondary: Peer,
    overall_status: &'a str,
    sync_status: &'a str,
    ha_op_in_progress: bool,
    ha_status_messages: [&'static str; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Peer {
    role: &'static str,
    hw_role: &'static str,
    sw_version: &'static str,
    ip_address: &'static str,
    model_id: u32,
    uuid: &'static str,
}

pub(super) fn ha_statuses(call: &Call<'_>) -> Answer {
    let status = Some(call.switches.ha_status.as_str())
        .filter(|status| !status.is_empty())
        .map(|overall_status| HaStatus {
            id: "40679bee-a400-11eb-876e-ae901b2860b3",
            kind: "FMCHAStatus",
            fmc_primary: Peer {
                role: "Active",
                hw_role: "Primary",
                sw_version: "7.4.2",
                ip_address: "10.10.10.161",
                model_id: 66,
                uuid: "40679bee-a400-11eb-876e-ae901b2860b3",
            },
            fmc_secondary: Peer {
                role: "Standby",
                hw_role: "Secondary",
                sw_version: "7.4.2",
                ip_address: "10.10.10.162",
                model_id: 66,
                uuid: "4446d45a-a400-11eb-8175-b07e3c71576f",
            },
            overall_status,
            sync_status: &call.switches.ha_sync,
            ha_op_in_progress: false,
            ha_status_messages: ["Synchronization task is completed."],
        });
    list::answer(call, status.into_iter())
}

/// One entry, in the words of the switches.
pub(super) fn licenses(call: &Call<'_>) -> Answer {
    let switches = &call.switches.license;
    let mut metadata = json!({
        "evalExpiresInDays": switches.eval_days, "evalUsed": switches.eval_days > 0,
        "exportControl": true, "lastRenewedTime": "2026-03-01T08:30:00UTC",
        "lastSynchronizedTime": "2026-03-01T08:30:12UTC", "virtualAccount": "Firewalls",
    });
    if !switches.authorization.is_empty() {
        metadata["authStatus"] = switches.authorization.as_str().into();
    }
    let license = json!({
        "metadata": metadata, "regStatus": switches.registration, "type": "SmartLicense",
    });
    let entry = (!switches.registration.is_empty()).then_some(license);
    list::answer(call, entry.into_iter())
}
