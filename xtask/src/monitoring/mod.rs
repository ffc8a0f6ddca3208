//! `cargo xtask monitoring`: what docs/prometheus, docs/grafana and docs/zabbix
//! promise, tried on simulated boxes with the exporter, a board in QEMU, and
//! Prometheus itself.

mod dashboard;
mod files;
mod live;
mod metrics;
mod names;
mod server;
mod zabbix;

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
    metrics::check(&prometheus)?;
    live::check(&prometheus)
}
