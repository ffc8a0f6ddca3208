//! Tokens and identifiers, and chance.

use rsa::rand_core::{OsRng, RngCore as _};

use crate::cert::hex;

/// Where tokens come from.
#[derive(Debug)]
pub(crate) enum Source {
    System,
    /// The same tokens in every run; the state of its generator.
    Seeded(u64),
}

impl Source {
    pub(crate) fn new(seed: Option<u64>) -> Self {
        seed.map_or(Self::System, Self::Seeded)
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        match self {
            Self::System => OsRng.fill_bytes(bytes),
            Self::Seeded(state) => {
                for chunk in bytes.chunks_mut(8) {
                    let drawn = draw(state).to_be_bytes();
                    chunk.copy_from_slice(&drawn[..chunk.len()]);
                }
            }
        }
    }

    /// A version 4 UUID in lower case, as FMC's tokens are.
    pub(crate) fn uuid(&mut self) -> String {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        uuid(bytes)
    }

    /// 256 bits in hexadecimal, as FXOS tokens are.
    pub(crate) fn hex_token(&mut self) -> String {
        let mut bytes = [0; 32];
        self.fill(&mut bytes);
        hex(&bytes)
    }
}

fn uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let digits = hex(&bytes);
    [
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..],
    ]
    .join("-")
}

/// A number from 0 up to 1.
pub(crate) fn fraction(state: &mut u64) -> f64 {
    // 53 bits are what an f64 holds exactly.
    (draw(state) >> 11) as f64 / (1_u64 << 53) as f64
}

/// SplitMix64.
fn draw(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_have_the_shape_of_version_4() {
        let uuid = Source::new(None).uuid();
        assert_eq!(uuid.len(), 36);
        assert_eq!(&uuid[14..15], "4");
        assert!(matches!(&uuid[19..20], "8" | "9" | "a" | "b"));
        assert_eq!(uuid.matches('-').count(), 4);
    }

    #[test]
    fn fxos_tokens_are_64_hexadecimal_digits() {
        let token = Source::new(None).hex_token();
        assert_eq!(token.len(), 64);
        assert!(token.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }

    #[test]
    fn a_seed_gives_the_same_tokens_again_and_others_each_time() {
        let drawn = |seed| {
            let mut source = Source::new(seed);
            [source.uuid(), source.hex_token(), source.uuid()]
        };
        assert_eq!(drawn(Some(7)), drawn(Some(7)));
        assert_ne!(drawn(Some(7)), drawn(Some(8)));
        let [first, _, third] = drawn(Some(7));
        assert_ne!(first, third);
        assert_ne!(drawn(None), drawn(None));
    }
}
