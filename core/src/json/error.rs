//! Ways in which a body can break JSON.

use core::fmt;

/// Why a text is not JSON (RFC 8259).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum JsonError {
    /// The text ended in the middle.
    Truncated,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "it ends in the middle",
        })
    }
}

impl core::error::Error for JsonError {}
