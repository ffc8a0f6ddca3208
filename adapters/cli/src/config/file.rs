//! The file as it was read, and where in it something stands.

use core::ops::Range;
use std::path::{Path, PathBuf};

/// A configuration file. It holds no secret.
#[derive(Debug, Default)]
pub(crate) struct ConfigFile {
    path: PathBuf,
    text: String,
}

impl ConfigFile {
    pub(super) fn new(path: &Path, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// What paths in the file are relative to.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// `FILE:LINE:COLUMN` of what stands so many bytes from the start.
    pub(super) fn place(&self, offset: usize) -> String {
        let (line, column) = self.line_and_column(offset);
        format!("{}:{line}:{column}", self.path.display())
    }

    /// The line there, without blanks around it.
    pub(super) fn line(&self, offset: usize) -> &str {
        let (line, _) = self.line_and_column(offset);
        self.text
            .split('\n')
            .nth(line - 1)
            .unwrap_or_default()
            .trim()
    }

    /// What stands there, to the end of the file.
    pub(super) fn text_at(&self, offset: usize) -> &str {
        self.text.get(offset..).unwrap_or_default()
    }

    /// Whether a line begins there, but for blanks.
    pub(super) fn begins_line(&self, offset: usize) -> bool {
        let before = self.text.get(..offset).unwrap_or_default();
        let before = before.trim_end_matches([' ', '\t']);
        before.is_empty() || before.ends_with('\n')
    }

    /// Whether a list or a table in braces does not end as it should.
    pub(super) fn is_left_open(&self, value: &Range<usize>) -> bool {
        let text = self.text.get(value.clone()).unwrap_or_default();
        let close = match text.chars().next() {
            Some('[') => ']',
            Some('{') => '}',
            _ => return false,
        };
        text.len() < 2 || !text.ends_with(close)
    }

    /// The lines that a part of the file stands on.
    pub(super) fn whole_lines(&self, part: &Range<usize>) -> Range<usize> {
        let before = self.text.get(..part.start).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let end = self.text_at(part.end).find('\n');
        start..end.map_or(self.text.len() + 1, |at| part.end + at + 1)
    }

    /// Where the next line begins that is the head of a table; else the end of the file.
    pub(super) fn next_head(&self, offset: usize) -> usize {
        let found = self.text_at(offset).match_indices('\n').find(|(at, _)| {
            let line = self.text_at(offset + at + 1);
            line.trim_start_matches([' ', '\t']).starts_with('[')
        });
        found.map_or(self.text.len(), |(at, _)| offset + at)
    }

    /// Counted from one, columns in characters. The end of the file is the end of its last line.
    pub(super) fn line_and_column(&self, offset: usize) -> (usize, usize) {
        let last = self.text.trim_end_matches(['\r', '\n']).len();
        let before = self.text.as_bytes().split_at(offset.min(last)).0;
        let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
        let start = before.iter().rposition(|&byte| byte == b'\n');
        let in_line = before.split_at(start.map_or(0, |at| at + 1)).1;
        let is_first = |byte: &&u8| !matches!(byte, 0x80..=0xbf);
        (line, 1 + in_line.iter().filter(is_first).count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_as_editors_do() {
        let source = ConfigFile::new(Path::new("f"), "a\nbö=c\n\n");
        let places = [(0, "f:1:1"), (2, "f:2:1"), (5, "f:2:3"), (6, "f:2:4")];
        for (offset, place) in places {
            assert_eq!(source.place(offset), place);
        }
        for past in [7, 8, 9, 100] {
            assert_eq!(source.place(past), "f:2:5");
        }
        assert_eq!(ConfigFile::default().place(3), ":1:1");
    }
}
