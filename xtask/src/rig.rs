//! `cargo xtask rig`: the firmware in QEMU against the simulator, with all that
//! takes built before.

use anyhow::Result;

use crate::command::{Cmd, cargo, target_dir};
use crate::{firmware, setup};

/// Sets up what is needed, and runs the tests that `args` names; without any, all.
pub(crate) fn run(args: &[String]) -> Result<()> {
    setup::firmware()?;
    tests(args)
}

/// Prints what a check takes of QEMU's board, in memory and instructions.
pub(crate) fn figures() -> Result<()> {
    let run = cargo("run").args(["--quiet", "--package", "oobwatch-rig"]);
    prepared(run.args(["--example", "figures"]))?
        .env("OOBWATCH_ICOUNT", "1")
        .env("OOBWATCH_ONCE", "1")
        .run()
}

/// Runs the tests, without the set-up.
pub(crate) fn tests(args: &[String]) -> Result<()> {
    prepared(the_tests(args))?.run()
}

/// Has a board check each box so many times in one boot.
pub(crate) fn cycles(count: u32) -> Result<()> {
    let cycles = the_tests(&["cycles".to_owned(), "--nocapture".to_owned()]);
    prepared(cycles)?
        .env("OOBWATCH_RIG_CYCLES", &count.to_string())
        .run()
}

/// More than one to a core: boards wait most of the time.
fn the_tests(args: &[String]) -> Cmd {
    let tests = cargo("test").args(["--package", "oobwatch-rig", "--features", "qemu"]);
    let tests = tests.args(["--test", "qemu", "--", "--test-threads", "4"]);
    tests.args(args)
}

/// `rig`, with the image and the host command that it needs.
fn prepared(rig: Cmd) -> Result<Cmd> {
    let image = firmware::qemu_image()?;
    cargo("build").args(["--package", "oobwatch"]).run()?;
    let command = target_dir().join("debug").join("oobwatch");
    Ok(rig
        .env("OOBWATCH_RIG_FIRMWARE", &image.to_string_lossy())
        .env("OOBWATCH_RIG_COMMAND", &command.to_string_lossy()))
}
