//! A run of several steps: a heading before each, a table of times after all.

use core::time::Duration;
use std::io::Write as _;
use std::time::Instant;

use anyhow::{Context as _, Result};

/// The steps done so far.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<(&'static str, Duration)>,
}

impl Steps {
    /// Runs one step; the first that fails ends the run.
    pub(crate) fn step(
        &mut self,
        name: &'static str,
        run: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        println!("\n== {name}");
        let _ = std::io::stdout().flush();
        let start = Instant::now();
        run().with_context(|| format!("step {name:?} failed"))?;
        let took = start.elapsed();
        println!("   {name}: {:.1} s", took.as_secs_f32());
        self.done.push((name, took));
        Ok(())
    }

    /// One line about the whole run.
    pub(crate) fn summary(&self) -> String {
        let total: Duration = self.done.iter().map(|(_, took)| took).sum();
        let each: Vec<String> = self
            .done
            .iter()
            .map(|(name, took)| format!("{name} {:.0} s", took.as_secs_f32()))
            .collect();
        format!(
            "all {} steps passed in {:.0} s ({})",
            self.done.len(),
            total.as_secs_f32(),
            each.join(", ")
        )
    }
}
