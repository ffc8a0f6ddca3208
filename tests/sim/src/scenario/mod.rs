//! The switches: everything about the simulated boxes that a test may want different.
//!
//! A scenario is read from TOML (`--scenario FILE`), from JSON (`POST /scenario`, merged into
//! the present one as in RFC 7396) or built in Rust. Every switch has a default; an unknown
//! name is an error. A member `preset` names the scenario that the others are put upon.

mod account;
mod fault;
mod fmc;
mod fxos;
mod limits;
mod managed;
mod presets;
mod trouble;
mod wire;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Error;
pub use account::Account;
pub use fault::{End, EndedBy, Fault, FaultRule};
pub use fmc::{DomainsStyle, EmptyList, FmcScenario, HeaderCase, Offset, RefreshCap};
pub use fxos::{FxosScenario, Link};
pub use limits::{Lockout, LoginBurst, RateLimit, SessionLimits};
pub use managed::{Alert, Alerts, Clusters, HaPairs, Jobs, License, ManagedChassis};
pub use presets::Preset;
pub use trouble::{RetryAfter, TooMany, Trouble};
pub use wire::{Accept, CutRequests, Wire};

/// All switches of a simulator.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scenario {
    /// Virtual time stands still unless advanced; otherwise it follows the real clock.
    pub manual_clock: bool,
    /// With it, tokens and dates are the same in every run. Read once, at the start.
    pub seed: Option<u64>,
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

impl Scenario {
    /// Reads a scenario file.
    ///
    /// # Errors
    /// [`Error::Scenario`] says which switch, and where in the text.
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        let table: toml::Table = toml::from_str(text).map_err(Error::scenario)?;
        if table.contains_key("preset") {
            return Self::default().with_toml(text);
        }
        // Not by way of JSON, so that an error names its line.
        toml::from_str(text)
            .map_err(Error::scenario)
            .and_then(Self::checked)
    }

    /// This scenario with the switches of a scenario file.
    ///
    /// # Errors
    /// As [`from_toml`](Self::from_toml).
    pub fn with_toml(&self, text: &str) -> Result<Self, Error> {
        let patch: Value = toml::from_str(text).map_err(Error::scenario)?;
        let (presets, patch) = presets::taken_from(&patch)?;
        let base = presets
            .iter()
            .try_fold(self.clone(), |base, name| base.with_preset(name))?;
        base.with_switches(&patch)
    }

    /// A scenario that comes with the simulator.
    ///
    /// # Errors
    /// [`Error::Scenario`] lists the names that there are.
    pub fn preset(name: &str) -> Result<Self, Error> {
        Self::default().with_preset(name)
    }

    /// This scenario with one box as a preset has it: all its switches but the accounts and the
    /// certificate. The other box stays as it is.
    ///
    /// # Errors
    /// [`Error::Scenario`] lists the names that there are.
    pub fn with_preset(&self, name: &str) -> Result<Self, Error> {
        let preset = Preset::named(name)?;
        let named = Self::from_toml(preset.toml)?;
        let mut next = self.clone();
        if preset.is_of_fxos() {
            next.fxos = named.fxos;
            next.fxos.accounts.clone_from(&self.fxos.accounts);
            next.fxos.wire.certificate = self.fxos.wire.certificate.clone();
        } else {
            next.fmc = named.fmc;
            next.fmc.accounts.clone_from(&self.fmc.accounts);
            next.fmc.wire.certificate = self.fmc.wire.certificate.clone();
        }
        Ok(next)
    }

    /// This scenario with the switches of `patch` (RFC 7396: objects are merged, all else is
    /// replaced, `null` brings back the default).
    ///
    /// If `patch` has a member `preset`, the name of one or an array of them, these come first,
    /// but for their TLS versions, which can not change while a simulator runs.
    ///
    /// # Errors
    /// [`Error::Scenario`] names the switch.
    pub fn merged(&self, patch: &Value) -> Result<Self, Error> {
        let (presets, patch) = presets::taken_from(patch)?;
        let mut base = self.clone();
        for name in presets {
            base = base.with_preset(&name)?;
            base.fmc.wire.tls = self.fmc.wire.tls;
            base.fxos.wire.tls = self.fxos.wire.tls;
        }
        base.with_switches(&patch)
    }

    fn with_switches(&self, patch: &Value) -> Result<Self, Error> {
        let mut merged = serde_json::to_value(self).expect("a scenario is JSON");
        merge(&mut merged, patch);
        let next: Self = serde_json::from_value(merged).map_err(Error::scenario)?;
        next.checked()
    }

    /// The same scenario, if a simulator can play it.
    pub(crate) fn checked(self) -> Result<Self, Error> {
        let problem = if self.fmc.accounts.is_empty() || self.fxos.accounts.is_empty() {
            Some("`accounts` must name at least one account")
        } else if self.fmc.domains.is_empty() {
            Some("`fmc.domains` must name at least one domain")
        } else {
            let wires = [&self.fmc.wire, &self.fxos.wire];
            let of_wires = wires.into_iter().find_map(Wire::problem);
            of_wires.or_else(|| self.fmc.problem())
        };
        problem.map_or(Ok(self), |text| Err(Error::Scenario(text.into())))
    }

    /// Whether `next` can replace this scenario while the simulator runs.
    pub(crate) fn check_change(&self, next: &Self) -> Result<(), Error> {
        let fixed = |scenario: &Self| {
            let wires = [&scenario.fmc.wire, &scenario.fxos.wire];
            let of_boxes = wires.map(|wire| (wire.tls, wire.certificate.clone()));
            (scenario.tls, scenario.seed, of_boxes)
        };
        if fixed(self) == fixed(next) {
            return Ok(());
        }
        let text =
            "`tls`, `seed` and `certificate` are read at the start only: start another simulator";
        Err(Error::Scenario(text.into()))
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
}
