//! Where each item comes from: for documents and tools.

use super::steps::{self, Judge, Paged, Step};
use crate::health::{Item, State};
use crate::product::Product;

/// Where a check reads an item.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// What is read.
    pub item: Item,
    /// The paths that are tried, one after the other; `{start}` and `{end}` are
    /// Unix seconds by the clock of the box, `{id}` an entry of the list before.
    pub paths: &'static [&'static str],
    /// The words for states that are known, letter case and hyphens apart; empty
    /// for items that are counted otherwise. Any other word is UNKNOWN.
    pub words: &'static [(State, &'static [&'static str])],
}

/// Where a check of a box of that kind reads what, in the order of its requests.
pub fn sources(product: Product) -> impl Iterator<Item = Source> {
    steps::of(product).iter().flat_map(|step| {
        let detail = match step.paged {
            Paged::Each(detail) => Some(detail),
            Paged::No | Paged::Pages => None,
        };
        of_step(step).chain(detail.into_iter().flat_map(of_step))
    })
}

fn of_step(step: &'static Step) -> impl Iterator<Item = Source> {
    let source = |item, judge: Option<&Judge>| Source {
        item,
        paths: step.candidates,
        words: judge
            .and_then(|judge| judge.rule.table())
            .unwrap_or_default(),
    };
    let judges = step.answer.judges;
    let own = judges.is_empty().then(|| source(step.item, None));
    own.into_iter().chain(
        judges
            .iter()
            .map(move |judge| source(judge.item, Some(judge))),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::Tally;

    #[test]
    fn every_item_has_a_source_and_its_words() {
        for product in [Product::Fmc, Product::Fxos] {
            for item in Item::ALL.into_iter().filter(|item| item.is_of(product)) {
                let mut found = sources(product).filter(|source| source.item == item);
                let source = found.next().unwrap();
                let present = item == Item::Clusters;
                let has_words = item.tally() == Tally::States && !present;
                assert_eq!(!source.words.is_empty(), has_words, "{item}");
            }
        }
    }
}
