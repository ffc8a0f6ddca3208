//! The chunks of a request body that is streamed (RFC 9112, section 7.1).

use core::num::NonZeroUsize;

use heapless::Vec;

/// What follows the data of each chunk.
pub const CHUNK_END: &[u8] = b"\r\n";

/// The end of a chunked body: the last chunk, and no trailers.
pub const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// What precedes the data of a chunk of `len` bytes: `1a\r\n`.
///
/// A chunk without data would be the last one; so there is none.
#[must_use]
pub fn chunk_header(len: NonZeroUsize) -> Vec<u8, 18> {
    let len = len.get() as u64;
    let digits = (0..=len.ilog2() / 4).rev().map(|place| {
        let digit = (len >> (place * 4)) & 0xf;
        HEX.get(digit as usize).copied().unwrap_or_default()
    });
    let mut header = Vec::new();
    for byte in digits.chain(CHUNK_END.iter().copied()) {
        let _ = header.push(byte);
    }
    header
}

const HEX: &[u8; 16] = b"0123456789abcdef";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn is_the_length_in_hexadecimal(len in 1usize.., shift in 0u32..usize::BITS) {
            let len = NonZeroUsize::new(len >> shift).unwrap_or(NonZeroUsize::MIN);
            let printed = std::format!("{len:x}\r\n");
            prop_assert_eq!(&chunk_header(len)[..], printed.as_bytes());
        }
    }

    #[test]
    fn the_longest_fits() {
        assert!(chunk_header(NonZeroUsize::MAX).ends_with(CHUNK_END));
    }
}
