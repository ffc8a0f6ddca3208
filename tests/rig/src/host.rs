//! The host command, as a process.

use std::io;
use std::path::Path;
use std::process::Stdio;

use oobwatch_sim::Sim;
use tokio::process::Command;

use crate::board::made_before;
use crate::config::Site;

/// What a run of the command came to.
#[derive(Clone, Debug)]
pub struct Ran {
    /// Its exit code.
    pub code: Option<i32>,
    /// What it printed.
    pub out: String,
    /// What it complained about.
    pub err: String,
}

/// Runs the command with the passwords of both boxes, and `home` to itself.
///
/// # Errors
/// It can not be started.
pub async fn run(sim: &Sim, home: &Path, arguments: &[&str]) -> io::Result<Ran> {
    let mut command = Command::new(made_before("OOBWATCH_RIG_COMMAND"));
    command
        .env_clear()
        .env("HOME", home)
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    for site in Site::ALL {
        command.env(site.password(), &site.info(sim).password);
    }
    let output = command.output().await?;
    let text = |bytes| String::from_utf8(bytes).map_err(io::Error::other);
    Ok(Ran {
        code: output.status.code(),
        out: text(output.stdout)?,
        err: text(output.stderr)?,
    })
}
