//! An image on its way to the spare slot.

use crate::board::{ConfigStore, NotSaved, PAGE};

/// Room for the pages.
pub(super) const ROOM: usize = 2 * PAGE;

/// Writes bytes that come one after the other, page by page. The first page goes
/// last: without it, the slot holds no image, and what was in use still is.
pub(super) struct Pages<'a, C> {
    store: &'a mut C,
    first: &'a mut [u8],
    page: &'a mut [u8],
    length: usize,
}

impl<'a, C: ConfigStore> Pages<'a, C> {
    /// Begins at the start of the spare slot, which has been erased.
    pub(super) fn new(store: &'a mut C, room: &'a mut [u8; ROOM]) -> Self {
        let (first, page) = room.split_at_mut(PAGE);
        Self {
            store,
            first,
            page,
            length: 0,
        }
    }

    /// Bytes so far.
    pub(super) const fn length(&self) -> usize {
        self.length
    }

    /// The first page, as far as it has come.
    pub(super) fn first(&self) -> &[u8] {
        self.first.get(..self.length).unwrap_or(self.first)
    }

    pub(super) async fn push(&mut self, mut bytes: &[u8]) -> Result<(), NotSaved> {
        while !bytes.is_empty() {
            let at = self.length % PAGE;
            let page = match self.length {
                ..PAGE => &mut self.first,
                _ => &mut self.page,
            };
            let room = page.get_mut(at..).unwrap_or_default();
            let fits = room.len().min(bytes.len());
            let (now, later) = bytes.split_at(fits);
            room.iter_mut().zip(now).for_each(|(to, from)| *to = *from);
            bytes = later;
            self.length += fits;
            if self.length.is_multiple_of(PAGE) {
                self.write(self.length - PAGE).await?;
            }
        }
        Ok(())
    }

    /// Writes what is left, and at last the first page.
    pub(super) async fn finish(mut self) -> Result<(), NotSaved> {
        let at = self.length % PAGE;
        let last = match self.length {
            ..PAGE => &mut self.first,
            _ => &mut self.page,
        };
        if at > 0 {
            last.iter_mut().skip(at).for_each(|byte| *byte = 0xFF);
            self.write(self.length - at).await?;
        }
        let first = self.first.first_chunk().ok_or(NotSaved)?;
        self.store.write(0, first).await
    }

    /// The page at `offset`, unless it is the first.
    async fn write(&mut self, offset: usize) -> Result<(), NotSaved> {
        if offset == 0 {
            return Ok(());
        }
        let page = self.page.first_chunk().ok_or(NotSaved)?;
        self.store.write(offset, page).await
    }
}
