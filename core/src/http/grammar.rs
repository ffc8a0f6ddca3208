//! Character classes (RFC 9110, section 5.6; RFC 5234) and the search for them.

use crate::find;

/// `tchar`: what names of methods and fields are made of.
pub(super) fn is_token(byte: u8) -> bool {
    token(byte) != 0
}

/// A `tchar` in lower case; 0 for any other byte.
pub(super) fn token(byte: u8) -> u8 {
    TOKEN.get(usize::from(byte)).copied().unwrap_or_default()
}

/// One entry for each byte: a shorter table would have its length compared
/// with every byte of every name.
#[allow(
    clippy::indexing_slicing,
    reason = "the table is as long as a byte has values"
)]
static TOKEN: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0u8;
    while byte.is_ascii() {
        let punctuation = matches!(
            byte,
            b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~'
        );
        if punctuation || byte.is_ascii_alphanumeric() {
            table[byte as usize] = byte.to_ascii_lowercase();
        }
        byte += 1;
    }
    table
};

/// SP or HTAB.
pub(super) const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// CR, LF or NUL: the bytes that end a line or may not stand in one.
pub(super) const fn is_line_break(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n' | 0)
}

/// How many bytes at the start of `bytes` stand before the first line break.
pub(super) fn line_part(bytes: &[u8]) -> usize {
    find::before(bytes, |word| {
        let end = word.equal_to(b'\r').or(word.equal_to(b'\n'));
        end.or(word.equal_to(0))
    })
}

/// A decimal number of digits only (`1*DIGIT`).
pub(super) fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |number, &byte| {
        let digit = byte
            .is_ascii_digit()
            .then(|| u64::from(byte.wrapping_sub(b'0')))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn line_part_is_the_first_break(bytes in prop::collection::vec(prop_oneof![20 => Just(b'x'), 1 => any::<u8>()], 0..80)) {
            let plain = bytes.iter().position(|&b| is_line_break(b)).unwrap_or(bytes.len());
            prop_assert_eq!(line_part(&bytes), plain);
        }

        #[test]
        fn decimal_reads_what_is_printed(number: u64) {
            prop_assert_eq!(decimal(std::format!("{number}").as_bytes()), Some(number));
            prop_assert_eq!(decimal(std::format!("{number}0000").as_bytes()), number.checked_mul(10_000));
        }
    }

    #[test]
    fn tokens_are_those_of_the_rfc() {
        let separators = br#"(),/:;<=>?@[\]{}""#;
        for byte in 0..=u8::MAX {
            let expected = byte.is_ascii_graphic() && !separators.contains(&byte);
            assert_eq!(is_token(byte), expected, "{byte:#x}");
        }
    }

    #[test]
    fn decimal_is_digits_only() {
        for bad in [
            "",
            "+1",
            "-1",
            "1 ",
            " 1",
            "1e3",
            "0x1",
            "18446744073709551616",
        ] {
            assert_eq!(decimal(bad.as_bytes()), None, "{bad:?}");
        }
    }
}
