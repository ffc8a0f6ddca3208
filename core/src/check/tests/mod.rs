//! Checks against scripted boxes, with answers in any split.

mod all;
mod doubt;
mod fmc;
mod fxos;
mod limits;
mod lists;

use std::string::String;
use std::vec::Vec;

use super::*;
use crate::health::{Cause, Layer, Measure, Reason, Severity, State, Verdict};

/// What a scripted box answers.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    Answer(u16, String),
    Error(Error),
}

pub(super) fn ok(body: impl Into<String>) -> Reply {
    Reply::Answer(200, body.into())
}

/// The items of the tests that are about the steps of any check.
const FEW: [Item; 6] = [
    Item::System,
    Item::Devices,
    Item::Connections,
    Item::Chassis,
    Item::Instances,
    Item::Faults,
];

/// Drives a check of a few items to its end, in pieces of `piece` bytes. Returns
/// the report and the paths that were asked for.
pub(super) fn drive(
    product: Product,
    piece: usize,
    server: impl FnMut(&str) -> Reply,
) -> (Report, Vec<String>) {
    let few = FEW.into_iter().collect();
    run(Check::new(product).only(few), piece, server)
}

pub(super) fn run(
    mut check: Check,
    piece: usize,
    mut server: impl FnMut(&str) -> Reply,
) -> (Report, Vec<String>) {
    let mut asked = Vec::new();
    while let Some(request) = check.request() {
        assert_eq!(request, Request::get(request.path));
        asked.push(String::from(request.path));
        assert!(
            request.path.len() <= MAX_PATH - 10,
            "room for a longer offset"
        );
        assert!(asked.len() <= 500, "no end in sight");
        match server(asked.last().unwrap()) {
            Reply::Answer(status, body) => {
                answer(&mut check, status, body.as_bytes(), piece);
                check.handle(Ok(status));
            }
            Reply::Error(error) => check.handle(Err(error)),
        }
    }
    (check.finish(Observed::default()), asked)
}

pub(super) fn answer(check: &mut Check, status: u16, body: &[u8], piece: usize) {
    check.status(status);
    check.content_type("application/json");
    body.chunks(piece).for_each(|piece| check.body(piece));
}

pub(super) fn reasons(report: &Report) -> Vec<Cause> {
    report.reasons().map(|Reason { cause, .. }| cause).collect()
}

pub(super) fn state(item: Item, state: State) -> Cause {
    Cause::Measure(Measure::State(item, state))
}

pub(super) fn fault(item: Item, severity: Severity) -> Cause {
    Cause::Measure(Measure::Fault(item, severity))
}

pub(super) fn number(path: &str, name: &str) -> usize {
    let (_, query) = path.split_once('?').unwrap();
    let value = query
        .split('&')
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    value.unwrap().parse().unwrap()
}

#[test]
fn a_check_given_up_is_unknown() {
    let mut check = Check::new(Product::Fmc);
    assert!(check.request().is_some());
    let report = check.finish(Observed::default());
    assert_eq!(report.verdict(), Verdict::Unknown);
    assert_eq!(report.stopped_at(), Some(Layer::Data));
    assert_eq!(reasons(&report), [Cause::Unfinished]);
}

#[test]
fn asks_the_same_until_told_how_it_ended() {
    let mut check = Check::new(Product::Fxos);
    let first = String::from(check.request().unwrap().path);
    assert_eq!(check.request().unwrap().path, first);
    check.handle(Ok(404));
    assert_ne!(check.request().unwrap().path, first);
}

#[test]
fn what_the_caller_saw_is_in_the_report() {
    for (days, verdict) in [
        (i32::MIN, Verdict::Critical),
        (-1, Verdict::Critical),
        (0, Verdict::Warning),
        (30, Verdict::Warning),
        (31, Verdict::Ok),
    ] {
        let mut check = Check::new(Product::Fmc).only(Items::NONE.with(Item::Devices));
        answer(&mut check, 200, b"", 1);
        while check.request().is_some() {
            answer(&mut check, 200, fmc::WELL, 7);
            check.handle(Ok(200));
        }
        let observed = Observed {
            certificate_days: Some(days),
            ..Observed::default()
        };
        assert_eq!(check.finish(observed).verdict(), verdict, "{days}");
    }
}

#[test]
fn the_size_does_not_surprise() {
    assert!(size_of::<Report>() <= 1536, "{}", size_of::<Report>());
    assert!(size_of::<Check>() <= 4096, "{}", size_of::<Check>());
}
