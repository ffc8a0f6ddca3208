//! What of a box is looked at: flags of `check` and `watch`.

use clap::Args;
use oobwatch_client::core::health::{Item, Measure, Range};

use crate::exit::Failure;
use crate::scope::{self, Boxes, Scope};

#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ScopeArgs {
    /// Look at these only, such as devices,alerts; the version is always read
    #[arg(long, value_name = "CHECK,...", value_delimiter = ',', value_parser = scope::item)]
    pub(crate) only: Vec<Item>,
    /// Do not look at these
    #[arg(long, value_name = "CHECK,...", value_delimiter = ',', value_parser = scope::skippable)]
    pub(crate) skip: Vec<Item>,
    /// Outside of this range, the number of that label is a WARNING (repeatable)
    #[arg(short, long, value_name = "LABEL=RANGE", value_parser = limit)]
    pub(crate) warning: Vec<(Measure, Range)>,
    /// The same for CRITICAL
    #[arg(short, long, value_name = "LABEL=RANGE", value_parser = limit)]
    pub(crate) critical: Vec<(Measure, Range)>,
}

impl ScopeArgs {
    /// What it says of those boxes.
    ///
    /// # Errors
    /// All that it says in vain, or that there are more limits than fit.
    pub(crate) fn over(&self, boxes: &Boxes) -> Result<Scope, Failure> {
        let scope = self.scope().map_err(Failure::usage)?;
        let mut problems = self.idle_items(boxes);
        if problems.is_empty() {
            problems = self.idle_limits(&boxes.under(&scope));
        }
        if problems.is_empty() {
            return Ok(scope);
        }
        Err(Failure::Refused(problems))
    }

    fn idle_items(&self, boxes: &Boxes) -> Vec<String> {
        let only = self.only.iter().map(|item| ("--only", *item));
        let said = only.chain(self.skip.iter().map(|item| ("--skip", *item)));
        let problem = |(flag, item)| {
            let why = boxes.check_item(item).err()?;
            Some(format!("{flag} {item}: {why}"))
        };
        said.filter_map(problem).collect()
    }

    fn idle_limits(&self, boxes: &Boxes) -> Vec<String> {
        let warning = self.warning.iter().map(|(of, _)| ("--warning", *of));
        let said = warning.chain(self.critical.iter().map(|(of, _)| ("--critical", *of)));
        let problem = |(flag, measure)| {
            let why = boxes.check_limit(measure).err()?;
            Some(format!("{flag} {measure}: {why}"))
        };
        said.filter_map(problem).collect()
    }

    /// All of it together.
    ///
    /// # Errors
    /// There are more limits than fit.
    fn scope(&self) -> Result<Scope, &'static str> {
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
