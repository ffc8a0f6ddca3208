//! Start, reload and end of the exporter.

use core::sync::atomic::Ordering;
use core::time::Duration;
use std::sync::{Arc, Mutex};
use std::time::{Instant, SystemTime};

use oobwatch_client::state::State;
use tokio::runtime::Handle;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::task::{JoinSet, block_in_place};
use tokio::time::sleep;

use super::counts::{Counts, Sums};
use super::fleet::{Account, Fleet};
use super::load::Loader;
use super::server::{Crowd, Doors};
use super::{Exporter, Source, keep, lock, notify, server, settings};
use crate::args::ExporterArgs;
use crate::config::Config;
use crate::exit::Failure;
use crate::state;

/// All sessions together are logged out in that time, or left to the next start.
const CLOSING: Duration = Duration::from_secs(20);

/// Logouts at a time.
const CLOSING_AT_A_TIME: usize = 256;

/// Boxes at a time on which what an earlier process left is closed.
const RECOVERING_AT_A_TIME: usize = 8;

/// Asks for a reload; the answer says what came of it.
pub(super) type Ask = mpsc::Sender<oneshot::Sender<Result<(), String>>>;

/// When the configuration was read, and whether the last try went well.
#[derive(Clone, Copy)]
pub(super) struct Reloads {
    pub(super) last_is_good: bool,
    pub(super) last_good: SystemTime,
}

/// Accounts of configurations before this one.
#[derive(Default)]
pub(super) struct Past {
    /// Those that are being closed.
    pub(super) retiring: Vec<Arc<Account>>,
    /// What those have done that are closed.
    pub(super) sums: Sums,
}

struct Signals {
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
}

/// What a signal says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Reload,
    End,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> Told {
        tokio::select! {
            _ = self.hangup.recv() => Told::Reload,
            _ = self.terminate.recv() => Told::End,
            _ = self.interrupt.recv() => Told::End,
        }
    }

    async fn end(&mut self) {
        while self.next().await != Told::End {}
    }
}

/// All of it: from the first look at the configuration to the last logout.
/// `answers` is where scrapes are answered.
pub(super) async fn live(
    args: &ExporterArgs,
    source: Source,
    answers: &Handle,
) -> Result<(), Failure> {
    let mut signals = Signals::new().map_err(Failure::failed)?;
    let config = source()?;
    let settings = settings(args, &config);
    let mut loader = Loader::new(&config);
    let fleet = loader.load(&config, &Fleet::default())?;
    let doors = Doors::open(&settings)?;
    say_warnings(&loader, &doors);
    drop(config);
    let bound = answers.spawn(server::bind(settings.listen));
    let listeners = bound.await.map_err(Failure::failed)??;
    let (reload, mut reloads) = mpsc::channel(1);
    let exporter = Arc::new(Exporter {
        fleet: Mutex::new(Arc::new(fleet)),
        doors: Mutex::new(Arc::new(doors)),
        past: Mutex::default(),
        counts: Counts::default(),
        reloads: Mutex::new(Reloads {
            last_is_good: true,
            last_good: SystemTime::now(),
        }),
        reload,
        started: Instant::now(),
        checks: Handle::current(),
        closing: watch::Sender::new(false),
        enable_lifecycle: args.enable_lifecycle,
    });
    let crowd = Arc::new(Crowd::default());
    for listener in listeners {
        if let Ok(address) = listener.local_addr() {
            tracing::info!(%address, targets = exporter.fleet().targets.len(), "listening");
        }
        let serving = server::serve(Arc::clone(&exporter), listener, Arc::clone(&crowd));
        answers.spawn(serving);
    }
    tokio::spawn(keep::tend(Arc::clone(&exporter)));
    if let Some(state) = loader.wallet.state()? {
        tokio::spawn(recover(exporter.fleet(), state));
    }
    notify::tell("READY=1");
    loop {
        tokio::select! {
            told = signals.next() => match told {
                Told::Reload => drop(again(&exporter, &mut loader, args, &source).await),
                Told::End => break,
            },
            Some(asked) = reloads.recv() => {
                // Whoever asked may have gone.
                let _ = asked.send(again(&exporter, &mut loader, args, &source).await);
            }
        }
    }
    notify::tell("STOPPING=1");
    end(&exporter, signals, answers).await;
    Ok(())
}

fn say_warnings(loader: &Loader, doors: &Doors) {
    for warning in loader.warnings().chain(doors.warnings()) {
        tracing::warn!("{warning}");
    }
}

/// Reads the configuration again. One that is wrong changes nothing.
async fn again(
    exporter: &Arc<Exporter>,
    loader: &mut Loader,
    args: &ExporterArgs,
    source: &Source,
) -> Result<(), String> {
    notify::reloading();
    let read = block_in_place(|| {
        let config: Config = source()?;
        let doors = Doors::open(&settings(args, &config))?;
        let fleet = loader.load(&config, &exporter.fleet())?;
        Ok::<_, Failure>((doors, fleet))
    });
    let result = match read {
        Ok((doors, fleet)) => {
            if doors.listen != exporter.doors().listen {
                tracing::warn!("other addresses to listen on need a restart; these stay");
            }
            say_warnings(loader, &doors);
            let targets = fleet.targets.len();
            *lock(&exporter.doors) = Arc::new(doors);
            replace(exporter, fleet);
            tracing::info!(targets, "the configuration was reloaded");
            Ok(())
        }
        Err(failure) => {
            for line in failure.lines() {
                tracing::error!("{line}");
            }
            tracing::error!("the configuration was not reloaded; the one before stays in use");
            Err(failure.to_string())
        }
    };
    let mut reloads = lock(&exporter.reloads);
    reloads.last_is_good = result.is_ok();
    if result.is_ok() {
        reloads.last_good = SystemTime::now();
    }
    drop(reloads);
    notify::tell("READY=1");
    result
}

/// Puts the new fleet in the place of the old, and closes the accounts that are
/// no longer part of it.
fn replace(exporter: &Arc<Exporter>, fleet: Fleet) {
    let old = exporter.fleet();
    let retired: Vec<_> = old.retired(&fleet).cloned().collect();
    let mut past = lock(&exporter.past);
    *lock(&exporter.fleet) = Arc::new(fleet);
    past.retiring.extend(retired.iter().cloned());
    drop(past);
    for account in retired {
        let exporter = Arc::clone(exporter);
        tokio::spawn(async move {
            // A check that is under way has its time.
            drop(account.use_of.write().await);
            account.close().await;
            let mut past = lock(&exporter.past);
            past.retiring.retain(|other| !Arc::ptr_eq(other, &account));
            past.sums.add(&account.stats());
        });
    }
}

/// Closes what processes that have ended had left open.
async fn recover(fleet: Arc<Fleet>, state: State) {
    let found = block_in_place(|| state.leftovers());
    let found = match found {
        Ok(found) => Arc::new(found),
        Err(error) => return tracing::error!(%error, "the state can not be read"),
    };
    let turns = Arc::new(Semaphore::new(RECOVERING_AT_A_TIME));
    let left = fleet.accounts.iter();
    for account in left.filter(|account| account.client.has_leftovers(&found)) {
        let (account, found) = (Arc::clone(account), Arc::clone(&found));
        // It is never closed.
        let Ok(turn) = Arc::clone(&turns).acquire_owned().await else {
            return;
        };
        tokio::spawn(async move {
            let _turn = turn;
            let address = &account.key.address;
            match account.client.recover_among(&found).await {
                Ok(recovered) => {
                    account.lost.store(recovered.lost, Ordering::Relaxed);
                    for line in state::leftovers(&recovered, SystemTime::now()) {
                        tracing::warn!(%address, "{line}");
                    }
                }
                Err(error) => tracing::error!(%address, %error, "the state can not be read"),
            }
        });
    }
}

/// No more scrapes; all sessions are logged out. A second signal is the last.
async fn end(exporter: &Arc<Exporter>, mut signals: Signals, answers: &Handle) {
    tracing::info!("ends: logging out");
    exporter.closing.send_replace(true);
    let mut accounts = exporter.fleet().accounts.clone();
    accounts.extend(lock(&exporter.past).retiring.iter().cloned());
    let all = accounts.len();
    let closing = async {
        let turns = Arc::new(Semaphore::new(CLOSING_AT_A_TIME));
        let mut closing = JoinSet::new();
        for account in accounts {
            let turns = Arc::clone(&turns);
            closing.spawn(async move {
                let _turn = turns.acquire().await;
                account.close().await
            });
        }
        closing.join_all().await
    };
    tokio::select! {
        closed = in_time(answers, CLOSING, closing) => match closed {
            Some(closed) if closed.iter().all(|&closed| closed) => tracing::info!("all sessions are closed"),
            Some(closed) => {
                let left = closed.iter().filter(|&&closed| !closed).count();
                tracing::warn!(left, of = all, "not all sessions could be closed; the next start tries again");
            }
            None => tracing::warn!("logging out took too long; the next start closes what is left"),
        },
        () = signals.end() => tracing::warn!("told twice: not all sessions were closed; the next start closes them"),
    }
}

/// What comes of `work` within `limit`, by the clock of `answers`: a file system
/// may hold up all threads that boxes are checked by, and their clock with them.
async fn in_time<T>(answers: &Handle, limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    // Whose clock it is, is settled where it is made.
    let late = answers.spawn(async move { sleep(limit).await });
    tokio::select! {
        done = work => Some(done),
        _ = late => None,
    }
}

#[cfg(test)]
mod tests {
    use tokio::runtime::{Builder, Runtime};

    use super::*;

    fn runtime() -> Runtime {
        let mut runtime = Builder::new_multi_thread();
        runtime.worker_threads(1).enable_all().build().unwrap()
    }

    #[test]
    fn the_end_does_not_wait_for_a_file_system() {
        let (checks, answers) = (runtime(), runtime());
        let (hold, held) = std::sync::mpsc::channel::<()>();
        let (begin, begun) = std::sync::mpsc::channel();
        let hangs = checks.spawn(async move {
            begin.send(()).unwrap();
            held.recv()
        });
        begun.recv().unwrap();
        let limit = Duration::from_millis(1);
        let closed = checks.block_on(in_time(answers.handle(), limit, hangs));
        assert!(closed.is_none());
        drop(hold);
    }
}
