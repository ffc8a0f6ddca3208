//! One `oobwatch exporter` that watches many boxes, each scraped once a minute:
//! `cargo bench -p oobwatch-tests --bench fleet [-- TARGETS]`, 1,000 unless told.
//!
//! The boxes are simulators in this program, so their work is in no figure of the
//! exporter's. One in a hundred fails, each in its own way. Each box has a
//! loopback address of its own, which Linux has without being told.

mod boxes;
mod exporter;
mod scraper;

use core::time::Duration;

use boxes::{Boxes, Fleet, Kind};
use exporter::{Exporter, Usage};
use scraper::Scrapes;

/// As Prometheus has it unless told.
const INTERVAL: Duration = Duration::from_secs(60);

/// What idle connections and their buffers need to be gone.
const REST: Duration = Duration::from_secs(12);

/// Rounds that are measured, after one in which all log in.
const ROUNDS: u32 = 2;

/// Targets in the fleet that the memory of a large one is compared with.
const FEW: usize = 10;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if !args.iter().any(|arg| arg == "--bench") {
        // `cargo test --benches`: nothing here is a test.
        return;
    }
    let targets = args.iter().find_map(|arg| arg.parse().ok());
    bench(targets.unwrap_or(1_000));
}

#[tokio::main(worker_threads = 2)]
async fn bench(targets: usize) {
    let command = exporter::build();
    let few = measure(&command, FEW, Boxes::Fast, 1).await;
    let many = measure(&command, targets, Boxes::Fast, ROUNDS).await;
    if targets <= 1_000 {
        let slow = Boxes::Slow(Duration::from_millis(50));
        measure(&command, targets, slow, ROUNDS).await;
        measure(&command, targets, Boxes::Refuse, ROUNDS).await;
    }
    let more = many.rest.resident.saturating_sub(few.rest.resident);
    let each = more / u64::try_from(targets - FEW).unwrap_or(1);
    println!("memory per idle target: {:.1} KiB", each as f64 / 1024.0);
}

/// What was measured.
struct Measured {
    /// After the last round, when all connections are closed.
    rest: Usage,
}

async fn measure(command: &std::path::Path, targets: usize, boxes: Boxes, rounds: u32) -> Measured {
    let fleet = Fleet::start(targets, boxes).await;
    let exporter = Exporter::start(command, &fleet).await;
    let start = exporter.usage();
    println!("\n{targets} targets, {boxes:?}");
    println!("  before the first scrape: {start}");
    let first = scraper::round(&exporter.address, &fleet.names, INTERVAL).await;
    tell("first round, all log in", &fleet, &first);
    let before = exporter.usage();
    let mut scrapes = Scrapes::default();
    for _ in 0..rounds {
        scrapes.extend(scraper::round(&exporter.address, &fleet.names, INTERVAL).await);
    }
    let after = exporter.usage();
    let share = (after.cpu - before.cpu).as_secs_f64() / (INTERVAL * rounds).as_secs_f64();
    tell("later rounds", &fleet, &scrapes);
    println!("  processor: {:.1} % of one core", share * 100.0);
    println!("  at the end of a round: {after}");
    tokio::time::sleep(REST).await;
    let rest = exporter.usage();
    println!("  at rest: {rest}");
    let seen = fleet.seen();
    println!(
        "  on the boxes: {} sessions open, {} logins and {} refused ones so far",
        seen.open, seen.logins, seen.refused
    );
    let took = exporter.end().await;
    let open = fleet.seen().open;
    println!("  after SIGTERM: {open} sessions open, exit after {took:.1?}");
    fleet.stop().await;
    Measured { rest }
}

/// Latencies of the boxes that are well, and what became of the others.
fn tell(what: &str, fleet: &Fleet, scrapes: &Scrapes) {
    println!(
        "  {what}: {} scrapes, {} answered late, {} not at all",
        scrapes.count(),
        scrapes.late(),
        scrapes.unanswered()
    );
    for kind in Kind::ALL {
        let these = scrapes.of(|name| fleet.kind(name) == kind);
        if these.count() > 0 {
            let (p50, p99) = (these.quantile(0.5), these.quantile(0.99));
            println!(
                "    {kind:?}: {} of {} succeeded: p50 {p50:.1?}, p99 {p99:.1?}, most {:.1?}",
                these.successes(),
                these.count(),
                these.quantile(1.0)
            );
        }
    }
}
