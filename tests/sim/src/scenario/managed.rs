//! What a management centre manages: pairs, clusters, alerts, deployments, licence, chassis.

use serde::{Deserialize, Serialize};

/// High-availability pairs of devices. The n-th holds the devices 2n and 2n + 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HaPairs {
    /// How many.
    pub count: usize,
    /// `currentStatus` of primary and secondary, over and over. `""` leaves the member out.
    pub states: Vec<[String; 2]>,
    /// The list holds ids and names only, even with `expanded=true`; the rest is to be had one by
    /// one.
    pub list_is_short: bool,
}

impl Default for HaPairs {
    fn default() -> Self {
        Self {
            count: 1,
            states: vec![["Active".into(), "Standby".into()]],
            list_is_short: false,
        }
    }
}

/// Clusters of devices. Their members come after the devices of the pairs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Clusters {
    /// How many.
    pub count: usize,
    /// Members of each.
    pub members: usize,
    /// `status` of the members, over and over; none: it is not said, as in Cisco's description.
    pub states: Vec<String>,
    /// As of [`HaPairs`].
    pub list_is_short: bool,
}

impl Default for Clusters {
    fn default() -> Self {
        Self {
            count: 1,
            members: 2,
            states: Vec::new(),
            list_is_short: false,
        }
    }
}

/// Health alerts: one for the management centre, one for each device by its health, and more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Alerts {
    /// Seconds since the first two kinds were raised.
    pub age_s: u64,
    /// More alerts.
    pub more: Vec<Alert>,
    /// A request without `startTime` and `endTime` in its filter is refused.
    pub window_needed: bool,
}

impl Default for Alerts {
    fn default() -> Self {
        Self {
            age_s: 60,
            more: Vec::new(),
            window_needed: false,
        }
    }
}

/// A health alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Alert {
    /// `status`.
    pub status: String,
    /// Seconds since it was raised, by the box's own clock.
    pub age_s: u64,
    /// Which device, from 0; absent: the management centre itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<usize>,
    /// `moduleID`.
    pub module: String,
}

impl Default for Alert {
    fn default() -> Self {
        Self {
            status: "RED".into(),
            age_s: 60,
            device: None,
            module: "DISK_USAGE".into(),
        }
    }
}

/// The history of deployments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Jobs {
    /// How many.
    pub count: usize,
    /// `jobStatus`, over and over, the latest job first.
    pub states: Vec<String>,
}

impl Default for Jobs {
    fn default() -> Self {
        Self {
            count: 3,
            states: vec!["Deployed".into(), "DEPLOYED".into()],
        }
    }
}

/// The smart licence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct License {
    /// `regStatus`; empty: the list has no entry.
    pub registration: String,
    /// `authStatus`; empty: the member is missing.
    pub authorization: String,
    /// `evalExpiresInDays`.
    pub eval_days: u32,
}

impl Default for License {
    fn default() -> Self {
        Self {
            registration: "REGISTERED".into(),
            authorization: "AUTHORIZED".into(),
            eval_days: 0,
        }
    }
}

/// Chassis that the management centre manages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ManagedChassis {
    /// How many.
    pub count: usize,
    /// `isConnected`, over and over.
    pub connected: Vec<bool>,
    /// `severity` of the faults of each chassis.
    pub faults: Vec<String>,
}

impl Default for ManagedChassis {
    fn default() -> Self {
        Self {
            count: 1,
            connected: vec![true],
            faults: vec!["cleared".into()],
        }
    }
}
