//! The files of docs/prometheus: promtool takes them, and each alert is shown to
//! fire and not to fire.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::command::root;
use crate::setup::Prometheus;

pub(super) const RULES: &str = "oobwatch.rules.yml";
const TESTS: [&str; 2] = ["oobwatch.rules.test.yml", "oobwatch.days.test.yml"];
const CONFIGS: [&str; 2] = ["prometheus.yml", "sharded.yml"];

pub(super) fn folder() -> PathBuf {
    root().join("docs/prometheus")
}

pub(super) fn check(prometheus: &Prometheus) -> Result<()> {
    let promtool = |args: &[&str]| prometheus.promtool().args(args).within(&folder());
    promtool(&["check", "rules", RULES]).read()?;
    promtool(&["check", "config"]).args(CONFIGS).read()?;
    promtool(&["test", "rules"]).args(TESTS).read()?;
    let read = |name: &str| {
        let path = folder().join(name);
        fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))
    };
    let rules = read(RULES)?;
    let tests = TESTS.map(read).into_iter().collect::<Result<String>>()?;
    let untried = untried(&rules, &tests);
    if !untried.is_empty() {
        bail!(
            "the tests of {RULES} do not show both that these fire and that they do not: {}",
            untried.join(", ")
        );
    }
    println!("   rules, their tests and the scrape configurations: accepted");
    Ok(())
}

/// The alerts of `rules` that `tests` do not show to fire, or not to.
fn untried(rules: &str, tests: &str) -> Vec<String> {
    let mut shown: BTreeMap<&str, (bool, bool)> = BTreeMap::new();
    let lines: Vec<&str> = tests.lines().map(str::trim).collect();
    for pair in lines.windows(2) {
        if let [name, expected] = pair
            && let Some(alert) = name.strip_prefix("alertname: ")
        {
            let (fires, does_not) = shown.entry(alert).or_default();
            *fires |= *expected == "exp_alerts:";
            *does_not |= *expected == "exp_alerts: []";
        }
    }
    let alerts = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "));
    alerts
        .filter(|alert| shown.get(alert) != Some(&(true, true)))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_without_both_tests_is_named() {
        let rules = "  - alert: A\n  - alert: B\n  - alert: C\n";
        let tests = "alertname: A\nexp_alerts: []\nalertname: A\nexp_alerts:\n\
                     alertname: B\nexp_alerts: []\n";
        assert_eq!(untried(rules, tests), ["B", "C"]);
    }
}
