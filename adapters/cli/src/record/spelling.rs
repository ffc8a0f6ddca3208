//! The other ways in which the same value is written.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// What base64 makes of `value` in the middle of other bytes.
///
/// Three bytes become four characters, so there are three ways to be aligned; a character that
/// also holds bits of a neighbour is left out.
pub(super) fn base64_parts(value: &str) -> impl Iterator<Item = String> {
    let aligned = |before: usize| {
        let mut bytes = vec![0; before];
        bytes.extend_from_slice(value.as_bytes());
        let own = (before * 8).div_ceil(6)..bytes.len() * 8 / 6;
        [
            STANDARD_NO_PAD.encode(&bytes),
            URL_SAFE_NO_PAD.encode(&bytes),
        ]
        .into_iter()
        .filter_map(move |text| text.get(own.clone()).map(str::to_owned))
    };
    let mut parts: Vec<_> = (0..3).flat_map(aligned).collect();
    parts.sort();
    parts.dedup();
    parts.into_iter()
}

/// `text` with percent-encoding and JSON escapes undone, as far as it has any.
pub(super) fn unescaped(text: &str) -> impl Iterator<Item = String> {
    let percent = text.contains('%').then(|| percent_decoded(text));
    let json = text
        .contains('\\')
        .then(|| json_unescaped(text, &[12, 6, 2]));
    // After a backslash of somebody else's, `\\u0021` is that of a backslash and of `u0021`.
    let unicode = text
        .contains("\\\\u")
        .then(|| json_unescaped(text, &[12, 6]));
    percent.into_iter().chain(json).chain(unicode)
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let (byte, after) = match rest {
            [b'%', high, low, after @ ..] => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, after),
                _ => (b'%', &rest[1..]),
            },
            _ => (*first, after),
        };
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

/// RFC 8259, section 7; what is no escape of these lengths stays.
///
/// The longest is a surrogate pair, `\ud83d\ude00`; 2 is that of `\n` and its like.
fn json_unescaped(text: &str, lengths: &[usize]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let found = lengths.iter().find_map(|&length| {
            let (escape, after) = escape.split_at_checked(length)?;
            if length > 2 && !escape.starts_with("\\u") {
                return None;
            }
            let plain: String = serde_json::from_str(&format!("\"{escape}\"")).ok()?;
            Some((plain, after))
        });
        let (plain, after) = found.unwrap_or_else(|| ("\\".to_owned(), escape.split_at(1).1));
        out.push_str(&plain);
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn base64_is_recognised_in_any_place(before in "\\PC{0,7}", value in "\\PC{4,12}", after in "\\PC{0,7}") {
            let encoded = STANDARD.encode(format!("{before}{value}{after}"));
            prop_assert!(base64_parts(&value).any(|part| encoded.contains(&part)), "{}", encoded);
        }

        #[test]
        fn escapes_are_undone(text in ".{0,12}") {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(json_unescaped(&json[1..json.len() - 1], &[12, 6, 2]), text.clone());
            let percent: String = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
            prop_assert_eq!(percent_decoded(&percent), text);
        }
    }

    #[test]
    fn a_backslash_before_an_escape_hides_nothing() {
        assert!(unescaped(r"\\u0061\u0062").any(|plain| plain.contains("ab")));
    }

    #[test]
    fn what_is_no_escape_stays() {
        assert_eq!(json_unescaped(r"a\q\u00e9\", &[12, 6, 2]), "a\\q\u{e9}\\");
        assert_eq!(percent_decoded("100%"), "100%");
        assert_eq!(percent_decoded("%zz%41"), "%zzA");
    }
}
