//! Encoders of a [`Report`], each over `core::fmt::Write` or a lent buffer.
//!
//! They decide nothing: what a report is worth stands in it.

pub mod event;
pub mod json;
pub mod nagios;
pub mod prometheus;
pub mod syslog;
pub mod text;
pub mod zabbix;

#[cfg(test)]
mod samples;

use core::fmt;

use super::{Item, Items, Report, Severity, State, Tally, Trouble, Verdict};
use crate::product::Product;

/// The name of a product in texts for people.
#[must_use]
pub const fn title(product: Product) -> &'static str {
    match product {
        Product::CdFmc => "cdFMC",
        Product::Fmc => "FMC",
        Product::Fxos => "FXOS",
    }
}

/// Milliseconds, shown as seconds.
struct Seconds(u32);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1000, self.0 % 1000)
    }
}

/// All that is wrong in one line, or else what is right.
pub struct Summary<'a>(pub &'a Report);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.0;
        let mut list = List {
            out: f,
            empty: true,
        };
        match (report.stopped_at(), report.error) {
            (Some(layer), Some(error)) => {
                list.add(format_args!("stopped at {}: {error}", layer.as_str()))?;
            }
            (Some(layer), None) => list.add(format_args!("stopped at {}", layer.as_str()))?,
            (None, _) => {}
        }
        for reason in report.reasons().filter(|reason| !reason.is_of_item()) {
            list.add(format_args!("{reason}"))?;
        }
        let (empty, incomplete) = (Trouble::Empty, Trouble::Incomplete);
        list.items("the answers hold no", report.troubles.of(empty))?;
        list.items("incomplete lists of", report.troubles.of(incomplete))?;
        if !report.odd_word.is_empty() {
            list.add(format_args!(
                "state \"{}\" is not known; see what the box shows",
                report.odd_word
            ))?;
        }
        if report.verdict() == Verdict::Ok || list.empty {
            well(report, &mut list)?;
        }
        Ok(())
    }
}

fn well(report: &Report, list: &mut List<'_, '_>) -> fmt::Result {
    for item in [Item::Devices, Item::Instances] {
        if let Some(states) = report.counts.states(item) {
            let (ok, total) = (states.ok, states.total());
            list.add(format_args!("{ok} of {total} {}s ok", item.noun()))?;
        }
    }
    if !report.facts.version.is_empty() {
        list.add(format_args!("version {}", report.facts.version))?;
    }
    if list.empty {
        list.add(format_args!("nothing was checked"))
    } else {
        Ok(())
    }
}

/// Items by their words.
struct Named(Items);

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = List {
            out: f,
            empty: true,
        };
        for item in self.0.iter() {
            list.add(format_args!("{item}"))?;
        }
        Ok(())
    }
}

/// Writes things with commas between them.
struct List<'a, 'f> {
    out: &'a mut fmt::Formatter<'f>,
    empty: bool,
}

impl List<'_, '_> {
    /// What a box, asked again, may tell.
    fn items(&mut self, what: &str, items: Items) -> fmt::Result {
        match items {
            Items::NONE => Ok(()),
            _ => self.add(format_args!("{what} {}; try again later", Named(items))),
        }
    }

    fn add(&mut self, thing: fmt::Arguments<'_>) -> fmt::Result {
        if !core::mem::take(&mut self.empty) {
            self.out.write_str(", ")?;
        }
        self.out.write_fmt(thing)
    }

    /// Adds a number, if there is one.
    fn count(&mut self, number: u32, word: &str) -> fmt::Result {
        match number {
            0 => Ok(()),
            _ => self.add(format_args!("{number} {word}")),
        }
    }
}

/// What was counted of an item, as in `12 ok, 1 warning`; `None` if it was not read.
fn counted(report: &Report, item: Item) -> Option<Counted<'_>> {
    let counts = &report.counts;
    let is_read = match item.tally() {
        Tally::Facts => false,
        Tally::States => counts.states(item).is_some(),
        Tally::Faults => counts.faults(item).is_some(),
        Tally::Number => counts.number(item).is_some(),
    };
    is_read.then_some(Counted(report, item))
}

struct Counted<'a>(&'a Report, Item);

impl fmt::Display for Counted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(report, item) = *self;
        let counts = &report.counts;
        if let Some(number) = counts.number(item) {
            return write!(f, "{number}");
        }
        let mut list = List {
            out: f,
            empty: true,
        };
        if let Some(states) = counts.states(item) {
            for state in State::ALL {
                list.count(states.of(state), state.as_str())?;
            }
        }
        if let Some(faults) = counts.faults(item) {
            for severity in Severity::ALL.into_iter().rev() {
                list.count(faults.of(severity), severity.as_str())?;
            }
        }
        if list.empty {
            f.write_str("none")
        } else {
            Ok(())
        }
    }
}
