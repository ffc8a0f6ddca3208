//! How long one operation takes: in instructions under valgrind, else in time.

use core::hint::black_box;
use core::time::Duration;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Argument that makes this program run one operation a number of times.
pub(crate) const REPEAT: &str = "--repeat";

/// Instructions of one operation, by callgrind.
///
/// This program is run again with `count` and with twice as many repetitions:
/// what start, set-up and the first repetition cost falls out.
///
/// # Errors
/// Why there is no count, for example that valgrind is not installed.
pub(crate) fn instructions(name: &str, count: u64) -> Result<f64, String> {
    let once = collected(name, count)?;
    let twice = collected(name, count.saturating_mul(2))?;
    Ok(twice.saturating_sub(once) as f64 / count as f64)
}

fn collected(name: &str, count: u64) -> Result<u64, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args([REPEAT, name, &count.to_string()])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("valgrind does not start: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let number = said
        .lines()
        .find_map(|line| line.split_once("Collected :"))
        .and_then(|(_, number)| number.trim().parse().ok());
    number.ok_or_else(|| format!("valgrind gave no count: {said}"))
}

/// Time of one operation: the best of several rounds, since what disturbs a
/// round only makes it longer.
pub(crate) fn time(operation: &mut dyn FnMut() -> u64) -> Duration {
    const ROUND: Duration = Duration::from_millis(20);
    const ROUNDS: u32 = 15;
    let mut count = 1;
    while repeated(operation, count) < ROUND {
        count *= 2;
    }
    let rounds = (0..ROUNDS).map(|_| repeated(operation, count));
    rounds.min().unwrap_or_default() / count
}

fn repeated(operation: &mut dyn FnMut() -> u64, count: u32) -> Duration {
    let start = Instant::now();
    for _ in 0..count {
        black_box(operation());
    }
    start.elapsed()
}
