//! What is at hand while a file is read.

use core::cell::RefCell;

use super::ConfigFile;
use super::problems::Problems;
use super::references::Reference;

/// The file, what is wrong with it so far, and what it refers to.
pub(super) struct Reader<'s> {
    pub(super) source: &'s ConfigFile,
    pub(super) problems: Problems<'s>,
    /// Where, in which key, what.
    pub(super) references: RefCell<Vec<(usize, String, Reference)>>,
    /// What is not even TOML, and where.
    pub(super) errors: Vec<(usize, String)>,
}

impl Reader<'_> {
    /// Whether what seems to be missing can not be there.
    pub(super) const fn is_whole(&self) -> bool {
        self.errors.is_empty()
    }

    /// Whether the keys of one table may seem to be those of another.
    pub(super) fn has_broken_head(&self) -> bool {
        let is_head = |(at, _): &(usize, String)| self.source.line(*at).starts_with('[');
        self.errors.iter().any(is_head)
    }
}
