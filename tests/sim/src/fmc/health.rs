//! What a health check reads: version, devices, alerts, high availability, pending deployments.

use serde::Serialize;

use super::list::{self, Links};
use super::{Call, domains, invalid_url, json};
use crate::answer::Answer;
use crate::scenario::FmcScenario;

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
struct Reference {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
}

/// A device record; all but the first four members come with `expanded=true` only.
#[derive(Serialize)]
struct Device {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    links: Links,
    name: String,
    #[serde(flatten)]
    details: Option<Details>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Details {
    description: &'static str,
    model: &'static str,
    model_id: &'static str,
    model_number: &'static str,
    model_type: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    health_status: String,
    #[serde(rename = "sw_version")]
    sw_version: &'static str,
    health_policy: Reference,
    access_policy: Reference,
    host_name: String,
    #[serde(rename = "license_caps")]
    license_caps: [&'static str; 4],
    performance_tier: &'static str,
    keep_local_events: bool,
    prohibit_packet_transfer: bool,
    is_connected: bool,
    deployment_status: &'static str,
    ftd_mode: &'static str,
    snort_engine: &'static str,
    metadata: Metadata,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    read_only: ReadOnly,
    domain: Reference,
    device_serial_number: String,
    snort_version: &'static str,
    vdb_version: &'static str,
    lsp_version: &'static str,
    sru_version: &'static str,
    is_part_of_container: bool,
}

#[derive(Serialize)]
struct ReadOnly {
    state: bool,
}

/// Every domain shows the same devices.
pub(super) fn devices(call: &Call<'_>) -> Answer {
    let expanded = call.query.is_expanded();
    list::answer(
        call,
        (0..call.switches.devices).map(|index| record(call, index, expanded)),
    )
}

pub(super) fn device(call: &Call<'_>, id: &str) -> Answer {
    let index = (0..call.switches.devices).find(|index| device_id(*index) == id);
    index.map_or_else(invalid_url, |index| json(200, &record(call, index, true)))
}

fn record(call: &Call<'_>, index: usize, expanded: bool) -> Device {
    let id = device_id(index);
    let path = "/api/fmc_config/v1/domain";
    let domain = domains::GLOBAL_UUID;
    let url = format!("{}{path}/{domain}/devices/devicerecords/{id}", call.origin);
    let details = expanded.then(|| details(call.switches, index));
    Device {
        id,
        kind: "Device",
        links: Links::to(url),
        name: device_name(index),
        details,
    }
}

fn details(switches: &FmcScenario, index: usize) -> Details {
    let policy = |id: &str, kind, name: &str| Reference {
        id: id.into(),
        kind,
        name: name.into(),
    };
    Details {
        description: "NOT SUPPORTED",
        model: "Cisco Firepower Threat Defense for KVM",
        model_id: "B",
        model_number: "75",
        model_type: "Sensor",
        health_status: status(switches, index).into(),
        sw_version: "7.4.2",
        health_policy: policy(
            "138e8de6-80a7-11e8-98cf-2913995f68ed",
            "HealthPolicy",
            "Initial_Health_Policy 2018-07-05 22:59:30",
        ),
        access_policy: policy(
            "005056A1-4D2B-0ed3-0000-004294967309",
            "AccessPolicy",
            "Edge",
        ),
        host_name: format!("10.255.{}.{}", index / 250, index % 250 + 1),
        license_caps: ["BASE", "THREAT", "MALWARE", "URLFilter"],
        performance_tier: "FTDv50",
        keep_local_events: false,
        prohibit_packet_transfer: true,
        is_connected: true,
        deployment_status: "DEPLOYED",
        ftd_mode: "ROUTED",
        snort_engine: "SNORT3",
        metadata: Metadata {
            read_only: ReadOnly { state: false },
            domain: policy(domains::GLOBAL_UUID, "Domain", "Global"),
            device_serial_number: format!("9A{index:09}"),
            snort_version: "3.1.53.1-40",
            vdb_version: "build 420 ( 2025-12-03 21:36:49 )",
            lsp_version: "lsp-rel-20260316-1856",
            sru_version: "2026-03-16-001-vrt",
            is_part_of_container: false,
        },
    }
}

fn device_id(index: usize) -> String {
    format!("621deb54-80a3-11e8-97ac-{index:012x}")
}

fn device_name(index: usize) -> String {
    format!("FTDv-Edge{}", index + 1)
}

fn status(switches: &FmcScenario, index: usize) -> &str {
    let statuses = &switches.health;
    statuses
        .get(index.checked_rem(statuses.len()).unwrap_or(0))
        .map_or("", String::as_str)
}

#[derive(Serialize)]
struct Alert {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "deviceUUID")]
    device: String,
    #[serde(rename = "moduleID")]
    module: &'static str,
    status: String,
    description: &'static str,
    timestamp: u64,
}

/// One alert for the management centre and one for each device.
pub(super) fn alerts(call: &Call<'_>) -> Answer {
    let own = (SELF_UUID.to_owned(), "GREEN".to_owned());
    let devices = (0..call.switches.devices).map(|index| {
        (
            device_id(index),
            status(call.switches, index).to_uppercase(),
        )
    });
    let statuses = call.query.filter("status");
    let wanted_devices = call.query.filter("deviceUUIDs");
    let alerts = [own].into_iter().chain(devices).filter(|(device, status)| {
        let any = |wanted: &Option<Vec<&str>>, value: &str| {
            wanted
                .as_ref()
                .is_none_or(|all| all.iter().any(|one| one.eq_ignore_ascii_case(value)))
        };
        any(&statuses, status) && any(&wanted_devices, device)
    });
    let alerts: Vec<Alert> = alerts
        .map(|(device, status)| Alert {
            id: format!("alert-{device}"),
            kind: "HealthAlert",
            device,
            module: "CPU",
            description: if status == "GREEN" {
                "Normal operation"
            } else {
                "Using CPU01 96%"
            },
            status,
            timestamp: call.now_unix,
        })
        .collect();
    list::answer(call, alerts.into_iter())
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
    sync_status: &'static str,
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
            sync_status: if overall_status == "GOOD" {
                "GOOD"
            } else {
                "FAILED"
            },
            ha_op_in_progress: false,
            ha_status_messages: ["Synchronization task is completed."],
        });
    list::answer(call, status.into_iter())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Deployable {
    name: String,
    version: String,
    can_be_deployed: bool,
    up_to_date: bool,
    traffic_interruption: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    device: Reference,
}

pub(super) fn deployable_devices(call: &Call<'_>) -> Answer {
    let pending = call.switches.pending_deployments.min(call.switches.devices);
    let items = (0..pending).map(|index| Deployable {
        name: device_name(index),
        version: (u64::from(u32::MAX) + index as u64).to_string(),
        can_be_deployed: true,
        up_to_date: false,
        traffic_interruption: "NO",
        kind: "DeployableDevice",
        device: Reference {
            id: device_id(index),
            kind: "SENSOR",
            name: device_name(index),
        },
    });
    list::answer(call, items)
}
