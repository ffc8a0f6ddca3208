//! The `oobwatch` command.

mod advice;
mod args;
mod body;
mod cells;
mod check;
mod colour;
mod config;
mod exit;
#[cfg(unix)]
mod exporter;
mod firmware;
mod nearest;
mod pem;
mod pin;
mod record;
#[cfg(test)]
mod reference;
mod request;
mod scope;
mod secret;
mod session;
mod sessions;
mod settings;
mod sharing;
mod state;
mod table;
mod target;
mod token;
mod unlock;
mod upload;
mod watch;

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use args::{Cli, Command, WriteArgs};
use clap::{CommandFactory as _, Parser as _};
use config::Config;
use exit::Failure;
use oobwatch_client::core::http::Method;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return exit::usage_error(&error, &arguments),
    };
    match &cli.command {
        #[cfg(unix)]
        Command::Exporter(args) => exporter::log_to_stderr(args.log_format, cli.verbose),
        // What is logged there would stand across the table.
        Command::Watch(args) if !args.once && std::io::stderr().is_terminal() => {}
        _ => log_to_stderr(cli.verbose),
    }
    let is_check = match &cli.command {
        Command::Check(_) => true,
        Command::Watch(args) => args.once,
        _ => false,
    };
    match run(cli) {
        Ok(code) => code,
        Err(failure) => failure.report(is_check),
    }
}

fn run(cli: Cli) -> Result<ExitCode, Failure> {
    match &cli.command {
        Command::Completions { shell } => {
            // Into memory first: the generator panics where it can not write.
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "oobwatch", &mut script);
            let mut out = std::io::stdout().lock();
            let written = out.write_all(&script).and_then(|()| out.flush());
            written
                .map(|()| ExitCode::SUCCESS)
                .map_err(Failure::unprinted)
        }
        Command::Man { folder } => clap_mangen::generate_to(Cli::command(), folder)
            .map(|()| ExitCode::SUCCESS)
            .map_err(|error| Failure::failed(format!("{}: {error}", folder.display()))),
        Command::Pin(args) => block_on(done(pin::run(args))),
        Command::Config(args) => config::command::run(args, cli.config).map(|()| ExitCode::SUCCESS),
        Command::FirmwareConfig(args) => block_on(done(firmware::run(args, cli.config.as_deref()))),
        #[cfg(unix)]
        Command::Exporter(args) => {
            let Cli {
                config,
                state_dir,
                no_state,
                ..
            } = &cli;
            let (path, dir, none) = (config.clone(), state_dir.clone(), *no_state);
            let source = move || {
                let config = Config::load(path.clone())?;
                Ok(config.with_state(dir.clone(), none))
            };
            exporter::run(args, Box::new(source))
        }
        _ => {
            let config = Config::load(cli.config)?;
            with_config(
                &cli.command,
                &config.with_state(cli.state_dir, cli.no_state),
            )
        }
    }
}

fn with_config(command: &Command, config: &Config) -> Result<ExitCode, Failure> {
    match command {
        Command::Check(args) => block_on(check::run(args, config)),
        Command::Watch(args) => block_on(watch::run(args, config)),
        Command::Token(args) => block_on(done(token::run(args, config))),
        Command::Get(args) => block_on(done(request::get(args, config))),
        Command::Post(args) => write(Method::Post, args, config),
        Command::Put(args) => write(Method::Put, args, config),
        Command::Patch(args) => write(Method::Patch, args, config),
        Command::Delete(args) => write(Method::Delete, args, config),
        Command::Upload(args) => block_on(done(upload::run(args, config))),
        Command::Sessions(args) => block_on(done(sessions::run(args, config))),
        Command::Unlock { credential } => unlock::run(credential, config),
        #[cfg(unix)]
        Command::Exporter(_) => Ok(ExitCode::SUCCESS),
        Command::Pin(_)
        | Command::Config(_)
        | Command::FirmwareConfig(_)
        | Command::Completions { .. }
        | Command::Man { .. } => Ok(ExitCode::SUCCESS),
    }
}

fn write(method: Method, args: &WriteArgs, config: &Config) -> Result<ExitCode, Failure> {
    block_on(done(request::write(method, args, config)))
}

/// One thread is plenty: the work is waiting.
fn block_on(command: impl Future<Output = Result<ExitCode, Failure>>) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::failed)?;
    let result = runtime.block_on(command);
    // A name that is still being looked up keeps nobody waiting.
    runtime.shutdown_background();
    result
}

async fn done(command: impl Future<Output = Result<(), Failure>>) -> Result<ExitCode, Failure> {
    command.await.map(|()| ExitCode::SUCCESS)
}

fn log_to_stderr(verbose: u8) {
    let level = match verbose {
        0 => "warn",
        1 => "info,oobwatch=debug,oobwatch_client=debug",
        _ => "debug,oobwatch=trace,oobwatch_client=trace",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // Complaining on a stderr that is closed would panic.
        .log_internal_errors(false)
        .init();
}
