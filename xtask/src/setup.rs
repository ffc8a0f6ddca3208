//! What a fresh machine lacks: installed where that is ours to do, else named
//! with the exact command.

use std::path::Path;

use anyhow::{Result, bail};

use crate::command::{Cmd, cargo, program};

/// The microcontroller that everything below the host adapters builds for.
pub(crate) const MCU: &str = "thumbv7em-none-eabi";

/// The standard library for a target.
pub(crate) fn rust_target(target: &str) -> Result<()> {
    let installed = program("rustc")
        .args(["--print", "target-libdir", "--target", target])
        .read()
        .is_ok_and(|dir| Path::new(dir.trim()).is_dir());
    if installed {
        return Ok(());
    }
    by_rustup(
        &["target", "add", target],
        &format!("the Rust target {target}"),
    )
}

/// `cargo fmt` and `cargo clippy`.
pub(crate) fn rust_components() -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if !cargo(subcommand).arg("--version").succeeds() {
            by_rustup(&["component", "add", component], component)?;
        }
    }
    Ok(())
}

fn by_rustup(args: &[&str], what: &str) -> Result<()> {
    if !program("rustup").arg("--version").succeeds() {
        bail!("{what} is missing, and so is rustup; install {what} as this toolchain was");
    }
    let install = program("rustup").args(args);
    println!("   {what} is missing: {install}");
    install.run()
}

/// A program of a Debian package. Without root (or apt-get), says what to run.
pub(crate) fn debian(name: &str, package: &str) -> Result<()> {
    if on_path(name) {
        return Ok(());
    }
    let install = || apt().args(["install", "--yes", "--no-install-recommends", package]);
    if !on_path("apt-get") || !is_root() {
        bail!("{name} is missing; on Debian or Ubuntu:\n    sudo apt-get install --yes {package}");
    }
    println!("   {name} is missing: {}", install());
    if install().succeeds() {
        return Ok(());
    }
    apt().arg("update").run()?;
    install().run()
}

fn apt() -> Cmd {
    program("apt-get").env("DEBIAN_FRONTEND", "noninteractive")
}

fn is_root() -> bool {
    program("id")
        .arg("-u")
        .read()
        .is_ok_and(|id| id.trim() == "0")
}

/// Whether a program of this name can be found.
pub(crate) fn on_path(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| dir.join(name).is_file())
}
