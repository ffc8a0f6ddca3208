//! What a line asks for.

use core::fmt;

pub(super) const HELP: &str = "\
help                       this text
status                     the board, and the last report on each target
";

/// A line that was understood.
pub(super) enum Command {
    Nothing,
    Help,
    Status,
}

/// Why a line was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misuse {
    Unknown,
}

impl Command {
    pub(super) fn parse(line: &str) -> Result<Self, Misuse> {
        match line.trim() {
            "" => Ok(Self::Nothing),
            "help" | "?" => Ok(Self::Help),
            "status" => Ok(Self::Status),
            _ => Err(Misuse::Unknown),
        }
    }
}

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("not a command; try: help"),
        }
    }
}
