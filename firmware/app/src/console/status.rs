//! What the board says of itself and of its targets.

use core::fmt::{self, Write};

use oobwatch_core::health::encode::text;

use crate::{State, clock};

/// Version, board, reset reason and crash; and why nothing is watched, if so.
pub(super) fn banner(out: &mut dyn Write, state: &State, board: &str) -> fmt::Result {
    let (version, reset) = (env!("CARGO_PKG_VERSION"), state.reset().as_str());
    writeln!(out, "oobwatch {version} on {board}, reset: {reset}")?;
    if let Some(crash) = state.crash() {
        writeln!(out, "{crash}")?;
    }
    match state.refused() {
        Some(refused) => writeln!(out, "configuration refused: {refused}"),
        None => Ok(()),
    }
}

/// The last report on each target.
pub(super) fn write(out: &mut dyn Write, state: &State) -> fmt::Result {
    for target in state.targets() {
        target.with_report(clock::now(), |report| match report {
            Some(report) => text::write(out, target.name(), report),
            None => writeln!(out, "{}: not checked yet", target.name()),
        })?;
    }
    Ok(())
}
