//! `cargo xtask prometheus`: what docs/prometheus and docs/grafana promise, tried
//! with Prometheus itself and its promtool.

mod files;
mod metrics;

use anyhow::Result;

use crate::setup::Prometheus;

pub(crate) fn run() -> Result<()> {
    let prometheus = match Prometheus::find() {
        Ok(found) => found,
        // Where everything has to hold, nothing is left out.
        Err(missing) if std::env::var_os("CI").is_none() => {
            println!("   left out: {missing:#}");
            return Ok(());
        }
        Err(missing) => return Err(missing),
    };
    files::check(&prometheus)?;
    metrics::check(&prometheus)
}
