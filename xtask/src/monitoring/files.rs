//! The files of docs/prometheus: promtool takes them, and each alert is shown to
//! fire and not to fire.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::command::{root, target_dir};
use crate::setup::Prometheus;

pub(super) const RULES: &str = "oobwatch.rules.yml";
const TESTS: [&str; 2] = ["oobwatch.rules.test.yml", "oobwatch.days.test.yml"];
const SHARDED: &str = "sharded.yml";
const CONFIGS: [&str; 2] = ["prometheus.yml", SHARDED];
/// The targets of the shards, and which of these the example takes.
const SHARED: &str = "oobwatch-targets.yml";
const SHARD: &str = "regex: 0";

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
    shards(prometheus)?;
    println!("   rules, their tests and the scrape configurations: accepted");
    Ok(())
}

/// Each target of the example is scraped by one of the two servers.
fn shards(prometheus: &Prometheus) -> Result<()> {
    let here = target_dir().join("shards");
    fs::create_dir_all(&here)?;
    let example = fs::read_to_string(folder().join(SHARDED))?;
    ensure!(example.contains(SHARD), "{SHARDED} has no line {SHARD:?}");
    fs::copy(folder().join(SHARED), here.join(SHARED))?;
    let shared = fs::read_to_string(folder().join(SHARED))?;
    let listed = shared.matches(['[', ',']).count();
    let mut scraped = Vec::new();
    for shard in ["regex: 0", "regex: 1"] {
        fs::write(here.join(SHARDED), example.replace(SHARD, shard))?;
        let discover = ["check", "service-discovery", "--timeout", "1s", SHARDED];
        let found = prometheus.promtool().args(discover).arg("oobwatch");
        let found: Value = serde_json::from_str(&found.within(&here).read()?)?;
        let targets = found.as_array().into_iter().flatten();
        let ours = targets.filter_map(|target| target["labels"]["target"].as_str());
        scraped.push(ours.map(str::to_owned).collect::<BTreeSet<_>>());
    }
    let [first, second] = scraped.as_slice() else {
        bail!("two shards were due");
    };
    let both = first.intersection(second).count();
    ensure!(
        both == 0
            && !first.is_empty()
            && !second.is_empty()
            && first.len() + second.len() == listed,
        "{listed} targets, shared as {scraped:?}"
    );
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
