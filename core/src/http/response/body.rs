//! Bodies: sized, chunked, or until the connection closes.

use super::framing::BodyKind;
use super::grammar::{is_blank, line_part};
use super::input::Input;
use crate::http::HttpError;

/// What comes after the bytes that a body took.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// More of the body.
    Body,
    /// An extension of the chunk size, for [`Body::push_extension`].
    Extension,
    /// Trailers: the last chunk was read.
    Trailers,
    /// Nothing.
    End,
}

/// Takes a body apart (RFC 9112, sections 6 and 7).
pub(super) struct Body {
    at: At,
    /// Bytes left of the body, or of the chunk.
    left: u64,
    /// Bytes that the limit still allows after those.
    allowed: u64,
}

#[derive(Clone, Copy)]
enum At {
    Sized,
    UntilClose,
    /// This many digits of a chunk size have come.
    Size(u8),
    ExtensionBlank,
    Extension,
    SizeLineFeed,
    Chunk,
    ChunkCr,
    ChunkLineFeed,
}

/// Hexadecimal digits of a number of 64 bits.
const SIZE_DIGITS: u8 = 16;

impl Body {
    pub(super) const fn new(kind: BodyKind, limit: u64) -> Result<Self, HttpError> {
        let (at, left, allowed) = match kind {
            BodyKind::Sized(length) if length > limit => return Err(HttpError::BodyTooLong),
            BodyKind::Empty => return Ok(Self::empty()),
            BodyKind::Sized(length) => (At::Sized, length, 0),
            BodyKind::Chunked => (At::Size(0), 0, limit),
            BodyKind::UntilClose => (At::UntilClose, limit, 0),
        };
        Ok(Self { at, left, allowed })
    }

    /// Takes nothing.
    pub(super) const fn empty() -> Self {
        Self {
            at: At::Sized,
            left: 0,
            allowed: 0,
        }
    }

    /// What comes first: the body, or its end if it is known to be empty.
    pub(super) const fn turn(&self) -> Turn {
        if matches!(self.at, At::Sized) && self.left == 0 {
            Turn::End
        } else {
            Turn::Body
        }
    }

    /// Whether the end of the stream is the end of the body.
    pub(super) const fn ends_with_stream(&self) -> bool {
        matches!(self.at, At::UntilClose)
    }

    /// Takes bytes; `body` gets those without their transfer coding.
    pub(super) fn push(
        &mut self,
        input: &mut Input<'_>,
        body: &mut dyn FnMut(&[u8]),
    ) -> Result<Turn, HttpError> {
        while let Some(byte) = input.peek() {
            match self.at {
                At::Sized | At::Chunk => {
                    self.copy(input, body);
                    if self.left == 0 {
                        let At::Chunk = self.at else {
                            return Ok(Turn::End);
                        };
                        self.at = At::ChunkCr;
                    }
                    continue;
                }
                At::UntilClose if self.left == 0 => return Err(HttpError::BodyTooLong),
                At::UntilClose => {
                    self.copy(input, body);
                    continue;
                }
                _ => input.next(),
            };
            match self.framing(byte)? {
                Turn::Body => {}
                turn => return Ok(turn),
            }
        }
        Ok(Turn::Body)
    }

    /// Takes bytes up to the end of the line of the chunk size.
    ///
    /// Extensions are let go, quoted ones too: no string may hold a line break.
    pub(super) fn push_extension(&mut self, input: &mut Input<'_>) -> Result<Turn, HttpError> {
        while let Some(byte) = input.next() {
            self.at = match (self.at, byte) {
                (At::SizeLineFeed, b'\n') => return self.chunk(),
                (At::SizeLineFeed, _) => return Err(HttpError::BareCr),
                (_, b'\r') => At::SizeLineFeed,
                (_, b'\n') => return Err(HttpError::BareLf),
                (_, 0) => return Err(HttpError::Nul),
                (At::ExtensionBlank, b' ' | b'\t') => At::ExtensionBlank,
                (At::ExtensionBlank, b';') => At::Extension,
                (At::ExtensionBlank, _) => return Err(HttpError::ChunkSize),
                (_, _) => {
                    input.take(line_part(input.rest()));
                    At::Extension
                }
            };
        }
        Ok(Turn::Extension)
    }

    fn copy(&mut self, input: &mut Input<'_>, body: &mut dyn FnMut(&[u8])) {
        let piece = input.take_u64(self.left);
        self.left = self.left.saturating_sub(piece.len() as u64);
        body(piece);
    }

    /// A byte between the data of two chunks.
    fn framing(&mut self, byte: u8) -> Result<Turn, HttpError> {
        self.at = match (self.at, byte) {
            (At::Size(digits), _) if byte.is_ascii_hexdigit() => self.size_digit(digits, byte)?,
            (At::Size(0), _) => return Err(HttpError::ChunkSize),
            (At::Size(_), b'\r') => At::SizeLineFeed,
            (At::Size(_), b'\n') | (At::ChunkCr, b'\n') => return Err(HttpError::BareLf),
            (At::Size(_), b';') => {
                self.at = At::Extension;
                return Ok(Turn::Extension);
            }
            (At::Size(_), _) if is_blank(byte) => {
                self.at = At::ExtensionBlank;
                return Ok(Turn::Extension);
            }
            (At::Size(_), _) => return Err(HttpError::ChunkSize),
            (At::SizeLineFeed, b'\n') => return self.chunk(),
            (At::ChunkCr, b'\r') => At::ChunkLineFeed,
            (At::ChunkCr, _) => return Err(HttpError::ChunkEnd),
            (At::ChunkLineFeed, b'\n') => At::Size(0),
            (_, _) => return Err(HttpError::BareCr),
        };
        Ok(Turn::Body)
    }

    fn size_digit(&mut self, digits: u8, byte: u8) -> Result<At, HttpError> {
        if digits >= SIZE_DIGITS {
            return Err(HttpError::ChunkSize);
        }
        let digit = char::from(byte).to_digit(16).unwrap_or_default();
        // Zero at the first digit: the chunk before was taken whole.
        self.left = (self.left << 4) | u64::from(digit);
        Ok(At::Size(digits.wrapping_add(1)))
    }

    /// The line of a chunk size is complete.
    const fn chunk(&mut self) -> Result<Turn, HttpError> {
        if self.left == 0 {
            return Ok(Turn::Trailers);
        }
        let Some(allowed) = self.allowed.checked_sub(self.left) else {
            return Err(HttpError::BodyTooLong);
        };
        self.allowed = allowed;
        self.at = At::Chunk;
        Ok(Turn::Body)
    }
}
