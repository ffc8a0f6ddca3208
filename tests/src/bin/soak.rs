//! `soak HOURS SEED`: a soak, for `cargo xtask soak`.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let numbers: Vec<u64> = std::env::args()
        .skip(1)
        .filter_map(|arg| arg.parse().ok())
        .collect();
    let [hours, seed] = numbers[..] else {
        eprintln!("usage: soak HOURS SEED");
        return ExitCode::from(2);
    };
    match oobwatch_tests::soak::run(seed, hours).await {
        Ok(summary) => {
            println!("seed {seed}: {summary}");
            ExitCode::SUCCESS
        }
        Err(broken) => {
            eprintln!("{broken}\nto repeat it: cargo xtask soak --hours {hours} --seed {seed}");
            ExitCode::FAILURE
        }
    }
}
