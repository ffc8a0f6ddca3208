//! The `oobwatch` command.

mod advice;
mod args;
mod check;
mod config;
mod exit;
mod pin;
mod record;
mod request;
mod secret;
mod session;
mod settings;
mod target;
mod token;

use std::process::ExitCode;

use args::{Cli, Command, RequestArgs};
use clap::{CommandFactory as _, Parser as _};
use config::Config;
use exit::Failure;
use oobwatch_core::http::Method;
use request::Prepared;
use settings::Access;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return exit::usage_error(&error, &arguments),
    };
    log_to_stderr(cli.verbose);
    let is_check = matches!(cli.command, Command::Check(_));
    match run(cli) {
        Ok(code) => code,
        Err(failure) => failure.report(is_check),
    }
}

fn run(cli: Cli) -> Result<ExitCode, Failure> {
    match &cli.command {
        Command::Completions { shell } => {
            clap_complete::generate(
                *shell,
                &mut Cli::command(),
                "oobwatch",
                &mut std::io::stdout(),
            );
            Ok(ExitCode::SUCCESS)
        }
        Command::Pin(args) => block_on(done(pin::run(args))),
        _ => with_config(
            &cli.command,
            &Config::load(cli.config).map_err(Failure::usage)?,
        ),
    }
}

fn with_config(command: &Command, config: &Config) -> Result<ExitCode, Failure> {
    match command {
        Command::Check(args) => block_on(check::run(args, config)),
        Command::Token(args) => block_on(done(token::run(args, config))),
        Command::Get(args) => request(Method::Get, &args.request, None, config),
        Command::Post(args) => request(Method::Post, &args.request, args.data.as_deref(), config),
        Command::Put(args) => request(Method::Put, &args.request, args.data.as_deref(), config),
        Command::Patch(args) => request(Method::Patch, &args.request, args.data.as_deref(), config),
        Command::Delete(args) => {
            request(Method::Delete, &args.request, args.data.as_deref(), config)
        }
        Command::Upload(args) => {
            Access::resolve(&args.target, &args.access, None, config)?;
            request::check_path(&args.path).map_err(Failure::usage)?;
            Err(no_client())
        }
        Command::Pin(_) | Command::Completions { .. } => Ok(ExitCode::SUCCESS),
    }
}

fn request(
    method: Method,
    args: &RequestArgs,
    data: Option<&str>,
    config: &Config,
) -> Result<ExitCode, Failure> {
    let prepared = Prepared::new(method, args, data, config)?;
    if !args.dry_run {
        return Err(no_client());
    }
    prepared
        .print(&mut std::io::stdout().lock())
        .map_err(Failure::failed)?;
    Ok(ExitCode::SUCCESS)
}

/// Until the client library is there, what needs it ends here.
fn no_client() -> Failure {
    Failure::failed("this build can not log in yet; 'pin', 'completions' and --dry-run work")
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
        .init();
}
