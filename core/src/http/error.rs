//! Ways in which an answer can break HTTP/1.1.

use core::fmt;

/// Why an answer was refused (RFC 9112).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum HttpError {
    /// The first line is not a status line of HTTP/1.x.
    StatusLine,
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StatusLine => "it does not begin with a status line",
        })
    }
}

impl core::error::Error for HttpError {}
