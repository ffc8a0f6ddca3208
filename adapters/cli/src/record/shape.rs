//! What a value looks like, whatever it is called.

use core::net::IpAddr;

use super::Kind;

/// The kind of identifier that `text` as a whole is shaped like.
pub(super) fn shape(text: &str) -> Option<Kind> {
    let host = text.rsplit_once(':').map_or(text, |(host, _port)| host);
    if is_uuid(text) {
        Some(Kind::Uuid)
    } else if text.parse::<IpAddr>().is_ok() || host.parse::<IpAddr>().is_ok() || is_mac(text) {
        Some(Kind::Address)
    } else if is_serial(text) {
        Some(Kind::Serial)
    } else if text.contains('@') && !text.contains(' ') {
        Some(Kind::User)
    } else if text.starts_with("eyJ") {
        // A JWT begins with `{"`, and might pass for a host name.
        Some(Kind::Token)
    } else if is_host(host) {
        Some(Kind::Host)
    } else if is_token(text) {
        Some(Kind::Token)
    } else {
        None
    }
}

fn is_uuid(text: &str) -> bool {
    let groups = text
        .split('-')
        .map(|group| (group.len(), group.bytes().all(|b| b.is_ascii_hexdigit())));
    groups.eq([8, 4, 4, 4, 12].map(|length| (length, true)))
}

fn is_mac(text: &str) -> bool {
    let groups = text
        .split([':', '-'])
        .map(|group| group.len() == 2 && group.bytes().all(|b| b.is_ascii_hexdigit()));
    groups.eq([true; 6])
}

/// Cisco's: place, year, week, then four more (`JAD21340ABC`).
fn is_serial(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some((place, rest)), 11) = (bytes.split_at_checked(3), bytes.len()) else {
        return false;
    };
    let (date, number) = rest.split_at(4);
    place.iter().all(u8::is_ascii_uppercase)
        && date.iter().all(u8::is_ascii_digit)
        && number
            .iter()
            .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

fn is_host(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    text.rsplit_once('.').is_some_and(|(labels, last)| {
        last.len() > 1
            && last.bytes().all(|b| b.is_ascii_alphabetic())
            && labels.split('.').all(label)
    })
}

/// Long, of digits and letters, as hexadecimal, base64 and JWT are.
fn is_token(text: &str) -> bool {
    text.len() >= 20
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.+/=".contains(&b))
        && text.bytes().any(|b| b.is_ascii_digit())
        && text.bytes().any(|b| b.is_ascii_alphabetic())
}

/// Whether a segment of a path is the API's own: lower case, a version, or a small number.
pub(super) fn is_schema_word(segment: &str) -> bool {
    let number = segment.strip_prefix('v').unwrap_or(segment);
    let small = number.len() <= 3 && number.bytes().all(|b| b.is_ascii_digit());
    let word = segment
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b == b'-' || b == b'_');
    (small || word) && segment.len() <= 40
}

/// Whether a member's name is one that an API would give.
pub(super) fn is_member_name(name: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    name.len() <= 48 && name.bytes().all(fits) && shape(name).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_told_apart() {
        let cases = [
            ("621deb54-80a3-11e8-97ac-dd9127b40102", Some(Kind::Uuid)),
            ("10.255.0.11", Some(Kind::Address)),
            ("10.255.0.11:443", Some(Kind::Address)),
            ("2001:db8::1", Some(Kind::Address)),
            ("00:50:56:00:0a:ff", Some(Kind::Address)),
            ("JAD21340ABC", Some(Kind::Serial)),
            ("me@example.com", Some(Kind::User)),
            ("fmc1.example.com:8443", Some(Kind::Host)),
            ("eyJhbGciOiJIUzI1NiJ9.e30.abc", Some(Kind::Token)),
            ("7.4.1", None),
            ("application/json", None),
            ("2024-05-01T10:00:00", None),
            ("Invalid", None),
            ("", None),
        ];
        for (text, kind) in cases {
            assert_eq!(shape(text), kind, "{text}");
        }
    }

    #[test]
    fn paths_keep_the_words_of_the_api() {
        for word in [
            "",
            "api",
            "fmc_config",
            "v1",
            "app-inst",
            "devicerecords",
            "2",
        ] {
            assert!(is_schema_word(word), "{word}");
        }
        for name in ["MyFtd", "621deb54-80a3", "v1x", "a%20b", "1234"] {
            assert!(!is_schema_word(name), "{name}");
        }
    }
}
