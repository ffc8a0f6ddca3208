//! The health check of each item, by the client library, against boxes in every state: well, in
//! trouble, of another version, empty, large, and talking nonsense.

mod fmc;
mod fxos;
mod nonsense;
mod time;

use core::time::Duration;

use oobwatch_client::Client;
use oobwatch_client::core::health::{Cause, Item, Items, Report, Severity, State, Tally, Verdict};
use oobwatch_client::core::product::Product;
use oobwatch_sim::Scenario;
use oobwatch_tests::Lab;

/// What is switched, and what a check of one item is to find then.
struct Case {
    /// What is the matter.
    name: &'static str,
    item: Item,
    change: fn(&mut Scenario),
    /// As [`found`] writes it.
    counts: &'static str,
    verdict: Verdict,
}

const fn case(
    item: Item,
    name: &'static str,
    change: fn(&mut Scenario),
    counts: &'static str,
    verdict: Verdict,
) -> Case {
    Case {
        name,
        item,
        change,
        counts,
        verdict,
    }
}

/// Checks case after case with one client, and tells of all that do not hold.
async fn all_hold(lab: &Lab, client: &Client, cases: &[Case]) {
    let mut wrong = Vec::new();
    for case in cases {
        let mut scenario = Scenario::default();
        (case.change)(&mut scenario);
        lab.sim.set_scenario(scenario).unwrap();
        let report = check_of(client, case.item).await;
        let told = (found(&report, case.item), report.verdict());
        if told != (case.counts.to_owned(), case.verdict) {
            wrong.push(format!("{} ({}): {told:?}", case.item, case.name));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A check of one item, and of another that such a box has: one that has nothing of
/// what it is asked for is UNKNOWN.
async fn check_of(client: &Client, item: Item) -> Report {
    let other = match item {
        Item::Devices | Item::Connections => Item::HaPairs,
        Item::Faults => Item::Chassis,
        Item::Alerts => Item::Undeployed,
        _ if item.is_of(Product::Fmc) => Item::Devices,
        _ => Item::Faults,
    };
    let items = Items::NONE.with(item).with(other);
    client.check_of(items, Duration::MAX).await
}

/// The counts of an item that are not zero, such as `ok=2 critical=1`; what kept it from being
/// read, such as `not_available`; `none` if it is neither.
fn found(report: &Report, item: Item) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut add = |word: &str, count: u32| {
        if count > 0 {
            words.push(format!("{word}={count}"));
        }
    };
    match item.tally() {
        Tally::Facts => {}
        Tally::States => {
            let states = report.counts.states(item).unwrap_or_default();
            for state in State::ALL {
                add(state.as_str(), states.of(state));
            }
        }
        Tally::Faults => {
            let faults = report.counts.faults(item).unwrap_or_default();
            for severity in Severity::ALL {
                add(severity.as_str(), faults.of(severity));
            }
        }
        Tally::Number => add("number", report.counts.number(item).unwrap_or_default()),
    }
    let troubles = report
        .reasons()
        .filter(|reason| matches!(reason.cause, Cause::Item(of, _) if of == item));
    words.extend(troubles.map(|reason| reason.state().to_owned()));
    match words.is_empty() {
        true => "none".to_owned(),
        false => words.join(" "),
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).into()).collect()
}

/// Every item has cases of each kind that it can have.
#[test]
fn no_item_is_left_out() {
    let cases = || fmc::CASES.iter().chain(fxos::CASES);
    let counted = |item: &Item| item.tally() != Tally::Facts;
    for item in Item::ALL.into_iter().filter(counted) {
        for name in ["well", "not there", "empty", "a thousand"] {
            let has = cases().any(|case| case.item == item && case.name == name);
            assert!(has || lacks(item, name), "{item}: {name}");
        }
        for verdict in [Verdict::Warning, Verdict::Critical, Verdict::Unknown] {
            let has = cases().any(|case| case.item == item && case.verdict == verdict);
            assert!(has || never(item, verdict), "{item}: {verdict}");
        }
    }
}

/// There is but one of these, and of a chassis always.
fn lacks(item: Item, name: &str) -> bool {
    match item {
        Item::Chassis | Item::Power | Item::Thermal => ["empty", "a thousand"].contains(&name),
        Item::HighAvailability | Item::Licenses => name == "a thousand",
        _ => false,
    }
}

/// What no word of a box can make of an item.
fn never(item: Item, verdict: Verdict) -> bool {
    match item {
        // Numbers: limits alone make more of them than a note.
        Item::Undeployed | Item::Deployments => true,
        // An FMC tells no state of them.
        Item::Clusters => verdict != Verdict::Unknown,
        // True or false.
        Item::Connections => verdict != Verdict::Critical,
        Item::LogicalDevices => verdict == Verdict::Critical,
        // Asked for by the words of warnings and errors.
        Item::Alerts => verdict == Verdict::Unknown,
        _ => false,
    }
}
