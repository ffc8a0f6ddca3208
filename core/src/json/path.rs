//! Paths into a JSON text, and which of them lead to where the scanner is.

/// How many paths can be followed at once.
pub const MAX_PATHS: usize = 16;

/// How many steps a path may have; `items[].name` has three.
pub const MAX_STEPS: usize = 8;

/// One step of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// `[]`: into each element of an array.
    Element,
    /// Into the member of that name.
    Member(&'static [u8]),
}

/// The steps of `path`, as in `error.messages[].description`.
pub(super) fn steps(path: &'static str) -> impl Iterator<Item = Step> {
    let mut rest = path.as_bytes();
    core::iter::from_fn(move || {
        let (step, after) = match rest {
            [] => return None,
            [b'[', b']', after @ ..] => (Step::Element, after),
            [b'.', name @ ..] | name => {
                let end = name.iter().position(|byte| matches!(byte, b'.' | b'['));
                let (name, after) = end
                    .and_then(|end| name.split_at_checked(end))
                    .unwrap_or((name, &[]));
                (Step::Member(name), after)
            }
        };
        rest = after;
        Some(step)
    })
}

/// A set of paths, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PathSet(u16);

impl PathSet {
    /// All of `paths`, as far as they can be followed.
    pub(super) fn all(paths: &[&'static str]) -> Self {
        Self(u16::MAX).having(paths, MAX_STEPS, &|step| step.is_none())
    }

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those whose step number `depth` is as `wanted` says.
    pub(super) fn having(
        self,
        paths: &[&'static str],
        depth: usize,
        wanted: &dyn Fn(Option<Step>) -> bool,
    ) -> Self {
        let mut kept = 0;
        let mut bit = 1_u16;
        for path in paths.iter().take(MAX_PATHS) {
            if self.0 & bit != 0 && wanted(steps(path).nth(depth)) {
                kept |= bit;
            }
            bit = bit.wrapping_shl(1);
        }
        Self(kept)
    }

    /// The first of the set.
    pub(super) fn first(self) -> Option<u8> {
        (self.0 != 0)
            .then_some(self.0.trailing_zeros())
            .and_then(|bit| u8::try_from(bit).ok())
    }
}
