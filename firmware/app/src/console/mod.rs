//! The serial console: a line at a time, for whoever holds the board.
//!
//! Input is only ever a whole line; one that is too long, damaged or not
//! understood changes nothing. Secrets can be given and never be read: they are
//! not echoed, and nothing here prints one.

mod base64;
mod change;
mod command;
mod import;
mod leave;
mod line;
mod network;
mod pages;
mod reply;
mod status;
mod terminal;

use core::fmt;

use embassy_net::Stack;
use embassy_time::{Duration, Instant};
use embedded_io_async::{Read, Write};
use oobwatch_image::{Change, Image};

use crate::board::ConfigStore;
use crate::{State, slot};
use command::{Command, More};
use line::{Key, Line};
use network::Network;
use reply::Reply;
use terminal::Terminal;

/// So often the network is looked at, and the supervisor hears of this task.
const TICK: Duration = Duration::from_millis(500);

/// A secret that is asked for may take so long to come: what is typed for somebody
/// else's question would be lost on it.
const PROMPT: Duration = Duration::from_secs(60);

/// Changes to the configuration of at most so many bytes.
type Draft = oobwatch_image::Draft<'static, 768>;

/// What this console has put into the spare slot.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Saved {
    Nothing,
    /// The draft.
    Draft,
    /// An image that was imported; the draft has nothing to do with it.
    Import,
}

/// What the board is to do when the [console] ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Ending {
    /// Reset itself, for [`ResetReason::Software`](crate::board::ResetReason).
    Reboot,
    /// Erase the slot in use as well (the spare is erased), then reset itself.
    Wipe,
}

/// Serves the console on `serial` until it wants the board reset. The board has
/// written its banner; `board` is its name there. `stack` is `None` where there is no network to be had.
///
/// Reading from `serial` must be cancel-safe. An error of it counts as lost
/// input.
pub async fn console<S: Read + Write, C: ConfigStore>(
    state: &'static State,
    stack: Option<Stack<'static>>,
    board: &'static str,
    serial: S,
    store: &mut C,
) -> Ending {
    let mut console = Console {
        state,
        stack,
        board,
        terminal: Terminal::new(serial, &state.progress.console),
        network: None,
        store,
        draft: state.image.ok().map(Draft::new),
        saved: Saved::Nothing,
    };
    let mut line = Line::new();
    loop {
        let reply = match console.read(&mut line, true).await {
            Ok(()) => match console.obey(&mut line).await {
                Ok(reply) => reply,
                Err(ending) => return ending,
            },
            Err(reply) => reply,
        };
        line.clear();
        if !matches!(reply, Reply::Nothing) {
            console.terminal.say(&reply).await;
        }
        console.terminal.write(b"> ").await;
    }
}

struct Console<'a, S, C> {
    state: &'static State,
    stack: Option<Stack<'static>>,
    board: &'static str,
    terminal: Terminal<S>,
    /// The network as it was told last.
    network: Option<Network>,
    store: &'a mut C,
    /// `None` where there is no configuration to change.
    draft: Option<Draft>,
    saved: Saved,
}

impl<S: Read + Write, C: ConfigStore> Console<'_, S, C> {
    async fn banner(&mut self) {
        let (state, board) = (self.state, self.board);
        self.terminal
            .print(&|out| status::banner(out, state, board))
            .await;
    }

    /// Reads a line, or says why there is none. Shows what is typed only with
    /// `echo`.
    async fn read(&mut self, line: &mut Line, echo: bool) -> Result<(), Reply> {
        line.clear();
        let mut heard = Instant::now();
        loop {
            self.state.progress.console.set();
            let was_gone = self.terminal.is_gone();
            let Some(byte) = self.terminal.byte(TICK).await else {
                if !echo && heard.elapsed() > PROMPT {
                    return Err(Reply::Text("nothing came"));
                }
                if line.is_empty() && echo {
                    self.tell_network().await;
                }
                continue;
            };
            heard = Instant::now();
            if was_gone {
                self.banner().await;
            }
            let key = line.key(byte);
            if echo || matches!(key, Key::Enter | Key::Interrupt) {
                self.echo(key).await;
            }
            match key {
                Key::Enter => return self.check(line),
                Key::Interrupt => return Err(Reply::Nothing),
                Key::Nothing | Key::Put(_) | Key::Erased(_) => {}
            }
        }
    }

    async fn echo(&mut self, key: Key) {
        match key {
            Key::Put(byte) => self.terminal.write(&[byte]).await,
            Key::Erased(count) => {
                for _ in 0..count {
                    self.terminal.write(b"\x08 \x08").await;
                }
            }
            Key::Enter => self.terminal.write(b"\r\n").await,
            Key::Interrupt => self.terminal.write(b"^C\r\n").await,
            Key::Nothing => {}
        }
    }

    fn check(&mut self, line: &Line) -> Result<(), Reply> {
        if self.terminal.has_lost() {
            return Err(Reply::Text("input was lost; type the line again"));
        }
        line.text().map(|_| ()).map_err(Reply::BadLine)
    }

    /// Tells how the network stands, if that has changed.
    async fn tell_network(&mut self) {
        let network = Network::of(self.stack);
        if self.network.as_ref() != Some(&network) {
            self.terminal.say(&network).await;
            self.network = Some(network);
        }
    }

    /// The generation of a configuration that the next start will use.
    fn waiting(&self) -> Option<u32> {
        let in_use = self.state.image.map(Image::generation).ok();
        let waiting = slot::generation(self.store.spare()).ok();
        waiting.filter(|waiting| Some(*waiting) > in_use)
    }

    /// Says which configuration the next start will use, if it is another one.
    fn tell_waiting(&self) -> Reply {
        self.waiting().map_or(Reply::Nothing, Reply::Waits)
    }

    async fn obey(&mut self, line: &mut Line) -> Result<Reply, Ending> {
        let more = match self.answer(line.text().unwrap_or_default()) {
            Ok(more) => more,
            Err(reply) => return Ok(reply),
        };
        let reply = match more {
            More::Help => {
                let help = |out: &mut dyn fmt::Write| out.write_str(command::HELP);
                self.terminal.print(&help).await;
                Reply::Nothing
            }
            More::Status => self.status().await,
            More::Show => self.show().await,
            More::Ask(ask) => self.ask(ask, line).await,
            More::Save => self.save(line).await,
            More::Discard => self.discard().await,
            More::Import => self.import(line).await,
            More::Reboot => {
                self.log_out().await;
                return Err(Ending::Reboot);
            }
            More::FactoryReset => return self.factory_reset(line).await,
        };
        Ok(reply)
    }

    /// Does what takes no time, or says what is to be done.
    fn answer(&mut self, line: &str) -> Result<More<'static>, Reply> {
        let command = Command::parse(line).map_err(Reply::Misuse)?;
        Err(match command {
            Command::Nothing => Reply::Nothing,
            Command::Set(change) => self.change(&change),
            Command::Syslogs(syslogs) => self.change(&Change::Syslogs(&syslogs)),
            Command::TimeServers(servers) => self.change(&Change::TimeServers(&servers)),
            Command::Unlock(name) => self.unlock(name),
            Command::More(more) => return self.known(more),
        })
    }

    async fn status(&mut self) -> Reply {
        let state = self.state;
        self.banner().await;
        self.network = None;
        self.tell_network().await;
        self.terminal.print(&|out| status::write(out, state)).await;
        self.tell_waiting()
    }
}
