//! `checks`, `skip` and `limits`: what of a box is looked at, for a target or a module.

use oobwatch_client::core::health::{Item, Items};
use oobwatch_client::core::product::Product;
use toml::Spanned;

use super::section::{Key, Section};
use super::table::Table;
use crate::scope::{self, Boxes, Scope};

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

/// Reads the three keys of a target, whose kind may not be known.
pub(super) fn of_target(table: &mut Table<'_, '_>, product: Option<Product>) -> Scope {
    let boxes = product.map(Boxes::of).unwrap_or_default();
    let mut scope = items(table, &boxes);
    // What is not looked at by this may be by what a module or the command line says.
    limits(table, &mut scope, &boxes);
    scope
}

/// Reads the three keys of a module, which come before those of the `targets`.
pub(super) fn of_module(table: &mut Table<'_, '_>, targets: &Boxes) -> Scope {
    let before = table.reader.problems.count();
    let mut scope = items(table, targets);
    let is_sound = table.reader.problems.count() == before;
    let narrowed = is_sound.then(|| targets.under(&scope));
    limits(table, &mut scope, narrowed.as_ref().unwrap_or(targets));
    scope
}

/// Reads what is looked at.
fn items(table: &mut Table<'_, '_>, boxes: &Boxes) -> Scope {
    let before = table.reader.problems.count();
    let at = table.place_of(SKIP);
    let only = words(table, CHECKS, scope::item, boxes);
    let skip = words(table, SKIP, scope::skippable, boxes).unwrap_or_default();
    let scope = Scope {
        only,
        skip,
        ..Scope::default()
    };
    let is_sound = table.reader.problems.count() == before;
    if let Err(why) = boxes.under(&scope).check()
        && is_sound
    {
        table.problem(Some(at), why);
    }
    scope
}

fn words(
    table: &mut Table<'_, '_>,
    key: Key,
    meaning: fn(&str) -> Result<Item, String>,
    boxes: &Boxes,
) -> Option<Items> {
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
        let item = meaning(word.get_ref());
        let item = item.and_then(|item| boxes.check_item(item).map(|()| item));
        item.map_err(|why| table.problem_of(key, word.span().start, why))
            .ok()
    };
    Some(words.iter().filter_map(item).collect())
}

fn limits(table: &mut Table<'_, '_>, scope: &mut Scope, boxes: &Boxes) {
    for (label, limits) in table.named(LIMITS, &LIMIT) {
        limit(scope, label.get_ref(), limits, boxes);
    }
}

fn limit(scope: &mut Scope, label: &str, mut table: Table<'_, '_>, boxes: &Boxes) {
    let measure = scope::measure(label);
    let measure = measure.and_then(|measure| boxes.check_limit(measure).map(|()| measure));
    let is_nothing = table.is_empty();
    let (warning, critical) = (table.range(WARNING), table.range(CRITICAL));
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
