//! One line as it is typed: what each key does to it. Moves no bytes.

use heapless::Vec;
use zeroize::Zeroize as _;

/// Most bytes of a line.
pub(super) const LINE_MAX: usize = 512;

/// A line that is being typed. What it held is erased when it is cleared: it may
/// have been a password.
pub(super) struct Line {
    text: Vec<u8, LINE_MAX>,
    /// More was typed than there is room for.
    is_overlong: bool,
    /// The last key was CR: an LF after it is the same key.
    after_cr: bool,
    escape: Escape,
}

/// Where in an escape sequence (ECMA-48, section 5.4) the last byte was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escape {
    No,
    Begun,
    Parameters,
}

/// What a key has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// Nothing to see.
    Nothing,
    /// The byte is part of the line now.
    Put(u8),
    /// So many characters are gone from the end of the line.
    Erased(usize),
    /// The line is done.
    Enter,
    /// Ctrl-C: the line is gone.
    Interrupt,
}

/// Why a line can not be used. Nothing of it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadLine {
    /// It is longer than [`LINE_MAX`].
    TooLong,
    /// It is not UTF-8.
    NotText,
}

impl Line {
    pub(super) const fn new() -> Self {
        Self {
            text: Vec::new(),
            is_overlong: false,
            after_cr: false,
            escape: Escape::No,
        }
    }

    /// Takes in the byte that a key has sent.
    pub(super) fn key(&mut self, byte: u8) -> Key {
        let after_cr = core::mem::replace(&mut self.after_cr, byte == b'\r');
        if self.is_escaped(byte) {
            return Key::Nothing;
        }
        match byte {
            b'\n' if after_cr => Key::Nothing,
            b'\r' | b'\n' => Key::Enter,
            // Ctrl-C
            0x03 => {
                self.clear();
                Key::Interrupt
            }
            // Ctrl-U
            0x15 => {
                let typed = characters(&self.text);
                self.clear();
                Key::Erased(typed)
            }
            // Backspace, delete
            0x08 | 0x7F => self.erase(),
            0x00..0x20 => Key::Nothing,
            _ => self.put(byte),
        }
    }

    /// Arrow keys and their like do nothing here.
    fn is_escaped(&mut self, byte: u8) -> bool {
        let was = self.escape;
        self.escape = match (was, byte) {
            (_, 0x1B) => Escape::Begun,
            (Escape::Begun, b'[' | b'O') | (Escape::Parameters, 0x20..=0x3F) => Escape::Parameters,
            _ => Escape::No,
        };
        match was {
            Escape::No | Escape::Begun => self.escape != Escape::No,
            Escape::Parameters => byte >= 0x20,
        }
    }

    fn put(&mut self, byte: u8) -> Key {
        if self.is_overlong || self.text.push(byte).is_err() {
            self.is_overlong = true;
            return Key::Nothing;
        }
        Key::Put(byte)
    }

    /// A whole character.
    fn erase(&mut self) -> Key {
        if self.is_overlong {
            return Key::Nothing;
        }
        while let Some(byte) = self.text.pop() {
            if !is_continuation(&byte) {
                return Key::Erased(1);
            }
        }
        Key::Nothing
    }

    /// The line that is done.
    pub(super) fn text(&self) -> Result<&str, BadLine> {
        if self.is_overlong {
            return Err(BadLine::TooLong);
        }
        core::str::from_utf8(&self.text).map_err(|_| BadLine::NotText)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty() && !self.is_overlong
    }

    pub(super) fn clear(&mut self) {
        self.text.zeroize();
        self.is_overlong = false;
    }

    /// The room of the line for something else, until it is cleared.
    pub(super) fn room(&mut self) -> &mut [u8; LINE_MAX] {
        self.clear();
        let _ = self.text.resize_default(LINE_MAX);
        self.text.first_chunk_mut().expect("it has that length now")
    }
}

fn characters(text: &[u8]) -> usize {
    text.iter().filter(|byte| !is_continuation(byte)).count()
}

const fn is_continuation(byte: &u8) -> bool {
    *byte & 0xC0 == 0x80
}

impl core::fmt::Display for BadLine {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::TooLong => write!(
                f,
                "the line is longer than {LINE_MAX} bytes; none of it was used"
            ),
            Self::NotText => f.write_str("the line is not UTF-8; none of it was used"),
        }
    }
}
