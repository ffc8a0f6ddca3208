//! The project's own commands. Each sets up what it needs by itself.

mod bare;
mod bench;
mod book;
mod command;
mod demo;
mod deny;
mod firmware;
mod fuzz;
mod lab;
mod layers;
mod monitoring;
mod rig;
mod setup;
mod soak;
mod steps;
mod test;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
The project's own commands. Each sets up what it needs, or names the command that does.

cargo xtask demo             the oobwatch command against the simulator: log in, check,
                             30 virtual minutes, refresh, check, log out; then the firmware, in QEMU
cargo xtask test             everything that has to hold: format, lints, tests, documentation,
                             builds for a microcontroller, proof that no panic is left in them
cargo xtask soak [--hours N] [--seed N]
                             a week in virtual time on boxes that go wrong at random; 20 times
                             as many cases of each property; ten days of checks by the firmware
cargo xtask rig [ARGS]       the firmware in QEMU against the simulator: tests of that name, or all
cargo xtask monitoring       rules, dashboard and metrics, tried with Prometheus itself
cargo xtask size             flash and RAM that the core takes on a Cortex-M4
cargo xtask firmware ...      the boards' images: run one in QEMU, measure, flash; alone, it
                             explains itself
cargo xtask bench [ARGS]     cargo bench, with valgrind where there is one
cargo xtask book             docs/ as a site, in target/book (mdBook)
cargo xtask deny             licences, sources and duplicates of the dependencies (cargo-deny)
cargo xtask fuzz [SECONDS]   each fuzz target for so long, 60 by default (nightly, cargo-fuzz)
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<()> {
    let (name, rest) = args
        .split_first()
        .map_or(("help", args), |(name, rest)| (name, rest));
    match (name, rest) {
        ("demo", []) => demo::run(),
        ("test", []) => test::run(),
        ("soak", rest) => soak::run(rest),
        ("rig", rest) => rig::run(rest),
        ("monitoring", []) => monitoring::run(),
        ("size", []) => bare::size(),
        ("firmware", rest) => firmware::run(rest),
        ("bench", rest) => bench::run(rest),
        ("book", []) => book::run(),
        ("deny", []) => deny::run(),
        ("fuzz", []) => fuzz::run("60"),
        ("fuzz", [seconds]) => fuzz::run(seconds),
        ("help" | "--help" | "-h", _) => {
            print!("{HELP}");
            Ok(())
        }
        ("demo" | "test" | "monitoring" | "size" | "book" | "deny" | "fuzz", _) => {
            bail!("too many arguments for {name:?}\n\n{HELP}")
        }
        _ => bail!("there is no command {name:?}\n\n{HELP}"),
    }
}
