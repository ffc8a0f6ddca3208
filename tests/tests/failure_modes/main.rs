//! What the client does in each way that a box, an account or a network can
//! fail: `docs/failure-modes.md`, made from what the simulator counts.
//!
//! Time is virtual and jitter is seeded, so the figures are the same on every
//! machine. `OOBWATCH_BLESS=1 cargo test -p oobwatch-tests --test failure_modes`
//! writes the file anew.

mod modes;
mod runner;
mod table;

use runner::{Mode, Row};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/failure-modes.md");

#[test]
fn the_table_is_what_the_client_does() {
    let chapters = std::thread::scope(|scope| {
        let play = |(title, modes)| scope.spawn(move || (title, play(modes)));
        let played: Vec<_> = modes::all().into_iter().map(play).collect();
        let played = played.into_iter().map(|chapter| chapter.join().unwrap());
        played.collect::<Vec<_>>()
    });
    let now = table::render(&chapters);
    if std::env::var_os("OOBWATCH_BLESS").is_some() {
        std::fs::write(FILE, &now).unwrap();
    }
    let written = std::fs::read_to_string(FILE).unwrap_or_default();
    let changed: Vec<_> = now.lines().filter(|line| !written.contains(line)).collect();
    assert!(
        now == written,
        "docs/failure-modes.md says something else. If what is new is right, write it with\n    \
         OOBWATCH_BLESS=1 cargo test -p oobwatch-tests --test failure_modes\nNew:\n{}",
        changed.join("\n")
    );
}

/// On one thread, so that things happen in the same order each time.
#[tokio::main(flavor = "current_thread")]
async fn play(modes: Vec<Mode>) -> Vec<Row> {
    let mut rows = Vec::new();
    for mode in &modes {
        let row = runner::run(mode).await;
        invariants(mode, &row);
        rows.push(row);
    }
    rows
}

/// What holds in every row, whatever is written down.
fn invariants(mode: &Mode, row: &Row) {
    let Row { name, counts, .. } = row;
    assert_eq!(counts.stray, 0, "{name}: a credential went astray");
    assert!(
        counts.refreshes <= 3 * counts.logins,
        "{name}: a fourth refresh"
    );
    let refused = counts.refused_logins;
    assert!(
        refused <= 2 || mode.is_full,
        "{name}: {refused} refused logins"
    );
    let left = u32::try_from(counts.left).unwrap();
    assert!(
        left <= counts.orphans,
        "{name}: {left} sessions are left, and not counted"
    );
}
