//! A debug probe, by `probe-rs`.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use super::board::Board;
use crate::command::{Cmd, program};
use crate::setup;

/// The chip at the other end of a probe. Of several probes, `probe-rs` takes the
/// one that PROBE_RS_PROBE names.
pub(super) struct Probe {
    /// `probe-rs`.
    pub(super) program: PathBuf,
    /// What it calls the chip.
    pub(super) chip: &'static str,
}

impl Probe {
    /// # Errors
    /// The board is no hardware, or `probe-rs` is missing.
    pub(super) fn of(board: &Board) -> Result<Self> {
        let chip = board.chip;
        let chip = chip
            .with_context(|| format!("{} is no hardware: `firmware run` boots it", board.name))?;
        if !setup::on_path("probe-rs") {
            bail!(
                "probe-rs is missing; https://probe.rs has it built, or:\n    \
                 cargo install --locked probe-rs-tools"
            );
        }
        let program = "probe-rs".into();
        Ok(Self { program, chip })
    }

    /// One of its commands, for this chip.
    pub(super) fn cmd(&self, subcommand: &str) -> Cmd {
        program(&self.program).args([subcommand, "--chip", self.chip])
    }

    /// Reads a word of memory.
    pub(super) fn read(&self, address: u32) -> Result<u32> {
        let said = self.cmd("read").args(["b32", &hex(address), "1"]).read()?;
        // Some versions put the address in front.
        let word = said.split_whitespace().next_back().unwrap_or_default();
        let word = u32::from_str_radix(word, 16);
        word.with_context(|| format!("probe-rs read {}: {said:?}", hex(address)))
    }

    /// Writes a word of memory.
    pub(super) fn write(&self, address: u32, value: u32) -> Result<()> {
        let write = self.cmd("write");
        write.args(["b32", &hex(address), &hex(value)]).run()
    }
}

fn hex(value: u32) -> String {
    format!("{value:#010x}")
}
