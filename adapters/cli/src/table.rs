//! Tables of text for people: aligned columns, and verdicts in their colours where there are any.

use core::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use crate::colour;

/// Between columns.
const GAP: &str = "  ";

/// Rows of as many cells as there are titles.
pub(crate) struct Table {
    rows: Vec<Vec<Cell>>,
}

/// What stands in one place.
pub(crate) struct Cell {
    text: String,
    is_verdict: bool,
}

impl Cell {
    /// Some text. What moves the cursor is replaced.
    pub(crate) fn of(text: impl Into<String>) -> Self {
        Self {
            text: colour::plain(&text.into()),
            is_verdict: false,
        }
    }

    /// The word of a verdict.
    pub(crate) fn verdict(word: &str) -> Self {
        Self {
            is_verdict: true,
            ..Self::of(word)
        }
    }
}

impl Table {
    pub(crate) fn new<const N: usize>(titles: [&str; N]) -> Self {
        Self {
            rows: vec![titles.map(Cell::of).into()],
        }
    }

    pub(crate) fn add<const N: usize>(&mut self, cells: [Cell; N]) {
        self.rows.push(cells.into());
    }
}

impl core::fmt::Display for Table {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut widths = Vec::new();
        for row in &self.rows {
            widths.resize(widths.len().max(row.len()), 0);
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.text.width().max(*width);
            }
        }
        for row in &self.rows {
            let mut line = String::new();
            for (width, cell) in widths.iter().zip(row) {
                let blanks = " ".repeat(width - cell.text.width());
                let text = if cell.is_verdict {
                    colour::verdict(&cell.text)
                } else {
                    cell.text.clone()
                };
                let gap = if line.is_empty() { "" } else { GAP };
                write!(line, "{gap}{text}{blanks}")?;
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}
