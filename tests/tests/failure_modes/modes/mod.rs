//! The ways to fail, as data.

mod access;
mod fxos;
mod overload;
mod people;
mod wire;

use core::time::Duration;

use oobwatch_sim::Scenario;

use crate::runner::{Ask, Mode, Product};

const LOGIN: &str = "/api/fmc_platform/v1/auth/generatetoken";
const REFRESH: &str = "/api/fmc_platform/v1/auth/refreshtoken";
const LOGOUT: &str = "/api/fmc_platform/v1/auth/revokeaccess";
const VERSION: &str = "/api/fmc_platform/v1/info/serverversion";
const CONFIG: &str = "/api/fmc_config";
const SYS: &str = "/api/sys";

/// A minute apart, as a monitor asks.
const MINUTE: u64 = 60;
const HALF_HOUR: u64 = 1_800;

pub(crate) fn all() -> Vec<(&'static str, Vec<Mode>)> {
    vec![
        ("Passwords and rights", access::passwords()),
        ("The life of a token", access::tokens()),
        ("Lost replies", access::lost_replies()),
        ("Somebody else", people::somebody_else()),
        ("Too many requests", overload::too_many()),
        ("A box that is too busy", overload::busy()),
        ("Answers that are not what they should be", wire::answers()),
        ("Connections", wire::connections()),
        ("Cloud-delivered FMC", access::bearers()),
        ("FXOS: sessions", fxos::sessions()),
        ("FXOS: answers", fxos::answers()),
    ]
}

/// A rule of `wire.faults`, as the last of a box's switches.
fn at(path: &str, fault: &str, rest: &str) -> String {
    format!("[[fmc.wire.faults]]\npath = \"{path}\"\n{rest}\nfault = {{{fault}}}")
}

fn at_fxos(path: &str, fault: &str, rest: &str) -> String {
    at(path, fault, rest).replace("[[fmc.", "[[fxos.")
}

fn trouble(what: &str) -> String {
    format!(r#"kind = "trouble", what = "{what}""#)
}

fn fmc<const N: usize>(name: &str, switches: &str, asks: [Ask; N]) -> Mode {
    let scenario = format!("[fmc]\n{switches}");
    Mode::new(
        name,
        Product::Fmc,
        Scenario::from_toml(&scenario).unwrap(),
        asks.to_vec(),
    )
}

/// `then` are switches upon the preset.
fn on_cdfmc<const N: usize>(name: &str, then: &str, asks: [Ask; N]) -> Mode {
    let scenario = Scenario::from_toml(&format!("preset = \"cdfmc\"\n{then}"));
    Mode::new(name, Product::CdFmc, scenario.unwrap(), asks.to_vec())
}

fn on_fxos<const N: usize>(name: &str, switches: &str, asks: [Ask; N]) -> Mode {
    let scenario = format!("[fxos]\n{switches}");
    Mode::new(
        name,
        Product::Fxos,
        Scenario::from_toml(&scenario).unwrap(),
        asks.to_vec(),
    )
}

impl Mode {
    fn new(name: &str, on: Product, scenario: Scenario, asks: Vec<Ask>) -> Self {
        let silence = Duration::from_secs(60);
        Self {
            name: name.into(),
            on,
            scenario,
            asks,
            clients: 1,
            password: None,
            silence,
            is_full: false,
        }
    }

    fn clients(self, clients: usize) -> Self {
        Self { clients, ..self }
    }

    fn with_password(self, password: &'static str) -> Self {
        Self {
            password: Some(password),
            ..self
        }
    }
}
