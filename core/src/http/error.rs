//! Ways in which an answer can break HTTP/1.1, or our limits.

use core::fmt;

/// Why an answer was refused (RFC 9112), or did not come whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum HttpError {
    /// The stream ended before the first byte of an answer.
    Closed,
    /// The stream ended inside the answer.
    Truncated,
    /// The head is longer than this limit in bytes.
    HeadTooLong(u32),
    /// The body is longer than the limit.
    BodyTooLong,

    /// The first line is not a status line.
    StatusLine,
    /// The version is not HTTP/1.x.
    Version,
    /// The status code is not three digits, from 100 on.
    StatusCode,
    /// A switch of protocols, which nobody asked for (status 101).
    SwitchingProtocols,
    /// More interim (1xx) answers than are skipped.
    TooManyInterim,

    /// A CR without its LF.
    BareCr,
    /// An LF without its CR, where chunks are framed.
    BareLf,
    /// A NUL.
    Nul,
    /// A field line that goes on on the next line (obs-fold).
    ObsFold,
    /// A field line that begins with its colon.
    EmptyName,
    /// A blank between a field name and its colon.
    BlankBeforeColon,
    /// A field line without a colon, or a byte that no name may hold.
    FieldName,

    /// A `Content-Length` that is not a number, or not one of 64 bits.
    ContentLength,
    /// Two values of `Content-Length` that differ.
    ContentLengthsDiffer,
    /// Both `Content-Length` and `Transfer-Encoding`.
    LengthAndChunked,
    /// A `Transfer-Encoding` other than a single `chunked`.
    TransferEncoding,
    /// A `Content-Encoding` other than `identity`, which is what we ask for.
    ContentEncoding,
    /// A chunk size without digits, or over 64 bits, or with garbage after it.
    ChunkSize,
    /// A chunk that is longer than it said.
    ChunkEnd,
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "it ends before its first byte",
            Self::Truncated => "it ends in the middle",
            Self::HeadTooLong(limit) => {
                return write!(f, "its head is longer than the limit of {limit} bytes");
            }
            Self::BodyTooLong => "its body is longer than the limit",
            Self::StatusLine => "it does not begin with a status line",
            Self::Version => "its version is not HTTP/1.x",
            Self::StatusCode => "its status code is not a number of three digits",
            Self::SwitchingProtocols => "it switches protocols (101), which nobody asked for",
            Self::TooManyInterim => "too many interim (1xx) answers came before it",
            Self::BareCr => "it holds a CR without LF",
            Self::BareLf => "its chunks are framed with an LF without CR",
            Self::Nul => "its head holds a NUL",
            Self::ObsFold => "a header field is folded over two lines",
            Self::EmptyName => "a header field has no name",
            Self::BlankBeforeColon => "a header field has a blank before its colon",
            Self::FieldName => "the name of a header field holds a byte that it may not hold",
            Self::ContentLength => "its Content-Length is not a number of 64 bits",
            Self::ContentLengthsDiffer => "its Content-Lengths differ",
            Self::LengthAndChunked => "it has both Content-Length and Transfer-Encoding",
            Self::TransferEncoding => "its Transfer-Encoding is not 'chunked'",
            Self::ContentEncoding => {
                "its body has a Content-Encoding, though only 'identity' was asked for"
            }
            Self::ChunkSize => "a chunk size is not a hexadecimal number of 64 bits",
            Self::ChunkEnd => "a chunk is longer than its size",
        })
    }
}

impl core::error::Error for HttpError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_small() {
        assert!(core::mem::size_of::<HttpError>() <= 8);
    }
}
