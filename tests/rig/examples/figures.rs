//! What checks take of QEMU's board: one of an FMC and one of a chassis, each with
//! login and logout, over TLS 1.2 and again over TLS 1.3. `cargo xtask firmware size`
//! runs it, with instructions counted.

use core::time::Duration;

use oobwatch_rig::{Rig, Setup};
use oobwatch_sim::TlsVersions;
use tokio::time::{Instant, sleep};

/// The firmware prints its figures when both boxes have been checked, and ends.
const LAST: &str = "figure stall_instructions";
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(20);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for (tls, version) in [(TlsVersions::Tls12, "1.2"), (TlsVersions::Tls13, "1.3")] {
        let rig = Rig::start(Setup::default().with(|scenario| scenario.tls = tls)).await;
        let console = finished(&rig).await;
        println!("   two checks over TLS {version}");
        for line in console.lines() {
            if let Some(figure) = line.strip_prefix("figure ") {
                print_figure(figure);
            }
        }
    }
}

/// What the board has written, once it has ended.
async fn finished(rig: &Rig) -> String {
    let start = Instant::now();
    loop {
        let console = rig.board.serial.to_string();
        if console.lines().any(|line| line.starts_with(LAST)) {
            return console;
        }
        assert!(start.elapsed() < PATIENCE, "it did not end:\n{console}");
        sleep(LOOK).await;
    }
}

/// A line of name, value and unit.
fn print_figure(figure: &str) {
    let mut words = figure.split_whitespace();
    let mut word = || words.next().unwrap_or_default();
    let (name, value) = (word().replace('_', " "), word());
    println!("      {name:<24} {value:>12}");
}
