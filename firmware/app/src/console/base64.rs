//! Base64 (RFC 4648, section 4) as it is typed or pasted: character by character,
//! with line ends anywhere.

/// Bits that do not make a byte yet.
#[derive(Default)]
pub(super) struct Decoder {
    bits: u32,
    /// Characters of the group of four that have come.
    count: u8,
    padding: u8,
}

/// A character that does not belong there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotBase64;

impl Decoder {
    /// Takes in a character; a byte may come of it.
    pub(super) const fn push(&mut self, character: u8) -> Result<Option<u8>, NotBase64> {
        let value = match character {
            b'A'..=b'Z' => character - b'A',
            b'a'..=b'z' => character - b'a' + 26,
            b'0'..=b'9' => character - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => return self.pad(),
            b'\r' | b'\n' | b' ' | b'\t' => return Ok(None),
            _ => return Err(NotBase64),
        };
        if self.padding > 0 {
            return Err(NotBase64);
        }
        self.bits = self.bits << 6 | value as u32;
        self.count = (self.count + 1) % 4;
        // 6 bits after the first character, then 12, 18 and 24.
        Ok(match self.count {
            2 => Some((self.bits >> 4) as u8),
            3 => Some((self.bits >> 2) as u8),
            0 => Some(self.bits as u8),
            _ => None,
        })
    }

    /// One or two at the end of a group, and nothing after them.
    const fn pad(&mut self) -> Result<Option<u8>, NotBase64> {
        self.padding += 1;
        match (self.count, self.padding) {
            (2, 1 | 2) | (3, 1) => Ok(None),
            _ => Err(NotBase64),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::vec::Vec;

    use super::*;
    use crate::tests::console::base64 as encode;

    fn decode(text: &[u8]) -> Result<Vec<u8>, NotBase64> {
        let mut decoder = Decoder::default();
        text.iter()
            .filter_map(|character| decoder.push(*character).transpose())
            .collect()
    }

    #[test]
    fn vectors_of_the_rfc() {
        for (text, bytes) in [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9vYmFy", "foobar"),
        ] {
            assert_eq!(decode(text.as_bytes()).as_deref(), Ok(bytes.as_bytes()));
            assert_eq!(encode(bytes.as_bytes()), text);
        }
        for bad in [
            "Zg===", "Z===", "Zm9v=", "Zg==Zg==", "Zm9v-", "Zm9_", "Zm\0v",
        ] {
            assert_eq!(decode(bad.as_bytes()), Err(NotBase64), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_was_encoded_comes_back(bytes: Vec<u8>, width in 1..80_usize) {
            let text = encode(&bytes);
            let lines: Vec<_> = text.as_bytes().chunks(width).collect();
            prop_assert_eq!(decode(&lines.join(&b"\r\n"[..])), Ok(bytes));
        }

        #[test]
        fn anything_is_taken_or_refused(text: Vec<u8>) {
            let _ = decode(&text);
        }
    }
}
