//! `cargo xtask bench`: the workspace's benchmarks.

use anyhow::Result;

use crate::command::cargo;
use crate::setup;

/// Counts of instructions need valgrind; without it, that part is left out.
pub(crate) fn run(args: &[String]) -> Result<()> {
    if let Err(missing) = setup::debian("valgrind", "valgrind") {
        println!("{missing:#}\nwithout it, only times are measured");
    }
    cargo("bench").arg("--workspace").args(args).run()
}
