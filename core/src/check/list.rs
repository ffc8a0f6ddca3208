//! Where a check stands in a list that comes in pages, and whether the pages
//! are those that it asked for.

use super::reader::Held;
use crate::paging::{Page, Pages};

/// Pages read at most: 10,000 devices, ten times what an FMC manages.
pub const MAX_PAGES: u32 = 100;

#[derive(Clone, Debug)]
pub(super) struct List {
    pages: Pages,
    /// How many pages were read.
    read: u32,
    /// How many entries the list has, as the last page said.
    count: Option<u32>,
    /// Whether the last page says that it is not the last, or counts other entries
    /// than came.
    short: bool,
    /// Whether that has changed from page to page: an entry may have slipped by.
    moved: bool,
    /// What its first entry is known by, in a hash.
    first: Option<u64>,
}

impl List {
    /// A list that comes in pages of `limit` entries.
    pub(super) fn new(limit: u16) -> Self {
        Self {
            pages: Pages::new(limit),
            read: 0,
            count: None,
            short: false,
            moved: false,
            first: None,
        }
    }

    /// The page to ask for; `None` when the list is at its end.
    pub(super) fn page(&self) -> Option<Page> {
        self.pages.next_page()
    }

    /// Whether a page of it has come.
    pub(super) const fn has_begun(&self) -> bool {
        self.read > 0
    }

    /// What the first entry is known by.
    pub(super) const fn first(&self) -> Option<u64> {
        self.first
    }

    /// Whether it goes on.
    pub(super) fn goes_on(&self) -> bool {
        self.page().is_some() && self.read < MAX_PAGES
    }

    /// Whether some of it may not have been seen, when no more is asked for.
    pub(super) fn is_cut(&self) -> bool {
        self.moved || self.short || self.page().is_some()
    }

    /// Whether that is the page that was asked for.
    ///
    /// A box that does not heed `offset`, or a cache before it that does not,
    /// sends the first page again and again. `paging.offset` tells, or else the
    /// first entry, which comes back.
    pub(super) fn is_next(&self, held: &Held) -> bool {
        let asked = self.page().map(|page| page.offset);
        !held.comes_back && (held.offset.is_none() || held.offset == asked)
    }

    /// Takes in that page.
    pub(super) fn add(&mut self, held: &Held) {
        let Some(page) = self.page() else { return };
        // Of a page of one, the first entry is read, whatever else is on it.
        let entries = match page.limit {
            1 => held.entries.min(1),
            _ => held.entries,
        };
        self.pages.handle_page(entries, held.count);
        self.moved |= self.has_begun() && held.count != self.count;
        self.read = self.read.saturating_add(1);
        let came = page.offset.saturating_add(held.entries);
        let read = page.offset.saturating_add(entries);
        self.short = held.has_next
            || held.pages.is_some_and(|pages| pages > self.read)
            || held.count.is_some_and(|count| count > read || count < came);
        (self.count, self.first) = (held.count, held.first);
    }
}
