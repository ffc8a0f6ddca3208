//! For tests: the program ends when every target has been checked once.

use core::fmt::Write as _;
use core::mem::MaybeUninit;

use embassy_time::{Duration, Instant, Timer, with_timeout};
use oobwatch_app::State;
use oobwatch_core::health::{Verdict, encode};
use oobwatch_tls::heap_use;

use crate::console::Console;
use crate::stack;

/// For the logouts.
const CLOSE: Duration = Duration::from_secs(60);

/// Whether QEMU was told `-semihosting-config arg=` and this word: `once`, or
/// `hang` to see the watchdog bite, or `panic` to see what is told of one.
pub(crate) fn is_asked(wanted: &str) -> bool {
    let mut buffer = [MaybeUninit::uninit(); 128];
    let line = semihosting::sys::arm_compat::sys_get_cmdline_uninit(&mut buffer);
    let mut words = line
        .iter()
        .flat_map(|line| line.split(|byte| matches!(byte, b' ' | 0)));
    words.any(|word| word == wanted.as_bytes())
}

/// Prints each report, and ends the program: with 0 if all is well, else with
/// the worst verdict (1 WARNING, 2 CRITICAL, 3 UNKNOWN).
pub(crate) async fn run(state: &'static State, mut console: Console) -> ! {
    while state
        .targets()
        .iter()
        .any(|target| target.report().is_none())
    {
        Timer::after(Duration::from_millis(10)).await;
    }
    // Sessions that are kept between checks.
    let _ = with_timeout(CLOSE, state.close()).await;
    let mut worst = 0;
    for target in state.targets() {
        let Some(report) = target.report() else {
            continue;
        };
        let _ = encode::text::write(&mut console, target.name(), &report);
        worst = worst.max(match report.verdict() {
            Verdict::Ok => 0,
            Verdict::Warning => 1,
            Verdict::Critical => 2,
            Verdict::Unknown => 3,
        });
    }
    let heap = heap_use();
    let _ = writeln!(
        console,
        "up {} ms; TLS heap peak {} of {} bytes, {} requests refused; stack peak {} bytes",
        Instant::now().as_millis(),
        heap.peak,
        oobwatch_tls::HEAP_BYTES,
        heap.refused,
        stack::peak(),
    );
    figures(state, &mut console);
    semihosting::process::exit(worst)
}

/// One line for each figure, for programs. With `-icount shift=0` the clock counts
/// instructions, each a nanosecond.
fn figures(state: &State, console: &mut Console) {
    let load = state.load();
    let instructions = |time: Duration| 1_000 * time.as_micros();
    for (name, value, unit) in [
        ("heap_peak", heap_use().peak as u64, "bytes"),
        ("stack_peak", stack::peak() as u64, "bytes"),
        (
            "handshake_instructions",
            instructions(load.handshake()),
            "instructions",
        ),
        (
            "cycle_instructions",
            instructions(load.check()),
            "instructions",
        ),
        (
            "stall_instructions",
            instructions(load.stall()),
            "instructions",
        ),
    ] {
        let _ = writeln!(console, "figure {name} {value} {unit}");
    }
}
