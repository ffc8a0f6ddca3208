//! Lists that a box pages in its own way: each entry counts once, or the report
//! says that it is not so.

use std::collections::BTreeSet;
use std::format;
use std::string::String;
use std::vec::Vec;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// What a box makes of `offset`.
#[derive(Clone, Copy, Debug)]
enum Offset {
    Heeded,
    /// Taken for 0, and the answer says 0.
    Ignored,
    /// Taken for 0, though the answer repeats what was asked.
    Echoed,
    /// Rounded down to pages of the box's own size, as the answer says.
    Rounded,
    /// Beyond the end, it begins anew.
    Wraps,
}

/// What it says of the length of a list.
#[derive(Clone, Copy, Debug)]
enum Count {
    Right,
    Missing,
    /// As a number that is none.
    Odd,
    TooLarge,
}

/// A box with a list of devices, all of them well.
#[derive(Clone, Debug)]
struct Paging {
    devices: usize,
    offset: Offset,
    count: Count,
    /// Entries that it puts on a page, whatever is asked for.
    cap: usize,
    /// Before this page, counted from 0, so many devices go or come at its begin.
    moves: Option<(usize, i8)>,
    /// From this page on it says 404.
    gone: Option<usize>,
}

fn paging() -> impl Strategy<Value = Paging> {
    use {Count as C, Offset as O};
    let offset = prop_oneof![
        3 => Just(O::Heeded), 1 => Just(O::Ignored), 1 => Just(O::Echoed),
        1 => Just(O::Rounded), 1 => Just(O::Wraps),
    ];
    let count = prop_oneof![
        4 => Just(C::Right), 1 => Just(C::Missing), 1 => Just(C::Odd), 1 => Just(C::TooLarge),
    ];
    let moves = prop_oneof![2 => Just(None), 1 => (1_usize..4, -2_i8..3).prop_map(Some)];
    let gone = prop_oneof![4 => Just(None), 1 => (0_usize..4).prop_map(Some)];
    let cap = prop_oneof![Just(1_000_usize), 1_usize..150];
    (0_usize..450, offset, count, cap, moves, gone).prop_map(
        |(devices, offset, count, cap, moves, gone)| Paging {
            devices,
            offset,
            count,
            cap,
            moves,
            gone,
        },
    )
}

/// What the box has while the check runs.
struct Box {
    of: Paging,
    ids: Vec<i32>,
    page: usize,
    /// The length that it told with each page.
    told: BTreeSet<usize>,
}

impl Box {
    fn new(of: Paging) -> Self {
        Self {
            ids: (0..).take(of.devices).collect(),
            of,
            page: 0,
            told: BTreeSet::new(),
        }
    }

    fn answer(&mut self, path: &str) -> Reply {
        let page = self.page;
        self.page += 1;
        if self.of.gone.is_some_and(|gone| page >= gone) {
            return Reply::Answer(404, "{}".into());
        }
        match self.of.moves {
            Some((before, by)) if page == before && by < 0 => {
                let gone = self.ids.len().min(by.unsigned_abs().into());
                drop(self.ids.drain(..gone));
            }
            Some((before, by)) if page == before => {
                let new = (0..i32::from(by)).map(|new| -1 - new);
                self.ids.splice(0..0, new);
            }
            _ => {}
        }
        self.told.insert(self.ids.len());
        let asked = number(path, "offset");
        let size = number(path, "limit").min(self.of.cap);
        let (from, said) = match self.of.offset {
            Offset::Heeded => (asked, asked),
            Offset::Ignored => (0, 0),
            Offset::Echoed => (0, asked),
            Offset::Rounded => (asked / size * size, asked / size * size),
            Offset::Wraps if asked < self.ids.len() => (asked, asked),
            Offset::Wraps => (0, asked),
        };
        let on_page = self.ids.iter().skip(from).take(size);
        let items: Vec<Value> = on_page.map(|id| device(*id)).collect();
        let mut answer = json!({"paging": {"offset": said, "limit": size}});
        match self.of.count {
            Count::Right => answer["paging"]["count"] = self.ids.len().into(),
            Count::TooLarge => answer["paging"]["count"] = 10_000.into(),
            Count::Odd => answer["paging"]["count"] = "some".into(),
            Count::Missing => {}
        }
        if !items.is_empty() {
            answer["items"] = items.into();
        }
        ok(format!("{answer}"))
    }
}

fn device(id: i32) -> Value {
    json!({"id": format!("{id}"), "name": "ftd", "healthStatus": "green", "isConnected": true})
}

fn check_of(paging: &Paging) -> (Report, Box) {
    let mut server = Box::new(paging.clone());
    let (report, _) = drive(Product::Fmc, 400, |path| {
        match path.contains("devicerecords") {
            true => server.answer(path),
            false => ok(r#"{"items":[{"serverVersion":"7.4.1"}]}"#),
        }
    });
    (report, server)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// If all is said to be well, then each device was counted, and counted once. A
    /// box that tells no length is taken at its word that a short page is the last;
    /// one that tells a wrong length and takes out its first entry meanwhile is not
    /// seen through.
    #[test]
    fn a_count_is_right_or_in_doubt(paging in paging()) {
        let (report, server) = check_of(&paging);
        let counted = report.counts.states(Item::Devices);
        let untold = match paging.count {
            Count::Missing => true,
            Count::TooLarge => paging.moves.is_some(),
            Count::Right | Count::Odd => false,
        };
        if report.verdict() == Verdict::Ok && !untold {
            let right = server.told.first().copied();
            prop_assert_eq!(counted.map(|states| states.ok as usize), right, "{:?}", paging);
            prop_assert_eq!(server.told.len(), 1, "it moved: {:?}", paging);
        }
        // Nothing is counted twice in any case, but where a list moved.
        if paging.moves.is_none() {
            let most = u32::try_from(paging.devices).unwrap_or(u32::MAX);
            prop_assert!(counted.unwrap_or_default().total() <= most, "{:?} {:?}", counted, paging);
        }
    }
}

fn stuck(devices: usize, cap: usize, offset: Offset, count: Count) -> Paging {
    Paging {
        devices,
        offset,
        count,
        cap,
        moves: None,
        gone: None,
    }
}

/// What was seen to be so stays: it may be critical.
#[test]
fn the_first_page_again_and_again_counts_once() {
    for offset in [Offset::Ignored, Offset::Echoed] {
        for count in [Count::Right, Count::TooLarge, Count::Odd] {
            let (report, server) = check_of(&stuck(1_000, 25, offset, count));
            assert_eq!(server.page, 2, "{offset:?}");
            assert_eq!(report.counts.states(Item::Devices).unwrap().ok, 25);
            assert_eq!(
                reasons(&report),
                [Cause::Item(Item::Devices, Trouble::WrongPage)]
            );
            assert_eq!(
                (report.verdict(), report.stopped_at()),
                (Verdict::Unknown, Some(Layer::Data))
            );
        }
    }
    // All of it on one page is no matter.
    let (report, _) = check_of(&stuck(60, 100, Offset::Ignored, Count::Right));
    assert_eq!(report.verdict(), Verdict::Ok);
}

/// So it is for what stands in the list beside what it is named after.
#[test]
fn a_list_that_is_gone_half_way_is_incomplete() {
    for item in [Item::Devices, Item::Connections] {
        let mut of = stuck(150, 1_000, Offset::Heeded, Count::Right);
        of.gone = Some(1);
        let mut server = Box::new(of);
        let check = Check::new(Product::Fmc).only(Items::NONE.with(item));
        let (report, _) = run(check, 400, |path| match path.contains("devicerecords") {
            true => server.answer(path),
            false => ok(r#"{"items":[{"serverVersion":"7.4.1"}]}"#),
        });
        assert_eq!(report.counts.states(item).unwrap().ok, 100);
        assert_eq!(report.verdict(), Verdict::Unknown);
        assert_eq!(
            reasons(&report),
            [Cause::Item(Item::Devices, Trouble::Incomplete)]
        );
    }
}

/// Every list of an FMC that may have many entries knows its first one again.
#[test]
fn no_list_counts_its_first_page_twice() {
    let paths: &[(Item, &str, Value)] = &[
        (
            Item::HaPairs,
            "ftddevicehapairs",
            json!({"id": "1", "name": "pair"}),
        ),
        (
            Item::Clusters,
            "ftddevicecluster",
            json!({"id": "1", "name": "cluster"}),
        ),
        (
            Item::Alerts,
            "health/alerts",
            json!({"deviceUUID": "1", "moduleID": "CPU", "timestamp": 7, "status": "RED"}),
        ),
        (
            Item::Undeployed,
            "deployabledevices",
            json!({"device": {"id": "1"}, "name": "ftd"}),
        ),
    ];
    for (item, path, entry) in paths {
        let mut check = Check::new(Product::Fmc).only(Items::NONE.with(*item));
        check.date(1_795_313_633);
        let mut pages = 0;
        let (report, _) = run(check, 100, |asked| {
            if !asked.contains(path) {
                return ok(r#"{"items":[{"serverVersion":"7.4.1"}]}"#);
            }
            pages += 1;
            let mut answer = json!({"items": [entry], "paging": {"count": 40}});
            answer["paging"]["offset"] = number(asked, "offset").into();
            ok(format!("{answer}"))
        });
        assert_eq!(pages, 2, "{item}");
        let wrong = report.troubles.of(Trouble::WrongPage);
        assert_eq!(wrong, Items::NONE.with(*item));
    }
}

/// Alerts of a device that differ in no more than what they say are two, even where
/// they differ beyond what is kept of a text.
#[test]
fn alerts_that_are_alike_are_not_the_same() {
    let alert = |what: &str| {
        json!({"deviceUUID": "1", "moduleID": "INTERFACE", "timestamp": 7, "status": "RED",
            "description": format!("{}Interface {what} is down", "-".repeat(100))})
    };
    let mut check = Check::new(Product::Fmc).only(Items::NONE.with(Item::Alerts));
    check.date(1_795_313_633);
    let body = json!({"items": [alert("a"), alert("b")], "paging": {"count": 2}});
    let (report, _) = run(check, 100, |path| match path.contains("alerts") {
        true => ok(format!("{body}")),
        false => ok(r#"{"items":[{"serverVersion":"7.4.1"}]}"#),
    });
    assert_eq!(report.counts.states(Item::Alerts).unwrap().critical, 2);
    assert_eq!(report.verdict(), Verdict::Critical);
}

/// All pages of a list are of the same minutes, whatever the clock does meanwhile.
#[test]
fn the_window_of_alerts_stands_still() {
    let mut check = Check::new(Product::Fmc).only(Items::NONE.with(Item::Alerts));
    let mut windows = BTreeSet::new();
    let mut now = 1_795_313_633;
    while let Some(request) = check.request() {
        let path = String::from(request.path);
        now += 60;
        check.status(200);
        check.date(now);
        let body = match path.split_once("filter=") {
            None => json!({"items": [{"serverVersion": "7.4.1"}]}),
            Some((_, filter)) => {
                windows.insert(String::from(filter.split('&').next().unwrap()));
                json!({"items": [{"status": "RED"}], "paging": {"count": 3}})
            }
        };
        check.body(format!("{body}").as_bytes());
        check.handle(Ok(200));
    }
    assert_eq!(windows.len(), 1, "{windows:?}");
}

/// Chassis that a box does not give one by one, of which one lacks a summary.
#[test]
fn every_chassis_is_asked_or_missed() {
    for (whole_list, without, requests, troubles) in [
        (false, None, 6, None),
        (true, None, 6, None),
        (false, Some(0), 6, Some(Trouble::Incomplete)),
        (false, Some(2), 6, Some(Trouble::Incomplete)),
    ] {
        let chassis = |path: &str, asked: &str| {
            if let Some(id) = path.strip_suffix("/faultsummary") {
                let is_without = without.is_some_and(|at: usize| id.ends_with(&format!("-{at}")));
                if is_without {
                    return Reply::Answer(404, "{}".into());
                }
                let faults = json!({"items": [{"faultList": [{"severity": "info"}]}]});
                return ok(format!("{faults}"));
            }
            let (offset, limit) = (number(asked, "offset"), number(asked, "limit"));
            let limit = if whole_list { 25 } else { limit };
            let ids = (offset..3).take(limit);
            let ids: Vec<Value> = ids.map(|at| json!({"id": format!("c-{at}")})).collect();
            ok(format!(
                "{}",
                json!({"items": ids, "paging": {"count": 3, "offset": offset}})
            ))
        };
        let check = Check::new(Product::Fmc).only(Items::NONE.with(Item::ChassisFaults));
        let mut count = 0;
        let (report, _) = run(check, 100, |asked| {
            let path = asked.split('?').next().unwrap_or_default();
            if !path.contains("fmcmanagedchassis") {
                return ok(r#"{"items":[{"serverVersion":"7.4.1"}]}"#);
            }
            count += 1;
            chassis(path, asked)
        });
        assert_eq!(count, requests, "{whole_list} {without:?}");
        let found = reasons(&report);
        let expected = troubles.map(|trouble| Cause::Item(Item::ChassisFaults, trouble));
        assert_eq!(found, Vec::from_iter(expected), "{whole_list} {without:?}");
        let infos = report.counts.faults(Item::ChassisFaults).unwrap().info;
        assert_eq!(infos, 3 - u32::from(without.is_some()));
    }
}

/// A summary whose second part is on a page that nobody asked for.
#[test]
fn a_summary_in_parts_is_whole_or_in_doubt() {
    for (count, verdict) in [(1, Verdict::Ok), (2, Verdict::Unknown)] {
        let check = Check::new(Product::Fmc).only(Items::NONE.with(Item::ChassisFaults));
        let (report, _) = run(check, 100, |asked| {
            let body = if asked.contains("/faultsummary") {
                json!({"items": [{"faultList": [{"severity": "info"}, {"severity": "info"}]}],
                    "paging": {"count": count}})
            } else if asked.contains("fmcmanagedchassis") {
                json!({"items": [{"id": "c"}], "paging": {"count": 1}})
            } else {
                json!({"items": [{"serverVersion": "7.4.1"}]})
            };
            ok(format!("{body}"))
        });
        assert_eq!(report.verdict(), verdict, "{count}");
    }
}

/// A list of `count` devices on one page, with that `paging`.
fn one_page(devices: usize, paging: &Value) -> Report {
    let check = Check::new(Product::Fmc).only(Items::NONE.with(Item::Devices));
    let items: Vec<Value> = (0..).take(devices).map(device).collect();
    let body = json!({"items": items, "paging": paging});
    let (report, _) = run(check, 30, |asked| match asked.contains("devicerecords") {
        true => ok(format!("{body}")),
        false => ok(r#"{"items":[{"serverVersion":"7.4.1"}]}"#),
    });
    report
}

#[test]
fn a_list_that_says_that_it_is_longer_is_not_whole() {
    let next = json!(["https://192.0.2.1/?offset=1"]);
    for paging in [
        json!({"offset": 0, "limit": 1, "pages": 4, "next": next}),
        json!({"pages": 4}),
        json!({"count": null, "pages": "4"}),
        json!({"pages": {}}),
        json!({"count": 2, "pages": 1, "next": next}),
        json!({"count": 2, "next": [{}]}),
        json!({"count": 1, "pages": 1}),
        json!({"count": 0}),
    ] {
        let report = one_page(2, &paging);
        assert_eq!(
            reasons(&report),
            [Cause::Item(Item::Devices, Trouble::Incomplete)],
            "{paging}"
        );
        assert_eq!(report.verdict(), Verdict::Unknown);
    }
    for paging in [
        json!({"offset": 0, "limit": 100, "count": 2, "pages": 1}),
        json!({"count": 2, "pages": 1, "next": []}),
        json!({"count": 2, "pages": null, "next": null}),
        json!({}),
    ] {
        assert_eq!(one_page(2, &paging).verdict(), Verdict::Ok, "{paging}");
    }
}
