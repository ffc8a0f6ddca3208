//! `unlock`, `reboot`, `factory-reset`.

use core::pin::pin;

use embassy_time::{Duration, Instant, with_timeout};
use embedded_io_async::{Read, Write};

use super::line::Line;
use super::{Console, Ending, TICK};
use crate::board::ConfigStore;

/// For the check that is under way, and a logout from each box. After that the
/// sessions that are still open are left, and counted at the next start.
const LOGOUTS: Duration = Duration::from_secs(240);

impl<S: Read + Write, C: ConfigStore> Console<'_, S, C> {
    /// Lets a credential that was refused be tried again.
    pub(super) async fn unlock(&mut self, name: &str) {
        match self.state.unlock(name) {
            None => self.terminal.say(&"there is no such credential").await,
            Some(Ok(0)) => {
                let line = "it was not refused; there is nothing to unlock";
                self.terminal.say(&line).await;
            }
            Some(Ok(count)) => {
                let line = format_args!("it may be tried again; forgotten: {count} refused logins");
                self.terminal.say(&line).await;
            }
            Some(Err(_)) => {
                let line = "it may be tried again, but that could not be written down";
                self.terminal.say(&line).await;
            }
        }
    }

    pub(super) async fn reboot(&mut self) -> Ending {
        self.log_out().await;
        Ending::Reboot
    }

    /// Asks again, and erases.
    pub(super) async fn factory_reset(&mut self, line: &mut Line) -> Option<Ending> {
        let question = "this erases the configuration, with all credentials; to go on, type again: factory-reset";
        self.terminal.say(&question).await;
        let is_read = self.read(line, true).await;
        if !is_read || line.text().map(str::trim) != Ok("factory-reset") {
            self.terminal.say(&"nothing was erased").await;
            return None;
        }
        if self.store.erase().await.is_err() {
            let line = "the storage could not be erased; the configuration in use stays";
            self.terminal.say(&line).await;
            return None;
        }
        self.log_out().await;
        Some(Ending::Wipe)
    }

    /// Ends all sessions, as far as the boxes answer in time.
    async fn log_out(&mut self) {
        self.terminal.say(&"logging out").await;
        let mut closed = pin!(self.state.close());
        let end = Instant::now() + LOGOUTS;
        while Instant::now() < end && with_timeout(TICK, closed.as_mut()).await.is_err() {
            self.state.progress.console.set();
        }
        self.terminal.say(&"restarting").await;
    }
}
