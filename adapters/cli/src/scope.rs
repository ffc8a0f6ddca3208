//! What of a box is looked at, and what its numbers are worth.

use oobwatch_client::core::health::{Item, Items, Limit, Limits, Measure, Range, Report};
use oobwatch_client::core::product::Product;

use crate::nearest::suggestion;

/// Which items, and which limits. Nothing said: all items, and limits that stand for themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scope {
    /// These; none said, all.
    pub(crate) only: Option<Items>,
    /// But for these.
    pub(crate) skip: Items,
    pub(crate) limits: Limits,
}

impl Scope {
    /// What is looked at.
    pub(crate) fn items(&self) -> Items {
        let all = self.only.unwrap_or(Items::ALL);
        self.skip.iter().fold(all, Items::without)
    }

    /// This, where `over` says nothing else.
    pub(crate) fn under(&self, over: &Self) -> Self {
        let mut limits = self.limits.clone();
        for limit in over.limits.iter() {
            // More than fit are those that were said first.
            let _ = limits.set(*limit);
        }
        let both = || over.skip.iter().fold(self.skip, Items::with);
        Self {
            only: over.only.or(self.only),
            skip: if over.only.is_some() {
                over.skip
            } else {
                both()
            },
            limits,
        }
    }

    /// Judges a report by the limits.
    pub(crate) fn judge(&self, report: &mut Report) {
        report.apply(&self.limits);
    }

    /// Whether a box of that product has anything of it.
    pub(crate) fn is_for(&self, product: Product) -> bool {
        self.items().iter().any(|item| item.is_of(product))
    }

    /// Adds limits to those that the measure has here.
    ///
    /// # Errors
    /// There is no room for limits on another measure.
    pub(crate) fn limit(
        &mut self,
        measure: Measure,
        warning: Option<Range>,
        critical: Option<Range>,
    ) -> Result<(), &'static str> {
        let known = self.limits.iter().find(|known| known.measure == measure);
        let (known_warning, known_critical) =
            known.map_or((None, None), |known| (known.warning, known.critical));
        let limit = Limit {
            measure,
            warning: warning.or(known_warning),
            critical: critical.or(known_critical),
        };
        self.limits
            .set(limit)
            .map_err(|_| "there are limits on 16 other numbers, and no more fit; leave some out")
    }
}

/// The item of that word.
pub(crate) fn item(word: &str) -> Result<Item, String> {
    Item::of(word).ok_or_else(|| {
        let known = suggestion(
            word,
            "there are",
            Item::ALL.iter().map(|item| item.as_str()),
        );
        format!("there is no check {word:?}; {known}")
    })
}

/// The number of that label.
pub(crate) fn measure(label: &str) -> Result<Measure, String> {
    Measure::of_label(label).ok_or_else(|| {
        let labels: Vec<_> = Measure::all().map(|known| known.to_string()).collect();
        let near = crate::nearest::nearest(label, labels.iter().map(String::as_str));
        let meant = near.map_or(String::new(), |near| format!("did you mean {near:?}? "));
        format!("there is no number {label:?}; {meant}labels are those of the performance data, such as devices_critical, faults_major, undeployed, time, token_left or certificate_days")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(words: &str) -> Items {
        words
            .split_whitespace()
            .map(|word| item(word).unwrap())
            .collect()
    }

    #[test]
    fn what_is_said_later_comes_first() {
        let target = Scope {
            only: Some(items("devices alerts licenses")),
            skip: items("licenses"),
            ..Scope::default()
        };
        assert_eq!(target.items(), items("devices alerts"));
        let skip = Scope {
            skip: items("alerts"),
            ..Scope::default()
        };
        assert_eq!(target.under(&skip).items(), items("devices"));
        let only = Scope {
            only: Some(items("licenses")),
            ..Scope::default()
        };
        assert_eq!(target.under(&only).items(), items("licenses"));
        assert_eq!(target.under(&Scope::default()), target);
        assert!(target.is_for(Product::Fmc) && !target.is_for(Product::Fxos));
    }

    #[test]
    fn limits_on_one_number_add_up() {
        let range = |text: &str| Some(text.parse::<Range>().unwrap());
        let time = measure("time").unwrap();
        let mut scope = Scope::default();
        scope.limit(time, range("5"), None).unwrap();
        scope.limit(time, None, range("10")).unwrap();
        let limit = scope.limits.of(time);
        assert_eq!((limit.warning, limit.critical), (range("5"), range("10")));
        let mut over = Scope::default();
        over.limit(time, range("7"), None).unwrap();
        assert_eq!(scope.under(&over).limits.of(time).warning, range("7"));
        let many = Measure::all().filter(|other| *other != time);
        let refused = many.filter(|other| scope.limit(*other, range("1"), None).is_err());
        assert_eq!(refused.count(), Measure::all().count() - 16);
    }

    #[test]
    fn slips_are_answered_with_what_was_meant() {
        assert!(
            item("device")
                .unwrap_err()
                .contains("did you mean \"devices\"?")
        );
        let error = measure("device_critical").unwrap_err();
        assert!(
            error.contains("did you mean \"devices_critical\"?"),
            "{error}"
        );
    }
}
