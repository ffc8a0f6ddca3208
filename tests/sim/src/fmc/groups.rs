//! Devices that work together: high-availability pairs and clusters.

use serde_json::{Value, json};

use super::devices::{around, id_of, name_of};
use super::{Call, invalid_url, list};
use crate::answer::Answer;

const PAIRS: &str = "devicehapairs/ftddevicehapairs";
const CLUSTERS: &str = "deviceclusters/ftddevicecluster";

pub(super) fn pairs(call: &Call<'_>) -> Answer {
    let switches = &call.switches.ha_pairs;
    let whole = call.query.is_expanded() && !switches.list_is_short;
    let first = call.first(switches.count);
    let all = first..first + switches.count;
    list::made(call, all, |index| object(call, pair(call, index), whole))
}

pub(super) fn pair_of(call: &Call<'_>, id: &str) -> Answer {
    let first = call.first(call.switches.ha_pairs.count);
    let mut all = first..first + call.switches.ha_pairs.count;
    let index = all.find(|index| pair_id(*index) == id);
    index.map_or_else(invalid_url, |index| super::json(200, &pair(call, index)))
}

pub(super) fn clusters(call: &Call<'_>) -> Answer {
    let switches = &call.switches.clusters;
    let whole = call.query.is_expanded() && !switches.list_is_short;
    let first = call.first(switches.count);
    let all = first..first + switches.count;
    list::made(call, all, |index| object(call, cluster(call, index), whole))
}

pub(super) fn cluster_of(call: &Call<'_>, id: &str) -> Answer {
    let first = call.first(call.switches.clusters.count);
    let mut all = first..first + call.switches.clusters.count;
    let index = all.find(|index| cluster_id(*index) == id);
    index.map_or_else(invalid_url, |index| super::json(200, &cluster(call, index)))
}

/// What the record of a device says of the pair that it is part of.
pub(super) fn container(call: &Call<'_>, device: usize) -> Option<Value> {
    let switches = &call.switches.ha_pairs;
    let first = call.first(switches.count);
    // Pairs hold the first devices of their domain.
    let place = device.checked_sub(call.first(call.switches.devices))?;
    let index = first + place / 2;
    let [primary, secondary] = around(&switches.states, index)?;
    let (role, status) = match place % 2 {
        0 => ("PRIMARY", primary),
        _ => ("SECONDARY", secondary),
    };
    (index < first + switches.count).then(|| {
        json!({
            "id": pair_id(index), "type": "DeviceHAPair", "name": pair_name(index),
            "role": role, "status": status,
        })
    })
}

/// The whole of an object, or what a short list says of it.
fn object(call: &Call<'_>, whole: Value, is_whole: bool) -> Value {
    if is_whole {
        return whole;
    }
    let folder = match whole["type"].as_str() {
        Some("DeviceHAPair") => PAIRS,
        _ => CLUSTERS,
    };
    let id = whole["id"].as_str().unwrap_or_default();
    let this = call.link(&format!("{folder}/{id}"));
    json!({"id": id, "links": {"self": this}, "name": whole["name"], "type": whole["type"]})
}

fn pair_id(index: usize) -> String {
    format!("8c363564-518d-11eb-899b-{index:012x}")
}

fn pair_name(index: usize) -> String {
    format!("Edge-HA-{}", index + 1)
}

fn cluster_id(index: usize) -> String {
    format!("35874370-9957-11e8-af35-{index:012x}")
}

fn pair(call: &Call<'_>, index: usize) -> Value {
    let states = around(&call.switches.ha_pairs.states, index);
    let first =
        call.first(call.switches.devices) + 2 * (index - call.first(call.switches.ha_pairs.count));
    let member = |place: usize| {
        let device = json!({
            "id": id_of(first + place), "keepLocalEvents": false,
            "name": name_of(first + place), "type": "Device",
        });
        let word = states.map_or("", |states| states[place].as_str());
        match word {
            "" => json!({"device": device}),
            word => json!({"currentStatus": word, "device": device}),
        }
    };
    json!({
        "ftdHABootstrap": bootstrap(index),
        "ftdHAFailoverTriggerCriteria": {
            "interfaceHoldTime": 25, "interfacePollTime": 5, "interfacePollTimeUnit": "SEC",
            "noOfFailedInterfaceLimit": 1, "peerHoldTime": 15, "peerHoldTimeUnit": "SEC",
            "peerPollTime": 1, "peerPollTimeUnit": "SEC",
        },
        "id": pair_id(index),
        "links": {"self": call.link(&format!("{PAIRS}/{}", pair_id(index)))},
        "metadata": {
            "analyticsOnly": false, "configStatus": "HEALTHY_CONFIG",
            "domain": call.domain_reference(), "lastUser": {"name": "admin", "type": "User"},
            "primaryStatus": member(0), "secondaryStatus": member(1),
        },
        "name": pair_name(index),
        "primary": {"id": id_of(first), "name": name_of(first), "type": "Device"},
        "secondary": {"id": id_of(first + 1), "name": name_of(first + 1), "type": "Device"},
        "type": "DeviceHAPair",
    })
}

fn bootstrap(index: usize) -> Value {
    let link = |name: &str, third: u8| {
        json!({
            "activeIP": format!("172.31.{third}.1"), "standbyIP": format!("172.31.{third}.2"),
            "interfaceObject": {
                "id": format!("005056A1-4D2B-0ed3-0000-{:012}", 4_295_000_000 + index),
                "name": "GigabitEthernet0/7", "type": "PhysicalInterface",
            },
            "logicalName": name, "subnetMask": "255.255.255.252", "useIPv6Address": false,
        })
    };
    json!({
        "isEncryptionEnabled": false, "useSameLinkForFailovers": false,
        "lanFailover": link("failover", 1), "statefulFailover": link("stateful", 2),
    })
}

fn cluster(call: &Call<'_>, index: usize) -> Value {
    let switches = &call.switches.clusters;
    // After the devices of the pairs.
    let first = call.first(call.switches.devices) + 2 * call.switches.ha_pairs.count;
    let first = first + (index - call.first(switches.count)) * switches.members;
    let member = |place: usize| {
        let device = first + place;
        let mut details = json!({"id": id_of(device), "name": name_of(device), "type": "Device"});
        let number = index * switches.members + place;
        if let Some(state) = around(&switches.states, number) {
            details["status"] = state.as_str().into();
        }
        json!({
            "clusterNodeBootstrap": {
                "cclIp": format!("172.30.{index}.{}", place + 1),
                "localUnit": format!("unit-1-{}", place + 1), "priority": place + 1, "siteId": 0,
            },
            "deviceDetails": details,
        })
    };
    json!({
        "controlDevice": member(0),
        "dataDevices": (1..switches.members).map(member).collect::<Vec<_>>(),
        "id": cluster_id(index),
        "links": {"self": call.link(&format!("{CLUSTERS}/{}", cluster_id(index)))},
        "metadata": {
            "domain": call.domain_reference(), "lastUser": {"name": "admin", "type": "User"},
        },
        "name": format!("Core-Cluster-{}", index + 1),
        "type": "DeviceCluster",
    })
}
