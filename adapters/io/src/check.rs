//! The loop that takes a health check through its requests.

use heapless::String;
use oobwatch_core::check::{Check, MAX_PATH};
use oobwatch_core::error::{Error, TransportError};
use oobwatch_core::exchange::Request;
use oobwatch_core::time::Instant;

use crate::Home;
use crate::drive::send_until;

/// Sends the requests of `check` until it is done. Failures are part of what
/// it reports. It waits for nothing past `end`: a box that is busy until then is
/// reported as that.
///
/// # Cancel safety
/// As [`send`](crate::send); `check` can still be finished, and says that it was cut short.
pub async fn check<H: Home>(home: &H, check: &mut Check, end: Instant) {
    while let Some(path) = next_path(check) {
        let sent = send_until(home, &Request::get(&path), b"", check, end).await;
        let dropped = Error::Transport(TransportError::Dropped);
        check.handle(match sent {
            Ok(response) => Ok(response.status),
            Err(failure) => Err(failure.error().unwrap_or(dropped)),
        });
        if let Some(version) = check.version() {
            home.with_session(|session| session.saw_version(version));
        }
    }
}

/// A copy: while the request is under way, the check takes its answer.
fn next_path(check: &mut Check) -> Option<String<MAX_PATH>> {
    String::try_from(check.request()?.path).ok()
}
