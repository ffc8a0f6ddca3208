//! All that is wrong with a configuration, gathered so that it can be said at once.

use crate::config::Config;
use crate::exit::Failure;

/// What is wrong so far, each with its file and line.
pub(super) struct Problems<'c> {
    config: &'c Config,
    found: Vec<(usize, String)>,
}

impl<'c> Problems<'c> {
    pub(super) const fn new(config: &'c Config) -> Self {
        Self {
            config,
            found: Vec::new(),
        }
    }

    /// Adds one, about what stands so many bytes from the start of the file.
    pub(super) fn add(&mut self, at: usize, text: impl AsRef<str>) {
        let place = self.config.place(at);
        self.found.push((at, format!("{place}: {}", text.as_ref())));
    }

    /// The value, or its problem added.
    pub(super) fn take<T>(&mut self, at: usize, result: Result<T, String>) -> Option<T> {
        result.map_err(|text| self.add(at, text)).ok()
    }

    /// `value`, if there was no problem; a value that is missing has added one.
    /// Problems come in the order of the file.
    pub(super) fn end<T>(mut self, value: Option<T>) -> Result<T, Failure> {
        self.found.sort_by_key(|(at, _)| *at);
        match value {
            Some(value) if self.found.is_empty() => Ok(value),
            _ => Err(Failure::Refused(
                self.found.into_iter().map(|(_, text)| text).collect(),
            )),
        }
    }
}
