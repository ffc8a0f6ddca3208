//! `cargo xtask firmware size`: what the images take.

use anyhow::Result;

use super::board::{BOARDS, Board, QEMU};
use super::elf::Elf;
use crate::{rig, setup};

/// Prints what the image of `board`, or of each, takes; of QEMU's also what a check
/// takes.
pub(super) fn size(board: Option<&'static Board>) -> Result<()> {
    setup::firmware()?;
    let boards = || {
        let wanted = |one: &&Board| board.is_none_or(|board| board == *one);
        BOARDS.iter().filter(wanted)
    };
    table(boards())?;
    if boards().any(|board| *board == QEMU) {
        rig::figures()?;
    }
    Ok(())
}

/// Builds the images of all boards: that they link means that they fit.
pub(crate) fn build_all() -> Result<()> {
    table(BOARDS.iter())
}

fn table(boards: impl Iterator<Item = &'static Board>) -> Result<()> {
    println!(
        "   {:<18} {:>8} {:>11} {:>15}",
        "bytes", "flash", "static RAM", "left for stack"
    );
    for board in boards {
        let size = Elf::read(&board.build()?)?.size()?;
        println!(
            "   {:<18} {:>8} {:>11} {:>15}",
            board.name, size.flash, size.ram, size.stack
        );
    }
    Ok(())
}
