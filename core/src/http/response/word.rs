//! A short word gathered from pieces: a field name, or an element of a list.

use super::grammar::{is_token, token};

/// Up to `N` bytes in lower case. A longer word is known to be longer, and no
/// more of it than that.
pub(super) struct Word<const N: usize> {
    bytes: [u8; N],
    len: u8,
    overflow: bool,
}

impl<const N: usize> Word<N> {
    pub(super) const fn new() -> Self {
        const { assert!(N <= u8::MAX as usize) };
        Self {
            bytes: [0; N],
            len: 0,
            overflow: false,
        }
    }

    pub(super) const fn clear(&mut self) {
        self.len = 0;
        self.overflow = false;
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds the `tchar`s that `bytes` begins with, and says how many they are.
    pub(super) fn push_token(&mut self, bytes: &[u8]) -> usize {
        let room = self.bytes.get_mut(usize::from(self.len)..);
        let room = room.unwrap_or_default();
        let mut taken = 0_usize;
        for (slot, &byte) in room.iter_mut().zip(bytes) {
            *slot = token(byte);
            if *slot == 0 {
                break;
            }
            taken += 1;
        }
        let rest = bytes.get(taken..).unwrap_or_default();
        let added = u8::try_from(taken).unwrap_or(u8::MAX);
        self.len = self.len.saturating_add(added);
        let more = rest.iter().take_while(|&&byte| is_token(byte)).count();
        self.overflow |= more > 0;
        taken.saturating_add(more)
    }

    /// Adds the next piece.
    pub(super) fn push(&mut self, piece: &[u8]) {
        let room = self
            .bytes
            .get_mut(usize::from(self.len)..)
            .unwrap_or_default();
        self.overflow |= piece.len() > room.len();
        for (slot, byte) in room.iter_mut().zip(piece) {
            *slot = byte.to_ascii_lowercase();
        }
        let len = usize::from(self.len).saturating_add(piece.len()).min(N);
        self.len = u8::try_from(len).unwrap_or(u8::MAX);
    }

    /// Adds a byte of a list element: blanks at its ends are not part of it.
    pub(super) fn push_trimmed(&mut self, byte: u8) {
        let blank = super::grammar::is_blank(byte);
        let full = usize::from(self.len) >= N;
        if !(blank && (self.is_empty() || full)) {
            self.push(&[byte]);
        }
    }

    /// The word without blanks at its end (unless longer than `N` bytes).
    ///
    /// Blanks are SP and HTAB only: a form feed in front of a `chunked` makes
    /// it something else.
    pub(super) fn trimmed(&self) -> Option<&[u8]> {
        let mut word = self.as_bytes()?;
        while let [rest @ .., b' ' | b'\t'] = word {
            word = rest;
        }
        Some(word)
    }

    /// The word, unless it was longer than `N` bytes.
    pub(super) fn as_bytes(&self) -> Option<&[u8]> {
        if self.overflow {
            None
        } else {
            self.bytes.get(..usize::from(self.len))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(text: &str) -> Word<4> {
        let mut word = Word::new();
        text.bytes().for_each(|byte| word.push_trimmed(byte));
        word
    }

    #[test]
    fn holds_up_to_its_size() {
        let mut word = Word::<4>::new();
        word.push(b"AbC");
        word.push(b"d");
        assert_eq!(word.as_bytes(), Some(&b"abcd"[..]));
        word.push(b"e");
        assert_eq!(word.as_bytes(), None);
        word.clear();
        assert_eq!(word.as_bytes(), Some(&b""[..]));
    }

    #[test]
    fn blanks_at_the_ends_need_no_room() {
        assert_eq!(element(" \t a b         ").trimmed(), Some(&b"a b"[..]));
        assert_eq!(element("     abcd      ").trimmed(), Some(&b"abcd"[..]));
        assert_eq!(element("abcd  e").trimmed(), None);
    }
}
