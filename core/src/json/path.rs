//! Paths into a JSON text, and which of them lead to where the scanner is.
//!
//! All paths that lead to a place begin with the same text, so how far they
//! have been followed is one number.

use core::num::{NonZeroU8, NonZeroU16};

use super::Nest;

/// How many paths can be followed at once.
pub const MAX_PATHS: usize = 16;

/// How many steps a path may have; `items[].name` has three.
pub const MAX_STEPS: usize = 8;

/// A path of the list, by its place and one, so that an `Option` is a byte.
#[derive(Clone, Copy, Debug)]
pub(super) struct PathId(NonZeroU8);

impl PathId {
    pub(super) fn index(self) -> usize {
        usize::from(self.0.get()).saturating_sub(1)
    }
}

/// A set of paths, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PathSet(u16);

impl PathSet {
    /// Those of `paths` that can be followed.
    pub(super) fn all(paths: &[&'static str]) -> Self {
        Self(u16::MAX).having(paths, 0, |path| u8::try_from(path.len()).is_ok())
    }

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those whose text goes on as `wanted` says after its first `at` bytes.
    pub(super) fn having(
        self,
        paths: &[&'static str],
        at: usize,
        wanted: impl Fn(&[u8]) -> bool,
    ) -> Self {
        let mut kept = self;
        let mut left = self;
        while let Some(path) = left.first() {
            let bit = left.0 & left.0.wrapping_neg();
            let path = paths.get(path.index());
            let rest = path.and_then(|path| path.as_bytes().get(at..));
            if !rest.is_some_and(&wanted) {
                kept.0 &= !bit;
            }
            left.0 &= !bit;
        }
        kept
    }

    /// The first of the set.
    pub(super) fn first(self) -> Option<PathId> {
        let place = NonZeroU16::new(self.0)?.trailing_zeros();
        let number = u8::try_from(place).ok()?.saturating_add(1);
        NonZeroU8::new(number).map(PathId)
    }
}

/// Whether `rest` of a path leads into `nest`.
pub(super) fn leads_into(rest: &[u8], nest: Nest, top: bool) -> bool {
    match (nest, rest) {
        (Nest::Array, rest) => rest.starts_with(b"[]"),
        (Nest::Object, [b'.', ..]) => true,
        (Nest::Object, [first, ..]) => top && *first != b'[',
        (Nest::Object, []) => false,
    }
}

/// Whether a byte of a path begins its next step: names do not hold it.
pub(super) const fn begins_step(byte: u8) -> bool {
    matches!(byte, b'.' | b'[')
}
