//! Limits on numbers that were not found out.

use std::string::ToString as _;

use proptest::prelude::*;

use super::*;
use crate::health::{Limit, Limits};

fn limited(report: &Report, measure: Measure) -> Report {
    let mut limits = Limits::default();
    let critical = "@5:10".parse().ok();
    let limit = Limit {
        measure,
        warning: None,
        critical,
    };
    limits.set(limit).unwrap();
    let mut report = report.clone();
    report.apply(&limits);
    report
}

/// What any list or class may hold, or not.
const BODIES: &[&str] = &[
    "{}",
    r#"{"items":[],"paging":{"count":0}}"#,
    r#"{"items":[{"name":"a"}],"paging":{"count":1}}"#,
    r#"{"items":[{"serverVersion":"7.4","uptime":"long"}],"paging":{"count":1}}"#,
    r#"{"items":[{"serverVersion":"7.4","uptime":"24 min","healthStatus":"green"}],"paging":{"count":1}}"#,
    r#"{"firmwareRunning":[{"packageVersion":"2.8"}]}"#,
    r#"{"topSystem":[{"systemUpTime":"soon"}]}"#,
];

fn reply() -> impl Strategy<Value = Reply> {
    prop_oneof![
        8 => prop::sample::select(BODIES).prop_map(ok),
        2 => Just(Reply::Answer(404, "{}".into())),
        1 => Just(Reply::Answer(403, "{}".into())),
        1 => Just(Reply::Answer(500, "{}".into())),
    ]
}

proptest! {
    /// Whatever a box answers: a check that is OK with a limit knows the number, or
    /// did not ask for it.
    #[test]
    fn what_has_a_limit_and_is_not_known_is_never_ok(
        product in prop::sample::select(&[Product::Fmc, Product::Fxos][..]),
        replies in prop::collection::vec(reply(), 1..12),
        bits: u32,
    ) {
        let items = Items::from_bits(bits).with(Item::Version);
        let mut left = replies.iter().cycle();
        let (report, _) = run(Check::new(product).only(items), 64, |_| {
            left.next().cloned().unwrap()
        });
        let counted = Measure::all().filter(|measure| {
            measure.is_of(product) && (measure.item().is_some() || *measure == Measure::Uptime)
        });
        for measure in counted {
            let known = measure.read(&report).is_some();
            let item = match (measure, product) {
                (Measure::Uptime, Product::Fxos) => Item::System,
                (Measure::Uptime, _) => Item::Version,
                _ => measure.item().unwrap(),
            };
            let limited = limited(&report, measure);
            let told = limited.reasons().any(|reason| reason.cause == Cause::NotKnown(measure));
            if !items.contains(item) {
                prop_assert_eq!(limited.verdict(), report.verdict());
            } else if !known {
                prop_assert!(limited.verdict() != Verdict::Ok, "{}", measure);
                prop_assert!(told || report.verdict() != Verdict::Ok);
            }
            prop_assert!(!(told && known));
        }
    }
}

#[test]
fn the_reason_names_the_number() {
    let check = Check::new(Product::Fmc).only(Items::NONE.with(Item::Devices));
    let (report, _) = run(check, 64, |path| match path.contains("serverversion") {
        true => ok(BODIES[3]),
        false => ok(BODIES[1]),
    });
    let limited = limited(&report, Measure::Uptime);
    assert_eq!(reasons(&limited), [Cause::NotKnown(Measure::Uptime)]);
    let reason = limited.reasons().next().unwrap();
    assert_eq!(
        reason.to_string(),
        "uptime has a limit and is not known; see what the box shows, or remove the limit"
    );
    assert_eq!((reason.subject(), reason.state()), ("uptime", "not_known"));
}
