//! The command line. What it means is in the modules of the commands.

#![allow(
    rustdoc::broken_intra_doc_links,
    rustdoc::bare_urls,
    reason = "these comments are help texts: what looks like a link is how a target is written"
)]

mod examples;

use core::time::Duration;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use oobwatch_client::tls::Pin;

/// Watches and asks Cisco Firepower Management Centers and FXOS chassis.
#[derive(Debug, Parser)]
#[command(name = "oobwatch", version, after_help = examples::ALL)]
pub(crate) struct Cli {
    /// Configuration file [default: oobwatch/oobwatch.toml in $XDG_CONFIG_HOME or ~/.config]
    #[arg(
        long,
        global = true,
        env = "OOBWATCH_CONFIG",
        hide_env_values = true,
        value_name = "FILE"
    )]
    pub(crate) config: Option<PathBuf>,

    /// Directory for refused passwords and open sessions [default: oobwatch in $XDG_STATE_HOME or
    /// ~/.local/state]
    #[arg(
        long,
        global = true,
        env = "OOBWATCH_STATE_DIR",
        hide_env_values = true,
        value_name = "DIR"
    )]
    pub(crate) state_dir: Option<PathBuf>,

    /// Remember nothing: each run may have one password refused, and what a killed run leaves open
    /// stays open
    #[arg(long, global = true)]
    pub(crate) no_state: bool,

    /// Log connections and answers to stderr; -vv: what libraries say, too (RUST_LOG overrides)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check the health of boxes: exit code 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN
    #[command(after_help = examples::CHECK)]
    Check(CheckArgs),
    /// Log in, show tokens and domains, log out; or refresh or revoke tokens
    #[command(after_help = examples::TOKEN)]
    Token(TokenArgs),
    /// Send a GET and print the answer
    #[command(after_help = examples::GET)]
    Get(GetArgs),
    /// Send a POST: create an object, start a task
    #[command(after_help = examples::POST)]
    Post(WriteArgs),
    /// Send a PUT: replace an object
    #[command(after_help = examples::PUT)]
    Put(WriteArgs),
    /// Send a PATCH: change a part of an object
    #[command(after_help = examples::PATCH)]
    Patch(WriteArgs),
    /// Send a DELETE: remove an object
    #[command(after_help = examples::DELETE)]
    Delete(WriteArgs),
    /// Upload a file, such as an FXOS image
    #[command(after_help = examples::UPLOAD)]
    Upload(UploadArgs),
    /// Show the certificate of a box, and the pin to put into the configuration
    #[command(after_help = examples::PIN)]
    Pin(PinArgs),
    /// Show, close or forget the sessions that runs have left open or share
    #[command(after_help = examples::SESSIONS)]
    Sessions(SessionsArgs),
    /// Let a credential be tried again that boxes have refused
    #[command(after_help = examples::UNLOCK)]
    Unlock {
        /// Its name in the configuration, or fmc://host, fxos://host where it has none
        credential: String,
    },
    /// Make the configuration image of a board, or show what is in one
    #[command(after_help = examples::FIRMWARE_CONFIG)]
    FirmwareConfig(FirmwareConfigArgs),
    /// Print a completion script for a shell
    #[command(after_help = examples::COMPLETIONS)]
    Completions {
        /// The shell to complete for
        shell: Shell,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// fmc://[user@]host[:port], fxos://..., cdfmc://host, or a name from the configuration
    #[arg(value_name = "TARGET", required = true)]
    pub(crate) targets: Vec<String>,
    /// How to report
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub(crate) format: CheckFormat,
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
}

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

#[derive(Debug, Args)]
pub(crate) struct PinArgs {
    /// The box, as HOST[:PORT]; an IPv6 address in brackets
    #[arg(value_name = "HOST[:PORT]")]
    pub(crate) address: String,
    /// Give up after so many seconds
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(crate) timeout: Duration,
}

#[derive(Debug, Args)]
pub(crate) struct FirmwareConfigArgs {
    /// The configuration file, with what the board needs under [firmware] [default: as --config]
    #[arg(value_name = "CONFIG")]
    pub(crate) file: Option<PathBuf>,
    /// Write the image to this file
    #[arg(short, long, value_name = "IMAGE", required_unless_present = "show")]
    pub(crate) output: Option<PathBuf>,
    /// Fetch the certificates that no file holds from the boxes, and show them for confirmation
    #[arg(long)]
    pub(crate) fetch: bool,
    /// Do not ask about fetched certificates; each must match a pin of the configuration
    #[arg(long, requires = "fetch")]
    pub(crate) yes: bool,
    /// Overwrite the output file even if it is no configuration image
    #[arg(long)]
    pub(crate) force: bool,
    /// Give up on fetching a certificate after so many seconds
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(crate) timeout: Duration,
    /// Show what is in this image, without its secrets
    #[arg(long, value_name = "IMAGE", conflicts_with_all = ["file", "output", "fetch", "yes", "force"])]
    pub(crate) show: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(disable_help_subcommand = true)]
pub(crate) struct SessionsArgs {
    #[command(subcommand)]
    pub(crate) action: SessionsAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SessionsAction {
    /// Show them, without secrets
    List {
        /// Only those of this target
        target: Option<String>,
        /// One array of objects
        #[arg(long)]
        json: bool,
    },
    /// Log out of them, and forget them
    Revoke {
        /// Only those of this target; without it, of all targets of the configuration
        target: Option<String>,
        #[command(flatten)]
        connection: ConnectionArgs,
    },
    /// Forget them without talking to the box: they stay open until they end by themselves
    Forget {
        /// Only those of this target
        target: Option<String>,
    },
}

/// How a box is reached and logged in to.
#[derive(Clone, Debug, Args)]
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
#[derive(Clone, Debug, Args)]
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

fn seconds(text: &str) -> Result<Duration, &'static str> {
    match text.parse() {
        Ok(seconds @ 1..=3600) => Ok(Duration::from_secs(seconds)),
        _ => Err("a number of seconds from 1 to 3600 is due"),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn parse(line: &str) -> Result<Command, clap::Error> {
        Cli::try_parse_from(line.split(' ')).map(|cli| cli.command)
    }

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn token_is_a_command_and_has_commands() {
        let Ok(Command::Token(args)) = parse("oobwatch token fmc1 --keep") else {
            panic!()
        };
        let login = args.login;
        assert_eq!(
            (login.target.as_deref(), login.keep, args.action.is_none()),
            (Some("fmc1"), true, true)
        );
        let line = "oobwatch token refresh fmc1 --access-token-env A --refresh-token-env R";
        let Ok(Command::Token(args)) = parse(line) else {
            panic!("{:?}", parse(line))
        };
        assert!(matches!(args.action, Some(TokenAction::Refresh(held)) if held.target == "fmc1"));
        assert!(parse("oobwatch token").is_err());
        assert!(parse("oobwatch token revoke fmc1").is_err());
        // What a logout would not look at is not taken either.
        let revoke = "oobwatch token revoke fmc1 --access-token-env A";
        assert!(parse(revoke).is_ok());
        assert!(parse(&format!("{revoke} --format json")).is_err());
        assert!(parse(&format!("{revoke} --refresh-token-env R")).is_err());
    }

    #[test]
    fn a_box_is_trusted_in_one_way() {
        let pins = format!(
            "oobwatch check a --pin sha256:{0} --pin sha256:{0}",
            "0".repeat(64)
        );
        assert!(parse(&pins).is_ok());
        assert!(parse(&format!("{pins} --ca-file f")).is_err());
        assert!(parse("oobwatch check a --ca-file f --danger-skip-tls-verification").is_err());
        assert!(
            parse("oobwatch check a --pin sha256:00")
                .unwrap_err()
                .to_string()
                .contains("64")
        );
        assert!(parse("oobwatch check a --password-file f --password-env V").is_err());
        assert!(parse("oobwatch check").is_err());
    }

    #[test]
    fn data_may_begin_with_a_hyphen() {
        for data in ["-", "-1", "@f", "{}"] {
            let parsed = parse(&format!("oobwatch post a /p --data {data}"));
            assert!(
                matches!(parsed, Ok(Command::Post(args)) if args.data.as_deref() == Some(data))
            );
        }
    }
}
