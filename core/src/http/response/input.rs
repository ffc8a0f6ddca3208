//! The bytes of one push, taken from the front.

/// What is left of the bytes that the caller pushed.
pub(super) struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) const fn rest(&self) -> &'a [u8] {
        self.0
    }

    pub(super) const fn peek(&self) -> Option<u8> {
        match self.0 {
            [first, ..] => Some(*first),
            [] => None,
        }
    }

    pub(super) const fn next(&mut self) -> Option<u8> {
        let [first, rest @ ..] = self.0 else {
            return None;
        };
        self.0 = rest;
        Some(*first)
    }

    /// At most `most` bytes, as many as there are.
    pub(super) fn take(&mut self, most: usize) -> &'a [u8] {
        match self.0.split_at_checked(most) {
            Some((taken, rest)) => {
                self.0 = rest;
                taken
            }
            None => core::mem::take(&mut self.0),
        }
    }

    /// At most `most` bytes, of a count that may be more than memory holds.
    pub(super) fn take_u64(&mut self, most: u64) -> &'a [u8] {
        self.take(usize::try_from(most).unwrap_or(usize::MAX))
    }

    /// The bytes up to the first that is not `wanted`.
    pub(super) fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self.0.iter().position(|&byte| !wanted(byte));
        self.take(end.unwrap_or(self.0.len()))
    }
}
