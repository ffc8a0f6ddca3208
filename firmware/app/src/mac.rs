//! The Ethernet address of a board that was given none.

/// An address of the board's own, made of its chip's unique number: always the
/// same, locally administered and of one station (IEEE 802, "universal or local"
/// and "individual or group" bits).
#[must_use]
pub fn mac_address(unique: &[u8]) -> [u8; 6] {
    const LOCAL: u8 = 0b10;
    const GROUP: u8 = 0b01;
    let [_, _, first, rest @ ..] = fnv_1a(unique).to_be_bytes();
    let [b, c, d, e, f] = rest;
    [first & !GROUP | LOCAL, b, c, d, e, f]
}

/// Spreads numbers that differ in a few bits, as those of one wafer do, over all 64
/// (FNV-1a).
fn fnv_1a(bytes: &[u8]) -> u64 {
    let start = 0xCBF2_9CE4_8422_2325;
    let prime = 0x0100_0000_01B3;
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(prime);
    bytes.iter().fold(start, step)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv_1a(b""), 0xCBF2_9CE4_8422_2325);
        assert_eq!(fnv_1a(b"a"), 0xAF63_DC4C_8601_EC8C);
    }

    proptest! {
        #[test]
        fn addresses_are_local_and_of_one_station(unique: [u8; 12]) {
            prop_assert_eq!(mac_address(&unique)[0] & 0b11, 0b10);
        }

        #[test]
        fn neighbours_differ(unique: [u8; 12], at in 0..12_usize, other: u8) {
            prop_assume!(unique[at] != other);
            let mut neighbour = unique;
            neighbour[at] = other;
            prop_assert_ne!(mac_address(&unique), mac_address(&neighbour));
        }
    }
}
