//! `docs/reference/checks.md`, made of the tables. `OOBWATCH_BLESS=1` writes it.

extern crate std;

use core::fmt::Write as _;
use std::string::{String, ToString as _};
use std::vec::Vec;
use std::{format, vec};

use super::{Judge, Paged, Rule, of};
use crate::health::words::Table;
use crate::health::{Item, Measure, Severity, State, Tally};
use crate::product::Product;

// How much is known of what a box answers.
const DOCUMENTED: &str = "path and words are in Cisco's documents";
const PATH_DOCUMENTED: &str = "the path is in Cisco's documents, the words are in none";
const CAPTURED: &str = "the path is in Cisco's documents; `green` is in a public capture, the other words are those of health alerts";
const SEEN: &str = "public clients ask for this path; the words are those of the MIBs";
const GUESSED: &str =
    "a guess: the object model of the MIBs has it, and no document or client a path for it";

const NUMBER: &str = "a number; no verdict unless a limit is set";

/// What it is, since which version of the box, and how that is known.
type About = (&'static str, &'static str, &'static str);

const fn about(product: Product, item: Item) -> About {
    match product {
        Product::Fmc | Product::CdFmc => of_fmc(item),
        Product::Fxos => of_fxos(item),
    }
}

const fn of_fmc(item: Item) -> About {
    let (what, since, known) = match item {
        Item::Version => (
            "Version, model, host name, serial number and uptime. An answer that tells no version is UNKNOWN.",
            "6.1",
            DOCUMENTED,
        ),
        Item::Devices => (
            "The devices that the FMC manages, by their health as the FMC sees it.",
            "6.1",
            CAPTURED,
        ),
        Item::Connections => (
            "Whether the FMC has a connection to each device. In the same answer; old versions say it of none, and then it is not available.",
            "",
            PATH_DOCUMENTED,
        ),
        Item::HaPairs => (
            "Pairs of devices for failover, by the worse of the two. That both are active, or both stand by, is critical.",
            "6.2.3",
            PATH_DOCUMENTED,
        ),
        Item::Clusters => (
            "Clusters of devices: well if there is a control device. The health of their members is among the devices.",
            "6.4",
            PATH_DOCUMENTED,
        ),
        Item::HighAvailability => (
            "The pair of management centres. An FMC that stands alone has none.",
            "7.0",
            DOCUMENTED,
        ),
        Item::Alerts => (
            "Health alerts of the last 15 minutes by the FMC's own clock, as its `Date` tells it. Without a `Date` they can not be asked for: UNKNOWN.",
            "6.7",
            DOCUMENTED,
        ),
        Item::Undeployed => (
            "Devices with changes that were not deployed.",
            "6.1",
            DOCUMENTED,
        ),
        Item::Deployments => (
            "Deployments that are under way. In the same answer.",
            "6.1",
            PATH_DOCUMENTED,
        ),
        Item::Licenses => (
            "The registration and the authorisation of smart licences, the worse of the two.",
            "7.2",
            DOCUMENTED,
        ),
        Item::ChassisFaults => (
            "Faults of the chassis that the FMC manages, asked for chassis by chassis.",
            "7.4",
            DOCUMENTED,
        ),
        _ => panic!("an FMC has no such thing"),
    };
    (what, since, known)
}

const fn of_fxos(item: Item) -> About {
    let (what, known) = match item {
        Item::Version => (
            "The version of the platform software. A chassis that tells none is UNKNOWN.",
            SEEN,
        ),
        Item::System => ("Host name and uptime.", GUESSED),
        Item::Chassis => (
            "Whether the chassis is operable: the worse of its state and its operability.",
            GUESSED,
        ),
        Item::Power => (
            "The power of the chassis. In the same answer; not available where it is not said.",
            GUESSED,
        ),
        Item::Thermal => (
            "The temperature of the chassis. In the same answer; not available where it is not said.",
            GUESSED,
        ),
        Item::Fans => ("Fans.", GUESSED),
        Item::PowerSupplies => ("Power supplies.", GUESSED),
        Item::Instances => (
            "Application instances, such as an FTD. One that is switched off on purpose is disabled, whatever its state. A word that tells neither on nor off is UNKNOWN.",
            SEEN,
        ),
        Item::LogicalDevices => ("Logical devices.", SEEN),
        Item::Ports => (
            "Ports. One that is switched off on purpose is disabled, whatever its state. A word that tells neither on nor off is UNKNOWN.",
            SEEN,
        ),
        Item::PortChannels => (
            "Port-channels. One that is switched off on purpose is disabled, whatever its state. A word that tells neither on nor off is UNKNOWN.",
            SEEN,
        ),
        Item::Faults => ("The faults that stand.", GUESSED),
        Item::Ntp => ("Time servers that the chassis asks.", SEEN),
        _ => panic!("a chassis has no such thing"),
    };
    (what, "", known)
}

fn page(product: Product) -> String {
    let mut page = String::new();
    for item in Item::ALL.into_iter().filter(|item| item.is_of(product)) {
        describe(product, item, &mut page);
    }
    page
}

fn describe(product: Product, item: Item, page: &mut String) {
    let (what, since, evidence) = about(product, item);
    let _ = write!(page, "### {} `{item}`\n\n{what}\n\n", heading(product));
    let (paths, judge) = asked(product, item);
    let paths: Vec<_> = paths.iter().map(|path| format!("`{path}`")).collect();
    let _ = writeln!(page, "- asked: {}", paths.join(", else "));
    if !since.is_empty() {
        let _ = writeln!(page, "- since: {since}");
    }
    for line in judge.map(|judge| judged(&judge.rule)).unwrap_or_default() {
        let _ = writeln!(page, "- {line}");
    }
    let labels = Measure::all().filter(|measure| match measure {
        Measure::State(of, _) | Measure::Fault(of, _) | Measure::Number(of) => *of == item,
        _ => false,
    });
    let labels: Vec<_> = labels.map(|label| format!("`{label}`")).collect();
    if !labels.is_empty() {
        let _ = writeln!(
            page,
            "- in performance data, and for limits: {}",
            labels.join(", ")
        );
    }
    let _ = write!(page, "- known how: {}\n\n", evidence);
}

const fn heading(product: Product) -> &'static str {
    match product {
        Product::Fmc | Product::CdFmc => "FMC",
        Product::Fxos => "FXOS",
    }
}

/// The paths that are tried for an item, and how what comes is judged.
fn asked(product: Product, item: Item) -> (&'static [&'static str], Option<&'static Judge>) {
    for step in of(product) {
        let detail = match step.paged {
            Paged::Each(detail) => Some(detail),
            Paged::No | Paged::Pages => None,
        };
        for found in [Some(step), detail].into_iter().flatten() {
            let judge = found.answer.judges.iter().find(|judge| judge.item == item);
            if judge.is_some() || (found.item == item && detail.is_none()) {
                return (found.candidates, judge);
            }
        }
    }
    panic!("{item} is asked for by no step");
}

/// What makes it OK, WARNING, CRITICAL or UNKNOWN.
fn judged(rule: &Rule) -> Vec<String> {
    match rule {
        Rule::Said(table) => {
            let mut lines = words(table);
            lines.push("UNKNOWN: any other word, or none; it is shown".into());
            lines
        }
        Rule::Worst(table) | Rule::Pair(table) => {
            let mut lines = words(table);
            lines.push("UNKNOWN: any other word, or one of the two not said; it is shown".into());
            lines
        }
        Rule::FirstIfAny(table) => {
            let mut lines = words(table);
            lines.push("UNKNOWN: any other word; it is shown".into());
            lines
        }
        Rule::Present => vec!["OK: it has one".into(), "UNKNOWN: it has none".into()],
        Rule::Severity => severities(),
        Rule::Count => vec![NUMBER.into()],
        Rule::CountTrue => vec![
            NUMBER.into(),
            "not available: no entry says it".into(),
            "UNKNOWN: any word but `true` and `false`, which is shown; or said of some only".into(),
        ],
    }
}

fn words(table: Table) -> Vec<String> {
    let line = |(state, words): &(State, &[&str])| {
        let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
        let words = words.join(", ");
        match state {
            State::Disabled => format!("OK, counted as disabled: {words}"),
            _ => format!("{}: {words}", state.verdict()),
        }
    };
    table.iter().map(line).collect()
}

fn severities() -> Vec<String> {
    let mut lines = Vec::<String>::new();
    for severity in Severity::ALL {
        let (verdict, word) = (severity.verdict().to_string(), severity.as_str());
        match lines.last_mut().filter(|line| line.starts_with(&verdict)) {
            _ if severity == Severity::Unknown => {
                lines.push("UNKNOWN: any other word, or none".into());
            }
            Some(line) => {
                let _ = write!(line, ", `{word}`");
            }
            None => lines.push(format!("{verdict}: `{word}`")),
        }
    }
    lines
}

#[test]
fn the_page_of_the_checks_is_what_is_asked_and_judged() {
    for (product, part) in [(Product::Fmc, "fmc"), (Product::Fxos, "fxos")] {
        oobwatch_docs::generated("reference/checks.md", part, &page(product));
    }
}

#[test]
fn facts_have_no_verdict_and_all_else_is_judged() {
    for product in [Product::Fmc, Product::Fxos] {
        for item in Item::ALL.into_iter().filter(|item| item.is_of(product)) {
            let (paths, judge) = asked(product, item);
            assert!(!paths.is_empty(), "{item}");
            assert_eq!(judge.is_none(), item.tally() == Tally::Facts, "{item}");
        }
    }
}
