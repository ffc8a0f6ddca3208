//! What a line is answered with.

use core::fmt;

use oobwatch_image::DraftError;

use super::command::Misuse;
use super::import::NotImported;
use super::line::BadLine;

/// One line of text, or none.
pub(super) enum Reply {
    Nothing,
    Text(&'static str),
    /// A configuration of that generation is what the next start uses.
    Waits(u32),
    /// A credential had so many refusals.
    Unlocked(u8),
    Misuse(Misuse),
    BadLine(BadLine),
    NotChanged(DraftError),
    NotImported(NotImported),
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => Ok(()),
            Self::Text(text) => f.write_str(text),
            Self::Waits(generation) => {
                write!(
                    f,
                    "configuration {generation} is kept, and used after: reboot"
                )
            }
            Self::Unlocked(count) => {
                write!(
                    f,
                    "it may be tried again; forgotten: {count} refused logins"
                )
            }
            Self::Misuse(misuse) => misuse.fmt(f),
            Self::BadLine(error) => error.fmt(f),
            Self::NotChanged(error) => error.fmt(f),
            Self::NotImported(error) => error.fmt(f),
        }
    }
}
