//! `promtool check metrics` on what is to be scraped.

use anyhow::{Context as _, Result, ensure};

use crate::command::cargo;
use crate::lab::oobwatch::Oobwatch;
use crate::lab::sim::Sim;
use crate::setup::Prometheus;

/// Boxes on which nothing is well.
pub(super) const ILL: &str = r#"{"fmc": {"health": ["red", "yellow", "mauve"]},
    "fxos": {"fault_severities": ["critical", "minor"]}}"#;

/// The command's own metrics, of boxes that are well, ill, and not there.
pub(super) fn check(prometheus: &Prometheus) -> Result<()> {
    cargo("build")
        .args(["--package", "oobwatch-sim", "--package", "oobwatch"])
        .run()?;
    let sim = Sim::start()?;
    let oobwatch = Oobwatch::for_boxes(sim.boxes())?;
    let well = oobwatch.report(&["fmc", "fxos"], "prometheus")?;
    sim.switch(ILL)?;
    let ill = oobwatch.report(&["fmc", "fxos", "nowhere"], "prometheus")?;
    for (metrics, sample) in [
        (&well, "fmc_verdict{target=\"fmc\"} 0"),
        (&ill, "fmc_verdict{target=\"fmc\"} 2"),
        (&ill, "fxos_verdict{target=\"fxos\"} 2"),
        (&ill, "fmc_check_level{target=\"nowhere\"} 3"),
    ] {
        ensure!(
            metrics.lines().any(|line| line == sample),
            "no line {sample:?} in\n{metrics}"
        );
    }
    for metrics in [&well, &ill] {
        lint(prometheus, metrics).context("oobwatch check --format prometheus")?;
    }
    println!("   metrics of oobwatch check: no complaint");
    Ok(())
}

/// Fails on whatever promtool has to say.
pub(super) fn lint(prometheus: &Prometheus, metrics: &str) -> Result<()> {
    prometheus
        .promtool()
        .args(["check", "metrics"])
        .feed(metrics)
}
