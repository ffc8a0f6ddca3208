//! `cargo xtask soak`: what `cargo xtask test` does for seconds, for hours.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};

use crate::command::cargo;
use crate::steps::Steps;
use crate::{rig, setup};

/// A week.
const HOURS: u64 = 7 * 24;

/// Cases of each property, as a multiple of what a test run has.
const TIMES: u32 = 20;

/// Checks of each box by one board without a restart: ten days of them.
const CYCLES: u32 = 1_000;

/// Cases that proptest goes through by itself.
const PROPTEST_CASES: u32 = 256;

/// How long, and which days.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    hours: u64,
    seed: u64,
}

pub(crate) fn run(args: &[String]) -> Result<()> {
    let clock = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let Options { hours, seed } = Options::parse(args, clock.as_secs())?;
    let mut steps = Steps::default();
    steps.step("boxes that go wrong at random", || {
        let soak = cargo("run").args(["--quiet", "--package", "oobwatch-tests", "--bin", "soak"]);
        soak.args(["--", &hours.to_string(), &seed.to_string()])
            .run()
    })?;
    steps.step("properties", || {
        let cases = (PROPTEST_CASES * TIMES).to_string();
        let all = cargo("test").args([
            "--workspace",
            "--lib",
            "--bins",
            "--test",
            "http_differential",
        ]);
        all.env("PROPTEST_CASES", &cases).run()
    })?;
    steps.step("model", || {
        let model = cargo("test").args(["--package", "oobwatch-tests", "--test", "model"]);
        model.env("OOBWATCH_CASES", &TIMES.to_string()).run()
    })?;
    steps.step("firmware in QEMU", || {
        setup::firmware()?;
        rig::cycles(CYCLES)
    })?;
    println!(
        "\nxtask soak: {} virtual hours, seed {seed}: {}",
        hours,
        steps.summary()
    );
    Ok(())
}

impl Options {
    /// `--hours N` and `--seed N`, in any order.
    fn parse(args: &[String], seed: u64) -> Result<Self> {
        let mut options = Self { hours: HOURS, seed };
        for pair in args.chunks(2) {
            let [name, value] = pair else {
                bail!("{} is not followed by a number", pair.join(" "));
            };
            let field = match name.as_str() {
                "--hours" => &mut options.hours,
                "--seed" => &mut options.seed,
                _ => bail!("soak knows --hours N and --seed N, and not {name:?}"),
            };
            *field = value
                .parse()
                .with_context(|| format!("{value:?} is no number"))?;
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Options> {
        let args: Vec<_> = args.iter().map(|&arg| arg.to_owned()).collect();
        Options::parse(&args, 9)
    }

    #[test]
    fn options_come_in_any_order_or_not_at_all() {
        let options = |hours, seed| Options { hours, seed };
        assert_eq!(parse(&[]).unwrap(), options(HOURS, 9));
        let both = ["--seed", "3", "--hours", "1"];
        assert_eq!(parse(&both).unwrap(), options(1, 3));
        for bad in [
            &["--hours"][..],
            &["--hours", "x"],
            &["--days", "1"],
            &["1"],
        ] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
    }
}
