//! What a fresh machine lacks: installed where that is ours to do, else named
//! with the exact command.

mod libclang;
mod prometheus;

use std::path::Path;

use anyhow::{Result, bail};

use crate::command::{Cmd, cargo, program};

pub(crate) use prometheus::Prometheus;

/// The microcontroller that everything below the host adapters builds for.
pub(crate) const MCU: &str = "thumbv7em-none-eabi";

/// The microcontrollers of `firmware/boards`: without a floating-point unit (what
/// QEMU's board is built for), Cortex-M4F and M7F, Cortex-M33.
const BOARDS: [&str; 3] = [MCU, "thumbv7em-none-eabihf", "thumbv8m.main-none-eabihf"];

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

/// What building and booting the firmware takes: a C compiler with CMake and
/// Ninja for Mbed TLS, libclang for its bindings, the targets of the boards, and
/// QEMU for the board that runs in tests.
pub(crate) fn firmware() -> Result<()> {
    for target in BOARDS {
        rust_target(target)?;
    }
    debian_packages(&[
        ("clang", on_path("clang")),
        ("cmake", on_path("cmake")),
        ("libclang-dev", libclang::is_there()),
        ("ninja-build", on_path("ninja")),
        ("qemu-system-arm", on_path("qemu-system-arm")),
    ])
}

/// A program of a Debian package.
pub(crate) fn debian(name: &str, package: &str) -> Result<()> {
    debian_packages(&[(package, on_path(name))])
}

/// Installs the packages that are not there. Without root (or apt-get), says what
/// to run.
fn debian_packages(packages: &[(&str, bool)]) -> Result<()> {
    let missing: Vec<&str> = packages
        .iter()
        .filter_map(|(package, there)| (!there).then_some(*package))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    if !on_path("apt-get") || !is_root() {
        bail!("missing: {names}; on Debian or Ubuntu:\n    sudo apt-get install --yes {names}");
    }
    let install = || apt().args(["install", "--yes", "--no-install-recommends"]);
    println!("   missing: {names}: {}", install().args(&missing));
    if install().args(&missing).succeeds() {
        return Ok(());
    }
    apt().arg("update").run()?;
    install().args(&missing).run()
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
