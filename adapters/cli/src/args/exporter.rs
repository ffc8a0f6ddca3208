//! Arguments of `oobwatch exporter`.

use core::net::SocketAddr;

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct ExporterArgs {
    /// Listen here instead of where the configuration says (repeatable) [default: 127.0.0.1:10115]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Vec<SocketAddr>,
    /// How to write the log, on stderr
    #[arg(long, value_enum, default_value_t = LogFormat::Logfmt)]
    pub(crate) log_format: LogFormat,
    /// Reload the configuration on POST /-/reload, too
    #[arg(long)]
    pub(crate) enable_lifecycle: bool,
    /// Look at the configuration and all the files that it names, and end
    #[arg(long, conflicts_with = "hash_password")]
    pub(crate) check_config: bool,
    /// Ask for a password, and print its hash for [exporter.users]
    #[arg(long)]
    pub(crate) hash_password: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// key=value
    Logfmt,
    /// One object per line
    Json,
}
