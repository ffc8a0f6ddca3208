//! The boards of `firmware/boards`, and how their images are built.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::command::{Cmd, cargo, root, target_dir};
use crate::setup::MCU;

/// A board that there is an image for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Board {
    pub(super) name: &'static str,
    /// The package of `firmware/boards`, and the name of its program.
    package: &'static str,
    target: &'static str,
    /// What `probe-rs` calls the chip; `None` where there is no chip.
    pub(super) chip: Option<&'static str>,
    /// Whether it shows a drive that takes UF2 files.
    pub(super) boot_drive: bool,
    pub(super) protection: Protection,
}

/// What keeps a stranger with a probe from reading the flash, passwords included.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Protection {
    /// No hardware.
    None,
    /// Option bytes, by a probe: [`super::protect`].
    Stm32h7,
    /// Nothing that could be undone, and nothing that covers all of it.
    Rp2350,
}

/// The board that runs in QEMU.
pub(super) const QEMU: Board = Board {
    name: "qemu-mps2",
    package: "oobwatch-mps2",
    target: MCU,
    chip: None,
    boot_drive: false,
    protection: Protection::None,
};

const NUCLEO: Board = Board {
    name: "nucleo-h743zi",
    package: "oobwatch-nucleo-h743zi",
    target: "thumbv7em-none-eabihf",
    chip: Some("STM32H743ZITx"),
    boot_drive: false,
    protection: Protection::Stm32h7,
};

const PICO2: Board = Board {
    name: "w5500-evb-pico2",
    package: "oobwatch-w5500-evb-pico2",
    target: "thumbv8m.main-none-eabihf",
    chip: Some("RP235x"),
    boot_drive: true,
    protection: Protection::Rp2350,
};

pub(super) const BOARDS: [Board; 3] = [QEMU, NUCLEO, PICO2];

impl Board {
    pub(super) fn named(name: &str) -> Result<&'static Self> {
        let found = BOARDS.iter().find(|board| board.name == name);
        let names: Vec<&str> = BOARDS.iter().map(|board| board.name).collect();
        match found {
            Some(board) => Ok(board),
            None => bail!("there is no board {name:?}; there are {}", names.join(", ")),
        }
    }

    /// `cargo` for this board's package, in the firmware's workspace, which has a
    /// configuration of its own.
    pub(super) fn cargo(&self, subcommand: &str) -> Cmd {
        cargo(subcommand)
            .within(&root().join("firmware"))
            .args(["--locked", "--release", "--package", self.package])
            .args(["--target", self.target, "--target-dir"])
            .arg(firmware_dir())
    }

    /// Builds the image, and says where it is.
    pub(super) fn build(&self) -> Result<PathBuf> {
        self.cargo("build").run()?;
        Ok(self.elf())
    }

    /// Where the image is once it is built.
    fn elf(&self) -> PathBuf {
        let release = firmware_dir().join(self.target).join("release");
        release.join(self.package)
    }
}

/// Where cargo builds the firmware, unless it is told otherwise.
fn firmware_dir() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(_) => target_dir(),
        None => root().join("firmware/target"),
    }
}
