//! The screen at several sizes, and what keys do.
//!
//! The screens are in files beside this; `OOBWATCH_BLESS=1` writes them anew.

use core::fmt::Write as _;
use core::time::Duration;

use oobwatch_client::core::error::{Error, PeerError, TransportError};
use oobwatch_client::core::health::{Item, Report, SessionFacts, State, Verdict, Worst};
use oobwatch_client::core::product::Product;
use oobwatch_client::core::text::Text;
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;

use super::board::{Action, Board, Seen};
use super::plain;
use super::view::view;

const NOW: Duration = Duration::from_secs(100);

/// A report at second 88.
fn seen(report: Report, note: Option<&str>) -> Seen {
    Seen {
        report: Box::new(report),
        at: Duration::from_secs(88),
        note: note.map(str::to_owned),
    }
}

fn report(product: Product, item: Item, names: &[(&str, &str, State)]) -> Report {
    let mut report = Report::new(product);
    report.facts.version.push(b"7.4.1 (build 172)");
    for (name, word, state) in names {
        report.counts.add_state(item, *state);
        let mut worst = Worst {
            item,
            name: Text::new(),
            state: Text::new(),
            verdict: state.verdict(),
        };
        worst.name.push(name.as_bytes());
        worst.state.push(word.as_bytes());
        report.worst.add(worst);
    }
    report.observed.session = SessionFacts {
        logins: 1,
        refreshes_left: Some(3),
        token_left: Some(Duration::from_secs(1_700)),
        ..SessionFacts::default()
    };
    report
}

fn failed(product: Product, error: impl Into<Error>) -> Report {
    let mut report = Report::new(product);
    report.error = Some(error.into());
    report
}

/// One of each kind, in another order than any that is shown.
fn board() -> Board {
    let targets = [
        ("chassis-east", Product::Fxos),
        ("fmc-lab", Product::Fmc),
        ("fmc-east", Product::Fmc),
        ("cloud", Product::CdFmc),
        (
            "fmc-\u{6771}\u{4eac}\u{1b}[2J\u{202e}\u{200d}",
            Product::Fmc,
        ),
        ("fmc-west", Product::Fmc),
    ];
    let targets = targets.map(|(label, product)| (label.to_owned(), product));
    let mut board = Board::new(targets, Duration::from_secs(60));
    let fans = [("fan-1", "operable", State::Ok)];
    board.finished(0, seen(report(Product::Fxos, Item::Fans, &fans), None));
    board.finished(
        1,
        seen(failed(Product::Fmc, TransportError::ConnectRefused), None),
    );
    let refused = failed(Product::Fmc, PeerError::LoginRefused);
    let note = "refused once so far; the next try is allowed in 48 s";
    board.finished(2, seen(refused, Some(note)));
    board.started(3);
    let hostile = [
        ("fw\r\n\u{1b}]0;x\u{7}", "red", State::Critical),
        ("\u{6771}\u{4eac}", "yellow", State::Warning),
    ];
    board.finished(4, seen(report(Product::Fmc, Item::Devices, &hostile), None));
    let many: Vec<_> = (0..9).map(|_| ("fw", "yellow", State::Warning)).collect();
    board.finished(5, seen(report(Product::Fmc, Item::Devices, &many), None));
    board
}

/// What is on the screen, a line each without blanks at its end.
fn drawn(board: &Board, width: u16, height: u16) -> String {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    view(board, NOW, false, &mut buffer);
    let mut text = String::new();
    for y in 0..height {
        let mut line = String::new();
        let mut covered = 0;
        for x in 0..width {
            let symbol = buffer[(x, y)].symbol();
            if covered == 0 {
                line.push_str(symbol);
                covered = unicode_width::UnicodeWidthStr::width(symbol).max(1);
            }
            covered -= 1;
        }
        writeln!(text, "{}", line.trim_end()).unwrap();
    }
    text
}

#[track_caller]
fn assert_screen(name: &str, found: &str) {
    let path = format!("{}/src/watch/tests/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("OOBWATCH_BLESS").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let due = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, due, "{name} looks like this:\n{found}");
}

fn press(board: &mut Board, code: KeyCode) -> Action {
    board.on_key(KeyEvent::from(code))
}

#[test]
fn the_screen_at_several_sizes() {
    let mut board = board();
    press(&mut board, KeyCode::Home);
    assert_screen("80x24", &drawn(&board, 80, 24));
    assert_screen("200x50", &drawn(&board, 200, 50));
    assert_screen("40x10", &drawn(&board, 40, 10));
    press(&mut board, KeyCode::Char('?'));
    assert_screen("help", &drawn(&board, 80, 24));
}

#[test]
fn the_table_for_scripts() {
    let shown = plain::table(&board()).to_string();
    let shown = anstream::adapter::strip_str(&shown).to_string();
    assert_screen("once", &shown);
}

#[test]
fn colour_is_on_the_verdicts_alone_and_can_be_off() {
    let board = board();
    let coloured = |colour| {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 80, 24));
        view(&board, NOW, colour, &mut buffer);
        let reset = ratatui::style::Color::Reset;
        let cells = buffer.content().iter().filter(|cell| cell.fg != reset);
        cells
            .map(|cell| cell.symbol().to_owned())
            .collect::<String>()
    };
    assert_eq!(coloured(false), "");
    let words = coloured(true);
    for word in ["OK", "WARNING", "CRITICAL", "UNKNOWN"] {
        assert!(words.contains(word), "{words}");
    }
    assert!(!words.contains("fmc-"), "{words}");
}

#[test]
fn nothing_that_a_box_says_moves_the_cursor() {
    let board = board();
    for (width, height) in [(80, 24), (200, 50), (40, 10)] {
        let shown = drawn(&board, width, height);
        let odd = |c: &char| c.is_control() && *c != '\n' || matches!(c, '\u{202e}' | '\u{200d}');
        assert_eq!(shown.chars().find(odd), None, "{shown:?}");
    }
}

#[test]
fn keys_move_sort_and_ask() {
    let mut board = board();
    let label = |board: &Board| board.selected().unwrap().label.clone();
    press(&mut board, KeyCode::Home);
    assert_eq!(label(&board), "fmc-lab");
    assert_eq!(press(&mut board, KeyCode::Char('r')), Action::Check(1));
    assert_eq!(press(&mut board, KeyCode::Char('R')), Action::CheckAll);
    press(&mut board, KeyCode::Up);
    assert_eq!(board.position(), 0);
    press(&mut board, KeyCode::Down);
    assert_eq!(board.position(), 1);
    // What is selected stays so in another order.
    press(&mut board, KeyCode::End);
    assert_eq!(label(&board), "chassis-east");
    press(&mut board, KeyCode::Char('s'));
    assert_eq!(
        (label(&board).as_str(), board.position()),
        ("chassis-east", 0)
    );
    // Escape leaves the help before it leaves the program.
    press(&mut board, KeyCode::Char('?'));
    assert_eq!(press(&mut board, KeyCode::Esc), Action::Nothing);
    assert_eq!(press(&mut board, KeyCode::Esc), Action::Quit);
    assert_eq!(press(&mut board, KeyCode::Char('q')), Action::Quit);
    let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(board.on_key(interrupt), Action::Quit);
}

#[test]
fn what_is_worse_comes_first() {
    let mut board = board();
    let order: Vec<_> = board.order().collect();
    assert_eq!(order, [1, 4, 5, 2, 3, 0]);
    assert_eq!(board.verdict(), Verdict::Critical);
    assert_eq!(board.count(Verdict::Critical), 2);
    let well = report(Product::Fmc, Item::Devices, &[("fw", "green", State::Ok)]);
    board.finished(1, seen(well, None));
    let order: Vec<_> = board.order().collect();
    assert_eq!(order, [4, 5, 2, 3, 0, 1]);
}

proptest! {
    #[test]
    fn no_size_and_no_key_is_too_much(
        width in 0..120_u16,
        height in 0..60_u16,
        count in 0..40_usize,
        keys in proptest::collection::vec(
            proptest::sample::select(vec![
                KeyCode::Up, KeyCode::Down, KeyCode::PageUp, KeyCode::PageDown, KeyCode::Home,
                KeyCode::End, KeyCode::Char('s'), KeyCode::Char('?'), KeyCode::Char('r'),
            ]),
            0..12,
        ),
    ) {
        let targets = (0..count).map(|n| (format!("t{n}"), Product::Fmc));
        let mut board = Board::new(targets, Duration::from_secs(60));
        for key in keys {
            press(&mut board, key);
            prop_assert!(board.position() < count.max(1));
        }
        drawn(&board, width, height);
    }
}
