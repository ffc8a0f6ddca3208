//! What tables and keys there are: mistakes are found by it, and the reference is made of it.

/// A key that a table may have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    /// What it takes, to complete "... is due".
    pub(crate) takes: &'static str,
    /// What it is for.
    pub(crate) about: &'static str,
}

impl Key {
    pub(super) const fn new(name: &'static str, takes: &'static str, about: &'static str) -> Self {
        Self { name, takes, about }
    }
}

/// A kind of table.
#[derive(Debug)]
pub(crate) struct Section {
    /// As it is written: `[targets.NAME]`.
    pub(crate) head: &'static str,
    pub(crate) about: &'static str,
    pub(crate) keys: &'static [Key],
}
