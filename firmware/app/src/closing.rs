//! An orderly end: all sessions are closed before the board is reset.

use core::cell::Cell;

use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embassy_sync::signal::Signal;

/// Whether the end was asked for, and whether it has come.
pub(crate) struct Closing {
    is_asked: Cell<bool>,
    asked: Signal<NoopRawMutex, ()>,
    done: Signal<NoopRawMutex, ()>,
}

impl Closing {
    pub(crate) const fn new() -> Self {
        Self {
            is_asked: Cell::new(false),
            asked: Signal::new(),
            done: Signal::new(),
        }
    }

    pub(crate) fn is_asked(&self) -> bool {
        self.is_asked.get()
    }

    /// Ends when the end is asked for.
    pub(crate) async fn asked(&self) {
        self.asked.wait().await;
    }

    /// Asks for the end.
    pub(crate) fn ask(&self) {
        self.is_asked.set(true);
        self.asked.signal(());
    }

    /// Ends when the end has come.
    pub(crate) async fn has_come(&self) {
        self.done.wait().await;
    }

    pub(crate) fn done(&self) {
        self.done.signal(());
    }
}
