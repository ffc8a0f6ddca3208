//! Checks of an FMC.

use std::format;
use std::string::String;
use std::vec;
use std::vec::Vec;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::error::TransportError;
use crate::health::words::fmc::HEALTH;
use crate::health::{Items, States};

/// Answers the requests for the version and for devices.
pub(super) const WELL: &[u8] = br#"{"items":[{"serverVersion":"7.4.1 (build 172)","name":"ftd",
    "healthStatus":"green"}],"paging":{"count":1}}"#;

/// Devices of a full page.
const FULL: usize = PAGE_SIZE as usize;

const VERSION: &str = r#"{"links":{"self":"https://fmc.example/x"},"items":[{
    "serverVersion":"10.0.0 (build 141)","vdbVersion":"build 420 ( 2025-12-03 21:36:49 )",
    "hostname":"firepower","model":"Cisco Secure Firewall Management Center for VMware",
    "serialNumber":"None","uptime":"5 days, 3 hours, 20 minutes","type":"ServerVersion"}],
    "paging":{"offset":0,"limit":25,"count":1,"pages":1}}"#;

fn is_version(path: &str) -> bool {
    path == "/api/fmc_platform/v1/info/serverversion"
}

/// A page of `devices` in the order of an FMC: links, items, paging.
fn page(path: &str, devices: &[Option<&str>], count: Option<usize>) -> Reply {
    let (offset, limit) = (number(path, "offset"), number(path, "limit"));
    let items = devices.iter().enumerate().skip(offset).take(limit);
    let items: Vec<String> = items.map(|(at, word)| device(at, *word)).collect();
    let list = if items.is_empty() {
        String::new()
    } else {
        format!("\"items\":[{}],", items.join(","))
    };
    let count = count.map_or(json!({}), |count| {
        let mut paging = json!({"offset": offset, "limit": limit, "count": count});
        if offset.saturating_add(items.len()) < count {
            paging["next"] = json!(["https://elsewhere.example/api"]);
        }
        paging
    });
    ok(format!(
        "{{\"links\":{{\"self\":\"x\"}},{list}\"paging\":{count}}}"
    ))
}

fn device(at: usize, word: Option<&str>) -> String {
    let mut device = json!({
        "isConnected": true, "id": format!("{at}"), "name": format!("ftd-{at} \u{e9}\u{1f525}\""), "type": "Device",
        "healthPolicy": {"name": "Initial", "healthStatus": "red"}, "license_caps": ["THREAT"],
        "metadata": {"domain": {"name": "Global"}, "items": [{"healthStatus": "red"}]},
    });
    if let Some(word) = word {
        device["healthStatus"] = word.into();
    }
    format!("{device}")
}

fn naive(devices: &[Option<&str>]) -> States {
    let mut states = States::default();
    for word in devices {
        let count = match word.map(str::to_lowercase).as_deref() {
            Some("green" | "recovered") => &mut states.ok,
            Some("yellow") => &mut states.warning,
            Some("red" | "black" | "error") => &mut states.critical,
            Some("disabled") => &mut states.disabled,
            _ => &mut states.unknown,
        };
        *count += 1;
    }
    states
}

fn check(piece: usize, devices: &[Option<&str>]) -> (Report, Vec<String>) {
    drive(Product::Fmc, piece, |path| match is_version(path) {
        true => ok(VERSION),
        false => page(path, devices, Some(devices.len())),
    })
}

const WORDS: &[Option<&str>] = &[
    Some("green"),
    Some("GREEN"),
    Some("recovered"),
    Some("yellow"),
    Some("Red"),
    Some("black"),
    Some("error"),
    Some("disabled"),
    Some("purple"),
    Some(""),
    None,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn counts_as_a_naive_model_does(
        devices in prop::collection::vec(prop::sample::select(WORDS), 0..3 * FULL + 2),
        piece in 1usize..400,
    ) {
        let (report, asked) = check(piece, &devices);
        prop_assert_eq!(report.counts.states(Item::Devices), Some(naive(&devices)));
        prop_assert_eq!(asked.len(), 1 + devices.len().div_ceil(FULL).max(1));
        let worst = devices.iter().map(|word| State::of(word.unwrap_or("").as_bytes(), HEALTH).verdict()).max();
        prop_assert_eq!(report.verdict(), worst.unwrap_or(Verdict::Ok));
        prop_assert_eq!(report.stopped_at(), None);
    }

    /// The list changes between pages, and the box may give fewer than asked for.
    #[test]
    fn ends_on_a_list_that_moves(
        lengths in prop::collection::vec(0..4 * FULL, 1..8),
        counted in any::<bool>(),
        cap in 1..FULL + 5,
    ) {
        let mut turn = 0;
        let (report, asked) = drive(Product::Fmc, 500, |path| {
            if is_version(path) {
                return ok(VERSION);
            }
            let length = lengths[turn.min(lengths.len() - 1)];
            turn += 1;
            let cap = if counted { cap } else { FULL };
            let most = length.min(number(path, "offset") + cap);
            page(path, &vec![Some("green"); length][..most], counted.then_some(length))
        });
        prop_assert!(asked.len() <= 1 + MAX_PAGES as usize);
        prop_assert!(report.counts.states(Item::Devices).is_some() || report.verdict() == Verdict::Unknown);
    }
}

#[test]
fn lists_of_every_length() {
    for length in [0, 1, FULL - 1, FULL, FULL + 1, 2 * FULL, 1000] {
        let devices = vec![Some("green"); length];
        let (report, asked) = check(1 + length % 7 * 100, &devices);
        assert_eq!(report.counts.states(Item::Devices), Some(naive(&devices)));
        assert_eq!(report.verdict(), Verdict::Ok);
        assert_eq!(asked.len(), 1 + length.div_ceil(FULL).max(1));
        assert!(
            asked.iter().all(|path| path.starts_with("/api/")),
            "paging.next is never followed"
        );
    }
}

#[test]
fn says_what_the_box_is() {
    let (report, asked) = check(3, &[Some("red")]);
    assert_eq!(report.facts.version, "10.0.0 (build 141)".into());
    assert_eq!(report.facts.name, "firepower".into());
    assert_eq!(
        report.facts.model,
        "Cisco Secure Firewall Management Center for VMware".into()
    );
    assert_eq!(report.facts.uptime, "5 days, 3 hours, 20 minutes".into());
    assert!(report.facts.serial.is_empty());
    assert_eq!(
        asked[1],
        format!(
            "/api/fmc_config/v1/domain/{{domainUUID}}/devices/devicerecords?expanded=true&offset=0&limit={PAGE_SIZE}"
        )
    );
    let worst = report.worst.iter().next().unwrap();
    assert_eq!(
        (&worst.name, &worst.state),
        (&"ftd-0 \u{e9}\u{1f525}\"".into(), &"red".into())
    );
}

#[test]
fn a_word_that_is_not_known_is_shown() {
    for (word, shown) in [
        (Some("purple"), "purple"),
        (Some(""), "missing"),
        (None, "missing"),
    ] {
        let (report, _) = check(9, &[Some("green"), word]);
        assert_eq!(report.verdict(), Verdict::Unknown);
        assert_eq!(report.odd_word, shown.into());
        assert_eq!(reasons(&report), [state(Item::Devices, State::Unknown)]);
    }
}

/// The version is answered as it should be, the list with `reply`.
fn list(reply: Reply) -> Report {
    drive(Product::Fmc, 10, |path| {
        if is_version(path) {
            ok(VERSION)
        } else {
            reply.clone()
        }
    })
    .0
}

#[test]
fn lists_without_devices() {
    for body in [
        r#"{"paging":{"offset":0,"limit":25,"count":0,"pages":0}}"#,
        r#"{"links":{},"paging":{"count":"0"}}"#,
        r#"{"items":[]}"#,
        r#" {"items": [ ], "paging": {} } "#,
    ] {
        let report = list(ok(body));
        assert_eq!(
            report.counts.states(Item::Devices),
            Some(States::default()),
            "{body}"
        );
        assert_eq!(
            (report.verdict(), report.stopped_at()),
            (Verdict::Ok, None),
            "{body}"
        );
    }
    // So old versions say it, and so says one that does not know the domain.
    let report = list(Reply::Answer(404, "{\"error\":{}}".into()));
    assert_eq!(
        (report.verdict(), report.counts.states(Item::Devices)),
        (Verdict::Unknown, None)
    );
}

#[test]
fn answers_without_data_are_unknown() {
    for body in [
        "{}",
        "[]",
        "null",
        "\"x\"",
        "7",
        r#"{"items":{}}"#,
        r#"{"error":{"messages":[{}]}}"#,
        r#"{"error":"invalid_token","items":[]}"#,
        r#"{"paging":[]}"#,
    ] {
        let report = list(ok(body));
        assert_eq!(
            (report.verdict(), report.stopped_at()),
            (Verdict::Unknown, Some(Layer::Data)),
            "{body}"
        );
        assert_eq!(
            reasons(&report),
            [Cause::Item(Item::Devices, Trouble::Empty)],
            "{body}"
        );
    }
}

#[test]
fn entries_that_are_no_devices_are_unknown() {
    let report = list(ok(
        r#"{"items":[1,null,[],{"healthStatus":{}},{"healthStatus":null}]}"#,
    ));
    assert_eq!(
        report.counts.states(Item::Devices),
        Some(States {
            unknown: 5,
            ..States::default()
        })
    );
}

#[test]
fn bodies_that_are_not_json() {
    for body in [
        "",
        "{",
        "<html>",
        "{\"items\":[{\"healthStatus\":\"red\"},",
        "{\"items\":[]}x",
        "{\"items\":[01]}",
    ] {
        let report = list(ok(body));
        assert_eq!(
            (report.verdict(), report.stopped_at()),
            (Verdict::Unknown, Some(Layer::Data)),
            "{body}"
        );
        assert_eq!(
            report.counts.states(Item::Devices),
            None,
            "what did not come whole does not count"
        );
        assert!(
            matches!(report.error, Some(Error::Peer(PeerError::Json(_)))),
            "{body}"
        );
    }
}

#[test]
fn promised_devices_that_never_come() {
    for count in ["100", "9223372036854775808", "-1", "1e3", "{}", "\"many\""] {
        let report = list(ok(format!(
            "{{\"items\":[],\"paging\":{{\"count\":{count}}}}}"
        )));
        assert_eq!(
            reasons(&report),
            [Cause::Item(Item::Devices, Trouble::Incomplete)]
        );
        assert_eq!(report.verdict(), Verdict::Unknown);
    }
}

#[test]
fn a_list_without_end_has_one() {
    let full = format!(
        "{{\"items\":[{}]}}",
        vec![r#"{"healthStatus":"green","isConnected":true}"#; FULL].join(",")
    );
    let (report, asked) = drive(Product::Fmc, 4096, |path| {
        ok(if is_version(path) { VERSION } else { &full })
    });
    assert_eq!(asked.len(), 1 + MAX_PAGES as usize);
    assert_eq!(
        report.counts.states(Item::Devices).unwrap().ok,
        MAX_PAGES * u32::from(PAGE_SIZE)
    );
    assert_eq!(
        reasons(&report),
        [Cause::Item(Item::Devices, Trouble::Incomplete)]
    );
}

#[test]
fn an_answer_that_is_asked_for_again_counts_once() {
    let mut check = Check::new(Product::Fmc).only(Items::NONE.with(Item::Devices));
    let _ = check.request();
    answer(&mut check, 200, VERSION.as_bytes(), 50);
    check.handle(Ok(200));
    let _ = check.request();
    answer(
        &mut check,
        200,
        br#"{"items":[{"healthStatus":"red"},{"healthStatus":"gr"#,
        5,
    );
    answer(
        &mut check,
        401,
        br#"{"error":{"messages":[{"description":"Access token invalid."}]}}"#,
        5,
    );
    answer(
        &mut check,
        200,
        br#"{"items":[{"healthStatus":"green"}]}"#,
        5,
    );
    check.handle(Ok(200));
    let report = check.finish(Observed::default());
    assert_eq!(
        report.counts.states(Item::Devices),
        Some(States {
            ok: 1,
            ..States::default()
        })
    );
    assert_eq!(report.verdict(), Verdict::Ok);
    assert!(report.worst.is_empty());
}

#[test]
fn an_error_at_any_step_ends_the_check_and_keeps_what_was_found() {
    let devices = vec![Some("yellow"); 2 * FULL + 10];
    for step in 0..4 {
        for (error, layer, verdict) in [
            (
                Error::from(TransportError::Truncated),
                Layer::Http,
                Verdict::Critical,
            ),
            (
                PeerError::Unauthorized.into(),
                Layer::Authorised,
                Verdict::Unknown,
            ),
            (
                PeerError::LoginRefused.into(),
                Layer::Authenticated,
                Verdict::Unknown,
            ),
            (PeerError::Status(503).into(), Layer::Http, Verdict::Unknown),
        ] {
            let mut turn = 0;
            let (report, asked) = drive(Product::CdFmc, 99, |path| {
                turn += 1;
                match turn {
                    _ if turn == step + 1 => Reply::Error(error),
                    1 => ok(VERSION),
                    _ => page(path, &devices, Some(devices.len())),
                }
            });
            assert_eq!(asked.len(), step + 1);
            assert_eq!(
                (report.error, report.stopped_at()),
                (Some(error), Some(layer))
            );
            assert_eq!(
                report
                    .counts
                    .states(Item::Devices)
                    .map(|devices| devices.warning),
                [None, None, Some(FULL), Some(2 * FULL)][step]
                    .and_then(|count| u32::try_from(count).ok())
            );
            let found = if step > 1 {
                Verdict::Warning
            } else {
                Verdict::Ok
            };
            assert_eq!(report.verdict(), verdict.max(found));
        }
    }
}

#[test]
fn a_refusal_of_one_request_does_not_hide_the_other() {
    for status in [400, 403, 404, 405, 406, 422] {
        let (report, _) = drive(Product::Fmc, 20, |path| match is_version(path) {
            true => Reply::Answer(status, "{}".into()),
            false => page(path, &[Some("red")], Some(1)),
        });
        assert_eq!(
            report
                .counts
                .states(Item::Devices)
                .map(|devices| devices.critical),
            Some(1),
            "{status}"
        );
        assert_eq!(report.verdict(), Verdict::Critical);
        let error = (status != 404).then_some(PeerError::Status(status).into());
        assert_eq!(report.error, error);
    }
    for status in [401, 429, 500, 503, 504, 302, 100] {
        let report = list(Reply::Answer(status, "{}".into()));
        assert_eq!(report.error, Some(PeerError::Status(status).into()));
        assert_eq!(
            (report.verdict(), report.counts.states(Item::Devices)),
            (Verdict::Unknown, None)
        );
    }
}

#[test]
fn a_box_that_knows_no_path_is_not_well() {
    for product in [Product::Fmc, Product::CdFmc] {
        let (report, _) = run(Check::new(product), 9, |_| Reply::Answer(404, "{}".into()));
        assert_eq!(report.verdict(), Verdict::Unknown);
    }
}
