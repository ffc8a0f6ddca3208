//! The board: the firmware in QEMU, with the same boxes to watch. QEMU's own
//! network leads it to this host's loopback, and this host to its HTTP server.

use core::time::Duration;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use super::control;
use super::oobwatch::Oobwatch;
use super::sim::{Boxes, demo_dir};
use crate::command::{program, root};

/// Longest wait for the first report of each box.
const PATIENCE: Duration = Duration::from_secs(60);
/// The verdicts of a board that has found both boxes well.
const BOTH_OK: [&str; 2] = [
    "fmc_verdict{target=\"fmc\"} 0\n",
    "fxos_verdict{target=\"fxos\"} 0\n",
];
/// Between two looks.
const LOOK: Duration = Duration::from_millis(100);
/// This host's loopback, for a guest of QEMU's.
const HOST: &str = "10.0.2.2";

/// A board that runs. It ends with the demo.
pub(crate) struct Board {
    qemu: Child,
    /// Host and port of its HTTP server.
    pub(crate) address: String,
    /// Its configuration, which holds passwords.
    config: PathBuf,
}

impl Board {
    /// Has the command make a configuration image, and boots `image` with it.
    pub(crate) fn boot(image: &Path, oobwatch: &Oobwatch, boxes: &Boxes) -> Result<Self> {
        let folder = demo_dir()?;
        let (text, config) = (folder.join("board.toml"), folder.join("config.bin"));
        fs::write(&text, configuration(boxes))
            .with_context(|| format!("could not write {}", text.display()))?;
        oobwatch.firmware_config(&text, &config)?;
        let port = free_port()?;
        let command = program(root().join("firmware/boards/qemu-mps2/run.sh")).arg(image);
        let command = command
            .env("OOBWATCH_CONFIG", &config.to_string_lossy())
            .env(
                "OOBWATCH_NIC",
                &format!("user,hostfwd=tcp:127.0.0.1:{port}-:80"),
            );
        println!("\n$ {command}");
        let mut qemu = command
            .into_command()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("could not start QEMU")?;
        if let Some(console) = qemu.stdout.take() {
            std::thread::spawn(move || {
                let lines = BufReader::new(console).lines().map_while(Result::ok);
                lines.for_each(|line| println!("{line}"));
            });
        }
        let address = format!("127.0.0.1:{port}");
        Ok(Self {
            qemu,
            address,
            config,
        })
    }

    /// Where `/metrics` is.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/metrics", self.address)
    }

    /// What `/metrics` says once each box has been checked; anything but OK is an
    /// error.
    pub(crate) fn metrics(&self) -> Result<String> {
        let start = Instant::now();
        loop {
            let metrics = control::request("GET", &self.url(), "");
            match metrics {
                Ok(metrics) if BOTH_OK.iter().all(|line| metrics.contains(line)) => {
                    return Ok(metrics);
                }
                other if start.elapsed() > PATIENCE => {
                    let said = other.unwrap_or_else(|error| error.to_string());
                    bail!("the board has not found both boxes well:\n{said}");
                }
                _ => std::thread::sleep(LOOK),
            }
        }
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        let _ = self.qemu.kill();
        let _ = self.qemu.wait();
        let _ = fs::remove_file(&self.config);
    }
}

/// Checked too seldom for a session to be kept: each check logs out.
fn configuration(boxes: &Boxes) -> String {
    let mut text = "[firmware]\ncheck_every = 900\n".to_owned();
    for (name, at, password) in [
        ("fmc", &boxes.fmc_session(), Oobwatch::SESSION_PASSWORD),
        ("fxos", &boxes.fxos, Oobwatch::FXOS_PASSWORD),
    ] {
        let port = at.url.rsplit_once(':').map_or("443", |(_, port)| port);
        let (user, certificate) = (&at.user, &at.cert_file);
        text += &format!(
            "\n[credentials.{name}]\nuser = {user:?}\npassword_env = {password:?}\n\
             \n[targets.{name}]\nurl = \"{name}://{HOST}:{port}\"\ncredentials = {name:?}\n\
             certificate = {certificate:?}\n"
        );
    }
    text
}

/// A port of the loopback that nobody listens on.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port")?;
    Ok(listener.local_addr()?.port())
}
