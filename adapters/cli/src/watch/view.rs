//! The screen as a function of the board: no terminal is needed to see it.

use std::borrow::Cow;

use oobwatch_client::core::health::Verdict;
use oobwatch_client::core::health::encode::text;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{
    Block, Borders, Cell, Paragraph, Row as TableRow, StatefulWidget, Table, TableState,
    Widget as _, Wrap,
};

use super::board::{Board, Moment, Sort};
use crate::advice;
use crate::cells::{Cells, short};
use crate::colour::plain;

/// The least height at which the selected target is shown in detail.
const DETAILED: u16 = 16;
/// As wide as `authenticated`.
const LAYER: u16 = 13;

const HELP: &str = "\
Up, Down, k, j     select a target
PageUp, PageDown   ten targets further
Home, End          the first, the last
r                  check the selected target now
R                  check all targets now
s                  sort by the worst, or by name
? or h             this help
q, Esc, Ctrl-C     log out everywhere, and end

STOPPED AT is the layer that a check did not get past. TOKEN is how long
the token is still good, R how many refreshes it has left, AGE how long
ago the report was made; * is a check under way.";

/// Draws all of it.
pub(super) fn view(board: &Board, now: Moment, colour: bool, buffer: &mut Buffer) {
    let detailed = buffer.area.height >= DETAILED;
    let detail = Constraint::Percentage(if detailed { 45 } else { 0 });
    let areas = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(1),
        detail,
        Constraint::Length(1),
    ]);
    let [head, middle, bottom, foot] = areas.areas(buffer.area);
    Line::from(headline(board, colour)).render(head, buffer);
    if board.shows_help() {
        let all = Rect {
            height: middle.height + bottom.height,
            ..middle
        };
        let frame = Block::new().borders(Borders::TOP).title(" Help ");
        Paragraph::new(HELP).block(frame).render(all, buffer);
    } else {
        table(board, now, colour, middle, buffer);
        if detailed {
            details(board, now, bottom, buffer);
        }
    }
    let keys = "q quit  ? help  r check now  s sort  Up/Down select";
    Line::styled(keys, Style::new().add_modifier(Modifier::DIM)).render(foot, buffer);
}

fn headline(board: &Board, colour: bool) -> Vec<Span<'static>> {
    let by = match board.sort() {
        Sort::Worst => "worst first",
        Sort::Name => "by name",
    };
    let mut spans = vec![Span::styled("oobwatch ", Modifier::BOLD)];
    for verdict in Verdict::WORST_FIRST {
        let count = board.count(verdict);
        if count > 0 {
            let style = style_of(verdict.as_str(), colour);
            spans.push(Span::styled(format!(" {count} {verdict}"), style));
        }
    }
    let (count, every) = (board.rows().len(), board.interval.as_secs());
    spans.push(format!("  {count} targets, {by}, every {every} s").into());
    spans
}

/// A column, and the width of the screen from which it is there.
struct Column {
    title: &'static str,
    width: Constraint,
    from: u16,
    cell: fn(Cells) -> Cow<'static, str>,
}

const COLUMNS: [Column; 8] = [
    Column {
        title: "TARGET",
        width: Constraint::Fill(2),
        from: 0,
        cell: |cells| cells.target.into(),
    },
    Column {
        title: "KIND",
        width: Constraint::Length(5),
        from: 60,
        cell: |cells| cells.product.into(),
    },
    Column {
        title: "VERDICT",
        width: Constraint::Length(8),
        from: 0,
        cell: |cells| cells.verdict.into(),
    },
    Column {
        title: "STOPPED AT",
        width: Constraint::Length(LAYER),
        from: 36,
        cell: |cells| cells.stopped.into(),
    },
    Column {
        title: "TOKEN",
        width: Constraint::Length(5),
        from: 50,
        cell: |cells| cells.token.into(),
    },
    Column {
        title: "R",
        width: Constraint::Length(1),
        from: 60,
        cell: |cells| cells.refreshes.into(),
    },
    Column {
        title: "AGE",
        width: Constraint::Length(4),
        from: 44,
        cell: |cells| cells.age.into(),
    },
    Column {
        title: "WHAT",
        width: Constraint::Fill(3),
        from: 72,
        cell: |cells| cells.what.into(),
    },
];

fn table(board: &Board, now: Moment, colour: bool, area: Rect, buffer: &mut Buffer) {
    let columns = || COLUMNS.iter().filter(|column| area.width >= column.from);
    let order = board.order();
    let rows = order.filter_map(|row| board.rows().get(row)).map(|row| {
        let star = Cell::from(if row.is_checking { "*" } else { " " });
        let cells = columns().map(|column| {
            let cell = (column.cell)(row.cells(now));
            let style = style_of(&cell, colour && column.title == "VERDICT");
            Cell::from(cell).style(style)
        });
        TableRow::new(core::iter::once(star).chain(cells))
    });
    let titles = core::iter::once("").chain(columns().map(|column| column.title));
    let widths =
        core::iter::once(Constraint::Length(1)).chain(columns().map(|column| column.width));
    let table = Table::new(rows, widths)
        .header(TableRow::new(titles).style(Modifier::BOLD))
        .highlight_symbol(">")
        .row_highlight_style(Modifier::REVERSED);
    let mut state = TableState::new().with_selected(Some(board.position()));
    StatefulWidget::render(table, area, buffer, &mut state);
}

/// The whole report on the selected target, and what to do next.
fn details(board: &Board, now: Moment, area: Rect, buffer: &mut Buffer) {
    let Some(row) = board.selected() else {
        return;
    };
    let mut said = String::new();
    let mut title = format!(" {} ", plain(&row.label));
    match &row.last {
        None => said.push_str("not checked yet"),
        Some(seen) => {
            let age = short(now.saturating_sub(seen.at));
            title = format!(" {}, {age} ago ", plain(&row.label));
            // Writing into memory does not fail.
            let _ = text::write(&mut said, &row.label, &seen.report);
            let hint = seen
                .report
                .error
                .and_then(|error| advice::hint(row.product, error));
            for line in seen.note.as_deref().into_iter().chain(hint) {
                said.push_str("  ");
                said.push_str(line);
                said.push('\n');
            }
        }
    }
    let lines: Vec<_> = said.lines().map(|line| Line::from(plain(line))).collect();
    let frame = Block::new().borders(Borders::TOP).title(title);
    let details = Paragraph::new(Text::from(lines)).wrap(Wrap { trim: false });
    details.block(frame).render(area, buffer);
}

/// The colour of a verdict; words say the same.
fn style_of(verdict: &str, colour: bool) -> Style {
    match verdict {
        _ if !colour => Style::new(),
        "OK" => Style::new().fg(Color::Green),
        "WARNING" => Style::new().fg(Color::Yellow),
        "CRITICAL" => Style::new().fg(Color::Red).add_modifier(Modifier::BOLD),
        "UNKNOWN" => Style::new().fg(Color::Magenta),
        _ => Style::new(),
    }
}
