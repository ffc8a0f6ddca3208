//! `oobwatch watch`.

use core::time::Duration;

use clap::Args;

use super::access::AccessArgs;
use super::scope::ScopeArgs;

#[derive(Debug, Args)]
pub(crate) struct WatchArgs {
    /// Names from the configuration, or fmc://..., fxos://..., cdfmc://... [default: all targets of
    /// the configuration]
    #[arg(value_name = "TARGET")]
    pub(crate) targets: Vec<String>,
    /// Check each target every so many seconds, 10 to 300
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = interval)]
    pub(crate) interval: Duration,
    /// Check once, print the table, and end with the exit code of 'check'
    #[arg(long)]
    pub(crate) once: bool,
    #[command(flatten)]
    pub(crate) scope: ScopeArgs,
    #[command(flatten)]
    pub(crate) access: AccessArgs,
}

/// A chassis ends sessions that are idle for ten minutes: half of that keeps them.
fn interval(text: &str) -> Result<Duration, &'static str> {
    match text.parse() {
        Ok(seconds @ 10..=300) => Ok(Duration::from_secs(seconds)),
        _ => Err("a number of seconds from 10 to 300 is due"),
    }
}
