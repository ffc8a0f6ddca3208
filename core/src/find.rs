//! Bytes of a kind, looked for a machine word at a time.
//!
//! Long values are where parser and scanner spend their time; a comparison and
//! a branch for each byte make that three times as long.

const SIZE: usize = size_of::<usize>();
/// A one in each byte.
const ONES: usize = usize::MAX / 255;

/// The bytes of a machine word, the first lowest.
#[derive(Clone, Copy)]
pub(crate) struct Word(usize);

/// Which bytes of a [`Word`] are wanted. True up to and with the first of
/// them; a borrow may mark bytes after it.
#[derive(Clone, Copy)]
pub(crate) struct Marks(usize);

impl Word {
    /// Marks the bytes that are `byte`.
    pub(crate) const fn equal_to(self, byte: u8) -> Marks {
        Self(self.0 ^ (ONES * byte as usize)).below(1)
    }

    /// Marks the bytes less than `limit`, which is at most 128.
    pub(crate) const fn below(self, limit: u8) -> Marks {
        let high_bits = ONES << 7;
        Marks(self.0.wrapping_sub(ONES * limit as usize) & !self.0 & high_bits)
    }
}

impl Marks {
    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    const fn first(self) -> usize {
        self.0.trailing_zeros() as usize / 8
    }
}

/// How many bytes stand before the first that is marked; all, if none is.
pub(crate) fn before(bytes: &[u8], marks: impl Fn(Word) -> Marks) -> usize {
    let (words, rest) = bytes.as_chunks();
    let marks = |bytes: &[u8; SIZE]| marks(Word(usize::from_le_bytes(*bytes)));
    let mut passed: usize = 0;
    for word in words {
        let first = marks(word).first();
        passed = passed.saturating_add(first);
        if first < SIZE {
            return passed;
        }
    }
    let mut last = [0; SIZE];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    passed.saturating_add(marks(&last).first().min(rest.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Neighbours of the byte and of the limit are where a borrow would show.
        #[test]
        fn is_the_first_of_its_kind(
            bytes in prop::collection::vec(prop_oneof![9 => 0x1f_u8..0x24, 1 => any::<u8>()], 0..40),
            byte: u8,
            limit in 0_u8..=128,
        ) {
            let first = |wanted: &dyn Fn(u8) -> bool| bytes.iter().position(|&b| wanted(b)).unwrap_or(bytes.len());
            for byte in [byte, 0x21] {
                prop_assert_eq!(before(&bytes, |word| word.equal_to(byte)), first(&|b| b == byte));
            }
            for limit in [limit, 0x20] {
                prop_assert_eq!(before(&bytes, |word| word.below(limit)), first(&|b| b < limit));
            }
            let both = before(&bytes, |word| word.equal_to(0x23).or(word.below(0x20)));
            prop_assert_eq!(both, first(&|b| b == 0x23 || b < 0x20));
        }
    }
}
