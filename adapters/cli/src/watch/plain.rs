//! The table once, as plain text.

use super::board::Board;
use crate::table::{Cell, Table};

/// The rows, the worst first.
pub(super) fn table(board: &Board) -> Table {
    let mut table = Table::new([
        "TARGET",
        "KIND",
        "VERDICT",
        "STOPPED AT",
        "TOKEN",
        "R",
        "WHAT",
    ]);
    for row in board.order().filter_map(|row| board.rows().get(row)) {
        let at = row.last.as_ref().map(|seen| seen.at).unwrap_or_default();
        let cells = row.cells(at);
        table.add([
            Cell::of(cells.target),
            Cell::of(cells.product),
            Cell::verdict(cells.verdict),
            Cell::of(cells.stopped),
            Cell::of(cells.token),
            Cell::of(cells.refreshes),
            Cell::of(cells.what),
        ]);
    }
    table
}
