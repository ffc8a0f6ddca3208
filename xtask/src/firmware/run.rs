//! `cargo xtask firmware run`: in QEMU, or on hardware by a probe.

use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};

use super::board::{Board, QEMU};
use super::config::Config;
use super::probe::Probe;
use crate::command::{Cmd, program, root};
use crate::setup;

pub(super) fn run(board: &Board, config: Option<&Path>, port: Option<u16>) -> Result<()> {
    if *board == QEMU {
        let config = Config::read(config)?;
        setup::firmware()?;
        return in_qemu(&board.build()?, config, port);
    }
    if config.is_some() || port.is_some() {
        bail!(
            "--config and --port are QEMU's; a configuration goes onto the board by\n    \
             cargo xtask firmware flash {} --config FILE",
            board.name
        );
    }
    let probe = Probe::of(board)?;
    setup::firmware()?;
    attended(probe.cmd("run").arg(board.build()?))
}

fn in_qemu(image: &Path, config: Option<Config>, port: Option<u16>) -> Result<()> {
    let port = port.map_or_else(free_port, Ok)?;
    println!("   http://127.0.0.1:{port}/ once it has an address; Ctrl-C ends it\n");
    let nic = format!("user,hostfwd=tcp:127.0.0.1:{port}-:80");
    let mut qemu = program(root().join("firmware/boards/qemu-mps2/run.sh"))
        .arg(image)
        .env("OOBWATCH_NIC", &nic);
    if let Some(config) = config {
        let path = config
            .path
            .to_str()
            .context("the path of --config is not UTF-8")?;
        qemu = qemu.env("OOBWATCH_CONFIG", path);
    }
    attended(qemu)
}

/// Runs it for as long as it likes, with somebody at the keyboard.
fn attended(cmd: Cmd) -> Result<()> {
    let shown = cmd.to_string();
    let status = cmd.into_command().stdin(Stdio::inherit()).status();
    let status = status.with_context(|| format!("could not start: {shown}"))?;
    if !status.success() {
        bail!("{status}; to repeat it:\n    {shown}");
    }
    Ok(())
}

/// A port of the loopback that nobody listens on.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port")?;
    Ok(listener.local_addr()?.port())
}
