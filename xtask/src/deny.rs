//! `cargo xtask deny`: licences, sources and bans of `deny.toml`.

use anyhow::{Result, bail};

use crate::command::cargo;

pub(crate) fn run() -> Result<()> {
    if !cargo("deny").arg("--version").succeeds() {
        bail!("cargo-deny is missing; install it with\n    cargo install cargo-deny --locked");
    }
    cargo("deny")
        .args(["check", "licenses", "bans", "sources"])
        .run()?;
    // The list of advisories is fetched from elsewhere, which not every network lets through.
    if let Err(error) = cargo("deny").args(["check", "advisories"]).run() {
        println!("advisories: not clean, or not to be had here: {error:#}");
    }
    Ok(())
}
