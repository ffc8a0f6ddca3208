//! Lists that an FMC hands out in pages: `offset` and `limit` in the query,
//! `paging.count` in the answer.
//!
//! `paging.next` is never followed: it names the host that the FMC thinks it
//! has, and a request with a token goes to the box that was asked for.

use core::fmt;

use crate::error::ConfigError;

/// No list is read beyond this many pages, whatever its `paging.count` says.
pub const PAGES_MAX: u32 = 10_000;

/// Walks through the pages of one list.
#[derive(Clone, Debug)]
pub struct Pages {
    page: Page,
    read: u32,
    done: bool,
}

/// One page: the part of the query that asks for it, as [`Display`](fmt::Display).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Items before this page.
    pub offset: u32,
    /// Items on it at most.
    pub limit: u16,
}

impl Pages {
    /// The pages, of `limit` items, of the list at `path`.
    ///
    /// # Errors
    /// [`ConfigError::Paged`] if the query of `path` names a page itself.
    pub fn of(path: &str, limit: u16) -> Result<Self, ConfigError> {
        let query = path.split_once('?').map_or("", |(_, query)| query);
        let names_page = |part: &str| part.starts_with("offset=") || part.starts_with("limit=");
        if query.split('&').any(names_page) {
            return Err(ConfigError::Paged);
        }
        Ok(Self::new(limit))
    }

    /// Pages of `limit` items, from the first on. An FMC takes 1 to 1,000 (and
    /// gives 25 when it is not asked).
    #[must_use]
    pub fn new(limit: u16) -> Self {
        Self {
            page: Page {
                offset: 0,
                limit: limit.clamp(1, 1_000),
            },
            read: 0,
            done: false,
        }
    }

    /// The page to ask for next; `None` when the list is at its end.
    #[must_use]
    pub fn next_page(&self) -> Option<Page> {
        (!self.done).then_some(self.page)
    }

    /// Takes in that the page held `items` items, and what the answer said the
    /// list holds in all. A list that grows or shrinks meanwhile has an end too.
    pub fn handle_page(&mut self, items: u32, count: Option<u32>) {
        self.read = self.read.saturating_add(1);
        self.page.offset = self.page.offset.saturating_add(items);
        let complete = match count {
            Some(count) => self.page.offset >= count,
            None => items < u32::from(self.page.limit),
        };
        self.done = complete || items == 0 || self.read >= PAGES_MAX;
    }
}

impl Page {
    /// What joins the page to `path`.
    #[must_use]
    pub fn separator(path: &str) -> char {
        if path.contains('?') { '&' } else { '?' }
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "offset={}&limit={}", self.offset, self.limit)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Against a list that may change between pages, and a box that may
        /// give fewer items than asked for: the walk ends, and on a list that
        /// stays as it is, every item was seen once.
        #[test]
        fn every_list_has_an_end(
            length in 0u32..3_000,
            limit in 0u16..2_000,
            cap in 1u32..1_200,
            growth in -3i64..3,
            counted in any::<bool>(),
        ) {
            let (mut pages, mut seen, mut length) = (Pages::new(limit), 0, length);
            let original = length;
            while let Some(page) = pages.next_page() {
                prop_assert!((1..=1_000).contains(&page.limit));
                prop_assert_eq!(page.offset, seen);
                let asked = u32::from(page.limit).min(if counted { cap } else { 1_000 });
                let items = length.saturating_sub(page.offset).min(asked);
                seen += items;
                pages.handle_page(items, counted.then_some(length));
                length = u32::try_from(i64::from(length) + growth).unwrap_or(0);
            }
            if growth == 0 {
                prop_assert_eq!(seen, original);
            }
        }
    }

    #[test]
    fn a_path_that_names_a_page_has_no_pages() {
        for path in ["/a?offset=5", "/a?x=1&limit=9", "/a?limit="] {
            assert_eq!(
                Pages::of(path, 25).err(),
                Some(ConfigError::Paged),
                "{path}"
            );
        }
        for path in ["/a", "/offset=1", "/a?x=limit=1", "/a?filter=offset"] {
            assert!(Pages::of(path, 25).is_ok(), "{path}");
        }
    }

    #[test]
    fn joins_a_path_with_or_without_a_query() {
        let page = Pages::new(25).next_page().unwrap();
        let join = |path| std::format!("{path}{}{page}", Page::separator(path));
        assert_eq!(join("/a"), "/a?offset=0&limit=25");
        assert_eq!(
            join("/a?expanded=true"),
            "/a?expanded=true&offset=0&limit=25"
        );
    }
}
