//! `oobwatch exporter`: Prometheus asks for the health of targets, one scrape
//! each.
//!
//! What a box is asked, and what its answers mean, is core's. Here is what a
//! process that lives long adds: `fleet` has the targets of the configuration and
//! the sessions they share, `load` makes it; `probe` is one scrape of one target;
//! `keep` what becomes of a session between scrapes; `server`, `access`, `tls` and
//! `pages` its own HTTP; `life` its start, reload and end.

mod access;
mod counts;
mod fleet;
mod flight;
mod keep;
mod life;
mod load;
mod log;
mod metrics;
mod notify;
mod pages;
mod password;
mod probe;
mod process;
mod query;
mod server;
mod tls;

use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::watch;

use crate::args::ExporterArgs;
use crate::config::{self, Config};
use crate::exit::{Failure, say, warn};
use counts::Counts;
use fleet::Fleet;
use life::{Past, Reloads};
use server::Doors;

pub(crate) use log::to_stderr as log_to_stderr;

/// Where the configuration comes from, each time that it is read.
pub(crate) type Source = Box<dyn Fn() -> Result<Config, Failure> + Send + Sync>;

/// Threads that boxes are checked by: two, so that a slow file system does not hold
/// up all others at once.
const CHECKERS: usize = 2;

/// Threads that scrapes are answered by: one of their own, so that an answer is
/// there in time, whatever the file system holds up.
const ANSWERERS: usize = 1;

/// What all scrapes share.
struct Exporter {
    fleet: Mutex<Arc<Fleet>>,
    doors: Mutex<Arc<Doors>>,
    counts: Counts,
    past: Mutex<Past>,
    reloads: Mutex<Reloads>,
    /// Asks for the configuration to be read again, and hears what came of it.
    reload: life::Ask,
    started: Instant,
    /// Where boxes are checked.
    checks: Handle,
    closing: watch::Sender<bool>,
    enable_lifecycle: bool,
}

impl Exporter {
    fn fleet(&self) -> Arc<Fleet> {
        Arc::clone(&lock(&self.fleet))
    }

    fn doors(&self) -> Arc<Doors> {
        Arc::clone(&lock(&self.doors))
    }

    fn is_closing(&self) -> bool {
        *self.closing.borrow()
    }

    /// Ends when the exporter is to end.
    async fn closing(&self) {
        // The sender is ours: it is not dropped before.
        let _ = self.closing.subscribe().wait_for(|&closing| closing).await;
    }
}

/// Runs until it is told to end.
pub(crate) fn run(args: &ExporterArgs, source: Source) -> Result<ExitCode, Failure> {
    if args.hash_password {
        return password::print_hash().map(|()| ExitCode::SUCCESS);
    }
    if args.check_config {
        return check(args, &source()?).map(|()| ExitCode::SUCCESS);
    }
    let (checks, answers) = (runtime(CHECKERS)?, runtime(ANSWERERS)?);
    let result = checks.block_on(life::live(args, source, answers.handle()));
    // A name that is still being looked up keeps nobody waiting.
    answers.shutdown_background();
    checks.shutdown_background();
    result.map(|()| ExitCode::SUCCESS)
}

fn runtime(threads: usize) -> Result<Runtime, Failure> {
    let mut runtime = Builder::new_multi_thread();
    let runtime = runtime.worker_threads(threads).enable_all();
    runtime.build().map_err(Failure::failed)
}

/// Does all that a start does, short of listening and sending.
fn check(args: &ExporterArgs, config: &Config) -> Result<(), Failure> {
    let read = config::command::check(config)?;
    let mut loader = load::Loader::new(config);
    let fleet = loader.load(config, &Fleet::default())?;
    let doors = Doors::open(&settings(args, config))?;
    let warnings = read.into_iter().chain(doors.warnings());
    warnings.for_each(|warning| warn(&warning));
    let (targets, sessions) = (fleet.targets.len(), fleet.accounts.len());
    say(&format!(
        "the configuration is sound: targets: {targets}, boxes and accounts: {sessions}"
    ))
    .map_err(Failure::unprinted)
}

/// What the command line says comes before the configuration.
fn settings(args: &ExporterArgs, config: &Config) -> config::Exporter {
    let mut settings = config.exporter.clone();
    if !args.listen.is_empty() {
        settings.listen.clone_from(&args.listen);
    }
    settings
}

/// What a panic elsewhere leaves behind is whole: every change under these locks
/// is one assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
