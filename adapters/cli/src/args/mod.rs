//! The command line. What it means is in the modules of the commands.

#![allow(
    rustdoc::broken_intra_doc_links,
    rustdoc::bare_urls,
    reason = "these comments are help texts: what looks like a link is how a target is written"
)]

mod access;
mod check;
mod examples;
#[cfg(unix)]
mod exporter;
mod request;
mod scope;
#[cfg(test)]
mod tests;
mod token;
mod watch;

use core::time::Duration;
use std::path::PathBuf;

use access::seconds;
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

pub(crate) use access::{AccessArgs, ConnectionArgs};
pub(crate) use check::{CheckArgs, CheckFormat};
#[cfg(unix)]
pub(crate) use exporter::{ExporterArgs, LogFormat};
pub(crate) use request::{GetArgs, RequestArgs, UploadArgs, WriteArgs};
pub(crate) use scope::ScopeArgs;
pub(crate) use token::{RefreshArgs, RevokeArgs, TokenAction, TokenArgs, TokenFormat, TokenLogin};
pub(crate) use watch::WatchArgs;

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
    /// Watch boxes in a live table, for a terminal
    #[command(after_help = examples::WATCH)]
    Watch(WatchArgs),
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
    /// Check the configuration file, or explain its keys
    #[command(after_help = examples::CONFIG)]
    Config(ConfigArgs),
    #[cfg(unix)]
    /// Serve the health of the targets of the configuration to Prometheus
    #[command(after_help = examples::EXPORTER)]
    Exporter(ExporterArgs),
    /// Make the configuration image of a board, or show what is in one
    #[command(after_help = examples::FIRMWARE_CONFIG)]
    FirmwareConfig(FirmwareConfigArgs),
    /// Print a completion script for a shell
    #[command(after_help = examples::COMPLETIONS)]
    Completions {
        /// The shell to complete for
        shell: Shell,
    },
    /// Write the manual pages, one for each command
    #[command(after_help = examples::MAN)]
    Man {
        /// The folder to write them to; it has to be there
        folder: PathBuf,
    },
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

#[derive(Debug, Args)]
#[command(disable_help_subcommand = true)]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    pub(crate) action: ConfigAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigAction {
    /// Check the configuration file, and every file that it names; nothing is sent
    Check,
    /// Print every key that a configuration file may have, and what it means
    Keys,
}
