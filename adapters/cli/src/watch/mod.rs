//! `oobwatch watch`: a live table of targets, for a terminal.
//!
//! `board` has what is shown and what keys do to it, `view` draws it, `screen` holds the terminal, `plain` prints it once for scripts. Here is the loop that joins them with
//! the checks: one task a target, whose session is kept from check to check.

mod board;
mod checks;
mod plain;
mod screen;
#[cfg(test)]
mod tests;
mod view;

use core::time::Duration;
use std::process::ExitCode;

use ratatui::crossterm::event::{Event, KeyEventKind};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::interval;

use crate::args::WatchArgs;
use crate::colour;
use crate::config::Config;
use crate::exit::Failure;
use crate::record::Record;
use crate::session::{self, Session, Wallet};
use crate::settings::Access;
use crate::sharing::{Identity, Key};
use board::{Action, Board};
use checks::Checks;
use screen::Screen;

/// The ages on the screen move on so often.
const TICK: Duration = Duration::from_secs(1);

/// Checks the targets, again and again or once.
pub(crate) async fn run(args: &WatchArgs, config: &Config) -> Result<ExitCode, Failure> {
    let names = names(args, config)?;
    let resolved = names
        .iter()
        .map(|name| Access::resolve(name, &args.access, None, config));
    let resolved = resolved.collect::<Result<Vec<_>, _>>()?;
    let resolved = Access::all_with_scope(resolved, &args.scope)?;
    let record = Record::open(args.access.connection.record.as_deref())?;
    let sessions = sessions(&resolved, config, record.as_ref())?;
    let targets = resolved.iter().map(|access| {
        let reach = &access.reach;
        (reach.label.clone(), reach.target.product)
    });
    let board = Board::new(targets, args.interval);
    if args.once {
        let work = once(&sessions, board);
        let board = session::run(&sessions, work).await??;
        colour::print(&plain::table(&board).to_string())?;
        return Ok(ExitCode::from(board.verdict().exit_code()));
    }
    let screen = Screen::open()?;
    session::run(&sessions, live(&sessions, board, screen)).await??;
    Ok(ExitCode::SUCCESS)
}

/// Those of the command line, or all of the configuration.
fn names(args: &WatchArgs, config: &Config) -> Result<Vec<String>, Failure> {
    if !args.targets.is_empty() {
        return Ok(args.targets.clone());
    }
    let names: Vec<_> = config.targets().map(|(name, _)| name.to_owned()).collect();
    if names.is_empty() {
        return Err(Failure::usage(
            "there is no target to watch; name some, or write [targets.NAME] into the configuration",
        ));
    }
    Ok(names)
}

/// One for each target. Those on the same box and account share one login, and so
/// have to agree on how it is reached.
fn sessions(
    resolved: &[Access],
    config: &Config,
    record: Option<&Record>,
) -> Result<Vec<Session>, Failure> {
    let mut wallet = Wallet::resident(config);
    let mut made: Vec<Made<'_>> = Vec::new();
    for access in resolved {
        let reach = &access.reach;
        let identity = Identity::of(reach);
        let same = made.iter().filter(|made| made.key.identity() == identity);
        let same: Vec<_> = same.collect();
        let twin = |made: &&&Made<'_>| made.access.reach.domain == reach.domain;
        if let Some(twin) = same.iter().find(twin) {
            let twin = &twin.access.reach.label;
            return Err(reach.unusable(format!(
                "is the same box, account and domain as {twin}; watch one of them"
            )));
        }
        let next = match same.first() {
            Some(first) => first.shared_with(access, &mut wallet, record)?,
            None => Made::new(access, &mut wallet, record)?,
        };
        made.push(next);
    }
    let named = made
        .into_iter()
        .map(|made| made.session.seen_as(&made.access.reach));
    Ok(named.collect())
}

/// A session, and the target that it was made for.
struct Made<'a> {
    access: &'a Access,
    key: Key,
    session: Session,
}

impl<'a> Made<'a> {
    fn new(
        access: &'a Access,
        wallet: &mut Wallet,
        record: Option<&Record>,
    ) -> Result<Self, Failure> {
        let secret = wallet.secret(access, record)?;
        let key = Key::of(&access.reach, secret.clone())?;
        let mut whole = access.clone();
        // The domain is this target's, not that of all who share the login.
        whole.reach.domain = key.domain.clone();
        Ok(Self {
            access,
            key,
            session: Session::with_secret(&whole, secret, wallet, record)?,
        })
    }

    /// For another target on the same box and account.
    fn shared_with<'b>(
        &self,
        access: &'b Access,
        wallet: &mut Wallet,
        record: Option<&Record>,
    ) -> Result<Made<'b>, Failure> {
        // Nobody is asked twice.
        let secret = match access.source == self.access.source {
            true => self.key.secret.clone(),
            false => wallet.secret(access, record)?,
        };
        let key = Key::of(&access.reach, secret)?;
        key.share(&access.reach, &self.access.reach.label, &self.key)?;
        Ok(Made {
            access,
            key,
            session: self.session.clone(),
        })
    }
}

/// All targets once.
async fn once(sessions: &[Session], mut board: Board) -> Result<Board, Failure> {
    let (mut checks, mut news) = Checks::start(sessions, None);
    while let Some((row, seen)) = news.recv().await {
        if let Some(seen) = seen {
            board.finished(row, seen);
        }
    }
    checks.are_sound()?;
    Ok(board)
}

/// All targets until a key, or the terminal, says that it is enough.
async fn live(sessions: &[Session], mut board: Board, mut screen: Screen) -> Result<(), Failure> {
    let (mut checks, mut news) = Checks::start(sessions, Some(board.interval));
    let mut tick = interval(TICK);
    // As when the connection of the operator breaks off.
    let mut hangup = signal(SignalKind::hangup()).map_err(Failure::failed)?;
    loop {
        screen.draw(&board, checks.now())?;
        tokio::select! {
            event = screen.event() => {
                if on_event(&event?, &mut board, &checks) {
                    return Ok(());
                }
            }
            Some((row, seen)) = news.recv() => match seen {
                None => board.started(row),
                Some(seen) => board.finished(row, seen),
            },
            _ = tick.tick() => checks.are_sound()?,
            _ = hangup.recv() => return Ok(()),
        }
    }
}

/// Whether that was the end.
fn on_event(event: &Event, board: &mut Board, checks: &Checks) -> bool {
    let Event::Key(key) = event else { return false };
    if key.kind == KeyEventKind::Release {
        return false;
    }
    match board.on_key(*key) {
        Action::Quit => return true,
        Action::Check(row) => checks.check_now(row),
        Action::CheckAll => (0..board.rows().len()).for_each(|row| checks.check_now(row)),
        Action::Nothing => {}
    }
    false
}
