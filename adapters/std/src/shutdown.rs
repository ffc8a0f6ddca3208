//! Work that ends when the process is told to.

use core::fmt;
use core::future::Future;

/// The process was told to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interrupted {
    /// By SIGINT: somebody pressed Ctrl-C.
    CtrlC,
    /// By SIGTERM.
    Terminate,
}

impl Interrupted {
    /// The exit code that a shell expects: 128 and the number of the signal.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::CtrlC => 130,
            Self::Terminate => 143,
        }
    }
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CtrlC => "interrupted",
            Self::Terminate => "terminated",
        })
    }
}

impl core::error::Error for Interrupted {}

/// Runs `work` until it ends, or until Ctrl-C or SIGTERM: `work` is dropped
/// then, and the caller goes on to [`Client::close`](crate::Client::close).
///
/// From the first call on, these signals no longer end the process by
/// themselves.
///
/// # Errors
/// [`Interrupted`], if `work` did not come to its end.
pub async fn until_interrupted<T>(work: impl Future<Output = T>) -> Result<T, Interrupted> {
    tokio::select! {
        output = work => Ok(output),
        signal = signalled() => Err(signal),
    }
}

#[cfg(unix)]
async fn signalled() -> Interrupted {
    use tokio::signal::unix::{SignalKind, signal};
    let streams = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    );
    let (Ok(mut interrupt), Ok(mut terminate)) = streams else {
        tracing::warn!("signals can not be caught here; sessions are not closed on Ctrl-C");
        return core::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => Interrupted::CtrlC,
        _ = terminate.recv() => Interrupted::Terminate,
    }
}

#[cfg(not(unix))]
async fn signalled() -> Interrupted {
    if tokio::signal::ctrl_c().await.is_err() {
        return core::future::pending().await;
    }
    Interrupted::CtrlC
}
