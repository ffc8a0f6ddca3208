//! `oobwatch check`.

use clap::{Args, ValueEnum};

use super::access::AccessArgs;
use super::scope::ScopeArgs;

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// fmc://[user@]host[:port], fxos://..., cdfmc://host, or a name from the configuration
    #[arg(value_name = "TARGET", required = true)]
    pub(crate) targets: Vec<String>,
    /// How to report
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub(crate) format: CheckFormat,
    #[command(flatten)]
    pub(crate) scope: ScopeArgs,
    #[command(flatten)]
    pub(crate) access: AccessArgs,
    /// Check within this domain: its name, full path or UUID (FMC)
    #[arg(long, value_name = "NAME")]
    pub(crate) domain: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people
    Text,
    /// One object per target, each on a line of its own
    Json,
    /// One line per target with performance data, each after its name if there are several
    Nagios,
    /// The text exposition format
    Prometheus,
    /// One message per target (RFC 5424), each on a line of its own
    Syslog,
    /// One object: what there is to discover, and the reports
    Zabbix,
}
