//! The terminal: ours while we draw on it, as it was when we are gone.

use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::io::{self, IsTerminal as _};
use std::sync::Arc;

use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event};
use tokio::sync::mpsc;

use super::board::{Board, Moment};
use super::view::view;
use crate::exit::{self, Failure};

/// How long the thread that reads keys outlives the screen.
const PATIENCE: Duration = Duration::from_millis(100);

/// The terminal in raw mode, with a thread that reads its keys. On drop it is restored, also
/// where there is a panic; warnings that came meanwhile are printed then.
pub(super) struct Screen {
    terminal: DefaultTerminal,
    colour: bool,
    is_over: Arc<AtomicBool>,
    events: mpsc::UnboundedReceiver<io::Result<Event>>,
}

impl Screen {
    pub(super) fn open() -> Result<Self, Failure> {
        if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
            return Err(Failure::usage(
                "there is no terminal to draw on; use --once for scripts",
            ));
        }
        let terminal = ratatui::try_init();
        let terminal = terminal.map_err(|error| broken(&error))?;
        exit::hold_back();
        let (sender, events) = mpsc::unbounded_channel();
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        std::thread::spawn(move || read_keys(&sender, &over));
        Ok(Self {
            terminal,
            colour: std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
            is_over,
            events,
        })
    }

    pub(super) fn draw(&mut self, board: &Board, now: Moment) -> Result<(), Failure> {
        let colour = self.colour;
        let drawn = self
            .terminal
            .draw(|frame| view(board, now, colour, frame.buffer_mut()));
        drawn.map(drop).map_err(|error| broken(&error))
    }

    /// The next key, or another event. Dropping this loses none.
    pub(super) async fn event(&mut self) -> Result<Event, Failure> {
        match self.events.recv().await {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(broken(&error)),
            None => Err(Failure::failed("the terminal is gone")),
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // A terminal that is gone can not be restored.
        let _ = ratatui::try_restore();
        exit::let_go();
    }
}

fn read_keys(to: &mpsc::UnboundedSender<io::Result<Event>>, is_over: &AtomicBool) {
    while !is_over.load(Ordering::Relaxed) {
        let event = match event::poll(PATIENCE) {
            Ok(false) => continue,
            Ok(true) => event::read(),
            Err(error) => Err(error),
        };
        let is_end = event.is_err();
        if to.send(event).is_err() || is_end {
            return;
        }
    }
}

fn broken(error: &io::Error) -> Failure {
    Failure::Failed(format!("the terminal can not be used: {error}"))
}
