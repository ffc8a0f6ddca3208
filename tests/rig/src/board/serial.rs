//! The board's console, and what QEMU itself complains about.

use core::fmt;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::net::unix::OwnedWriteHalf;
use tokio::process::Child;

use super::tester::connect;

/// What was written so far.
#[derive(Clone, Default)]
pub struct Serial(Arc<Mutex<Vec<u8>>>);

impl Serial {
    /// Takes in all that `qemu` writes, for as long as it runs.
    pub(super) fn capture(qemu: &mut Child) -> Self {
        let serial = Self::default();
        if let Some(out) = qemu.stdout.take() {
            tokio::spawn(serial.clone().follow(out));
        }
        if let Some(err) = qemu.stderr.take() {
            tokio::spawn(serial.clone().follow(err));
        }
        serial
    }

    /// Takes in what comes from the console at `path` as well, and gives its other
    /// direction.
    pub(super) async fn connect(&self, path: &Path) -> io::Result<OwnedWriteHalf> {
        let (from, to) = connect(path, self).await?.into_split();
        tokio::spawn(self.clone().follow(from));
        Ok(to)
    }

    async fn follow(self, mut from: impl AsyncRead + Unpin) {
        let mut buffer = [0; 1_024];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.extend_from_slice(&buffer[..length]);
        }
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        f.write_str(&String::from_utf8_lossy(&all).replace('\r', ""))
    }
}
