//! QEMU's monitor (QMP), for the cable.

use std::io;
use std::path::Path;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;

use super::Serial;
use super::tester::connect;

/// The name of QEMU's end of the cable.
pub(super) const CABLE: &str = "cable";

pub(super) struct Qmp(BufReader<UnixStream>);

impl Qmp {
    pub(super) async fn connect(path: &Path, serial: &Serial) -> io::Result<Self> {
        let mut qmp = Self(BufReader::new(connect(path, serial).await?));
        qmp.execute(&json!({"execute": "qmp_capabilities"})).await?;
        Ok(qmp)
    }

    pub(super) async fn set_link(&mut self, up: bool) -> io::Result<()> {
        let arguments = json!({"name": CABLE, "up": up});
        self.execute(&json!({"execute": "set_link", "arguments": arguments}))
            .await
    }

    async fn execute(&mut self, command: &Value) -> io::Result<()> {
        self.0.write_all(format!("{command}\n").as_bytes()).await?;
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let said: Value = serde_json::from_str(&line)?;
            if said.get("return").is_some() {
                return Ok(());
            }
            if let Some(error) = said.get("error") {
                return Err(io::Error::other(format!("{command}: {error}")));
            }
        }
    }
}
