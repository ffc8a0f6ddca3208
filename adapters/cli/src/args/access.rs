//! How a box is reached and logged in to: flags that many commands have.

use core::time::Duration;
use std::path::PathBuf;

use clap::Args;
use oobwatch_client::tls::Pin;

/// How a box is reached and logged in to.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct AccessArgs {
    /// Share the session with other runs: log in once, leave it open, refresh it when it is due
    #[arg(long, conflicts_with = "no_state")]
    pub(crate) cache: bool,
    /// Read the password from this file; one newline at its end is dropped
    #[arg(long, value_name = "FILE", group = "secret")]
    pub(crate) password_file: Option<PathBuf>,
    /// Read the password from this environment variable
    #[arg(long, value_name = "VAR", group = "secret")]
    pub(crate) password_env: Option<String>,
    /// Read the bearer token of a cdFMC from this file
    #[arg(long, value_name = "FILE", group = "secret")]
    pub(crate) bearer_file: Option<PathBuf>,
    /// Read the bearer token of a cdFMC from this environment variable
    #[arg(long, value_name = "VAR", group = "secret")]
    pub(crate) bearer_env: Option<String>,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

/// How a box is reached.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ConnectionArgs {
    /// Trust this certificate: sha256:HEX, or this key: sha256//BASE64 (repeatable; see oobwatch pin)
    #[arg(long = "pin", value_name = "PIN", group = "trust")]
    pub(crate) pins: Vec<Pin>,
    /// Trust what an authority in this PEM file issued, for the name dialled
    #[arg(long, value_name = "FILE", group = "trust")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Trust anyone: whoever sits in between reads the password
    #[arg(long, group = "trust")]
    pub(crate) danger_skip_tls_verification: bool,
    /// Give up on connecting, on TLS, on one answer, on a busy box, or on a whole check after so
    /// many seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<Duration>,
    /// Write a transcript without secrets, names or addresses, for a bug report
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
}

pub(super) fn seconds(text: &str) -> Result<Duration, &'static str> {
    match text.parse() {
        Ok(seconds @ 1..=3600) => Ok(Duration::from_secs(seconds)),
        _ => Err("a number of seconds from 1 to 3600 is due"),
    }
}
