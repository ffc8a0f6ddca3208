//! What is shown, and what keys and reports do to it. Knows no terminal and no clock.

use core::cmp::Reverse;
use core::time::Duration;

use oobwatch_client::core::health::{Report, Verdict};
use oobwatch_client::core::product::Product;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::cells::Cells;

/// Since the start of the program.
pub(super) type Moment = Duration;

/// All targets, and how they are looked at.
pub(super) struct Board {
    rows: Vec<Row>,
    /// Which of `rows` is selected.
    selected: usize,
    sort: Sort,
    help: bool,
    /// Between checks of one target.
    pub(super) interval: Duration,
}

/// A target.
pub(super) struct Row {
    pub(super) label: String,
    pub(super) product: Product,
    pub(super) is_checking: bool,
    pub(super) last: Option<Seen>,
}

/// What the last check came to.
pub(super) struct Seen {
    pub(super) report: Box<Report>,
    pub(super) at: Moment,
    /// What else is to be said, such as when a refused password is tried again.
    pub(super) note: Option<String>,
}

/// The order of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Worst,
    Name,
}

/// What a key asks of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Nothing,
    /// Check this one now.
    Check(usize),
    CheckAll,
    Quit,
}

impl Board {
    pub(super) fn new(
        targets: impl IntoIterator<Item = (String, Product)>,
        interval: Duration,
    ) -> Self {
        let rows = targets.into_iter().map(|(label, product)| Row {
            label,
            product,
            is_checking: false,
            last: None,
        });
        let mut board = Self {
            rows: rows.collect(),
            selected: 0,
            sort: Sort::Worst,
            help: false,
            interval,
        };
        board.selected = board.order().next().unwrap_or(0);
        board
    }

    pub(super) fn started(&mut self, row: usize) {
        if let Some(row) = self.rows.get_mut(row) {
            row.is_checking = true;
        }
    }

    pub(super) fn finished(&mut self, row: usize, seen: Seen) {
        if let Some(row) = self.rows.get_mut(row) {
            row.is_checking = false;
            row.last = Some(seen);
        }
    }

    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub(super) fn selected(&self) -> Option<&Row> {
        self.rows.get(self.selected)
    }

    pub(super) const fn sort(&self) -> Sort {
        self.sort
    }

    pub(super) const fn shows_help(&self) -> bool {
        self.help
    }

    /// Which of the rows come first, second, ...
    pub(super) fn order(&self) -> impl Iterator<Item = usize> + use<> {
        let key = |row: &Row| match self.sort {
            Sort::Worst => (Reverse(row.weight()), row.label.clone()),
            Sort::Name => (Reverse(0), row.label.clone()),
        };
        let mut order: Vec<_> = self.rows.iter().map(key).enumerate().collect();
        order.sort_by(|(_, one), (_, other)| one.cmp(other));
        order.into_iter().map(|(row, _)| row)
    }

    /// Where the selected row is in that order.
    pub(super) fn position(&self) -> usize {
        let mut order = self.order();
        order.position(|row| row == self.selected).unwrap_or(0)
    }

    pub(super) fn count(&self, verdict: Verdict) -> usize {
        let is_it = |row: &&Row| row.verdict() == Some(verdict);
        self.rows.iter().filter(is_it).count()
    }

    /// The worst verdict so far.
    pub(super) fn verdict(&self) -> Verdict {
        let verdicts = self.rows.iter().filter_map(Row::verdict);
        verdicts.max().unwrap_or(Verdict::Ok)
    }

    pub(super) fn on_key(&mut self, key: KeyEvent) -> Action {
        let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c') if is_control => return Action::Quit,
            KeyCode::Char('q') => return Action::Quit,
            KeyCode::Esc if self.help => self.help = false,
            KeyCode::Esc => return Action::Quit,
            KeyCode::Char('?' | 'h') => self.help = !self.help,
            KeyCode::Char('s') => {
                self.sort = match self.sort {
                    Sort::Worst => Sort::Name,
                    Sort::Name => Sort::Worst,
                }
            }
            KeyCode::Char('r') => return Action::Check(self.selected),
            KeyCode::Char('R') => return Action::CheckAll,
            KeyCode::Up | KeyCode::Char('k') => self.step(-1),
            KeyCode::Down | KeyCode::Char('j') => self.step(1),
            KeyCode::PageUp => self.step(-10),
            KeyCode::PageDown => self.step(10),
            KeyCode::Home => self.step(isize::MIN),
            KeyCode::End => self.step(isize::MAX),
            _ => {}
        }
        Action::Nothing
    }

    fn step(&mut self, by: isize) {
        let last = self.rows.len().saturating_sub(1);
        let to = self.position().saturating_add_signed(by).min(last);
        self.selected = self.order().nth(to).unwrap_or(0);
    }
}

impl Row {
    /// What it is in the table.
    pub(super) fn cells(&self, now: Moment) -> Cells {
        match &self.last {
            Some(seen) => Cells::of(&self.label, &seen.report, now.saturating_sub(seen.at)),
            None if self.is_checking => Cells::unseen(&self.label, self.product, "first check"),
            None => Cells::unseen(&self.label, self.product, "-"),
        }
    }

    pub(super) fn verdict(&self) -> Option<Verdict> {
        self.last.as_ref().map(|seen| seen.report.verdict())
    }

    /// What has not been seen is more of a worry than what is well.
    fn weight(&self) -> u8 {
        match self.verdict() {
            Some(Verdict::Critical) => 4,
            Some(Verdict::Warning) => 3,
            Some(Verdict::Unknown) => 2,
            None => 1,
            Some(Verdict::Ok) => 0,
        }
    }
}
