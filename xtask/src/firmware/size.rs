//! `cargo xtask firmware size`: what the images take.

use anyhow::Result;

use super::board::{BOARDS, Board};
use super::elf::Elf;
use crate::setup;

/// Prints what the image of `board`, or of each, takes.
pub(super) fn size(board: Option<&'static Board>) -> Result<()> {
    setup::firmware()?;
    println!(
        "   {:<18} {:>8} {:>11} {:>15}",
        "bytes", "flash", "static RAM", "left for stack"
    );
    for board in BOARDS
        .iter()
        .filter(|one| board.is_none_or(|board| *one == board))
    {
        let size = Elf::read(&board.build()?)?.size()?;
        println!(
            "   {:<18} {:>8} {:>11} {:>15}",
            board.name, size.flash, size.ram, size.stack
        );
    }
    Ok(())
}

/// Builds the images of all boards: that they link means that they fit.
pub(crate) fn build_all() -> Result<()> {
    size(None)
}
