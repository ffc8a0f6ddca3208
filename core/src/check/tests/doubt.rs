//! What is not known is never OK: words that are cut off, said twice, or said of
//! something else.

use std::format;
use std::string::String;
use std::vec::Vec;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::health::States;
use crate::health::words::same;

/// A member of an entry, in the words of JSON.
#[derive(Clone, Debug)]
enum Said {
    Word(String),
    Number(i32),
    Bool(bool),
    Null,
    Nested(&'static str),
}

impl Said {
    fn json(&self) -> String {
        match self {
            Self::Word(word) => format!("{word:?}"),
            Self::Number(number) => format!("{number}"),
            Self::Bool(is) => format!("{is}"),
            Self::Null => "null".into(),
            Self::Nested(json) => (*json).into(),
        }
    }

    /// As text, unless it says nothing.
    fn text(&self) -> Option<String> {
        match self {
            Self::Word(word) => Some(word.clone()),
            Self::Null | Self::Nested(_) => None,
            other => Some(other.json()),
        }
    }
}

/// A known word, or one that looks like it for as long as nobody reads on.
fn word(known: &'static [&'static str]) -> impl Strategy<Value = String> {
    let pad = prop::sample::select(&["-", "_", " ", ""][..]);
    let tail = prop::sample::select(&["", "", "", "not", "?", "\u{e9}"][..]);
    let known = prop::sample::select(known);
    (pad.clone(), 0_usize..90, known, pad, 0_usize..90, tail).prop_map(
        |(before, times, word, after, more, tail)| {
            let mut text = before.repeat(times / 4);
            text.push_str(word);
            text.push_str(&after.repeat(more));
            text.push_str(tail);
            text
        },
    )
}

fn said(known: &'static [&'static str]) -> impl Strategy<Value = Said> {
    prop_oneof![
        8 => word(known).prop_map(Said::Word),
        4 => prop::sample::select(known).prop_map(|word| Said::Word(word.into())),
        1 => any::<i32>().prop_map(Said::Number),
        1 => any::<bool>().prop_map(Said::Bool),
        1 => Just(Said::Null),
        1 => prop::sample::select(&["{}", "[\"green\"]", "{\"healthStatus\":\"green\"}"][..])
            .prop_map(Said::Nested),
    ]
}

/// An entry: members of these names, each any number of times, or no object at all.
#[derive(Clone, Debug)]
enum Entry {
    Object(Vec<(&'static str, Said)>),
    Other(&'static str),
}

fn entry(
    names: &'static [&'static str],
    known: &'static [&'static str],
) -> impl Strategy<Value = Entry> {
    let member = (prop::sample::select(names), said(known));
    prop_oneof![
        9 => prop::collection::vec(member, 0..4).prop_map(Entry::Object),
        1 => prop::sample::select(&["7", "null", "[]", "\"green\"", "[[{\"healthStatus\":\"green\"}]]"][..])
            .prop_map(Entry::Other),
    ]
}

impl Entry {
    fn json(&self) -> String {
        match self {
            Self::Other(json) => (*json).into(),
            Self::Object(members) => {
                let members: Vec<String> = members
                    .iter()
                    .map(|(name, said)| format!("{name:?}:{}", said.json()))
                    .collect();
                format!("{{{}}}", members.join(","))
            }
        }
    }

    /// All that is said under `name`.
    fn all(&self, name: &str) -> Vec<String> {
        let members = match self {
            Self::Object(members) => members.as_slice(),
            Self::Other(_) => &[],
        };
        let named = members.iter().filter(|(known, _)| *known == name);
        let texts = named.filter_map(|(_, said)| said.text());
        texts
            .filter(|text| !text.trim_matches([' ', '\t']).is_empty())
            .collect()
    }

    /// Whether something is said under `name`, and nothing but words of `known`.
    fn says_only(&self, name: &str, known: &[&str]) -> bool {
        let all = self.all(name);
        let is_known = |text: &String| known.iter().any(|known| same(text.as_bytes(), known));
        !all.is_empty() && all.iter().all(is_known)
    }
}

/// How many of `entries` may be OK, by a reading that sees all of an answer at once.
fn sure(entries: &[Entry], is_ok: impl Fn(&Entry) -> bool) -> u32 {
    u32::try_from(entries.iter().filter(|entry| is_ok(entry)).count()).unwrap_or(u32::MAX)
}

fn body(class: &str, entries: &[Entry], more: &str) -> String {
    let entries: Vec<String> = entries.iter().map(Entry::json).collect();
    format!("{{\"{class}\":[{}]{more}}}", entries.join(","))
}

fn fmc(item: Item, path: &str, entries: &[Entry], piece: usize) -> States {
    let count = format!(",\"paging\":{{\"count\":{}}}", entries.len());
    let body = body("items", entries, &count);
    let check = Check::new(Product::Fmc).only(Items::NONE.with(item));
    let (report, _) = run(check, piece, |asked| match asked.contains(path) {
        true => ok(body.as_str()),
        false => ok(r#"{"items":[{"serverVersion":"7.4.1"}]}"#),
    });
    report.counts.states(item).unwrap_or_default()
}

fn fxos(item: Item, class: &str, entries: &[Entry], piece: usize) -> States {
    let body = body(class, entries, "");
    let check = Check::new(Product::Fxos).only(Items::NONE.with(item));
    let (report, _) = run(check, piece, |asked| match asked.contains(class) {
        true => ok(body.as_str()),
        false => ok(r#"{"firmwareRunning":[{"packageVersion":"2.10"}]}"#),
    });
    report.counts.states(item).unwrap_or_default()
}

const HEALTH: &[&str] = &["green", "recovered", "red", "purple", "disabled"];
const PAIR: &[&str] = &["Active", "Standby", "Standby Ready", "Failed", "asleep"];
const HA: &[&str] = &["GOOD", "DEGRADED", "fine"];
const FAN: &[&str] = &["operable", "inoperable", "disabled", "empty", "equipped"];

proptest! {
    #[test]
    fn a_device_is_well_if_all_it_says_is_well(
        entries in prop::collection::vec(entry(&["healthStatus"], HEALTH), 0..8),
        piece in 1_usize..200,
    ) {
        let states = fmc(Item::Devices, "devicerecords", &entries, piece);
        let well = sure(&entries, |one| one.says_only("healthStatus", &["green", "recovered"]));
        let off = sure(&entries, |one| one.says_only("healthStatus", &["disabled"]));
        prop_assert!(states.ok <= well, "{:?} {:?}", states, entries);
        prop_assert!(states.disabled <= off, "{:?} {:?}", states, entries);
        prop_assert_eq!(states.total() as usize, entries.len());
    }

    #[test]
    fn a_pair_of_managers_is_well_if_it_says_so_of_both(
        entries in prop::collection::vec(entry(&["overallStatus", "syncStatus"], HA), 0..6),
        piece in 1_usize..200,
    ) {
        let states = fmc(Item::HighAvailability, "fmchastatuses", &entries, piece);
        let well = sure(&entries, |one| {
            one.says_only("overallStatus", &["good"]) && one.says_only("syncStatus", &["good"])
        });
        prop_assert!(states.ok <= well, "{:?} {:?}", states, entries);
        prop_assert_eq!(states.total() as usize, entries.len());
    }

    /// What is switched off may be in any state, if that is all it says of it.
    #[test]
    fn a_fan_is_well_or_off_if_it_says_so(
        entries in prop::collection::vec(entry(&["operState", "operability", "presence"], FAN), 0..8),
        piece in 1_usize..200,
    ) {
        let states = fxos(Item::Fans, "equipmentFan", &entries, piece);
        let well = sure(&entries, |one| {
            let fits = |name, known| one.all(name).is_empty() || one.says_only(name, known);
            let states = ["operState", "operability"];
            fits("presence", &["equipped", "enabled", "disabled", "empty"])
                && states.iter().all(|name| fits(name, &["operable", "disabled"]))
                && states.iter().any(|name| one.says_only(name, &["operable"]))
        });
        let off = sure(&entries, |one| {
            one.says_only("presence", &["disabled", "empty"])
                || one.says_only("operState", &["disabled"])
                || one.says_only("operability", &["disabled"])
        });
        prop_assert!(states.ok <= well, "{:?} {:?}", states, entries);
        prop_assert!(states.disabled <= off, "{:?} {:?}", states, entries);
        prop_assert_eq!(states.total() as usize, entries.len());
    }

    /// One is active, the other stands by, and both say so.
    #[test]
    fn a_pair_is_well_if_one_is_active(
        words in prop::collection::vec((said(PAIR), said(PAIR)), 0..6),
        piece in 1_usize..200,
    ) {
        let entries: Vec<String> = words
            .iter()
            .map(|(one, other)| format!(
                r#"{{"metadata":{{"primaryStatus":{{"currentStatus":{}}},"secondaryStatus":{{"currentStatus":{}}}}}}}"#,
                one.json(), other.json(),
            ))
            .collect();
        let body = format!("{{\"items\":[{}],\"paging\":{{\"count\":{}}}}}", entries.join(","), words.len());
        let check = Check::new(Product::Fmc).only(Items::NONE.with(Item::HaPairs));
        let (report, _) = run(check, piece, |asked| match asked.contains("hapairs") {
            true => ok(body.as_str()),
            false => ok(r#"{"items":[{"serverVersion":"7.4.1"}]}"#),
        });
        let is = |said: &Said, known: &[&str]| {
            said.text().is_some_and(|text| known.iter().any(|known| same(text.as_bytes(), known)))
        };
        let (active, standby) = (&["active"][..], &["standby", "standby ready"][..]);
        let well = words.iter().filter(|(one, other)| {
            is(one, active) && is(other, standby) || is(one, standby) && is(other, active)
        });
        let states = report.counts.states(Item::HaPairs).unwrap_or_default();
        prop_assert!(states.ok as usize <= well.count(), "{:?} {:?}", states, words);
        prop_assert_eq!(states.total() as usize, words.len());
    }
}

/// A word of FXOS faults is read the same way.
#[test]
fn a_severity_that_is_cut_off_is_unknown() {
    let long = format!("info{}fatal", "-".repeat(70));
    for word in [long.as_str(), "info/major", "infos"] {
        let check = Check::new(Product::Fxos).only(Items::NONE.with(Item::Faults));
        let (report, _) = run(check, 9, |asked| match asked.contains("faultInst") {
            true => ok(format!(r#"{{"faultInst":[{{"severity":"{word}"}}]}}"#)),
            false => ok(r#"{"firmwareRunning":[{"packageVersion":"2.10"}]}"#),
        });
        assert_eq!(
            report.counts.faults(Item::Faults).unwrap().unknown,
            1,
            "{word}"
        );
        assert_eq!(report.verdict(), Verdict::Unknown);
    }
}

/// One object where a list of them was due, or a word.
#[test]
fn a_class_that_is_no_list_is_not_none() {
    for class in [r#"{"severity":"critical"}"#, "\"none\"", "0"] {
        let check = Check::new(Product::Fxos).only(Items::NONE.with(Item::Faults));
        let (report, _) = run(check, 9, |asked| match asked.contains("faultInst") {
            true => ok(format!("{{\"faultInst\":{class}}}")),
            false => ok(r#"{"firmwareRunning":[{"packageVersion":"2.10"}]}"#),
        });
        assert_eq!(
            reasons(&report),
            [Cause::Item(Item::Faults, Trouble::Empty)]
        );
        assert_eq!(report.verdict(), Verdict::Unknown, "{class}");
    }
}

/// Versions say it of all devices, or of none.
#[test]
fn a_connection_that_is_not_said_is_not_well() {
    let of = |devices: &[&str]| {
        let entries = devices.join(",");
        let count = devices.len();
        let check =
            Check::new(Product::Fmc).only([Item::Devices, Item::Connections].into_iter().collect());
        run(check, 50, |asked| match asked.contains("devicerecords") {
            true => ok(format!(
                "{{\"items\":[{entries}],\"paging\":{{\"count\":{count}}}}}"
            )),
            false => ok(r#"{"items":[{"serverVersion":"7.4.1"}]}"#),
        })
        .0
    };
    let (said, unsaid) = (
        r#"{"healthStatus":"green","isConnected":true}"#,
        r#"{"healthStatus":"green","isConnected":null}"#,
    );
    assert_eq!(reasons(&of(&[said, said])), []);
    let missing = |trouble| [Cause::Item(Item::Connections, trouble)];
    assert_eq!(reasons(&of(&[unsaid])), missing(Trouble::NotAvailable));
    assert_eq!(of(&[unsaid]).verdict(), Verdict::Ok);
    for mixed in [of(&[said, unsaid]), of(&[unsaid, said])] {
        assert_eq!(reasons(&mixed), missing(Trouble::Incomplete));
        assert_eq!(mixed.verdict(), Verdict::Unknown);
    }
}

/// `true` counts, `false` does not; of anything else nobody knows.
#[test]
fn a_deployment_that_may_run_is_in_doubt() {
    for (word, number, verdict) in [
        ("true", 1, Verdict::Ok),
        ("\"TRUE\"", 1, Verdict::Ok),
        ("false", 0, Verdict::Ok),
        ("\"soon\"", 0, Verdict::Unknown),
        ("1", 0, Verdict::Unknown),
    ] {
        let check = Check::new(Product::Fmc).only(Items::NONE.with(Item::Deployments));
        let (report, _) = run(check, 50, |asked| match asked.contains("deployable") {
            true => ok(format!(
                "{{\"items\":[{{\"isDeploying\":{word}}}],\"paging\":{{\"count\":1}}}}"
            )),
            false => ok(r#"{"items":[{"serverVersion":"7.4.1"}]}"#),
        });
        assert_eq!(report.counts.number(Item::Deployments), Some(number));
        assert_eq!(report.verdict(), verdict, "{word}");
        assert_eq!(report.odd_word.is_empty(), verdict == Verdict::Ok);
    }
}

/// Versions say it of all devices, or of none.
#[test]
fn a_deployment_that_is_not_said_is_not_none() {
    let of = |entries: &[&str]| {
        let (entries, count) = (entries.join(","), entries.len());
        let items = [Item::Undeployed, Item::Deployments];
        let check = Check::new(Product::Fmc).only(items.into_iter().collect());
        run(check, 50, |asked| match asked.contains("deployable") {
            true => ok(format!(
                "{{\"items\":[{entries}],\"paging\":{{\"count\":{count}}}}}"
            )),
            false => ok(r#"{"items":[{"serverVersion":"7.4.1"}]}"#),
        })
        .0
    };
    let (said, unsaid) = (r#"{"isDeploying":false}"#, r#"{"isDeploying":null}"#);
    let told = |trouble| [Cause::Item(Item::Deployments, trouble)];
    assert_eq!(of(&[]).counts.number(Item::Deployments), Some(0));
    assert_eq!(of(&[said, said]).counts.number(Item::Deployments), Some(0));
    assert_eq!(reasons(&of(&[said, said])), []);
    assert_eq!(reasons(&of(&[unsaid])), told(Trouble::NotAvailable));
    assert_eq!(of(&[unsaid]).counts.number(Item::Deployments), None);
    for mixed in [of(&[said, unsaid]), of(&[unsaid, said])] {
        assert_eq!(reasons(&mixed), told(Trouble::Incomplete));
        assert_eq!(mixed.verdict(), Verdict::Unknown);
    }
}

/// What is switched off may be in any state; whether it is, must be known.
#[test]
fn a_port_that_is_neither_on_nor_off_is_in_doubt() {
    for (admin, oper, verdict, odd) in [
        ("enabled", "up", Verdict::Ok, ""),
        ("flying", "up", Verdict::Unknown, "flying"),
        ("flying", "failed", Verdict::Critical, ""),
        ("disabled", "failed", Verdict::Ok, ""),
        ("", "up", Verdict::Ok, ""),
    ] {
        for (item, class, state) in [
            (Item::Ports, "portEp", "operState"),
            (Item::Instances, "smAppInstance", "operationalState"),
        ] {
            let oper = match (item, oper) {
                (Item::Instances, "up") => "online",
                (Item::Instances, _) => "fault",
                _ => oper,
            };
            let body = format!(r#"{{"{class}":[{{"{state}":"{oper}","adminState":"{admin}"}}]}}"#);
            let check = Check::new(Product::Fxos).only(Items::NONE.with(item));
            let (report, _) = run(check, 9, |asked| match asked.contains("firmware") {
                true => ok(r#"{"firmwareRunning":[{"packageVersion":"2.10"}]}"#),
                false => ok(body.as_str()),
            });
            assert_eq!(report.verdict(), verdict, "{body}");
            assert_eq!(report.odd_word.as_str(), Some(odd), "{body}");
        }
    }
}

#[test]
fn a_chassis_is_as_well_as_the_worse_of_what_it_says() {
    for (state, operability, verdict) in [
        ("operable", "operable", Verdict::Ok),
        ("operable", "inoperable", Verdict::Critical),
        ("inoperable", "operable", Verdict::Critical),
        ("operable", "rusty", Verdict::Unknown),
        ("", "operable", Verdict::Ok),
        ("", "", Verdict::Unknown),
    ] {
        let chassis = json!({"operState": state, "operability": operability});
        let body = format!("{}", json!({"equipmentChassis": [chassis]}));
        let check = Check::new(Product::Fxos).only(Items::NONE.with(Item::Chassis));
        let (report, _) = run(check, 9, |asked| match asked.contains("firmware") {
            true => ok(r#"{"firmwareRunning":[{"packageVersion":"2.10"}]}"#),
            false => ok(body.as_str()),
        });
        assert_eq!(report.verdict(), verdict, "{body}");
    }
}

/// A box that knows its version and its licence, and no list of the domain.
#[test]
fn a_domain_that_is_not_known_is_not_well() {
    let license = r#"{"items":[{"regStatus":"REGISTERED"}],"paging":{"count":1}}"#;
    let mut check = Check::new(Product::Fmc);
    check.date(1_795_313_633);
    let (report, _) = run(check, 50, |asked| match asked {
        _ if asked.contains("serverversion") => ok(r#"{"items":[{"serverVersion":"7.4.1"}]}"#),
        _ if asked.contains("smartlicenses") => ok(license),
        _ => Reply::Answer(404, "{}".into()),
    });
    assert_eq!(report.verdict(), Verdict::Unknown);
    assert_eq!(report.error, Some(PeerError::Status(404).into()));
}
