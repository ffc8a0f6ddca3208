//! Prometheus text, as far as a test wants to know.

use crate::Site;

/// What `/metrics` said.
#[derive(Clone, Debug)]
pub struct Metrics(String);

impl Metrics {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    /// The value of a series, written as it stands there: `name{label="value"}`.
    #[must_use]
    pub fn get(&self, series: &str) -> Option<f64> {
        let value = |line: &str| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok();
        self.0.lines().find_map(value)
    }

    /// The value of a metric of a target.
    #[must_use]
    pub fn of(&self, target: &str, name: &str) -> Option<f64> {
        self.get(&format!("{name}{{target=\"{target}\"}}"))
    }

    /// The value of a metric that is named after the product: `check_level`, not
    /// `fmc_check_level`.
    #[must_use]
    pub fn own(&self, site: Site, name: &str) -> Option<f64> {
        self.of(site.name(), &format!("{}_{name}", site.scheme()))
    }

    /// All series of a name, added up.
    #[must_use]
    pub fn sum(&self, name: &str) -> f64 {
        let is_one = |line: &&str| {
            line.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with('{'))
        };
        let value = |line: &str| line.rsplit_once(' ')?.1.parse::<f64>().ok();
        self.0.lines().filter(is_one).filter_map(value).sum()
    }

    /// All of it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}
