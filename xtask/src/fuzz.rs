//! `cargo xtask fuzz`: each target of `fuzz/` for a while.

use anyhow::{Context as _, Result, bail};

use crate::command::{cargo, program};

const INSTALL: &str = "fuzzing needs a nightly toolchain and cargo-fuzz; install them with
    rustup toolchain install nightly --profile minimal
    cargo install cargo-fuzz --locked";

pub(crate) fn run(seconds: &str) -> Result<()> {
    let seconds: u32 = seconds
        .parse()
        .with_context(|| format!("{seconds:?} is no number"))?;
    let nightly = program("rustc").arg("+nightly").arg("--version").succeeds();
    if !nightly || !cargo("fuzz").arg("--version").succeeds() {
        bail!("{INSTALL}");
    }
    let fuzz = |subcommand: &str| program("cargo").args(["+nightly", "fuzz", subcommand]);
    for target in fuzz("list").read()?.lines() {
        println!("\n== {target}, {seconds} s");
        fuzz("run")
            .args([target, "--", &format!("-max_total_time={seconds}")])
            .run()?;
    }
    Ok(())
}
