//! `cargo xtask test`: everything that has to hold. What CI runs.

use anyhow::Result;

use crate::command::{Cmd, cargo};
use crate::setup::{self, MCU};
use crate::steps::Steps;
use crate::{bare, firmware, layers, monitoring, rig};

/// What has to build without an operating system.
const WITHOUT_STD: [&str; 3] = ["oobwatch-core", "oobwatch-io", "oobwatch-image"];

/// Packages that the workspace leaves out.
const OUTSIDE: [&str; 2] = ["fuzz/Cargo.toml", "xtask/bare/Cargo.toml"];

/// A workspace of its own. Its default members are what a host can test.
const FIRMWARE: &str = "firmware/Cargo.toml";

pub(crate) fn run() -> Result<()> {
    let mut steps = Steps::default();
    steps.step("set-up", || {
        setup::rust_components()?;
        // The documents' own requests are sent by the documents' own programs.
        setup::debian("curl", "curl")?;
        setup::debian("python3", "python3")?;
        setup::debian("jq", "jq")?;
        setup::debian("kill", "procps")?;
        setup::firmware()
    })?;
    steps.step("format", format)?;
    steps.step("layers", layers::check)?;
    steps.step("lints", || {
        let all = cargo("clippy").args(["--workspace", "--all-targets"]);
        let all = all.args(["--features", "oobwatch-rig/qemu"]);
        all.args(["--", "-D", "warnings"]).run()?;
        let firmware = cargo("clippy").args(["--manifest-path", FIRMWARE, "--locked"]);
        let firmware = firmware.arg("--all-targets");
        firmware.args(["--", "-D", "warnings"]).run()
    })?;
    steps.step("tests", || cargo("test").arg("--workspace").run())?;
    steps.step("firmware, what needs no board", || {
        let all = cargo("test").args(["--manifest-path", FIRMWARE]);
        all.arg("--locked").run()
    })?;
    steps.step("firmware, every board", firmware::build_all)?;
    steps.step("firmware in QEMU", || rig::tests(&[]))?;
    steps.step("monitoring systems", monitoring::run)?;
    steps.step("secrets and defmt", || {
        let core = cargo("test").args(["--package", "oobwatch-core", "--features", "defmt"]);
        core.args(["--test", "compile_fail"]).run()
    })?;
    steps.step("documentation", || {
        let all = cargo("doc").args(["--workspace", "--no-deps"]);
        all.env("RUSTDOCFLAGS", "-D warnings").run()?;
        let firmware = cargo("doc").args(["--manifest-path", FIRMWARE, "--locked", "--no-deps"]);
        firmware.env("RUSTDOCFLAGS", "-D warnings").run()
    })?;
    steps.step("without an operating system", without_std)?;
    steps.step("no panic is left", bare::prove)?;
    steps.step("sizes", bare::size)?;
    println!("\nxtask test: {}", steps.summary());
    Ok(())
}

fn format() -> Result<()> {
    cargo("fmt").args(["--all", "--", "--check"]).run()?;
    let of =
        |manifest| -> Cmd { cargo("fmt").args(["--manifest-path", manifest, "--", "--check"]) };
    OUTSIDE
        .into_iter()
        .try_for_each(|manifest| of(manifest).run())?;
    let firmware = cargo("fmt").args(["--manifest-path", FIRMWARE, "--all"]);
    firmware.args(["--", "--check"]).run()
}

fn without_std() -> Result<()> {
    let packages = WITHOUT_STD.iter().flat_map(|name| ["--package", name]);
    cargo("build").args(["--target", MCU]).args(packages).run()
}
