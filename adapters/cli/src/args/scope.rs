//! What of a box is looked at: flags of `check` and `watch`.

use clap::Args;
use oobwatch_client::core::health::{Item, Measure, Range};

use crate::scope::{self, Scope};

#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ScopeArgs {
    /// Look at these only, such as devices,alerts; the version is always read
    #[arg(long, value_name = "CHECK,...", value_delimiter = ',', value_parser = scope::item)]
    pub(crate) only: Vec<Item>,
    /// Do not look at these
    #[arg(long, value_name = "CHECK,...", value_delimiter = ',', value_parser = scope::item)]
    pub(crate) skip: Vec<Item>,
    /// Outside of this range, the number of that label is a WARNING (repeatable)
    #[arg(short, long, value_name = "LABEL=RANGE", value_parser = limit)]
    pub(crate) warning: Vec<(Measure, Range)>,
    /// The same for CRITICAL
    #[arg(short, long, value_name = "LABEL=RANGE", value_parser = limit)]
    pub(crate) critical: Vec<(Measure, Range)>,
}

impl ScopeArgs {
    /// All of it together.
    ///
    /// # Errors
    /// There are more limits than fit.
    pub(crate) fn scope(&self) -> Result<Scope, &'static str> {
        let mut scope = Scope {
            only: (!self.only.is_empty()).then(|| self.only.iter().copied().collect()),
            skip: self.skip.iter().copied().collect(),
            ..Scope::default()
        };
        for (measure, range) in &self.warning {
            scope.limit(*measure, Some(*range), None)?;
        }
        for (measure, range) in &self.critical {
            scope.limit(*measure, None, Some(*range))?;
        }
        Ok(scope)
    }
}

fn limit(text: &str) -> Result<(Measure, Range), String> {
    let (label, range) = text
        .split_once('=')
        .ok_or("LABEL=RANGE is due, such as devices_critical=0 or time=5")?;
    let measure = scope::measure(label)?;
    let parsed = range.parse::<Range>();
    parsed
        .map(|range| (measure, range))
        .map_err(|error| format!("{range:?} {error}"))
}
