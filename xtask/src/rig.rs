//! `cargo xtask rig`: the firmware in QEMU against the simulator, with all that
//! takes built before.

use anyhow::Result;

use crate::command::{cargo, target_dir};
use crate::{firmware, setup};

/// Sets up what is needed, and runs the tests that `args` names; without any, all.
pub(crate) fn run(args: &[String]) -> Result<()> {
    setup::firmware()?;
    tests(args)
}

/// Builds the image and the host command, and runs the tests with them.
pub(crate) fn tests(args: &[String]) -> Result<()> {
    let image = firmware::qemu_image()?;
    cargo("build").args(["--package", "oobwatch"]).run()?;
    let command = target_dir().join("debug").join("oobwatch");
    let tests = cargo("test").args(["--package", "oobwatch-rig", "--features", "qemu"]);
    let tests = tests.args(["--test", "qemu", "--"]).args(args);
    tests
        .env("OOBWATCH_RIG_FIRMWARE", &image.to_string_lossy())
        .env("OOBWATCH_RIG_COMMAND", &command.to_string_lossy())
        .run()
}
