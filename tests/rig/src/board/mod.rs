//! The firmware in QEMU: started, reset, unplugged, and ended with the test.

mod qmp;
mod serial;
mod tester;

use core::net::{Ipv4Addr, SocketAddrV4};
use core::time::Duration;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::AsyncWriteExt as _;
use tokio::net::unix::OwnedWriteHalf;
use tokio::process::{Child, Command};
use tokio::time::timeout;

pub use serial::Serial;
pub use tester::Peaks;

use crate::gateway::{Connector, Gateway};
use crate::http;
use qmp::Qmp;
use tester::Tester;

/// What starts QEMU, as for people.
const RUN: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../firmware/boards/qemu-mps2/run.sh"
);

/// Where the board serves HTTP.
const HTTP: u16 = 80;
/// For an answer of the board's.
const ANSWER: Duration = Duration::from_secs(10);

/// A board that runs, behind a gateway of its own. Both end when it is dropped.
pub struct Board {
    /// What the board finds on its Ethernet.
    pub gateway: Gateway,
    /// What it has written to its console.
    pub serial: Serial,
    keyboard: OwnedWriteHalf,
    /// Its address, where it has the one that it was given.
    address: Ipv4Addr,
    qmp: Qmp,
    tester: Tester,
    /// Killed when it is dropped.
    _qemu: Child,
}

impl Board {
    /// Boots `image`, with a configuration or none, at the other end of the cable of
    /// `gateway`. `folder` is for QEMU's sockets.
    ///
    /// # Errors
    /// QEMU does not start.
    pub async fn boot(
        image: &Path,
        config: Option<&Path>,
        (gateway, cable): (Gateway, OwnedFd),
        address: Ipv4Addr,
        folder: &Path,
    ) -> io::Result<Self> {
        let [console, qmp, tester] = ["console", "qmp", "tester"].map(|name| folder.join(name));
        let mut command = Command::new(RUN);
        command
            .arg(image)
            .envs(config.map(|config| ("OOBWATCH_CONFIG", config)))
            // QEMU waits with the board's start until somebody listens.
            .env(
                "OOBWATCH_SERIAL",
                format!("unix:{},server=on,wait=on", console.display()),
            )
            // QEMU's end of the cable is its standard input.
            .env("OOBWATCH_NIC", format!("socket,fd=0,id={}", qmp::CABLE))
            .env("OOBWATCH_QEMU", sockets(&qmp, &tester))
            .stdin(Stdio::from(cable))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut qemu = command.spawn()?;
        let serial = Serial::capture(&mut qemu);
        Ok(Self {
            keyboard: serial.connect(&console).await?,
            gateway,
            qmp: Qmp::connect(&qmp, &serial).await?,
            tester: Tester::connect(&tester, &serial).await?,
            serial,
            address,
            _qemu: qemu,
        })
    }

    /// Plugs the Ethernet cable in, or out, and waits until the board has seen it.
    ///
    /// # Errors
    /// QEMU refuses.
    pub async fn set_link(&mut self, up: bool) -> io::Result<()> {
        self.qmp.set_link(up).await?;
        self.tester.leap(Duration::ZERO).await
    }

    /// Moves the board's clock on, and waits until its tasks have done what is due by
    /// then.
    ///
    /// # Errors
    /// The board does not obey.
    pub async fn leap(&mut self, by: Duration) -> io::Result<()> {
        self.tester.leap(by).await
    }

    /// The most memory that was in use so far.
    ///
    /// # Errors
    /// The board does not answer.
    pub async fn peaks(&mut self) -> io::Result<Peaks> {
        self.tester.peaks().await
    }

    /// Has the board hang, until its watchdog resets it.
    ///
    /// # Errors
    /// The board is not there.
    pub async fn hang(&mut self) -> io::Result<()> {
        self.tester.order(b'x').await
    }

    /// Types at the board's console.
    ///
    /// # Errors
    /// The board is not there.
    pub async fn type_in(&mut self, text: &str) -> io::Result<()> {
        self.keyboard.write_all(text.as_bytes()).await
    }

    /// Resets the board. What it has in retained memory stays.
    ///
    /// # Errors
    /// The board is not there.
    pub async fn reset(&mut self) -> io::Result<()> {
        self.tester.order(b'r').await
    }

    /// What the board's HTTP server answers.
    ///
    /// # Errors
    /// It does not, or not with 200.
    pub async fn get(&self, path: &str) -> io::Result<String> {
        let answered = timeout(ANSWER, async {
            let stream = self.connector().connect().await?;
            http::get(stream, self.address, path).await
        });
        answered.await.map_err(io::Error::from)?
    }

    /// What connects to the board's HTTP server.
    #[must_use]
    pub fn connector(&self) -> Connector {
        self.gateway
            .connector(SocketAddrV4::new(self.address, HTTP))
    }
}

/// Options for sockets that QEMU makes.
fn sockets(qmp: &Path, tester: &Path) -> String {
    let socket = |path: &Path| format!("unix:{},server=on,wait=off", path.display());
    format!("-serial {} -qmp {}", socket(tester), socket(qmp))
}

/// What a test needs that cargo does not give it.
///
/// # Panics
/// If the variable is not set.
#[must_use]
pub fn made_before(variable: &str) -> PathBuf {
    match std::env::var_os(variable) {
        Some(path) => path.into(),
        None => {
            panic!("{variable} is not set; `cargo xtask rig` builds what is needed, and sets it")
        }
    }
}
