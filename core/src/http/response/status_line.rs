//! The status line: version and code. The reason phrase is not read.

use super::grammar::line_part;
use super::input::Input;
use crate::http::HttpError;

/// `HTTP/1.1 200 OK`, a byte at a time (RFC 9112, section 4).
///
/// Up to two empty lines before it are let go, as RFC 9112, section 2.2 has it
/// for requests. The blank after the code may be missing with the phrase.
pub(super) struct StatusLine {
    at: At,
    empty_lines: u8,
    minor: u8,
    code: u16,
}

#[derive(Clone, Copy)]
enum At {
    /// This many bytes of `HTTP/1.1 200` have come.
    Fixed(u8),
    EmptyLineFeed,
    AfterCode,
    Reason,
    LineFeed,
}

const EMPTY_LINES: u8 = 2;

impl StatusLine {
    pub(super) const fn new() -> Self {
        Self {
            at: At::Fixed(0),
            empty_lines: 0,
            minor: 0,
            code: 0,
        }
    }

    pub(super) const fn code(&self) -> u16 {
        self.code
    }

    /// Whether the version is HTTP/1.0.
    pub(super) const fn is_1_0(&self) -> bool {
        self.minor == b'0'
    }

    /// Takes bytes up to the end of the line; true when it was reached.
    pub(super) fn push(&mut self, input: &mut Input<'_>) -> Result<bool, HttpError> {
        while let Some(byte) = input.next() {
            self.at = match (self.at, byte) {
                (At::Fixed(0), b'\r' | b'\n') => self.empty_line(byte)?,
                (At::Fixed(at), _) => self.fixed(at, byte)?,
                (At::EmptyLineFeed, b'\n') => At::Fixed(0),
                (At::AfterCode, b' ') => At::Reason,
                (At::AfterCode | At::Reason, b'\r') => At::LineFeed,
                (At::AfterCode | At::Reason | At::LineFeed, b'\n') => return Ok(true),
                (At::AfterCode, _) => return Err(HttpError::StatusCode),
                (At::Reason, 0) => return Err(HttpError::Nul),
                (At::Reason, _) => {
                    input.take(line_part(input.rest()));
                    At::Reason
                }
                (At::EmptyLineFeed | At::LineFeed, _) => return Err(HttpError::BareCr),
            };
        }
        Ok(false)
    }

    const fn empty_line(&mut self, byte: u8) -> Result<At, HttpError> {
        if self.empty_lines >= EMPTY_LINES {
            return Err(HttpError::StatusLine);
        }
        self.empty_lines = self.empty_lines.wrapping_add(1);
        Ok(if byte == b'\r' {
            At::EmptyLineFeed
        } else {
            At::Fixed(0)
        })
    }

    fn fixed(&mut self, at: u8, byte: u8) -> Result<At, HttpError> {
        match (at, byte) {
            (0, b'H') | (1 | 2, b'T') | (3, b'P') | (4, b'/') => {}
            (5, b'1') | (6, b'.') => {}
            (7, b'0'..=b'9') => self.minor = byte,
            (8, b' ') => {}
            (9, b'1'..=b'9') | (10 | 11, b'0'..=b'9') => {
                let digit = u16::from(byte.wrapping_sub(b'0'));
                self.code = self.code.wrapping_mul(10).wrapping_add(digit);
            }
            (5..=7, _) => return Err(HttpError::Version),
            (9..=11, _) => return Err(HttpError::StatusCode),
            _ => return Err(HttpError::StatusLine),
        }
        Ok(if at < 11 {
            At::Fixed(at.wrapping_add(1))
        } else {
            At::AfterCode
        })
    }
}
