//! The switches: everything about the simulated boxes that a test may want different.
//!
//! A scenario is read from TOML (`--scenario FILE`), from JSON (`POST /scenario`, merged into
//! the present one as in RFC 7396) or built in Rust. Every switch has a default; an unknown
//! name is an error.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Certificate, Error};

/// All switches of a simulator.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scenario {
    /// Virtual time stands still unless advanced; otherwise it follows the real clock.
    pub manual_clock: bool,
    /// TLS versions that both boxes offer. Read once, at the start.
    pub tls: TlsVersions,
    /// The management centre.
    pub fmc: FmcScenario,
    /// The chassis.
    pub fxos: FxosScenario,
}

/// TLS versions on offer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TlsVersions {
    /// 1.2 only, as FXOS.
    #[serde(rename = "1.2")]
    Tls12,
    /// 1.3 only.
    #[serde(rename = "1.3")]
    Tls13,
    /// 1.2 and 1.3.
    #[default]
    #[serde(rename = "both")]
    Both,
}

/// A user of a box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// User name.
    pub user: String,
    /// Password, in UTF-8.
    pub password: String,
    /// May only read: every write is answered 403.
    #[serde(default)]
    pub read_only: bool,
}

impl Account {
    /// An account that may read and write.
    #[must_use]
    pub fn new(user: &str, password: &str) -> Self {
        Self {
            user: user.into(),
            password: password.into(),
            read_only: false,
        }
    }
}

/// What both products have in common: the connection, and how it goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wire {
    /// Certificate. Read once, at the start.
    pub certificate: Certificate,
    /// What happens to a new TCP connection.
    pub accept: Accept,
    /// Milliseconds of virtual time after which an idle connection is closed.
    pub keep_alive_ms: u64,
    /// `max=` in the first `Keep-Alive` header of a connection; it counts down, and the request
    /// after `max=1` is answered with `Connection: close`, as Apache httpd does.
    pub keep_alive_requests: u32,
    /// Path prefixes whose answers are held back, after the request has taken effect, until
    /// released.
    pub hold: Vec<String>,
    /// What goes wrong, for which requests. The first rule that fits is used.
    pub faults: Vec<FaultRule>,
}

impl Default for Wire {
    fn default() -> Self {
        Self {
            certificate: Certificate::default(),
            accept: Accept::Normal,
            keep_alive_ms: 5_000,
            keep_alive_requests: 100,
            hold: Vec::new(),
            faults: Vec::new(),
        }
    }
}

/// What happens to a new TCP connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Accept {
    /// TLS and HTTP.
    #[default]
    Normal,
    /// Accepted, then not a byte: not even a TLS handshake.
    Silent,
    /// Accepted and closed at once.
    Close,
}

/// Which requests go wrong, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// Path prefix; empty: every path.
    #[serde(default)]
    pub path: String,
    /// Method; absent: every method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// So many fitting requests pass first. Counts down.
    #[serde(default)]
    pub skip: u32,
    /// So many requests go wrong, then no more; absent: all of them. Counts down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// What goes wrong.
    pub fault: Fault,
}

impl FaultRule {
    /// Every request whose path begins with `path` goes wrong.
    #[must_use]
    pub fn new(path: &str, fault: Fault) -> Self {
        Self {
            path: path.into(),
            method: None,
            skip: 0,
            times: None,
            fault,
        }
    }

    /// The same, but only `times` requests.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self {
            times: Some(times),
            ..self
        }
    }
}

/// How a request goes wrong. All but [`Delay`](Self::Delay) and [`Truncated`](Self::Truncated)
/// happen instead of the request: it has no effect on sessions or objects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// The request is read and never answered; the connection stays open.
    Silent,
    /// The connection is closed without an answer.
    Close,
    /// A response head that goes on for as long as the client reads.
    EndlessHead,
    /// The right answer with its `Content-Length`, but only half of its body; then the
    /// connection is closed.
    Truncated,
    /// The right answer after so many milliseconds of real time.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// A page of Apache httpd instead of JSON.
    Html {
        /// Status code, such as 200 or 503.
        status: u16,
    },
    /// 302 to another place.
    Redirect {
        /// `Location`.
        location: String,
    },
    /// Any answer.
    Answer {
        /// Status code.
        status: u16,
        /// `Content-Type`; ignored when there is no body.
        #[serde(default = "json_type")]
        content_type: String,
        /// Body as it stands.
        #[serde(default)]
        body: String,
        /// Further headers.
        #[serde(default)]
        headers: Vec<(String, String)>,
    },
    /// These bytes as they stand instead of a response; then the connection is closed.
    Raw {
        /// What to write.
        bytes: String,
    },
}

fn json_type() -> String {
    "application/json".into()
}

/// Switches of the management centre.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FmcScenario {
    /// Connections and faults.
    pub wire: Wire,
    /// Who may log in. The first is the one that the simulator names when it is ready.
    pub accounts: Vec<Account>,
    /// So many logins are refused whatever their password. Counts down.
    pub refuse_logins: u32,
    /// Seconds that an access token lives.
    pub token_life_s: u64,
    /// Refreshes per login.
    pub refresh_limit: u32,
    /// Seconds after a login at which both of its tokens die ("browser session timeout").
    pub session_life_s: Option<u64>,
    /// A login ends the other sessions of its user.
    pub one_session_per_user: bool,
    /// The previous access token goes on working after a refresh.
    pub old_token_survives_refresh: bool,
    /// A refresh is answered with `DOMAINS` and `USER_UUID` too.
    pub refresh_repeats_domains: bool,
    /// `No Content` rather than `204` as the reason phrase.
    pub reason_text: bool,
    /// JSON bodies with `Content-Length` rather than chunked.
    pub sized_bodies: bool,
    /// Names of the domains; the first is the login domain.
    pub domains: Vec<String>,
    /// Domains to make up, if more than are named.
    pub domain_count: usize,
    /// How `DOMAINS` is written.
    pub domains_style: DomainsStyle,
    /// Number of managed devices.
    pub devices: usize,
    /// `healthStatus` of the devices, over and over. `""` leaves the member out.
    pub health: Vec<String>,
    /// Devices with changes to deploy.
    pub pending_deployments: usize,
    /// `overallStatus` of high availability; absent: a standalone management centre.
    pub ha_status: Option<String>,
    /// `serverVersion`.
    pub server_version: String,
}

impl Default for FmcScenario {
    fn default() -> Self {
        Self {
            wire: Wire::default(),
            accounts: vec![
                Account::new("api-monitor", "S1m:Pass-word"),
                Account::new("ciscoeser", "ciscpapiuser"),
                Account::new("apiuser", "apiuser"),
            ],
            refuse_logins: 0,
            token_life_s: 30 * 60,
            refresh_limit: 3,
            session_life_s: None,
            one_session_per_user: true,
            old_token_survives_refresh: false,
            refresh_repeats_domains: false,
            reason_text: false,
            sized_bodies: false,
            domains: vec![
                "Global".into(),
                "Global/Devel".into(),
                "Global/Sites/North".into(),
            ],
            domain_count: 0,
            domains_style: DomainsStyle::Spaced,
            devices: 3,
            health: vec!["green".into()],
            pending_deployments: 0,
            ha_status: Some("GOOD".into()),
            server_version: "7.4.2 (build 172)".into(),
        }
    }
}

/// How the `DOMAINS` header is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DomainsStyle {
    /// `{"name": "Global", "uuid": "..."}`, as captured in 2020; non-ASCII as UTF-8.
    #[default]
    Spaced,
    /// `{"uuid":"...","name":"Global"}`, as captured in 2024; non-ASCII as UTF-8.
    Compact,
    /// As `Compact`, with `\uXXXX` for non-ASCII and `\/` for `/`.
    Escaped,
}

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
    /// Seconds without a request after which a session ends.
    pub idle_s: u64,
    /// `refreshPeriod` of the login answer; other than 0, the session ends so many seconds
    /// after its login.
    pub refresh_period: u64,
    /// `refreshPeriod` as a JSON number rather than a string.
    pub refresh_period_as_number: bool,
    /// The token also comes as a response header `token`.
    pub token_header: bool,
    /// `Accept: */*`, or none, is as good as `application/json`.
    pub lax_accept: bool,
    /// Logging out without a session is answered 400 rather than HTTP 555.
    pub logout_400: bool,
    /// Text before the JSON of a 400 answer to a configuration call.
    pub error_prefix: String,
    /// `packageVersion` of the running firmware.
    pub version: String,
    /// `operState` of the chassis.
    pub chassis_state: String,
    /// Operational states of the application instances, one per slot.
    pub app_states: Vec<String>,
    /// Severities of the faults.
    pub fault_severities: Vec<String>,
}

impl Default for FxosScenario {
    fn default() -> Self {
        Self {
            wire: Wire::default(),
            accounts: vec![Account::new("admin", "S1m Pass:word")],
            refuse_logins: 0,
            idle_s: 600,
            refresh_period: 0,
            refresh_period_as_number: false,
            token_header: false,
            lax_accept: false,
            logout_400: false,
            error_prefix: String::new(),
            version: "2.14(1.131)".into(),
            chassis_state: "operable".into(),
            app_states: vec!["online".into()],
            fault_severities: Vec::new(),
        }
    }
}

impl Scenario {
    /// Reads a scenario file.
    ///
    /// # Errors
    /// [`Error::Scenario`] says which switch, and where in the text.
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        toml::from_str(text)
            .map_err(|error| Error::Scenario(error.to_string()))
            .and_then(Self::checked)
    }

    /// This scenario with the switches of `patch` (RFC 7396: objects are merged, all else is
    /// replaced, `null` brings back the default).
    ///
    /// # Errors
    /// [`Error::Scenario`] names the switch.
    pub fn merged(&self, patch: &Value) -> Result<Self, Error> {
        if !patch.is_object() {
            return Err(Error::Scenario("expected a JSON object of switches".into()));
        }
        let mut merged = serde_json::to_value(self).expect("a scenario is JSON");
        merge(&mut merged, patch);
        let next: Self =
            serde_json::from_value(merged).map_err(|error| Error::Scenario(error.to_string()))?;
        next.checked()
    }

    /// The same scenario, if a simulator can play it.
    pub(crate) fn checked(self) -> Result<Self, Error> {
        let problem = if self.fmc.accounts.is_empty() || self.fxos.accounts.is_empty() {
            Some("`accounts` must name at least one account")
        } else if self.fmc.domains.is_empty() {
            Some("`fmc.domains` must name at least one domain")
        } else if [&self.fmc.wire, &self.fxos.wire]
            .iter()
            .any(|wire| wire.has_bad_status())
        {
            Some("`status` of a fault must be 200 to 999")
        } else {
            None
        };
        problem.map_or(Ok(self), |text| Err(Error::Scenario(text.into())))
    }

    /// Whether `next` can replace this scenario while the simulator runs.
    pub(crate) fn check_change(&self, next: &Self) -> Result<(), Error> {
        let fixed = |scenario: &Self| {
            let certificates = [
                &scenario.fmc.wire.certificate,
                &scenario.fxos.wire.certificate,
            ]
            .map(Clone::clone);
            (scenario.tls, certificates)
        };
        if fixed(self) == fixed(next) {
            return Ok(());
        }
        let text = "`tls` and `certificate` are read at the start only: start another simulator";
        Err(Error::Scenario(text.into()))
    }
}

impl Wire {
    fn has_bad_status(&self) -> bool {
        self.faults.iter().any(|rule| match rule.fault {
            Fault::Html { status } | Fault::Answer { status, .. } => !(200..1000).contains(&status),
            _ => false,
        })
    }

    /// The fault that befalls this request, counting it.
    pub(crate) fn next_fault(&mut self, method: &str, path: &str) -> Option<Fault> {
        self.faults
            .iter_mut()
            .find_map(|rule| rule.apply(method, path))
    }
}

impl FaultRule {
    fn apply(&mut self, method: &str, path: &str) -> Option<Fault> {
        let fits = path.starts_with(&self.path)
            && self
                .method
                .as_ref()
                .is_none_or(|wanted| wanted.eq_ignore_ascii_case(method));
        if !fits || self.times == Some(0) {
            return None;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return None;
        }
        self.times = self.times.map(|times| times - 1);
        Some(self.fault.clone())
    }
}

fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Some(target) = target.as_object_mut() else {
        return;
    };
    for (name, value) in patch {
        if value.is_null() {
            target.remove(name);
        } else {
            merge(target.entry(name.as_str()).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_patch_changes_what_it_names_and_null_brings_back_the_default() {
        let busy = Scenario::default()
            .merged(&json!({"fmc": {"devices": 40}}))
            .unwrap();
        assert_eq!(busy.fmc.devices, 40);
        assert_eq!(busy.fxos, FxosScenario::default());
        let back = busy.merged(&json!({"fmc": {"devices": null}})).unwrap();
        assert_eq!(back, Scenario::default());
    }

    #[test]
    fn unknown_switches_and_wrong_types_are_named() {
        for (patch, named) in [
            (json!({"fmc": {"devicez": 1}}), "devicez"),
            (json!({"fmc": {"devices": "many"}}), "many"),
            (json!({"fmc": {"accounts": []}}), "accounts"),
            (json!([]), "object"),
        ] {
            let error = Scenario::default().merged(&patch).unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }
    }

    #[test]
    fn a_scenario_file_needs_only_what_differs() {
        let scenario = Scenario::from_toml(
            r#"
            tls = "1.2"
            [fmc]
            devices = 1000
            health = ["green", "green", "red"]
            [[fmc.wire.faults]]
            path = "/api/fmc_platform"
            times = 2
            fault = { kind = "html", status = 503 }
            "#,
        )
        .unwrap();
        assert_eq!(scenario.tls, TlsVersions::Tls12);
        assert_eq!(
            scenario.fmc.wire.faults[0].fault,
            Fault::Html { status: 503 }
        );
        assert_eq!(scenario.fmc.token_life_s, 1800);
    }

    #[test]
    fn rules_skip_then_strike_then_are_spent() {
        let mut wire = Wire {
            faults: vec![FaultRule {
                skip: 1,
                ..FaultRule::new("/a", Fault::Close).times(1)
            }],
            ..Wire::default()
        };
        assert_eq!(wire.next_fault("GET", "/b"), None);
        assert_eq!(wire.next_fault("GET", "/a"), None);
        assert_eq!(wire.next_fault("GET", "/a/b"), Some(Fault::Close));
        assert_eq!(wire.next_fault("GET", "/a"), None);
    }
}
