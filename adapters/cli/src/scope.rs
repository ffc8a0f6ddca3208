//! What of a box is looked at, and what its numbers are worth. What is said of that in vain is
//! decided here, for the configuration, the command line and the modules of the exporter alike.

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

    /// Whether a check of a box of that kind has something to look at.
    ///
    /// # Errors
    /// It has not.
    pub(crate) fn check(&self, product: Product) -> Result<(), String> {
        let is_left = self.items().iter().any(|item| item.is_of(product));
        is_left.then_some(()).ok_or_else(|| {
            let (kind, known) = (product.as_str(), known(product));
            format!("nothing is left to look at; a box of {kind}:// has: {known}")
        })
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

/// The boxes that something is said for: the kind of each, and what is looked at of it.
///
/// What is of use for one of them is not said in vain. Without any, nothing is known, and nothing
/// wrong.
#[derive(Clone, Debug, Default)]
pub(crate) struct Boxes(Vec<(Product, Scope)>);

impl Boxes {
    /// One box of that kind, of which anything may be looked at.
    pub(crate) fn of(product: Product) -> Self {
        [(product, Scope::default())].into_iter().collect()
    }

    /// The same, of which is looked at what `over` says.
    pub(crate) fn under(&self, over: &Scope) -> Self {
        let boxes = self.0.iter();
        boxes
            .map(|(product, scope)| (*product, scope.under(over)))
            .collect()
    }

    /// Whether there is something to look at.
    ///
    /// # Errors
    /// There is not, on any of them.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.any(|product, scope| scope.check(product))
    }

    /// Whether one of them can have that item.
    ///
    /// # Errors
    /// None can.
    pub(crate) fn check_item(&self, item: Item) -> Result<(), String> {
        self.any(|product, _| {
            let (kind, known) = (product.as_str(), known(product));
            let is_of = item.is_of(product).then_some(());
            is_of.ok_or_else(|| match &self.0[..] {
                [_] => format!("a box of {kind}:// has no {item}; it has: {known}"),
                _ => format!("none of the targets has {item}; a box of {kind}:// has: {known}"),
            })
        })
    }

    /// Whether limits on that number can have an effect on one of them.
    ///
    /// # Errors
    /// They can not.
    pub(crate) fn check_limit(&self, measure: Measure) -> Result<(), String> {
        if let Some(item) = measure.item() {
            self.check_item(item)?;
        }
        self.any(|product, scope| {
            let kind = product.as_str();
            match measure.sought_with(product) {
                _ if !measure.is_of(product) => Err(format!(
                    "a check of a box of {kind}:// finds out no {measure}; remove it"
                )),
                // It is always read.
                Some(Item::Version) => Ok(()),
                Some(item) if !scope.items().contains(item) => Err(format!(
                    "{item} is not looked at here; have it looked at, or remove the limit"
                )),
                _ => Ok(()),
            }
        })
    }

    /// Whether that is so of one of them; else why it is not so of the first.
    fn any(&self, is_so: impl Fn(Product, &Scope) -> Result<(), String>) -> Result<(), String> {
        let boxes = self.0.iter();
        let mut said = boxes.map(|(product, scope)| is_so(*product, scope));
        let first = said.next().unwrap_or(Ok(()));
        if said.any(|other| other.is_ok()) {
            return Ok(());
        }
        first
    }
}

impl FromIterator<(Product, Scope)> for Boxes {
    fn from_iter<I: IntoIterator<Item = (Product, Scope)>>(boxes: I) -> Self {
        Self(boxes.into_iter().collect())
    }
}

/// What a box of that kind has, in a sentence.
fn known(product: Product) -> String {
    let known = Item::ALL.into_iter().filter(|item| item.is_of(product));
    let known: Vec<_> = known.map(Item::as_str).collect();
    known.join(", ")
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

/// The item of that word, to be left out.
pub(crate) fn skippable(word: &str) -> Result<Item, String> {
    match item(word)? {
        Item::Version => {
            Err("the version is always read, so it can not be left out; remove it".to_owned())
        }
        item => Ok(item),
    }
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
    }

    #[test]
    fn something_has_to_be_left_to_look_at() {
        let only = |words: &str| Scope {
            only: Some(items(words)),
            ..Scope::default()
        };
        assert_eq!(only("devices").check(Product::CdFmc), Ok(()));
        assert_eq!(only("version").check(Product::Fxos), Ok(()));
        let error = only("devices").check(Product::Fxos).unwrap_err();
        assert!(error.contains("a box of fxos:// has: version"), "{error}");
        let none = Scope {
            skip: items("devices"),
            ..only("devices")
        };
        assert!(none.check(Product::Fmc).is_err());
    }

    /// What one box has is not said in vain, whatever the others are.
    #[test]
    fn what_no_box_has_is_said_in_vain() {
        let boxes = |kinds: &[Product]| -> Boxes {
            let kinds = kinds.iter();
            kinds.map(|kind| (*kind, Scope::default())).collect()
        };
        let (fmc, cloud, fxos) = (Product::Fmc, Product::CdFmc, Product::Fxos);
        for (label, on) in [
            ("devices_critical", vec![fmc, cloud]),
            ("undeployed", vec![fmc, cloud]),
            ("fans_critical", vec![fxos]),
            ("faults_major", vec![fxos]),
            ("refreshes_left", vec![fmc]),
            ("token_left", vec![fmc, fxos]),
            ("certificate_days", vec![fmc, cloud, fxos]),
        ] {
            let measure = measure(label).unwrap();
            for kinds in [
                &[fmc][..],
                &[cloud],
                &[fxos],
                &[fmc, cloud],
                &[cloud, fxos, fmc],
            ] {
                let is_of_use = kinds.iter().any(|kind| on.contains(kind));
                let boxes = boxes(kinds);
                let checked = boxes.check_limit(measure);
                assert_eq!(checked.is_ok(), is_of_use, "{label} {kinds:?}: {checked:?}");
                if let Some(item) = measure.item() {
                    assert_eq!(
                        boxes.check_item(item).is_ok(),
                        is_of_use,
                        "{label} {kinds:?}"
                    );
                }
            }
            assert_eq!(Boxes::default().check_limit(measure), Ok(()));
        }
    }

    #[test]
    fn a_limit_on_what_is_not_looked_at_is_said_in_vain() {
        let alerts = Scope {
            only: Some(items("alerts")),
            ..Scope::default()
        };
        let devices = measure("devices_critical").unwrap();
        let both: Boxes = [
            (Product::Fmc, alerts.clone()),
            (Product::Fmc, Scope::default()),
        ]
        .into_iter()
        .collect();
        assert_eq!(both.check_limit(devices), Ok(()));
        let error = both.under(&alerts).check_limit(devices).unwrap_err();
        assert!(error.contains("devices is not looked at here"), "{error}");
    }

    /// The time since the start comes with the version, which is always read, or with the system.
    #[test]
    fn a_limit_on_the_uptime_is_of_use_where_it_is_read() {
        let faults = Scope {
            only: Some(items("faults")),
            ..Scope::default()
        };
        let uptime = measure("uptime").unwrap();
        let checked = |product| Boxes::of(product).under(&faults).check_limit(uptime);
        assert_eq!(checked(Product::Fmc), Ok(()));
        let error = checked(Product::Fxos).unwrap_err();
        assert!(error.contains("system is not looked at here"), "{error}");
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
        let error = skippable("version").unwrap_err();
        assert!(error.contains("always read"), "{error}");
        assert_eq!(skippable("devices"), Ok(Item::Devices));
        let error = measure("device_critical").unwrap_err();
        assert!(
            error.contains("did you mean \"devices_critical\"?"),
            "{error}"
        );
    }
}
