//! The exporter as a process: started, and ended with its user.

use std::fs::File;
use std::net::TcpListener;
use std::process::{Child, Stdio};

use anyhow::{Context as _, Result};

use super::oobwatch::Oobwatch;
use super::sim::demo_dir;

/// An exporter that runs. It ends with this value.
pub(crate) struct Exporter {
    child: Child,
    /// Host and port.
    pub(crate) address: String,
}

impl Exporter {
    /// Starts it for the boxes of `oobwatch`. It may not listen yet. Its log is a file.
    pub(crate) fn start(oobwatch: &Oobwatch) -> Result<Self> {
        let address = TcpListener::bind(("127.0.0.1", 0))?
            .local_addr()?
            .to_string();
        let command = oobwatch.command(&["exporter", "--listen", &address]);
        let log = demo_dir()?.join("exporter.log");
        let child = command
            .into_command()
            .stdin(Stdio::null())
            .stderr(File::create(&log).with_context(|| format!("no {}", log.display()))?)
            .spawn()
            .context("could not start the exporter")?;
        Ok(Self { child, address })
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
