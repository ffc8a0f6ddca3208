//! Bounded text that a peer chose: kept to a length, safe to print.

use core::fmt;

use heapless::{Vec, VecView};

/// Up to `N` bytes of a value that arrives in pieces.
///
/// Leading blanks are dropped, trailing ones too, however many there are; what
/// does not fit is counted as [`truncated`](Self::is_truncated), never an error
/// and never more memory. Printed lossily: bytes that are not UTF-8, control
/// characters, and what is not seen but turns or breaks a line come out as `U+FFFD`,
/// so that a box can not write into a terminal.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Text<const N: usize> {
    bytes: Vec<u8, N, u16>,
    blanks: u16,
    truncated: bool,
}

impl<const N: usize> Text<N> {
    /// An empty text.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            bytes: Vec::new(),
            blanks: 0,
            truncated: false,
        }
    }

    /// Adds the next piece.
    pub fn push(&mut self, piece: &[u8]) {
        if !self.truncated {
            self.truncated = push(self.bytes.as_mut_view(), &mut self.blanks, piece).is_err();
        }
    }

    /// Empties the text.
    pub fn clear(&mut self) {
        *self = Self::new();
    }

    /// The bytes kept, without blanks at either end.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The text, if it is UTF-8 (a truncated one is cut at a character).
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match core::str::from_utf8(&self.bytes) {
            Ok(text) => Some(text),
            Err(error) if self.truncated && error.error_len().is_none() => self
                .bytes
                .get(..error.valid_up_to())
                .and_then(|cut| core::str::from_utf8(cut).ok()),
            Err(_) => None,
        }
    }

    /// Whether nothing was kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether something did not fit.
    #[must_use]
    pub const fn is_truncated(&self) -> bool {
        self.truncated
    }
}

/// Adds a piece as far as it fits; `blanks` are those that may turn out to be
/// trailing ones.
///
/// Knows nothing of the length of the text, so that its code is there once.
fn push(bytes: &mut VecView<u8, u16>, blanks: &mut u16, piece: &[u8]) -> Result<(), u8> {
    for &byte in piece {
        if matches!(byte, b' ' | b'\t') {
            let inside = !bytes.is_empty();
            *blanks = blanks.saturating_add(u16::from(inside));
            continue;
        }
        let room = bytes.capacity().saturating_sub(bytes.len());
        if usize::from(*blanks) >= room {
            return Err(byte);
        }
        while *blanks > 0 {
            *blanks -= 1;
            bytes.push(b' ')?;
        }
        bytes.push(byte)?;
    }
    Ok(())
}

impl<const N: usize> From<&str> for Text<N> {
    fn from(text: &str) -> Self {
        let mut kept = Self::new();
        kept.push(text.as_bytes());
        kept
    }
}

/// Whether a character moves the cursor, breaks the line, turns the direction of
/// writing, or is not seen at all.
fn is_odd(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

impl<const N: usize> fmt::Display for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use core::fmt::Write as _;
        let kept = self.as_str().map_or(self.as_bytes(), str::as_bytes);
        for chunk in kept.utf8_chunks() {
            for c in chunk.valid().chars() {
                f.write_char(if is_odd(c) {
                    char::REPLACEMENT_CHARACTER
                } else {
                    c
                })?;
            }
            if !chunk.invalid().is_empty() {
                f.write_char(char::REPLACEMENT_CHARACTER)?;
            }
        }
        if self.truncated {
            f.write_char('…')
        } else {
            Ok(())
        }
    }
}

impl<const N: usize> fmt::Debug for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

#[cfg(feature = "defmt")]
impl<const N: usize> defmt::Format for Text<N> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{}", defmt::Display2Format(self));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_split_keeps_the_same(bytes in prop::collection::vec(prop::sample::select(b" \ta\xc3\xa9\x01".to_vec()), 0..24), at in 0usize..24) {
            let at = at.min(bytes.len());
            let (mut whole, mut split) = (Text::<8>::new(), Text::<8>::new());
            whole.push(&bytes);
            split.push(&bytes[..at]);
            split.push(&bytes[at..]);
            prop_assert_eq!(whole, split);
        }
    }

    #[test]
    fn blanks_at_the_ends_need_no_room() {
        let mut text = Text::<3>::new();
        text.push(b"    a b           ");
        assert_eq!(text.as_str(), Some("a b"));
        assert!(!text.is_truncated());
        text.push(b"c");
        assert!(text.is_truncated());
    }

    #[test]
    fn prints_no_control_characters() {
        let mut text = Text::<16>::new();
        text.push(b"a\x1b[31m\xff");
        assert_eq!(std::format!("{text}"), "a\u{fffd}[31m\u{fffd}");
    }

    #[test]
    fn prints_nothing_that_turns_or_breaks_a_line() {
        for odd in [
            '\u{202e}', '\u{2066}', '\u{61c}', '\u{2028}', '\u{200b}', '\u{feff}',
        ] {
            let text = Text::<16>::from(std::format!("a{odd}b").as_str());
            assert_eq!(std::format!("{text}"), "a\u{fffd}b");
        }
    }
}
