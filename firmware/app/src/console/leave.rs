//! `unlock`, `reboot`, `factory-reset`.

use core::pin::pin;

use embassy_time::{Duration, Instant, with_timeout};
use embedded_io_async::{Read, Write};

use super::line::Line;
use super::reply::Reply;
use super::{Console, Ending, TICK};
use crate::board::ConfigStore;

/// For the check that is under way, and a logout from each box. After that the
/// sessions that are still open are left, and counted at the next start.
const LOGOUTS: Duration = Duration::from_secs(240);

const QUESTION: &str =
    "this erases the configuration, with all credentials; to go on, type again: factory-reset";

impl<S: Read + Write, C: ConfigStore> Console<'_, S, C> {
    /// Lets a credential that was refused be tried again.
    pub(super) fn unlock(&self, name: &str) -> Reply {
        match self.state.unlock(name) {
            None => Reply::Text("there is no such credential"),
            Some(Ok(0)) => Reply::Text("it was not refused; there is nothing to unlock"),
            Some(Ok(count)) => Reply::Unlocked(count),
            Some(Err(_)) => {
                Reply::Text("it may be tried again, but that could not be written down")
            }
        }
    }

    /// Asks again, and erases.
    pub(super) async fn factory_reset(&mut self, line: &mut Line) -> Result<Reply, Ending> {
        self.terminal.say(&QUESTION).await;
        let is_read = self.read(line, true).await.is_ok();
        if !is_read || line.text().map(str::trim_ascii) != Ok("factory-reset") {
            return Ok(Reply::Text("nothing was erased"));
        }
        if self.store.erase().await.is_err() {
            return Ok(Reply::Text(
                "the storage could not be erased; the configuration in use stays",
            ));
        }
        self.log_out().await;
        Err(Ending::Wipe)
    }

    /// Ends all sessions, as far as the boxes answer in time.
    pub(super) async fn log_out(&mut self) {
        self.terminal.say(&"logging out").await;
        let mut closed = pin!(self.state.close());
        let end = Instant::now() + LOGOUTS;
        while Instant::now() < end && with_timeout(TICK, closed.as_mut()).await.is_err() {
            self.state.progress.console.set();
        }
        self.terminal.say(&"restarting").await;
    }
}
