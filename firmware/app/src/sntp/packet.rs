//! The one datagram that goes out, and what an answer must be (RFC 5905, section
//! 14, and RFC 4330, section 5, for the checks of a client).
//!
//! The request tells nothing of the board: all is zero but a random number where
//! its own time would stand, which the answer has to repeat.

use core::time::Duration;

/// Bytes of a packet without extensions.
pub(super) const LENGTH: usize = 48;

const VERSION: u8 = 4;
const CLIENT: u8 = 3;
const SERVER: u8 = 4;
/// The leap indicator of a server that does not know the time itself.
const UNSYNCHRONIZED: u8 = 3;
/// From here on a server is "unsynchronized".
const STRATUM_MAX: u8 = 16;
/// The furthest that a server may be from a clock: 16 s, in units of 2^-16 s
/// (RFC 5905, MAXDISP).
const DISTANCE_MAX: u32 = 16 << 16;
/// Seconds from 1900 to 1970.
const TO_1970: u64 = 2_208_988_800;
/// A time before 2026, in seconds since 1900, is one of the era that begins in
/// 2036: no board ran this program then.
const ERA_START: u64 = TO_1970 + 1_767_225_600;

/// The request.
pub(super) fn request(nonce: u64) -> [u8; LENGTH] {
    let mut packet = [0; LENGTH];
    if let Some((first, _)) = packet.split_first_mut() {
        *first = VERSION << 3 | CLIENT;
    }
    if let Some(transmit) = packet.last_chunk_mut() {
        *transmit = nonce.to_be_bytes();
    }
    packet
}

/// What a server has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The time when the answer left, in milliseconds since 1970, UTC, and how long
    /// the server had the request.
    Time { millis: u64, held: Duration },
    /// Never ask again (kiss codes DENY and RSTR).
    GoAway,
    /// Ask less often (kiss code RATE, and those that no one knows).
    Later,
    /// Its time is of no use: not synchronised, or nonsense.
    Useless,
}

/// Reads an answer to the request with `nonce`; none if it is not one, be it that
/// somebody makes answers up.
pub(super) fn answer(packet: &[u8], nonce: u64) -> Option<Answer> {
    let packet: &[u8; LENGTH] = packet.first_chunk()?;
    let (&[flags, stratum, _, _], rest) = packet.split_first_chunk()?;
    let (root, rest) = rest.split_first_chunk::<8>()?;
    let (reference, rest) = rest.split_first_chunk::<4>()?;
    let (_, rest) = rest.split_first_chunk::<8>()?;
    let (times, _) = rest.as_chunks::<8>();
    let &[originate, receive, transmit] = times else {
        return None;
    };
    let version = flags >> 3 & 7;
    let is_answer = flags & 7 == SERVER && (1..=VERSION).contains(&version);
    if !is_answer || u64::from_be_bytes(originate) != nonce {
        return None;
    }
    if stratum == 0 {
        return Some(match reference {
            b"DENY" | b"RSTR" => Answer::GoAway,
            _ => Answer::Later,
        });
    }
    let (receive, transmit) = (u64::from_be_bytes(receive), u64::from_be_bytes(transmit));
    let is_sound = flags >> 6 != UNSYNCHRONIZED
        && stratum < STRATUM_MAX
        && distance(*root) < DISTANCE_MAX
        && transmit != 0;
    Some(if is_sound {
        Answer::Time {
            millis: unix_millis(transmit),
            held: span(transmit.wrapping_sub(receive)),
        }
    } else {
        Answer::Useless
    })
}

/// Root delay and root dispersion: half of one and all of the other.
fn distance(root: [u8; 8]) -> u32 {
    let root = u64::from_be_bytes(root);
    let (delay, dispersion) = ((root >> 32) as u32, root as u32);
    (delay / 2).saturating_add(dispersion)
}

/// Seconds in the upper half, a fraction in the lower.
fn unix_millis(timestamp: u64) -> u64 {
    let seconds = timestamp >> 32;
    let era = if seconds < ERA_START { 1 << 32 } else { 0 };
    (seconds + era - TO_1970) * 1_000 + fraction(timestamp)
}

fn fraction(timestamp: u64) -> u64 {
    ((timestamp & 0xFFFF_FFFF) * 1_000) >> 32
}

fn span(difference: u64) -> Duration {
    Duration::from_millis((difference >> 32) * 1_000 + fraction(difference))
}

#[cfg(test)]
pub(crate) mod tests {
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    /// A sound answer of a server at this time.
    pub(crate) fn sound(nonce: u64, unix_millis: u64) -> [u8; LENGTH] {
        let seconds = unix_millis / 1_000 + TO_1970;
        // The next millisecond begins a little later: as much as rounding takes.
        let fraction = ((unix_millis % 1_000) << 32).div_ceil(1_000);
        let time = (seconds << 32 | fraction).to_be_bytes();
        let mut packet = [0; LENGTH];
        (packet[0], packet[1]) = (VERSION << 3 | SERVER, 2);
        packet[4..12].copy_from_slice(&[0, 0, 1, 0, 0, 0, 2, 0]);
        packet[24..32].copy_from_slice(&nonce.to_be_bytes());
        packet[32..40].copy_from_slice(&time);
        packet[40..48].copy_from_slice(&time);
        packet
    }

    const NOW: u64 = 1_795_337_999_042;

    #[test]
    fn a_request_tells_nothing_but_its_number() {
        let packet = request(0x0102_0304_0506_0708);
        assert_eq!(packet[0], 0x23);
        assert!(packet[1..40].iter().all(|byte| *byte == 0));
        assert_eq!(packet[40..], [1, 2, 3, 4, 5, 6, 7, 8]);
    }

    #[test]
    fn a_sound_answer_is_read() {
        let held = Duration::ZERO;
        assert_eq!(
            answer(&sound(7, NOW), 7),
            Some(Answer::Time { millis: NOW, held })
        );
        // 2036-02-07T06:28:17Z: a second into the next era.
        let millis = 2_085_978_497_000;
        assert_eq!(
            answer(&sound(7, millis), 7),
            Some(Answer::Time { millis, held })
        );
        let mut packet = sound(7, NOW);
        packet[35] -= 2;
        let held = Duration::from_secs(2);
        assert_eq!(answer(&packet, 7), Some(Answer::Time { millis: NOW, held }));
    }

    #[test]
    fn what_is_no_answer_is_not_listened_to() {
        let with = |at: usize, byte| {
            let mut packet = sound(7, NOW);
            packet[at] = byte;
            packet
        };
        assert_eq!(answer(&sound(8, NOW), 7), None);
        assert_eq!(answer(&sound(7, NOW)[..47], 7), None);
        // A client, a broadcast, version 0, version 5.
        for flags in [0x23, 0x25, 0x04, 0x2C] {
            assert_eq!(answer(&with(0, flags), 7), None, "{flags:#x}");
        }
    }

    #[test]
    fn who_does_not_know_the_time_is_not_believed() {
        for (at, byte) in [(0, 0xE4), (1, 16), (1, 255), (5, 32), (9, 16), (4, 0xFF)] {
            let mut packet = sound(7, NOW);
            packet[at] = byte;
            assert_eq!(answer(&packet, 7), Some(Answer::Useless), "{at} {byte}");
        }
        let mut packet = sound(7, NOW);
        packet[40..].fill(0);
        assert_eq!(answer(&packet, 7), Some(Answer::Useless));
    }

    #[test]
    fn kisses_of_death() {
        for (code, expected) in [
            (b"DENY", Answer::GoAway),
            (b"RSTR", Answer::GoAway),
            (b"RATE", Answer::Later),
            (b"XYZW", Answer::Later),
        ] {
            let mut packet = sound(7, NOW);
            (packet[0], packet[1]) = (0xE4, 0);
            packet[12..16].copy_from_slice(code);
            assert_eq!(answer(&packet, 7), Some(expected));
            assert_eq!(answer(&packet, 8), None, "made up");
        }
    }

    proptest! {
        #[test]
        fn any_packet_is_read_without_panic(packet: Vec<u8>, nonce: u64) {
            prop_assert_eq!(answer(&packet, nonce), None);
        }

        #[test]
        fn any_answer_is_read_without_panic(mut packet: [u8; 24], times: [u64; 2], nonce: u64) {
            packet[0] = packet[0] & !7 | SERVER;
            let times = times.map(u64::to_be_bytes);
            let packet = [&packet[..], &nonce.to_be_bytes(), times.as_flattened()].concat();
            if let Some(Answer::Time { millis, .. }) = answer(&packet, nonce) {
                prop_assert!(millis >= (ERA_START - TO_1970) * 1_000);
            }
        }

        #[test]
        fn every_time_comes_back(millis in 1_767_225_600_000_u64..6_000_000_000_000) {
            let held = Duration::ZERO;
            prop_assert_eq!(answer(&sound(1, millis), 1), Some(Answer::Time { millis, held }));
        }
    }
}
