//! Switches of the chassis: sessions, and what it has to show.

use serde::{Deserialize, Serialize};

use super::limits::SessionLimits;
use super::{Account, Lockout, Wire};

/// Switches of the chassis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FxosScenario {
    /// Connections and faults.
    pub wire: Wire,
    /// Who may log in. The first is the one that the simulator names when it is ready.
    pub accounts: Vec<Account>,
    /// So many logins are refused whatever their password. Counts down.
    pub refuse_logins: u32,
    /// Accounts are locked after failed logins.
    pub lockout: Lockout,
    /// Logins are refused for the number of sessions.
    pub session_limits: SessionLimits,
    /// Seconds without a request after which a session ends.
    pub idle_s: u64,
    /// Seconds after its login at which a session ends ("absolute timeout").
    pub session_life_s: Option<u64>,
    /// `refreshPeriod` of the login answer; other than 0, the session ends so many seconds
    /// after its login.
    pub refresh_period: u64,
    /// `refreshPeriod` as a JSON number rather than a string.
    pub refresh_period_as_number: bool,
    /// The token also comes as a response header `token`.
    pub token_header: bool,
    /// `Accept: */*`, or none, is as good as `application/json`.
    pub lax_accept: bool,
    /// A body may come with any `Content-Type`, or none.
    pub lax_content_type: bool,
    /// Bodies chunked rather than with `Content-Length`.
    pub chunked_bodies: bool,
    /// Logging out without a session is answered 400 rather than HTTP 555.
    pub logout_400: bool,
    /// Text before the JSON of a 400 answer to a configuration call.
    pub error_prefix: String,
    /// `packageVersion` of the running firmware.
    pub version: String,
    /// Paths that this model or version does not have: 404. Each is a prefix of the path, or the
    /// name of a class.
    pub missing: Vec<String>,
    /// A class among these is answered 400, as one that the box has never heard of.
    pub missing_class_is_400: bool,
    /// `model` of the chassis.
    pub chassis_model: String,
    /// `operState` of the chassis.
    pub chassis_state: String,
    /// `power` of the chassis.
    pub chassis_power: String,
    /// `thermal` of the chassis.
    pub chassis_thermal: String,
    /// `operState` of each fan.
    pub fans: Vec<String>,
    /// `operState` of each power supply.
    pub power_supplies: Vec<String>,
    /// Slots for a fan, and as many for a power supply, that nothing is in.
    pub empty_slots: usize,
    /// Fans, power supplies and chassis say `operability` only, and no `operState`.
    pub operability_only: bool,
    /// The ports.
    pub ports: Vec<Link>,
    /// The port-channels that are there from the start.
    pub port_channels: Vec<Link>,
    /// `operationalState` of each logical device.
    pub logical_devices: Vec<String>,
    /// `timeSyncStatus` of each time server.
    pub ntp_servers: Vec<String>,
    /// Operational states of the application instances, one per slot.
    pub app_states: Vec<String>,
    /// `adminState` of the application instances, over and over.
    pub app_admin_states: Vec<String>,
    /// Severities of the faults.
    pub fault_severities: Vec<String>,
}

impl Default for FxosScenario {
    fn default() -> Self {
        Self {
            wire: Wire::default(),
            accounts: vec![Account::new("admin", "S1m Pass:word")],
            refuse_logins: 0,
            lockout: Lockout::default(),
            session_limits: SessionLimits::default(),
            idle_s: 600,
            session_life_s: None,
            refresh_period: 0,
            refresh_period_as_number: false,
            token_header: false,
            lax_accept: false,
            lax_content_type: false,
            chunked_bodies: false,
            logout_400: false,
            error_prefix: String::new(),
            version: "2.14(1.131)".into(),
            missing: Vec::new(),
            missing_class_is_400: false,
            chassis_model: "FPR-C9300-AC".into(),
            chassis_state: "operable".into(),
            chassis_power: "ok".into(),
            chassis_thermal: "ok".into(),
            fans: vec!["operable".into(); 4],
            power_supplies: vec!["operable".into(); 2],
            empty_slots: 0,
            operability_only: false,
            ports: vec![Link::default(); 2],
            port_channels: vec![Link::default()],
            logical_devices: vec!["ok".into()],
            ntp_servers: vec!["time-synchronized".into(), "candidate".into()],
            app_states: vec!["online".into()],
            app_admin_states: vec!["enabled".into()],
            fault_severities: Vec::new(),
        }
    }
}

/// A port, or a port-channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Link {
    /// `operState`.
    pub oper: String,
    /// `adminState`.
    pub admin: String,
}

impl Link {
    /// A link in that state, wanted in that other.
    #[must_use]
    pub fn new(oper: &str, admin: &str) -> Self {
        Self {
            oper: oper.into(),
            admin: admin.into(),
        }
    }
}

impl Default for Link {
    fn default() -> Self {
        Self::new("up", "enabled")
    }
}
