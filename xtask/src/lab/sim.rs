//! The simulator as a process: started, asked, and ended with the demo.

use core::time::Duration;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::mpsc;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::control;
use crate::command::{program, target_dir};

/// Longest wait until it is ready: it may have to make two RSA keys first.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the demo's files are: certificates and a configuration, no secrets.
pub(crate) fn demo_dir() -> Result<PathBuf> {
    let dir = target_dir().join("demo");
    fs::create_dir_all(&dir).with_context(|| format!("could not make {}", dir.display()))?;
    Ok(dir)
}

/// A box as the simulator announces it.
pub(crate) struct Announced {
    pub(crate) url: String,
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) pin: String,
    /// Its certificate, in PEM.
    pub(crate) cert_file: String,
}

/// What the simulator says when it is ready.
pub(crate) struct Boxes {
    pub(crate) fmc: Announced,
    pub(crate) fxos: Announced,
    control: String,
}

pub(crate) struct Sim {
    child: Child,
    boxes: Boxes,
}

/// A second account of the FMC.
const SESSION_USER: &str = "demo-session";
/// Its password.
const SESSION_PASSWORD: &str = "demo session password";

impl Sim {
    /// Starts it and waits for its one line.
    pub(crate) fn start() -> Result<Self> {
        let path = target_dir().join("debug").join("oobwatch-sim");
        let certificates = demo_dir()?;
        let mut command = program(path)
            .arg("--cert-dir")
            .arg(certificates)
            .into_command();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("could not start the simulator")?;
        let line = first_line(&mut child);
        let boxes = line.and_then(|line| Boxes::parse(&line));
        let sim = match boxes {
            Ok(boxes) => Self { child, boxes },
            Err(error) => {
                stop(&mut child);
                return Err(error);
            }
        };
        sim.add_account()?;
        Ok(sim)
    }

    /// Merges switches into those that it has.
    pub(crate) fn switch(&self, scenario: &str) -> Result<()> {
        self.control("POST", "/scenario", scenario).map(drop)
    }

    /// The FMC forgets all sessions, as after a login of the same user elsewhere.
    pub(crate) fn end_sessions(&self) -> Result<()> {
        self.control("POST", "/end-sessions?box=fmc", "").map(drop)
    }

    fn add_account(&self) -> Result<()> {
        let announced = &self.boxes.fmc;
        let scenario = json!({"fmc": {"accounts": [
            {"user": announced.user, "password": announced.password},
            {"user": SESSION_USER, "password": SESSION_PASSWORD},
        ]}});
        self.control("POST", "/scenario", &scenario.to_string())
            .map(drop)
    }

    pub(crate) const fn boxes(&self) -> &Boxes {
        &self.boxes
    }

    /// Lets virtual time pass.
    pub(crate) fn advance(&self, seconds: u32) -> Result<()> {
        println!("\n… {} virtual minutes later", seconds / 60);
        self.control("POST", &format!("/advance?seconds={seconds}"), "")
            .map(drop)
    }

    /// What it has counted.
    pub(crate) fn state(&self) -> Result<Value> {
        let state = self.control("GET", "/state", "")?;
        serde_json::from_str(&state).context("the simulator's state is not JSON")
    }

    fn control(&self, method: &str, path: &str, body: &str) -> Result<String> {
        control::request(method, &format!("{}{path}", self.boxes.control), body)
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

fn stop(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

fn first_line(child: &mut Child) -> Result<String> {
    let stdout = child.stdout.take().context("the simulator has no output")?;
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let _ = BufReader::new(stdout).read_line(&mut line);
        let _ = sender.send(line);
    });
    receiver
        .recv_timeout(PATIENCE)
        .context("the simulator did not say that it is ready")
}

impl Boxes {
    /// The FMC by its second account: one account, one session.
    pub(crate) fn fmc_session(&self) -> Announced {
        Announced {
            url: self.fmc.url.clone(),
            user: SESSION_USER.to_owned(),
            password: SESSION_PASSWORD.to_owned(),
            pin: self.fmc.pin.clone(),
            cert_file: self.fmc.cert_file.clone(),
        }
    }

    fn parse(line: &str) -> Result<Self> {
        let said: Value = serde_json::from_str(line)
            .with_context(|| format!("the simulator's first line is not JSON: {line:?}"))?;
        let text = |value: &Value, name: &str| {
            let text = value[name].as_str().map(str::to_owned);
            text.with_context(|| format!("the simulator did not give {name}"))
        };
        let announced = |name: &str| -> Result<Announced> {
            let said = &said[name];
            Ok(Announced {
                url: text(said, "url")?,
                user: text(said, "user")?,
                password: text(said, "password")?,
                pin: text(said, "pin")?,
                cert_file: text(said, "cert_file")?,
            })
        };
        Ok(Self {
            fmc: announced("fmc")?,
            fxos: announced("fxos")?,
            control: text(&said, "control")?.trim_end_matches('/').to_owned(),
        })
    }
}
