//! Fields read one after the other, never past the end.

use core::net::Ipv4Addr;

use crate::error::{Field, ImageError, Reason};

/// Bytes not yet read, and where they lie in the image.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) const fn new(rest: &'a [u8], offset: usize) -> Self {
        Self { rest, offset }
    }

    pub(crate) const fn offset(&self) -> usize {
        self.offset
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// An error about what comes next.
    pub(crate) const fn error(&self, reason: Reason) -> ImageError {
        ImageError {
            reason,
            offset: self.offset,
        }
    }

    /// The next `count` bytes.
    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], ImageError> {
        let (taken, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or(self.error(Reason::Overrun))?;
        self.advance(rest, count);
        Ok(taken)
    }

    /// All that is left.
    pub(crate) fn take_rest(&mut self) -> &'a [u8] {
        let taken = self.rest;
        self.advance(&[], taken.len());
        taken
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ImageError> {
        let (&taken, rest) = self
            .rest
            .split_first_chunk()
            .ok_or(self.error(Reason::Overrun))?;
        self.advance(rest, N);
        Ok(taken)
    }

    fn advance(&mut self, rest: &'a [u8], count: usize) {
        self.rest = rest;
        self.offset = self.offset.saturating_add(count);
    }

    pub(crate) fn u8(&mut self) -> Result<u8, ImageError> {
        self.array().map(u8::from_le_bytes)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, ImageError> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, ImageError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, ImageError> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn address(&mut self) -> Result<Ipv4Addr, ImageError> {
        self.array::<4>().map(Ipv4Addr::from)
    }

    /// A value of `read` that `accept`s, or an error at its first byte.
    pub(crate) fn checked<T>(
        &mut self,
        field: Field,
        read: impl FnOnce(&mut Self) -> Result<T, ImageError>,
        accept: impl FnOnce(&T) -> bool,
    ) -> Result<T, ImageError> {
        let start = *self;
        let value = read(self)?;
        if accept(&value) {
            Ok(value)
        } else {
            Err(start.error(Reason::Value(field)))
        }
    }

    /// UTF-8 after a length of one byte.
    pub(crate) fn text(
        &mut self,
        field: Field,
        accept: impl FnOnce(&str) -> bool,
    ) -> Result<&'a str, ImageError> {
        let length = self.u8()?;
        self.utf8(usize::from(length), field, accept)
    }

    /// UTF-8 after a length of two bytes.
    pub(crate) fn long_text(
        &mut self,
        field: Field,
        accept: impl FnOnce(&str) -> bool,
    ) -> Result<&'a str, ImageError> {
        let length = self.u16()?;
        self.utf8(usize::from(length), field, accept)
    }

    fn utf8(
        &mut self,
        length: usize,
        field: Field,
        accept: impl FnOnce(&str) -> bool,
    ) -> Result<&'a str, ImageError> {
        let start = *self;
        core::str::from_utf8(self.take(length)?)
            .ok()
            .filter(|text| accept(text))
            .ok_or(start.error(Reason::Value(field)))
    }

    /// Says that nothing may be left.
    pub(crate) fn end(&self) -> Result<(), ImageError> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(self.error(Reason::Excess))
        }
    }
}
