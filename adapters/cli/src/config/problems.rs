//! All that is wrong with a file, gathered so that it can be said at once.

use core::cell::RefCell;

use super::ConfigFile;
use crate::exit::Failure;

/// What is wrong so far, each with its place.
pub(crate) struct Problems<'s> {
    source: &'s ConfigFile,
    found: RefCell<Vec<(usize, String)>>,
}

impl<'s> Problems<'s> {
    pub(crate) const fn new(source: &'s ConfigFile) -> Self {
        Self {
            source,
            found: RefCell::new(Vec::new()),
        }
    }

    /// Adds one, about what stands so many bytes from the start of the file.
    pub(crate) fn add(&self, at: usize, text: impl Into<String>) {
        self.found.borrow_mut().push((at, text.into()));
    }

    /// The value, or its problem added.
    pub(crate) fn take<T>(&self, at: usize, result: Result<T, impl Into<String>>) -> Option<T> {
        result.map_err(|text| self.add(at, text)).ok()
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.found.borrow().len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.borrow().is_empty()
    }

    /// Drops what can not be judged.
    pub(super) fn drop_those(&self, can_not: impl Fn(usize) -> bool) {
        self.found.borrow_mut().retain(|(at, _)| !can_not(*at));
    }

    /// `value`, if there was no problem; a value that is missing has added one.
    pub(crate) fn end<T>(self, value: Option<T>) -> Result<T, Failure> {
        match value {
            Some(value) if self.is_empty() => Ok(value),
            _ => Err(Failure::Refused(self.into_lines())),
        }
    }

    /// In the order of the file, each with its place.
    pub(crate) fn into_lines(self) -> Vec<String> {
        let mut found = self.found.into_inner();
        found.sort();
        found.dedup();
        let line = |(at, text)| format!("{}: {text}", self.source.place(at));
        found.into_iter().map(line).collect()
    }
}
