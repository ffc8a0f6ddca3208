//! Named boxes: scenarios that come with the simulator.

use serde_json::Value;

use crate::Error;

/// A named scenario. Its text says what of it is documented and what is guessed.
#[derive(Debug, Clone, Copy)]
pub struct Preset {
    /// Such as `fmc-7.2`.
    pub name: &'static str,
    /// A scenario file.
    pub toml: &'static str,
}

macro_rules! presets {
    ($($name:literal),* $(,)?) => {
        &[$(Preset {
            name: $name,
            toml: include_str!(concat!("../../presets/", $name, ".toml")),
        }),*]
    };
}

const PRESETS: &[Preset] = presets![
    "fmc-6.2.3",
    "fmc-7.0.4",
    "fmc-7.2",
    "fmc-7.4.1",
    "fmc-10",
    "fmc-10-min-browser-timeout",
    "fmc-60-min-browser-timeout",
    "fmc-overloaded",
    "fmc-multi-domain",
    "fmc-shared-account",
    "fmc-lockout",
    "fmc-no-refresh-cap",
    "fmc-rest-disabled",
    "cdfmc",
    "fxos-2.x",
    "fxos-4100",
    "fxos-no-faults",
    "fxos-refresh-period",
    "fxos-busy",
    "fxos-lockout",
];

impl Preset {
    /// All of them.
    #[must_use]
    pub fn all() -> &'static [Self] {
        PRESETS
    }

    pub(super) fn named(name: &str) -> Result<Self, Error> {
        let preset = PRESETS.iter().find(|preset| preset.name == name);
        preset.copied().ok_or_else(|| {
            let names: Vec<_> = PRESETS.iter().map(|preset| preset.name).collect();
            let names = names.join(", ");
            Error::Scenario(format!("no preset is named '{name}'; there are {names}"))
        })
    }

    /// Whether it is of the chassis rather than of the management centre.
    pub(super) fn is_of_fxos(&self) -> bool {
        self.name.starts_with("fxos")
    }

    /// What it is, in one line.
    #[must_use]
    pub fn about(&self) -> &'static str {
        let first = self.toml.lines().next().unwrap_or_default();
        first.trim_start_matches("# ")
    }
}

/// Parts the names of presets from the switches that go upon them.
pub(super) fn taken_from(patch: &Value) -> Result<(Vec<String>, Value), Error> {
    let Value::Object(patch) = patch else {
        return Err(Error::Scenario("expected a JSON object of switches".into()));
    };
    let mut patch = patch.clone();
    let names = match patch.remove("preset") {
        None => Vec::new(),
        Some(Value::String(name)) => vec![name],
        Some(names) => serde_json::from_value(names)
            .map_err(|_| Error::Scenario("`preset` is a name or an array of names".into()))?,
    };
    Ok((names, Value::Object(patch)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scenario;

    #[test]
    fn every_preset_can_be_played_and_differs_from_the_default() {
        for preset in Preset::all() {
            let scenario = Scenario::from_toml(preset.toml).unwrap();
            assert_ne!(scenario, Scenario::default(), "{}", preset.name);
            assert_eq!(Scenario::preset(preset.name).unwrap(), scenario);
        }
    }

    #[test]
    fn every_preset_says_what_is_known_and_what_is_guessed() {
        for preset in Preset::all() {
            let lines: Vec<&str> = preset.toml.lines().collect();
            assert!(preset.about().len() > 10 && lines[0].starts_with("# "));
            let says = |word: &str| {
                let mut lines = lines.iter();
                lines.any(|line| line.trim_start_matches("# ").starts_with(word))
            };
            let known = says("Documented") || says("Seen");
            assert!(known, "{}", preset.name);
            let guessed = says("Guessed") || preset.name == "fmc-no-refresh-cap";
            assert!(guessed, "{}", preset.name);
        }
    }
}
