//! The requests of each check, where in their answers the values stand, and how
//! they are judged: one table for each product.

/// Pairs of where a value stands in an answer, and what it is.
macro_rules! values {
    ($($path:expr => $field:expr),* $(,)?) => {
        Values { paths: &[$($path),*], fields: &[$($field),*] }
    };
}

mod fmc;
mod fxos;
#[cfg(test)]
mod reference;

use crate::health::words::Table;
use crate::health::{Item, Items};
use crate::product::Product;

/// One list or object that a check reads.
#[derive(Debug)]
pub(super) struct Step {
    /// What is named when the answer does not come.
    pub(super) item: Item,
    /// Paths to try, one after the other, while the box says 404 or 400. The
    /// placeholders are [`START`], [`END`] and [`ID`].
    pub(super) candidates: &'static [&'static str],
    /// Whether every version has it: then 404 is an error. An old one may so say
    /// that the list is empty, but which of both it is nobody knows.
    pub(super) essential: bool,
    pub(super) paged: Paged,
    pub(super) answer: Answer,
}

/// How an answer comes.
#[derive(Debug)]
pub(super) enum Paged {
    /// Whole.
    No,
    /// In pages.
    Pages,
    /// In pages of one entry each, and for each entry this is read before the next.
    Each(&'static Step),
}

/// What an answer holds.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) values: Values,
    /// What entries are judged by.
    pub(super) judges: &'static [Judge],
    /// What must be in it.
    pub(super) holds: Holds,
}

/// The values of an answer: where they stand and, in the same order, what they are.
#[derive(Debug)]
pub(super) struct Values {
    pub(super) paths: &'static [&'static str],
    pub(super) fields: &'static [Field],
}

/// What an answer must hold to be one. An FMC under load answers `{}` to
/// anything; FXOS shows a class without objects in ways that no document tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// Anything.
    Anything,
    /// A version.
    Version,
    /// A list, or how long it is.
    List,
    /// An object that is no error.
    Object,
    /// An entry.
    Entry,
}

/// What the words of an entry mean for an item.
#[derive(Debug)]
pub(super) struct Judge {
    pub(super) item: Item,
    /// Which of the entry's words.
    pub(super) words: &'static [u8],
    pub(super) rule: Rule,
}

/// How words are judged.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rule {
    /// The worst of those that are there; an entry without any is UNKNOWN.
    Said(Table),
    /// The first that is there. Versions that do not say it do not have it; of a
    /// list where some entries say it, it is incomplete.
    FirstIfAny(Table),
    /// The worst of them; an entry without one of them is UNKNOWN.
    Worst(Table),
    /// The worst of both; without one of them, UNKNOWN. That both are active, or
    /// neither, is critical.
    Pair(Table),
    /// That there is one; an entry without is UNKNOWN.
    Present,
    /// By severity.
    Severity,
    /// Each entry counts.
    Count,
    /// Each entry that says `true` counts. Versions that do not say it do not have
    /// it; of a list where some entries say it, it is incomplete.
    CountTrue,
}

/// What a value in an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// The whole answer.
    Top,
    /// What an answer holds in place of data.
    Refusal,
    /// The list of entries; what is no list in its place is refused.
    List,
    /// How many entries of the list are before this page.
    Offset,
    /// How long the list is over all pages.
    Count,
    /// How many pages the list has.
    Pages,
    /// Where the next page is; the last has none.
    Next,
    /// One of what is counted by `Count`, where that is not the entries.
    Part,
    /// One entry.
    Entry,
    /// Of an entry: its name.
    Name,
    /// Of an entry: more to its name.
    Detail,
    /// Of an entry: what it is asked for by, or known by from others.
    Id,
    /// Of an entry: one of its words, up to [`WORDS`].
    Word(u8),
    /// Of an entry: the state that the operator wants it in, or whether it is
    /// there at all.
    Wanted,
    /// Of the box: its version.
    Version,
    /// Of the box: its model.
    Model,
    /// Of the box: its host name.
    HostName,
    /// Of the box: its serial number.
    Serial,
    /// Of the box: the time since it started.
    Uptime,
}

/// Words of an entry that are kept.
pub(super) const WORDS: usize = 4;

/// Placeholder in a path: the begin of the time that is looked at, in Unix seconds by the
/// clock of the box.
pub(super) const START: &str = "start";
/// Placeholder in a path: the end of it.
pub(super) const END: &str = "end";
/// Placeholder in a path: what the entry of the list is asked for by.
pub(super) const ID: &str = "id";

impl Step {
    /// Whether it asks for a time by the clock of the box.
    pub(super) fn needs_date(&self) -> bool {
        self.candidates
            .iter()
            .any(|path| path.split(['{', '}']).any(|part| part == START))
    }

    /// Whether it finds out something of `items`.
    pub(super) fn serves(&self, items: Items) -> bool {
        let judged = |judge: &Judge| items.contains(judge.item);
        let detail = match self.paged {
            Paged::Each(step) => step.serves(items),
            Paged::No | Paged::Pages => false,
        };
        items.contains(self.item) || self.answer.judges.iter().any(judged) || detail
    }
}

pub(super) const fn of(product: Product) -> &'static [Step] {
    match product {
        Product::Fmc | Product::CdFmc => fmc::STEPS,
        Product::Fxos => fxos::STEPS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::MAX_PATHS;

    fn whole(step: &Step) {
        let Answer { values, judges, .. } = &step.answer;
        let Values { paths, fields } = values;
        assert_eq!(paths.len(), fields.len(), "{:?}", step.item);
        assert!(paths.len() <= MAX_PATHS && !step.candidates.is_empty());
        for judge in *judges {
            for &word in judge.words {
                assert!(
                    usize::from(word) < WORDS && fields.contains(&Field::Word(word)),
                    "{}",
                    judge.item
                );
            }
        }
        if !matches!(step.paged, Paged::No) {
            for field in [
                Field::List,
                Field::Entry,
                Field::Offset,
                Field::Count,
                Field::Pages,
                Field::Next,
            ] {
                assert!(fields.contains(&field), "{:?}", step.item);
            }
        }
        if let Paged::Each(detail) = step.paged {
            assert!(fields.contains(&Field::Id), "{:?}", step.item);
            whole(detail);
        }
    }

    #[test]
    fn every_path_has_a_field_and_every_word_a_place() {
        for product in [Product::Fmc, Product::Fxos] {
            of(product).iter().for_each(whole);
        }
    }

    #[test]
    fn every_item_is_read_by_one_step() {
        for item in Item::ALL {
            let only = Items::NONE.with(item);
            for product in [Product::Fmc, Product::Fxos] {
                let steps = of(product).iter().filter(|step| step.serves(only));
                assert_eq!(steps.count(), usize::from(item.is_of(product)), "{item}");
            }
        }
    }
}
