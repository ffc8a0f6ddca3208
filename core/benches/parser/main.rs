//! Parser and scanner beside their peers, in the same run:
//! `cargo bench -p oobwatch-core --bench parser`.
//!
//! With valgrind installed, the table counts instructions, which do not depend
//! on what else the machine does. Without `--bench` (so `cargo test`), every
//! job is only seen to give what its peer gives.

mod jobs;
mod measure;

use core::hint::black_box;
use core::time::Duration;

use jobs::{ALL, Job};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    if let [measure::REPEAT, name, count] = args[..] {
        return repeat(name, count.parse().expect("a count"));
    }
    for job in ALL {
        let input = (job.input)();
        let (ours, theirs) = ((job.ours)(input.as_bytes()), (job.theirs)(input.as_bytes()));
        assert_eq!(ours, theirs, "{} beside {}", job.name, job.peer);
    }
    if args.contains(&"--bench") {
        table();
    }
}

/// Runs one side of a job, for valgrind.
fn repeat(name: &str, count: u64) {
    let (index, side) = name.split_once('/').expect("a job and a side");
    let job = &ALL[index.parse::<usize>().expect("an index")];
    let work = if side == "ours" { job.ours } else { job.theirs };
    let input = (job.input)();
    for _ in 0..count {
        black_box(work(black_box(input.as_bytes())));
    }
}

fn table() {
    let counted = measure::instructions("0/ours", 1);
    match &counted {
        Ok(_) => println!("Instructions of one operation (callgrind), and its time:"),
        Err(why) => println!("Only times, which vary, since {why}"),
    }
    println!(
        "{:>9} {:>11} {:>11} {:>6}   {:>9} {:>9} {:>6}",
        "bytes", "ours", "peer", "ratio", "ours", "peer", "ratio"
    );
    for (index, job) in ALL.iter().enumerate() {
        println!("{} | {}", job.name, job.peer);
        println!("{}", row(index, job, counted.is_ok()));
    }
    println!("A ratio below 1: less work than the peer. The peers allocate; this crate does not.");
}

fn row(index: usize, job: &Job, counted: bool) -> String {
    let input = (job.input)();
    let count = |side| measure::instructions(&format!("{index}/{side}"), job.count).ok();
    let counts = counted
        .then(|| count("ours").zip(count("theirs")))
        .flatten();
    let counts = counts.map_or_else(
        || format!("{:>11} {:>11} {:>6}", "-", "-", "-"),
        |(ours, theirs)| format!("{ours:>11.0} {theirs:>11.0} {:>6.2}", ours / theirs),
    );
    let time = |work: fn(&[u8]) -> u64| measure::time(&mut || work(black_box(input.as_bytes())));
    let (ours, theirs) = (time(job.ours), time(job.theirs));
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    let [ours, theirs] = [ours, theirs].map(micros);
    format!(
        "{:>9} {counts}   {ours:>9} {theirs:>9} {ratio:>6.2}",
        input.len()
    )
}

fn micros(time: Duration) -> String {
    format!("{:.2} us", time.as_secs_f64() * 1e6)
}
