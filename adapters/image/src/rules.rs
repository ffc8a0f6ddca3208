//! Which values a field may hold, beyond what its type says: the reader holds an
//! image to them, and who makes one can ask before.
//!
//! What may stand on the wire (a colon in a user name, a blank at the end of a
//! password) is not decided here: `oobwatch-core` refuses it when it encodes
//! the request.

use core::net::Ipv4Addr;
use core::ops::RangeInclusive;

/// Bits of a network prefix.
pub const PREFIX: RangeInclusive<u8> = 1..=31;
/// Seconds between probes.
pub const PROBE_EVERY: RangeInclusive<u32> = 5..=86_400;
/// Seconds between checks.
pub const CHECK_EVERY: RangeInclusive<u32> = 30..=604_800;

const SKIP_LEN: usize = 240;
const LABEL_LEN: usize = 48;
const USER_LEN: usize = 128;
const PASSWORD_LEN: usize = 128;
const BEARER_LEN: usize = 4096;

/// The name of a target or a credential.
#[must_use]
pub fn label(text: &str) -> bool {
    shown(text, LABEL_LEN)
}

/// What a check leaves out: words with commas between them, or nothing.
// Byte by byte: in `split`, the linker sees a panic.
#[must_use]
pub fn skip(text: &str) -> bool {
    let mut before = b',';
    let is_sound = text.bytes().all(|byte| {
        let ends_word = byte == b',' && before != b',';
        before = byte;
        ends_word || byte.is_ascii_lowercase() || byte == b'_'
    });
    text.is_empty() || is_sound && before != b',' && text.len() <= SKIP_LEN
}

/// The name of a user.
#[must_use]
pub fn user(text: &str) -> bool {
    shown(text, USER_LEN)
}

/// A password.
#[must_use]
pub fn password(text: &str) -> bool {
    shown(text, PASSWORD_LEN)
}

/// A bearer token.
#[must_use]
pub fn bearer(text: &str) -> bool {
    visible_ascii(text, BEARER_LEN)
}

fn shown(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len()) && !text.chars().any(char::is_control)
}

fn visible_ascii(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A DNS host name (RFC 1123, section 2.1, and the `_` that is found in use),
/// without a final dot, and not to be mistaken for an IPv4 address.
#[must_use]
pub fn host_name(text: &str) -> bool {
    let labels = || text.as_bytes().split(|&byte| byte == b'.');
    let ends_in_digits = labels()
        .next_back()
        .is_some_and(|last| last.iter().all(u8::is_ascii_digit));
    text.len() <= 253 && labels().all(host_label) && !ends_in_digits
}

fn host_label(label: &[u8]) -> bool {
    (1..=63).contains(&label.len())
        && label.first() != Some(&b'-')
        && label.last() != Some(&b'-')
        && label
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// An address that one station can have.
#[must_use]
pub fn unicast(address: Ipv4Addr) -> bool {
    let [first, ..] = address.octets();
    (1..224).contains(&first)
}

/// A gateway is another station in the board's own network.
#[must_use]
pub fn is_gateway(gateway: Ipv4Addr, own: Ipv4Addr, prefix: u8) -> bool {
    gateway != own && unicast(gateway) && same_network(gateway, own, prefix)
}

fn same_network(a: Ipv4Addr, b: Ipv4Addr, prefix: u8) -> bool {
    let mask = u32::MAX
        .checked_shl(32_u32.saturating_sub(u32::from(prefix)))
        .unwrap_or(0);
    u32::from(a) & mask == u32::from(b) & mask
}

/// Exactly one DER SEQUENCE with a definite length: the outside of an X.509
/// certificate. The inside is for the TLS library to judge.
#[must_use]
pub fn certificate(der: &[u8]) -> bool {
    let [0x30, length, rest @ ..] = der else {
        return false;
    };
    match (*length, rest) {
        (0..=0x7F, content) => content.len() == usize::from(*length),
        (0x81, [length, content @ ..]) => content.len() == usize::from(*length),
        (0x82, [high, low, content @ ..]) => {
            content.len() == usize::from(u16::from_be_bytes([*high, *low]))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_names() {
        for name in ["fmc", "fmc-1.example.net", "a_b.example", "1.example", "x"] {
            assert!(host_name(name), "{name}");
        }
        for name in [
            "", ".", "a.", "a..b", "-a", "a-", "10.0.0.1", "a.1", "a b", "a/b", "é", "a:1",
        ] {
            assert!(!host_name(name), "{name}");
        }
        assert!(!host_name(&"a".repeat(64)));
        assert!(!host_name(&["a".repeat(63).as_str(); 4].join(".")));
    }

    #[test]
    fn certificates_are_one_whole_sequence() {
        assert!(certificate(&[0x30, 1, 0]));
        assert!(certificate(&[&[0x30, 0x81, 0x80][..], &[0; 0x80]].concat()));
        assert!(certificate(
            &[&[0x30, 0x82, 1, 0][..], &[0; 0x100]].concat()
        ));
        for der in [
            &[][..],
            &[0x30],
            &[0x30, 2, 0],
            &[0x30, 1, 0, 0],
            &[0x31, 0],
            &[0x30, 0x80, 0, 0],
        ] {
            assert!(!certificate(der), "{der:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_left_out_is_words(text in "[a-c_,A]{0,8}") {
            let word = |word: &str| !word.is_empty() && !word.contains('A');
            let words = text.is_empty() || text.split(',').all(word);
            proptest::prop_assert_eq!(skip(&text), words);
        }
    }

    #[test]
    fn networks() {
        let ip = Ipv4Addr::new;
        assert!(same_network(ip(10, 0, 0, 1), ip(10, 0, 0, 254), 24));
        assert!(!same_network(ip(10, 0, 0, 1), ip(10, 0, 1, 1), 24));
        assert!(same_network(ip(10, 0, 0, 1), ip(192, 168, 0, 1), 0));
    }
}
