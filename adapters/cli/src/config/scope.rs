//! `checks`, `skip` and `limits`: what of a box is looked at, for a target or a module.

use oobwatch_client::core::health::{Item, Items, Measure};
use oobwatch_client::core::product::Product;
use toml::Spanned;

use super::section::{Key, Section};
use super::table::Table;
use crate::scope::{self, Scope};

pub(super) const CHECKS: Key = Key::new(
    "checks",
    "a list of checks such as [\"devices\", \"alerts\"]",
    "What is looked at; everything by default. The version is always read.",
);
pub(super) const SKIP: Key = Key::new(
    "skip",
    "a list of checks such as [\"licenses\"]",
    "What is not looked at.",
);
pub(super) const LIMITS: Key = Key::new(
    "limits",
    "a table of limits",
    "When a number is a WARNING or CRITICAL, where that is not to be decided by what it means: see the table of limits.",
);

const WARNING: Key = Key::new(
    "warning",
    "a range such as 10, \"10:\", \"~:10\", \"10:20\" or \"@10:20\"",
    "Outside of this range is a WARNING.",
);
const CRITICAL: Key = Key::new(
    "critical",
    "a range such as 10, \"10:\", \"~:10\", \"10:20\" or \"@10:20\"",
    "Outside of this range is CRITICAL.",
);

pub(super) static LIMIT: Section = Section {
    head: "[targets.NAME.limits.LABEL]",
    about: "Limits on the number of that label in the performance data (of 'oobwatch check --format nagios'), as monitoring plug-ins write them. They replace what is said of it by default. Of a module: [modules.NAME.limits.LABEL].",
    keys: &[WARNING, CRITICAL],
};

/// Reads the three keys. Where the `product` is known, what it does not have is a mistake.
pub(super) fn read(table: &mut Table<'_, '_>, product: Option<Product>) -> Scope {
    let only = items(table, CHECKS, product);
    let skip = items(table, SKIP, product).unwrap_or_default();
    let mut scope = Scope {
        only,
        skip,
        ..Scope::default()
    };
    for (label, limits) in table.named(LIMITS, &LIMIT) {
        limit(&mut scope, label.get_ref(), limits, product);
    }
    scope
}

fn items(table: &mut Table<'_, '_>, key: Key, product: Option<Product>) -> Option<Items> {
    let words = table.texts(key)?;
    let at = words.span().start;
    let words = words.into_inner();
    if words.is_empty() && key.name == CHECKS.name {
        table.problem_of(
            key,
            at,
            "this names none; name some, or remove it to look at all",
        );
    }
    let item = |word: &Spanned<String>| {
        let item = scope::item(word.get_ref()).and_then(|item| fitting(item, product));
        item.map_err(|why| table.problem_of(key, word.span().start, why))
            .ok()
    };
    Some(words.iter().filter_map(item).collect())
}

/// `item`, if a box of that product can have it.
fn fitting(item: Item, product: Option<Product>) -> Result<Item, String> {
    let Some(product) = product.filter(|product| !item.is_of(*product)) else {
        return Ok(item);
    };
    let known = Item::ALL.into_iter().filter(|known| known.is_of(product));
    let known: Vec<_> = known.map(Item::as_str).collect();
    let (item, product, known) = (item.as_str(), product.as_str(), known.join(", "));
    Err(format!(
        "a box of {product}:// has no {item}; it has: {known}"
    ))
}

fn limit(scope: &mut Scope, label: &str, mut table: Table<'_, '_>, product: Option<Product>) {
    let measure = scope::measure(label).and_then(|measure| {
        let item = match measure {
            Measure::State(item, _) | Measure::Fault(item, _) | Measure::Number(item) => Some(item),
            _ => None,
        };
        item.map_or(Ok(item), |item| fitting(item, product).map(Some))
            .map(|_| measure)
    });
    let (warning, critical) = (table.range(WARNING), table.range(CRITICAL));
    let is_nothing = warning.is_none() && critical.is_none() && table.is_empty();
    match measure {
        Err(why) => table.problem(None, why),
        Ok(_) if is_nothing => table.problem(None, "give warning, critical, or both"),
        Ok(measure) => {
            let set = scope.limit(measure, warning, critical);
            if let Err(why) = set {
                table.problem(None, why);
            }
        }
    }
    table.end();
}
