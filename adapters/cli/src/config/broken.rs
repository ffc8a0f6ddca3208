//! Where a file is not TOML, and what of it can not be judged for that: one mistake is one problem,
//! not one for each thing that follows from it.

use core::ops::Range;

use toml::de::{DeTable, DeValue, Error};

use super::ConfigFile;

/// What is not even TOML.
#[derive(Default)]
pub(super) struct Broken {
    /// Each with its place.
    found: Vec<(usize, String)>,
    /// What they reach over, in whole lines.
    reaches: Vec<Range<usize>>,
    /// There may be tables that are not seen.
    hides_heads: bool,
}

impl Broken {
    /// `table` is what the parser made of the file nevertheless.
    pub(super) fn new(source: &ConfigFile, table: &DeTable<'_>, errors: &[Error]) -> Self {
        let mut values = Vec::new();
        gather(source, table, &mut values);
        let mut errors: Vec<_> = errors.iter().collect();
        errors.sort_by_key(|error| place(error));
        let end = source.text().len();
        let mut broken = Self::default();
        // What is left open takes in all that follows it.
        let open = errors.iter().find(|error| is_left_open(error));
        let opening = values.iter().find(|value| source.is_left_open(value));
        if let (Some(error), Some(value)) = (open, opening) {
            broken.add(source, value.start, &(value.start..end), error);
        }
        let is_lost = open.is_some() && opening.is_none();
        for error in errors {
            let at = place(error);
            let over = match is_lost {
                true => at..end,
                false => reach(source, &values, error),
            };
            if !broken.covers(at) {
                broken.add(source, at, &over, error);
            }
        }
        broken
    }

    fn add(&mut self, source: &ConfigFile, at: usize, over: &Range<usize>, error: &Error) {
        let lines = source.whole_lines(over);
        let (_, within) = source.text().split_at(lines.start);
        let within = within.get(..lines.len()).unwrap_or(within);
        self.hides_heads |= within.lines().any(is_head);
        self.reaches.push(lines);
        self.found.push((at, described(error.message())));
    }

    /// Whether what stands there can not be judged.
    pub(super) fn covers(&self, at: usize) -> bool {
        self.reaches.iter().any(|reach| reach.contains(&at))
    }

    /// Whether all is TOML.
    pub(super) const fn is_nothing(&self) -> bool {
        self.found.is_empty()
    }

    /// Whether the keys of one table may seem to be those of another, or a table not to be there.
    pub(super) const fn hides_heads(&self) -> bool {
        self.hides_heads
    }

    /// Each with its place.
    pub(super) fn into_problems(self) -> Vec<(usize, String)> {
        self.found
    }
}

fn place(error: &Error) -> usize {
    error.span().map_or(0, |span| span.start)
}

/// What can not be judged for that: the whole value that it is in, or, of the head of a table, what
/// stands under it.
fn reach(source: &ConfigFile, values: &[Range<usize>], error: &Error) -> Range<usize> {
    let at = place(error);
    let mut values = values.iter();
    match values.find(|value| value.start <= at && at <= value.end) {
        Some(value) => value.clone(),
        None if is_head(source.line(at)) => at..source.next_head(at) + swallowed(error),
        None => at..at,
    }
}

/// An array or an inline table that takes in all that follows.
fn is_left_open(error: &Error) -> bool {
    matches!(
        error.message().split(',').next(),
        Some("unclosed array" | "unclosed inline table")
    )
}

/// Of such a head the next one becomes a part: its first byte is told of.
fn swallowed(error: &Error) -> usize {
    usize::from(error.message().starts_with("unclosed array table"))
}

/// Whether a line was meant to begin a table.
fn is_head(line: &str) -> bool {
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '=' | ']'));
    line.starts_with('[') || line.trim_end().ends_with(']') && !line.contains(['=', '"', '\''])
}

/// Where the values of keys stand that may go over several lines, or have mistakes within.
fn gather(source: &ConfigFile, table: &DeTable<'_>, values: &mut Vec<Range<usize>>) {
    for value in table.values() {
        let span = value.span();
        match value.get_ref() {
            DeValue::Table(inner) if !source.text_at(span.start).starts_with('{') => {
                gather(source, inner, values);
            }
            DeValue::Array(tables) if source.begins_line(span.start) => {
                let tables = tables.iter().filter_map(|table| table.get_ref().as_table());
                tables.for_each(|inner| gather(source, inner, values));
            }
            _ => values.push(span),
        }
    }
}

/// What the parser says, and what it means where that is not plain.
fn described(message: &str) -> String {
    let advice = if message.starts_with("invalid boolean") {
        "; a text stands in quotes"
    } else if message == "duplicate key" {
        "; it stands further up already, and may stand there once"
    } else {
        ""
    };
    format!("this is not TOML: {message}{advice}")
}
