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

/// How many bytes at the start of `text` spell `value`: as it is, with JSON escapes (RFC 8259,
/// section 7) or with percent-encoding (RFC 3986, section 2.1), also as forms have it, where `+` is
/// a blank.
///
/// Asked for every place of a text, so that nothing that stands before the value, such as a
/// backslash, can take its first escape apart.
pub(super) fn spelled(text: &str, value: &str) -> Option<usize> {
    let ways = [as_it_is, json_escaped, percent_encoded];
    let length = |way: fn(&str, char) -> Option<usize>| {
        value.chars().try_fold(0, |length, next| {
            let (_, rest) = text.split_at_checked(length)?;
            Some(length + way(rest, next)?)
        })
    };
    // The longest: of a `%25` that stands for the last character, nothing is left over.
    ways.into_iter().filter_map(length).max()
}

fn as_it_is(text: &str, next: char) -> Option<usize> {
    text.starts_with(next).then_some(next.len_utf8())
}

/// The longest escape is a surrogate pair, `\ud83d\ude00`; two bytes are `\n` and its like.
fn json_escaped(text: &str, next: char) -> Option<usize> {
    if !text.starts_with('\\') {
        return as_it_is(text, next);
    }
    [12, 6, 2].into_iter().find(|&length| {
        let escape = text.split_at_checked(length).map(|(escape, _)| escape);
        let plain = escape.map(|escape| serde_json::from_str::<String>(&format!("\"{escape}\"")));
        plain.is_some_and(|plain| plain.is_ok_and(|plain| plain.chars().eq([next])))
    })
}

fn percent_encoded(text: &str, next: char) -> Option<usize> {
    let mut bytes = [0; 4];
    let mut wanted = next.encode_utf8(&mut bytes).bytes();
    wanted.try_fold(0, |length, byte| {
        let rest = text.as_bytes().get(length..)?;
        let (found, taken) = match octet(rest) {
            Some(octet) => (octet, 3),
            None => (*rest.first()?, 1),
        };
        let is_blank = byte == b' ' && rest.first() == Some(&b'+');
        (found == byte || is_blank).then_some(length + taken)
    })
}

/// What `%41` and the like stand for.
fn octet(text: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = text else {
        return None;
    };
    let digit = |digit: &u8| char::from(*digit).to_digit(16);
    u8::try_from(digit(high)? << 4 | digit(low)?).ok()
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

        /// Whatever stands before and after, and however the value itself looks like an escape.
        #[test]
        fn every_spelling_is_recognised(value in "[\\\\\"/%u0-9a-f \n\u{e9}\u{1f600}]{4,12}", after in "\\PC{0,4}") {
            let json = serde_json::to_string(&value).unwrap();
            let units: String = value.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
            let percent: String = value.bytes().map(|byte| format!("%{byte:02x}")).collect();
            let readable = value.replace('%', "%25").replace('/', "%2F");
            let form: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
            for form in [value.as_str(), &json[1..json.len() - 1], &units, &percent, &readable, &form] {
                let found = spelled(&format!("{form}{after}"), &value);
                prop_assert!(found.is_some_and(|length| length >= form.len()), "{} {:?}", form, found);
            }
        }
    }

    #[test]
    fn what_is_no_escape_stays() {
        for text in [r"a\q", "a%zz", "100%", r"\u00", "%4", r"\ud83d"] {
            assert_eq!(spelled(text, text), Some(text.len()), "{text}");
        }
        assert_eq!(spelled("%zz%41", "%zzA"), Some(6));
        assert_eq!(spelled("", "a"), None);
        assert_eq!(spelled(r"\u0061", "b"), None);
    }
}
