//! What is typed, and how much of it.

use core::convert::Infallible;
use core::future::pending;

use embassy_futures::select::{select, select3};
use embedded_io_async::{ErrorType, Read, Write};
use proptest::prelude::*;
use std::string::String;
use std::vec::Vec;

use super::super::boxes::Lab;
use super::super::certificate;
use super::super::time::{run_for, seconds, task};
use super::*;
use crate::board::Watchdog;
use crate::{supervise, watch};

fn say(script: &[&[u8]]) -> String {
    session(boot(configured()), &mut Store::new(), script).0
}

#[test]
fn lines_are_edited() {
    let unknown = "that is no command; try: help";
    assert!(say(&[b"status\r"]).contains("box-443: not checked yet"));
    assert!(say(&[b"stx\x08atus\r\n"]).contains("not checked yet"));
    assert!(say(&[b"nonsense\x15status\n"]).contains("not checked yet"));
    assert!(say(&["stü\x7fatus\r".as_bytes()]).contains("not checked yet"));
    assert!(say(&[b"sta\x1b[A\x1bOBtus\r"]).contains("not checked yet"));
    assert!(say(&[b"nonsense\x03status\r"]).contains("^C\r\n> status\r\n"));
    assert!(say(&[b"nonsense\r"]).contains(unknown));
    // CR, LF and CRLF are one line end each.
    assert_eq!(say(&[b"x\rx\nx\r\nx\n\rx"]).matches(unknown).count(), 4);
}

#[test]
fn bad_lines_are_refused_whole() {
    let long = [
        b"set target box-443 port 1 ".as_slice(),
        &[b' '; 600],
        b"\r",
    ]
    .concat();
    let said = say(&[&long, b"set target box-443 port \xFF1\r", b"show\r"]);
    assert!(said.contains("longer than 512 bytes"), "{said}");
    assert!(said.contains("not UTF-8"), "{said}");
    assert!(!said.contains('*'), "{said}");
}

#[test]
fn a_secret_is_not_echoed() {
    for (question, secret) in [
        ("set credential all password", "n3w-Secret"),
        ("set webhook 1", "http://hook.example/n3w-Secret"),
        // Refused: not a bearer; and too long.
        ("set credential all bearer", "n3w-Secret"),
        ("set credential all password", &"n3w-Secret".repeat(20)),
    ] {
        let line = std::format!("{question}\r{secret}\x08{secret}\r\nshow\r");
        let said = say(&[line.as_bytes()]);
        assert!(!said.contains("n3w"), "{said}");
        assert!(said.contains("generation   7"), "{said}");
    }
}

#[test]
fn a_question_is_not_asked_for_ever() {
    let wait: &[u8] = b"";
    let mut script = std::vec![b"set credential all password\r".as_slice()];
    script.extend([wait; 13]);
    script.push(b"status\r");
    let said = say(&script);
    assert!(said.contains("nothing came"), "{said}");
    assert!(said.contains("box-443: not checked yet"), "{said}");
}

/// Sends without end.
struct Flood(u64);

impl ErrorType for Flood {
    type Error = Infallible;
}

impl Read for Flood {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Infallible> {
        // As fast as 115,200 baud, so that time goes by.
        embassy_time::Timer::after_micros(self.0).await;
        buffer.fill(b'x');
        // Each import would keep checks from beginning for as long as it takes.
        buffer[..8].copy_from_slice(b"\rimport\r");
        Ok(buffer.len())
    }
}

impl Write for Flood {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Sends now and then, and takes nothing.
struct Deaf;

impl ErrorType for Deaf {
    type Error = Infallible;
}

impl Read for Deaf {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Infallible> {
        embassy_time::Timer::after_secs(7).await;
        buffer[..5].copy_from_slice(b"help\r");
        Ok(5)
    }
}

impl Write for Deaf {
    async fn write(&mut self, _: &[u8]) -> Result<usize, Infallible> {
        pending().await
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

struct Fed;

impl Watchdog for Fed {
    fn feed(&mut self) {
        FED.set(seconds());
    }
}

std::thread_local! {
    static FED: core::cell::Cell<u64> = const { core::cell::Cell::new(0) };
}

fn checks_go_on_beside<S: Read + Write>(serial: S, lasts: u64) {
    let mut lab = Lab::default();
    let boxes = [lab.add(443, &certificate(1)), lab.add(444, &certificate(1))];
    let state = boot(configured());
    let mut store = Store::new();
    let console = task(console(state, None, "a board", serial, &mut store));
    let mut watchdog = Fed;
    let watch = task(watch(state, &lab));
    let supervise = task(supervise(state, &mut watchdog));
    run_for(lasts, select3(console, watch, supervise));
    for (target, fake) in state.targets().iter().zip(boxes) {
        assert_eq!(u64::from(target.checks.get()), lasts / 300 + 1);
        assert!(!fake.borrow().logins.is_empty());
    }
    assert!(FED.get() >= lasts - 2);
}

#[test]
fn a_flood_holds_up_nobody() {
    checks_go_on_beside(Flood(2_778), 11);
}

#[test]
fn nobody_waits_for_who_takes_nothing() {
    checks_go_on_beside(Deaf, 3_601);
}

#[test]
fn nothing_is_awaited_but_input() {
    let (state, mut store) = (boot(configured()), Store::new());
    let serial = Serial::default();
    run_for(
        100,
        select(
            console(state, None, "a board", serial.clone(), &mut store),
            pending::<()>(),
        ),
    );
    assert_eq!(
        serial.output(),
        "network: the Ethernet controller did not start\r\n"
    );
}

/// Pieces of lines, good and bad.
fn typed() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(std::vec![
        "show",
        "status",
        "help",
        "save",
        "discard",
        "set",
        "target",
        "box-443",
        "box-444",
        "port",
        "host",
        "credential",
        "all",
        "user",
        "password",
        "bearer",
        "network",
        "dhcp",
        "webhook",
        "syslog",
        "none",
        "remove",
        "unlock",
        "import",
        "192.0.2.9/24",
        "gateway",
        "dns",
        "192.0.2.1",
        "probe-every",
        "60",
        "8443",
        "1",
        "0",
        "\"",
        "a.example:514",
        "factory-reset",
    ]);
    prop_oneof![
        8 => words.prop_map(|word| word.as_bytes().to_vec()),
        6 => Just(b" ".to_vec()),
        4 => Just(b"\r".to_vec()),
        2 => prop::collection::vec(any::<u8>(), 0..6),
        1 => Just(std::vec![0x7F]),
        1 => Just(std::vec![0x03]),
        1 => prop::collection::vec(any::<u8>(), 500..600),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is typed: no panic, no secret (which `session` looks for), and a
    /// board that starts again.
    #[test]
    fn whatever_is_typed(parts in prop::collection::vec(typed(), 0..80), pauses: bool) {
        let configured = configured();
        let mut store = Store::new();
        let whole = parts.concat();
        let parts: Vec<_> = parts.iter().map(Vec::as_slice).collect();
        let script = if pauses { parts } else { std::vec![whole.as_slice()] };
        let _ = session(boot(configured), &mut store, &script);
        let (_, image) = next_start(configured, &store);
        prop_assert!(image.generation() >= 7);
    }
}

/// A terminal that takes each piece of output just in time.
struct Slow(Serial);

impl ErrorType for Slow {
    type Error = Infallible;
}

impl Read for Slow {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Infallible> {
        self.0.read(buffer).await
    }
}

impl Write for Slow {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        Timer::after(Duration::from_millis(1_900)).await;
        self.0.write(bytes).await
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        self.0.flush().await
    }
}

#[test]
fn a_long_answer_to_a_slow_terminal_is_progress() {
    let (state, serial, mut store) = (boot(configured()), Serial::default(), Store::new());
    let watched = async {
        serial.send(b"help\r");
        let mut seconds = 0;
        while !serial.output().ends_with("\n> ") {
            Timer::after(Duration::from_secs(1)).await;
            seconds += 1;
            assert_eq!(state.progress.late(embassy_time::Instant::now()), None);
        }
        seconds
    };
    let console = console(state, None, "a board", Slow(serial.clone()), &mut store);
    match block_on(select(console, watched)) {
        Either::First(ending) => panic!("{ending:?}"),
        Either::Second(seconds) => assert!(seconds > 60, "{seconds} s"),
    }
}
