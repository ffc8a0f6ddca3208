//! `oobwatch get`, `post`, `put`, `patch`, `delete` and `upload`.

use std::path::PathBuf;

use clap::Args;

use super::access::AccessArgs;

#[derive(Debug, Args)]
pub(crate) struct GetArgs {
    #[command(flatten)]
    pub(crate) request: RequestArgs,
    /// Follow a list to its end, and print all items as one array
    #[arg(long)]
    pub(crate) all_pages: bool,
}

#[derive(Debug, Args)]
pub(crate) struct WriteArgs {
    #[command(flatten)]
    pub(crate) request: RequestArgs,
    /// The body: JSON, @FILE, or - for stdin
    #[arg(long, value_name = "JSON|@FILE|-", allow_hyphen_values = true)]
    pub(crate) data: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct RequestArgs {
    /// fmc://[user@]host[:port], fxos://..., cdfmc://host, or a name from the configuration
    pub(crate) target: String,
    /// Path and query, from the first /; {domainUUID} stands for the domain's UUID
    pub(crate) path: String,
    /// Work in this domain: its name, full path or UUID (FMC)
    #[arg(long, value_name = "NAME")]
    pub(crate) domain: Option<String>,
    /// Print the request instead of sending it; nothing is sent, not even a login
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) access: AccessArgs,
}

#[derive(Debug, Args)]
pub(crate) struct UploadArgs {
    /// fxos://[user@]host[:port], fmc://..., or a name from the configuration
    pub(crate) target: String,
    /// Path to upload to, from the first /
    pub(crate) path: String,
    /// The file to upload
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) access: AccessArgs,
}
