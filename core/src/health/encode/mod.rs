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

use super::{Item, Items, Report, Severity, State, Trouble, Verdict};
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
        // What is not available is worth no word here; of what was not readable
        // the error tells.
        for trouble in Trouble::ALL {
            if !matches!(trouble, Trouble::NotAvailable | Trouble::Unread) {
                list.items(trouble, report.troubles.of(trouble))?;
            }
        }
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
    /// Tells of items, if there are any, what kept them from being read.
    fn items(&mut self, trouble: Trouble, items: Items) -> fmt::Result {
        let (before, after) = trouble.words();
        match items {
            Items::NONE => Ok(()),
            _ => self.add(format_args!("{before}{}{after}", Named(items))),
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
    let is_read = report.counts.contains(item);
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

#[cfg(test)]
mod tests {
    use std::string::String;
    use std::vec;
    use std::vec::Vec;

    use super::super::Limits;
    use super::*;

    /// The report in each format that has words, and for a webhook.
    fn told(report: &Report) -> Vec<String> {
        let (mut screen, mut line, mut message) = (String::new(), String::new(), String::new());
        text::write(&mut screen, "fmc-1", report).unwrap();
        nagios::write(&mut line, report, Limits::NONE).unwrap();
        let header = syslog::Header {
            time: None,
            is_synced: false,
            host: None,
            sequence: 1,
            up: core::time::Duration::ZERO,
        };
        let headline = text::Headline("fmc-1", report);
        syslog::write(
            &mut message,
            &header,
            report.verdict().into(),
            "STATE",
            &headline,
        )
        .unwrap();
        let event = event::Event {
            id: &"1",
            sequence: 1,
            target: "fmc-1",
            product: report.product,
            verdict: report.verdict(),
            report: Some(report),
            since: None,
            lasts: core::time::Duration::ZERO,
        };
        let mut buffer = vec![0; event::MAX_LEN];
        let length = event::write(&mut buffer, &event).unwrap();
        let event = String::from_utf8(buffer[..length].to_vec()).unwrap();
        vec![screen, line, message, event]
    }

    /// What kept an item from being read, and what to do: nothing else is said in
    /// the same words.
    #[test]
    fn every_trouble_is_told_with_the_item_and_the_next_step() {
        for (trouble, matter, step) in [
            (
                Trouble::NoClock,
                "no Date in the answers",
                "let the proxy before it pass",
            ),
            (
                Trouble::WrongPage,
                "other pages than those asked for",
                "look for a cache",
            ),
            (Trouble::Empty, "the answers hold no", "try again later"),
            (
                Trouble::Incomplete,
                "incomplete lists of",
                "try again later",
            ),
        ] {
            let mut report = Report::new(Product::Fmc);
            report.facts.version = "7.4.1".into();
            report.counts.begin(Item::Devices);
            report.troubles.add(Item::Alerts, trouble);
            assert_eq!(report.verdict(), Verdict::Unknown);
            for told in told(&report) {
                for words in ["UNKNOWN", matter, "alerts", step] {
                    assert!(told.contains(words), "{trouble:?}: {words}: {told}");
                }
                assert!(!told.contains("not available"), "{told}");
                assert!(!told.contains("not there"), "{told}");
            }
            let mut buffer = vec![0; json::MAX_LEN];
            let length = json::write(&mut buffer, "fmc-1", &report).unwrap();
            let json: serde_json::Value = serde_json::from_slice(&buffer[..length]).unwrap();
            let reason = &json["reasons"][0];
            assert_eq!(
                (&reason["subject"], &reason["state"]),
                (&"alerts".into(), &trouble.as_str().into())
            );
            let mut metrics = String::new();
            prometheus::write(&mut metrics, [(None, &report)].into_iter()).unwrap();
            assert!(
                metrics.contains("\nfmc_verdict 3\n") && metrics.contains("\nprobe_success 0\n")
            );
            assert!(!metrics.contains("fmc_health_alerts"));
        }
    }
}
