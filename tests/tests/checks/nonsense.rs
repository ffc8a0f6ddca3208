//! Answers that are none: a check says so, of the item alone, and goes on.

use oobwatch_client::Client;
use oobwatch_client::core::health::{Item, Tally, Verdict};
use oobwatch_client::core::product::Product;
use oobwatch_sim::{Fault, FaultRule};
use oobwatch_tests::Lab;

use super::{check_of, found};

/// Bodies with status 200 that hold nothing of what was asked for.
const NONSENSE: &[&str] = &[
    "",
    "not json",
    "<html><body>Login</body></html>",
    "{\"items\":[",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    "{\"items\":{\"name\":\"x\"}}}",
    "\u{0}\u{1}\u{2}",
    "null",
];

/// Errors with status 200, in the form of each product.
const FMC_ERROR: &str =
    "{\"error\":{\"category\":\"OTHER\",\"messages\":[{}],\"severity\":\"ERROR\"}}";
const FXOS_ERROR: &str = "{\"error-code\":\"101\",\"error-description\":\"backend\"}";

/// The second GET of a session, after the version, is answered with `body`.
fn answering(body: &str) -> FaultRule {
    let fault = Fault::Answer {
        status: 200,
        content_type: "application/json".into(),
        body: body.into(),
        headers: Vec::new(),
    };
    FaultRule {
        method: Some("GET".into()),
        skip: 1,
        ..FaultRule::new("/api", fault)
    }
}

async fn is_unknown(client: &Client, item: Item, body: &str) {
    let report = check_of(client, item).await;
    let told = format!("{item} of {body:?}: {report:?}");
    assert_eq!(report.verdict(), Verdict::Unknown, "{told}");
    assert!(report.facts.version.as_str().is_some(), "{told}");
    let words = found(&report, item);
    assert!(!words.contains('='), "nothing is counted: {told}");
}

fn items(of: impl Fn(&Item) -> bool) -> impl Iterator<Item = Item> {
    let counted = Item::ALL
        .into_iter()
        .filter(|item| item.tally() != Tally::Facts);
    counted.filter(of)
}

#[tokio::test]
async fn nonsense_of_an_fmc_is_unknown_and_counts_nothing() {
    let lab = Lab::new(|_| {}).await;
    let client = lab.fmc().build().unwrap();
    for item in items(|item| item.is_of(Product::Fmc)) {
        for body in NONSENSE.iter().chain(&[FMC_ERROR]) {
            let mut scenario = lab.sim.scenario();
            scenario.fmc.wire.faults = vec![answering(body)];
            lab.sim.set_scenario(scenario).unwrap();
            is_unknown(&client, item, body).await;
        }
    }
    client.close().await.unwrap();
}

#[tokio::test]
async fn nonsense_of_a_chassis_is_unknown_and_counts_nothing() {
    let lab = Lab::new(|_| {}).await;
    let client = lab.fxos().build().unwrap();
    for item in items(|item| item.is_of(Product::Fxos)) {
        for body in NONSENSE.iter().chain(&[FXOS_ERROR]) {
            let mut scenario = lab.sim.scenario();
            scenario.fxos.wire.faults = vec![answering(body)];
            lab.sim.set_scenario(scenario).unwrap();
            is_unknown(&client, item, body).await;
        }
    }
    client.close().await.unwrap();
}

/// What a list may hold besides entries as they should be.
#[tokio::test]
async fn odd_entries_are_unknown_each() {
    let body = r#"{"items":[{},{"name":7,"healthStatus":["red"]},{"healthStatus":null},
        {"name":{"deep":[{"healthStatus":"red"}]},"healthStatus":{"red":"red"}}],
        "paging":{"count":4}}"#;
    let lab = Lab::new(|all| all.fmc.wire.faults = vec![answering(body)]).await;
    let client = lab.fmc().build().unwrap();
    let report = check_of(&client, Item::Devices).await;
    client.close().await.unwrap();
    assert_eq!(found(&report, Item::Devices), "unknown=4", "{report:?}");
}

/// One list that makes no sense costs that list alone.
#[tokio::test]
async fn the_rest_of_the_check_goes_on() {
    let lab = Lab::new(|all| {
        let rule = FaultRule {
            skip: 0,
            ..answering("<html>")
        };
        let path = "/api/fmc_platform/v1/license".into();
        all.fmc.wire.faults = vec![FaultRule { path, ..rule }];
        all.fmc.chassis.faults = vec!["major".into()];
    })
    .await;
    let client = lab.fmc().build().unwrap();
    let report = client.check().await;
    client.close().await.unwrap();
    assert_eq!(report.verdict(), Verdict::Critical);
    assert_eq!(found(&report, Item::Licenses), "unread");
    assert_eq!(found(&report, Item::ChassisFaults), "major=1");
    assert_eq!(found(&report, Item::Devices), "ok=3");
}
