//! Device records: who is managed, and how each is doing.

use serde::Serialize;
use serde_json::{Value, json};

use super::list::{self, Links};
use super::{Call, groups, invalid_url};
use crate::answer::Answer;
use crate::scenario::FmcScenario;

/// What an object names another by.
#[derive(Serialize)]
pub(super) struct Reference {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) name: String,
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
    health_message: &'static str,
    #[serde(rename = "sw_version")]
    sw_version: &'static str,
    health_policy: Reference,
    access_policy: Reference,
    device_group: Reference,
    host_name: String,
    #[serde(rename = "license_caps")]
    license_caps: [&'static str; 4],
    performance_tier: &'static str,
    keep_local_events: bool,
    prohibit_packet_transfer: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_connected: Option<bool>,
    deployment_status: &'static str,
    ftd_mode: &'static str,
    snort_engine: &'static str,
    advanced: Value,
    metadata: Metadata,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    assigned_policies: Vec<Reference>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    read_only: Value,
    domain: Reference,
    device_serial_number: String,
    snort_version: &'static str,
    vdb_version: &'static str,
    lsp_version: &'static str,
    sru_version: &'static str,
    is_multi_instance: bool,
    inventory_data: Value,
    chassis_data: Value,
    is_part_of_container: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    container_details: Option<Value>,
}

pub(super) fn list(call: &Call<'_>) -> Answer {
    let expanded = call.query.is_expanded();
    list::made(call, indices(call), |index| record(call, index, expanded))
}

pub(super) fn one(call: &Call<'_>, id: &str) -> Answer {
    let index = indices(call).find(|index| id_of(*index) == id);
    index.map_or_else(invalid_url, |index| {
        super::json(200, &record(call, index, true))
    })
}

/// The devices of the domain that is asked for.
pub(super) fn indices(call: &Call<'_>) -> core::ops::Range<usize> {
    let first = call.first(call.switches.devices);
    first..first + call.switches.devices
}

pub(super) fn id_of(index: usize) -> String {
    format!("621deb54-80a3-11e8-97ac-{index:012x}")
}

pub(super) fn name_of(index: usize) -> String {
    format!("FTDv-Edge{}", index + 1)
}

pub(super) fn health_of(switches: &FmcScenario, index: usize) -> &str {
    around(&switches.health, index).map_or("", String::as_str)
}

/// The `index`-th of values that come over and over.
pub(super) fn around<T>(values: &[T], index: usize) -> Option<&T> {
    values.get(index.checked_rem(values.len())?)
}

fn record(call: &Call<'_>, index: usize, expanded: bool) -> Device {
    let id = id_of(index);
    let links = Links::to(call.link(&format!("devices/devicerecords/{id}")));
    Device {
        id,
        kind: "Device",
        links,
        name: name_of(index),
        details: expanded.then(|| details(call, index)),
    }
}

/// Bytes of a record without these policies, and of one of them, about.
const BARE: usize = 1_550;
const POLICY: usize = 99;

/// Policies up to the length that a record is to have.
fn policies(bytes: usize, device: usize) -> Vec<Reference> {
    let count = bytes.saturating_sub(BARE) / POLICY;
    let policy = |index: usize| Reference {
        id: format!("005056A1-4D2B-0ed3-0000-{:012}", 4_294_967_310 + index),
        kind: "AssignedPolicy",
        name: format!("Policy {index} of site {}", device / 10),
    };
    (0..count).map(policy).collect()
}

fn details(call: &Call<'_>, index: usize) -> Details {
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
        health_status: health_of(call.switches, index).into(),
        health_message: "",
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
        device_group: policy(
            "7f4a1f4e-9a2c-11ee-8c5b-d3a1b2c4e5f6",
            "DeviceGroup",
            "Edges",
        ),
        host_name: format!("10.255.{}.{}", index / 250 % 250, index % 250 + 1),
        license_caps: ["BASE", "THREAT", "MALWARE", "URLFilter"],
        performance_tier: "FTDv50",
        keep_local_events: false,
        prohibit_packet_transfer: true,
        is_connected: around(&call.switches.connected, index).copied(),
        deployment_status: "DEPLOYED",
        ftd_mode: "ROUTED",
        snort_engine: "SNORT3",
        advanced: json!({"enableOGS": false}),
        metadata: metadata(call, index),
        assigned_policies: policies(call.switches.device_bytes, index),
    }
}

fn metadata(call: &Call<'_>, index: usize) -> Metadata {
    let container = groups::container(call, index);
    Metadata {
        read_only: json!({"state": false}),
        domain: call.domain_reference(),
        device_serial_number: format!("9A{index:09}"),
        snort_version: "3.1.53.1-40",
        vdb_version: "build 420 ( 2025-12-03 21:36:49 )",
        lsp_version: "lsp-rel-20260316-1856",
        sru_version: "2026-03-16-001-vrt",
        is_multi_instance: false,
        inventory_data: json!({
            "cpuCores": "1 CPU (8 cores)", "cpuType": "CPU Xeon 4100 series 2400 MHz",
            "memoryInMB": "16384",
        }),
        chassis_data: json!({"chassisSerialNo": "NA"}),
        is_part_of_container: container.is_some(),
        container_details: container,
    }
}
