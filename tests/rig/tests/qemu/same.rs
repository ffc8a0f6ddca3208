//! Whether the board's metrics are those of the host command.

use std::collections::BTreeSet;

use oobwatch_rig::Metrics;

/// Of the board alone: itself, and the age of what it has not just found out.
const BOARD_ONLY: [&str; 3] = [
    "oobwatch_",
    "fmc_check_age_seconds",
    "fxos_check_age_seconds",
];

/// Series of the same names, whose values are those of a moment.
const OF_THE_MOMENT: [&str; 4] = [
    "probe_duration_seconds",
    "probe_http_duration_seconds",
    "fmc_auth_token_left_seconds",
    "fxos_auth_token_left_seconds",
];

/// The command counts from its own start; a board counts from its own.
const COUNTED: [&str; 4] = [
    "fmc_auth_logins_total",
    "fxos_auth_logins_total",
    "fmc_auth_refreshes_total",
    "fxos_auth_refreshes_total",
];

/// Only a host looks up an address; only a host has the time to say how long a
/// certificate is good for.
const HOST_ONLY: [&str; 3] = [
    "probe_http_duration_seconds{target=\"chassis\",phase=\"resolve\"}",
    "fmc_certificate_",
    "fxos_certificate_",
];

/// Every other line is the same, to the letter.
pub(crate) fn assert_same(host: &str, board: &Metrics) {
    let (host, board) = (lines(host), lines(board.text()));
    let only_host: Vec<_> = host.difference(&board).collect();
    let only_board: Vec<_> = board.difference(&host).collect();
    assert!(
        only_host.is_empty() && only_board.is_empty(),
        "only the command says {only_host:#?}, only the board says {only_board:#?}"
    );
}

/// The lines that both should have.
fn lines(text: &str) -> BTreeSet<&str> {
    let lines = text.lines().filter(|line| {
        let series = line
            .trim_start_matches("# HELP ")
            .trim_start_matches("# TYPE ");
        let begins = |prefix: &&str| series.starts_with(prefix);
        !BOARD_ONLY.iter().chain(&HOST_ONLY).any(begins)
    });
    lines
        .map(|line| {
            let is_moment = OF_THE_MOMENT
                .iter()
                .chain(&COUNTED)
                .any(|name| line.starts_with(name));
            let name = line.rsplit_once(' ').map(|(name, _)| name);
            name.filter(|_| is_moment).unwrap_or(line)
        })
        .collect()
}
