//! What is at hand while a file is read.

use core::cell::RefCell;

use super::ConfigFile;
use super::broken::Broken;
use super::problems::Problems;
use super::references::Reference;

/// The file, what is wrong with it so far, and what it refers to.
pub(super) struct Reader<'s> {
    pub(super) source: &'s ConfigFile,
    pub(super) problems: Problems<'s>,
    /// Where, in which key, what.
    pub(super) references: RefCell<Vec<(usize, String, Reference)>>,
    pub(super) broken: Broken,
}

impl Reader<'_> {
    /// Whether what seems to be missing can not be there.
    pub(super) const fn is_whole(&self) -> bool {
        self.broken.is_nothing()
    }

    /// Whether the keys of one table may seem to be those of another, or a table not to be there.
    pub(super) const fn hides_heads(&self) -> bool {
        self.broken.hides_heads()
    }
}
