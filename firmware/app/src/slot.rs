//! Which of two configuration images is the one to use.

use oobwatch_image::{Image, ImageError, Reason};

/// One of the two places for a configuration image. A programmer writes to `A`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The first.
    A,
    /// The second.
    B,
}

impl Slot {
    /// The slot to start with, of what `a` and `b` hold: that of the sound image
    /// with the higher generation. Where none is sound, the one that holds
    /// something: it has a reason to be told.
    #[must_use]
    pub fn in_use(a: &[u8], b: &[u8]) -> Self {
        match (generation(a), generation(b)) {
            (Ok(a), Ok(b)) if b > a => Self::B,
            (Ok(_), _) => Self::A,
            (Err(_), Ok(_)) => Self::B,
            (Err(blank), Err(error)) if is_blank(blank) && !is_blank(error) => Self::B,
            (Err(_), Err(_)) => Self::A,
        }
    }

    /// The other one: the spare.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

fn is_blank(error: ImageError) -> bool {
    error.reason == Reason::Blank
}

/// The generation of a sound image. A function of its own, as what it parses
/// takes a few KiB of the stack.
#[inline(never)]
pub(crate) fn generation(slot: &[u8]) -> Result<u32, ImageError> {
    match &Image::parse(slot) {
        Ok(image) => Ok(image.generation()),
        Err(error) => Err(*error),
    }
}

#[cfg(test)]
mod tests {
    use oobwatch_image::Product;

    use super::*;
    use crate::tests::{Box_, image};

    #[test]
    fn the_newest_sound_image_is_used() {
        let fmc = [Box_::new(Product::Fmc, 443, 300)];
        let [old, new] = [7, 8].map(|generation| image(generation, &fmc));
        let [blank, other] = [[0xFF; 64], [7; 64]];
        let cut = &new[..new.len() - 1];
        for (a, b, slot) in [
            (old, new, Slot::B),
            (new, old, Slot::A),
            (old, old, Slot::A),
            (old, cut, Slot::A),
            (cut, old, Slot::B),
            (&blank, old, Slot::B),
            (old, &blank, Slot::A),
            (&blank, &blank, Slot::A),
            (&blank, cut, Slot::B),
            (&other, &blank, Slot::A),
            (cut, &other, Slot::A),
        ] {
            assert_eq!(Slot::in_use(a, b), slot);
        }
    }
}
