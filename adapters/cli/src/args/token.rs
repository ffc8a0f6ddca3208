//! `oobwatch token`.

use clap::{Args, Subcommand, ValueEnum};

use super::access::{AccessArgs, ConnectionArgs};
use super::examples;

#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    disable_help_subcommand = true
)]
pub(crate) struct TokenArgs {
    #[command(subcommand)]
    pub(crate) action: Option<TokenAction>,
    #[command(flatten)]
    pub(crate) login: TokenLogin,
}

#[derive(Debug, Args)]
pub(crate) struct TokenLogin {
    /// fmc://[user@]host[:port], fxos://[user@]host[:port], or a name from the configuration
    // Missing only where there is an action, which has a target of its own.
    #[arg(required = true)]
    pub(crate) target: Option<String>,
    /// Do not log out: the tokens stay good, and are yours to revoke
    #[arg(long)]
    pub(crate) keep: bool,
    /// How to print the tokens
    #[arg(long, value_enum, default_value_t = TokenFormat::Text)]
    pub(crate) format: TokenFormat,
    #[command(flatten)]
    pub(crate) access: AccessArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenAction {
    /// Trade the tokens of an FMC for new ones (three times at most); the old ones die
    #[command(after_help = examples::TOKEN_REFRESH)]
    Refresh(RefreshArgs),
    /// Log out: the tokens die
    #[command(after_help = examples::TOKEN_REVOKE)]
    Revoke(RevokeArgs),
}

#[derive(Debug, Args)]
pub(crate) struct RevokeArgs {
    /// fmc://host[:port], fxos://host[:port], or a name from the configuration
    pub(crate) target: String,
    /// Environment variable that holds the access token (FXOS: the token)
    #[arg(long, value_name = "VAR")]
    pub(crate) access_token_env: String,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RefreshArgs {
    /// fmc://host[:port], or a name from the configuration
    pub(crate) target: String,
    /// Environment variable that holds the access token
    #[arg(long, value_name = "VAR")]
    pub(crate) access_token_env: String,
    /// Environment variable that holds the refresh token
    #[arg(long, value_name = "VAR")]
    pub(crate) refresh_token_env: String,
    /// How to print the tokens
    #[arg(long, value_enum, default_value_t = TokenFormat::Text)]
    pub(crate) format: TokenFormat,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TokenFormat {
    /// For people
    Text,
    /// One object
    Json,
    /// export lines for a shell
    Env,
    /// The access token as a header line, as for curl -H @-
    Header,
}
