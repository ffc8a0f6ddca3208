//! Strings (RFC 8259, section 7): plain runs and escapes.

use super::JsonError;
use crate::find;

/// How far into a string the scanner is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Quoted {
    escape: Escape,
    /// A high surrogate that waits for its low one; 0 for none.
    high: u16,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Escape {
    #[default]
    None,
    /// After a backslash.
    Backslash,
    /// In the four digits of `\uXXXX`.
    Hex { left: u8, code: u16 },
}

impl Quoted {
    /// Takes some of `input`, hands the text in it to `on` with escapes
    /// resolved, and returns what is left. `None`: the closing quote was met.
    pub(super) fn push<'i>(
        self,
        input: &'i [u8],
        on: &mut dyn FnMut(&[u8]),
    ) -> Result<(&'i [u8], Option<Self>), JsonError> {
        if self.escape == Escape::None {
            return self.plain(input, on);
        }
        let Some((&byte, rest)) = input.split_first() else {
            return Ok((input, Some(self)));
        };
        self.escaped(byte, on).map(|next| (rest, Some(next)))
    }

    fn plain<'i>(
        self,
        input: &'i [u8],
        on: &mut dyn FnMut(&[u8]),
    ) -> Result<(&'i [u8], Option<Self>), JsonError> {
        let run = find::before(input, |word| {
            let end = word.equal_to(b'"').or(word.equal_to(b'\\'));
            end.or(word.below(0x20))
        });
        let (run, rest) = input.split_at_checked(run).unwrap_or((input, &[]));
        let mut next = self;
        if !run.is_empty() {
            next.flush(on);
            on(run);
        }
        match rest {
            [b'"', rest @ ..] => {
                next.flush(on);
                Ok((rest, None))
            }
            [b'\\', rest @ ..] => {
                next.escape = Escape::Backslash;
                Ok((rest, Some(next)))
            }
            [_, ..] => Err(JsonError::Control),
            [] => Ok((rest, Some(next))),
        }
    }

    fn escaped(mut self, byte: u8, on: &mut dyn FnMut(&[u8])) -> Result<Self, JsonError> {
        match self.escape {
            Escape::Hex { left, code } => {
                let digit = hex(byte).ok_or(JsonError::Escape)?;
                let code = code << 4 | digit;
                if left > 1 {
                    self.escape = Escape::Hex {
                        left: left - 1,
                        code,
                    };
                } else {
                    self.escape = Escape::None;
                    self.code(code, on);
                }
            }
            _ if byte == b'u' => self.escape = Escape::Hex { left: 4, code: 0 },
            _ => {
                let resolved = simple(byte).ok_or(JsonError::Escape)?;
                self.escape = Escape::None;
                self.flush(on);
                on(&[resolved]);
            }
        }
        Ok(self)
    }

    /// Takes one UTF-16 code unit.
    fn code(&mut self, code: u16, on: &mut dyn FnMut(&[u8])) {
        match code {
            0xd800..=0xdbff => {
                self.flush(on);
                self.high = code;
            }
            0xdc00..=0xdfff if self.high != 0 => {
                let high = u32::from(self.high & 0x3ff) << 10;
                self.high = 0;
                utf8(0x1_0000 + (high | u32::from(code & 0x3ff)), on);
            }
            0xdc00..=0xdfff => utf8(u32::from(char::REPLACEMENT_CHARACTER), on),
            _ => {
                self.flush(on);
                utf8(u32::from(code), on);
            }
        }
    }

    /// A high surrogate that stayed alone is grammatical but no character.
    fn flush(&mut self, on: &mut dyn FnMut(&[u8])) {
        if self.high != 0 {
            self.high = 0;
            utf8(u32::from(char::REPLACEMENT_CHARACTER), on);
        }
    }
}

const fn simple(byte: u8) -> Option<u8> {
    match byte {
        b'"' | b'\\' | b'/' => Some(byte),
        b'b' => Some(0x08),
        b'f' => Some(0x0c),
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        _ => None,
    }
}

fn hex(byte: u8) -> Option<u16> {
    match byte {
        b'0'..=b'9' => Some(u16::from(byte - b'0')),
        b'a'..=b'f' => Some(u16::from(byte - b'a' + 10)),
        b'A'..=b'F' => Some(u16::from(byte - b'A' + 10)),
        _ => None,
    }
}

/// By hand, because `char::encode_utf8` keeps a panic for short buffers.
fn utf8(code: u32, on: &mut dyn FnMut(&[u8])) {
    let tail = |shift: u32| 0x80 | low_bits(code >> shift, 0x3f);
    match code {
        0..0x80 => on(&[low_bits(code, 0x7f)]),
        0x80..0x800 => on(&[0xc0 | low_bits(code >> 6, 0x1f), tail(0)]),
        0x800..0x1_0000 => on(&[0xe0 | low_bits(code >> 12, 0x0f), tail(6), tail(0)]),
        _ => on(&[
            0xf0 | low_bits(code >> 18, 0x07),
            tail(12),
            tail(6),
            tail(0),
        ]),
    }
}

/// The bits of `code` that `mask` (below 0x100) lets through.
#[allow(clippy::cast_possible_truncation, reason = "the mask is a byte")]
const fn low_bits(code: u32, mask: u8) -> u8 {
    code as u8 & mask
}
