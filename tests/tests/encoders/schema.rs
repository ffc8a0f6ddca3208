//! Reports and events are as their published schemas say, and the schemas say no less.

use core::time::Duration;
use std::sync::LazyLock;

use jsonschema::Validator;
use oobwatch_client::core::health::Report;
use oobwatch_client::core::health::encode::{event, json};
use proptest::prelude::*;
use serde_json::{Map, Value};

use crate::reports;

const REPORT: &str = include_str!("../../../docs/schema/report.schema.json");
const EVENT: &str = include_str!("../../../docs/schema/event.schema.json");
const BOARD: &str = include_str!("../../../docs/schema/board.schema.json");

fn schema(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

static OF_REPORTS: LazyLock<Validator> = LazyLock::new(|| validator(REPORT));
static OF_EVENTS: LazyLock<Validator> = LazyLock::new(|| validator(EVENT));

fn validator(text: &str) -> Validator {
    jsonschema::draft202012::options()
        .should_validate_formats(true)
        .build(&schema(text))
        .unwrap()
}

fn encoded(report: &Report, target: &str) -> Value {
    let mut buffer = vec![0; json::MAX_LEN];
    let length = json::write(&mut buffer, target, report).unwrap();
    serde_json::from_slice(&buffer[..length]).unwrap()
}

fn told(report: &Report, since: Option<u64>) -> Value {
    let event = event::Event {
        id: &"00000007-2",
        sequence: 7,
        target: "fmc-1",
        product: report.product,
        verdict: report.verdict(),
        report: Some(report),
        since,
        lasts: Duration::from_millis(61_000),
    };
    let mut buffer = [0; event::MAX_LEN];
    let length = event::write(&mut buffer, &event).unwrap();
    serde_json::from_slice(&buffer[..length]).unwrap()
}

fn assert_valid(validator: &Validator, value: &Value) {
    let errors = validator.iter_errors(value);
    let errors: Vec<String> = errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?} in {value:#}");
}

proptest! {
    #![proptest_config(reports::some_cases())]

    #[test]
    fn every_report_is_as_published(
        mut report in reports::report(),
        limits in reports::limits(),
        target in "\\PC{0,40}",
    ) {
        report.apply(&limits);
        assert_valid(&OF_REPORTS, &encoded(&report, &target));
    }

    #[test]
    fn every_event_is_as_published(
        report in reports::report(),
        since in proptest::option::of(0..253_402_300_800_000_u64),
    ) {
        assert_valid(&OF_EVENTS, &told(&report, since));
    }

}

proptest! {
    // Each is changed in some two hundred ways.
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Nothing that is there may be missing, be of another kind, or have company.
    #[test]
    fn what_is_changed_is_refused(report in reports::report()) {
        let report_and_event = [
            (&OF_REPORTS, encoded(&report, "fmc-1")),
            (&OF_EVENTS, told(&report, Some(0))),
        ];
        for (validator, value) in report_and_event {
            for changed in mutations(&value) {
                prop_assert!(!validator.is_valid(&changed), "taken for valid: {changed:#}");
            }
        }
    }
}

/// Members that need not be there: an item is counted or not.
fn is_optional(path: &[String]) -> bool {
    matches!(path, [.., folder, _] if folder == "counts")
}

/// `value` with one thing wrong, in all ways and places.
fn mutations(value: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    walk(value, &mut Vec::new(), &mut |path, part| {
        let mut changed = |change: &dyn Fn(&mut Value)| {
            let mut copy = value.clone();
            change(at(&mut copy, path));
            all.push(copy);
        };
        // Nothing is an array of a string.
        changed(&|part| *part = Value::from(vec!["purple"]));
        match part {
            Value::Object(members) => {
                changed(&|part| part["purple"] = Value::Null);
                for name in members.keys() {
                    let within = [path, core::slice::from_ref(name)].concat();
                    if !is_optional(&within) {
                        changed(&|part| drop(part.as_object_mut().map(|part| part.remove(name))));
                    }
                }
            }
            Value::Number(_) => {
                changed(&|part| *part = Value::from("7"));
                changed(&|part| *part = Value::from(0.5));
                changed(&|part| *part = Value::from(-3_000_000_000_i64));
            }
            Value::Bool(_) => changed(&|part| *part = Value::from("true")),
            Value::String(_) => changed(&|part| *part = Value::from(7)),
            Value::Null | Value::Array(_) => {}
        }
    });
    all
}

fn walk(value: &Value, path: &mut Vec<String>, see: &mut dyn FnMut(&[String], &Value)) {
    see(path, value);
    let parts: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, part)| (name.clone(), part))
            .collect(),
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items
                .map(|(index, part)| (index.to_string(), part))
                .collect()
        }
        _ => Vec::new(),
    };
    for (name, part) in parts {
        path.push(name);
        walk(part, path, see);
        path.pop();
    }
}

fn at<'a>(value: &'a mut Value, path: &[String]) -> &'a mut Value {
    path.iter().fold(value, |value, name| match value {
        Value::Array(items) => &mut items[name.parse::<usize>().unwrap()],
        other => &mut other[name.as_str()],
    })
}

/// Words that are of a list of words, exit codes that go with them, items of the product.
#[test]
fn words_of_no_list_are_refused() {
    let report = encoded(
        &Report::new(oobwatch_client::core::product::Product::Fmc),
        "fmc-1",
    );
    assert_valid(&OF_REPORTS, &report);
    let states =
        serde_json::json!({"ok": 1, "warning": 0, "critical": 0, "disabled": 0, "unknown": 0});
    for (path, wrong) in [
        ("/schema", Value::from(1)),
        ("/product", "ftd".into()),
        ("/verdict", "purple".into()),
        ("/exit_code", 4.into()),
        ("/exit_code", 2.into()),
        ("/stopped_at", "http/2".into()),
        ("/counts", serde_json::json!({"purple": states})),
        ("/counts", serde_json::json!({"fans": states})),
        ("/session/refreshes_left", 256.into()),
    ] {
        let mut changed = report.clone();
        *changed.pointer_mut(path).unwrap() = wrong;
        assert!(!OF_REPORTS.is_valid(&changed), "{path}: {changed:#}");
    }
}

/// `additionalProperties` is false wherever there are members, and all of them are described.
#[test]
fn the_schemas_are_schemas_and_describe_all() {
    fn objects(value: &Value, see: &mut dyn FnMut(&Map<String, Value>)) {
        match value {
            Value::Object(members) => {
                if members.contains_key("additionalProperties") {
                    see(members);
                }
                members.values().for_each(|part| objects(part, see));
            }
            Value::Array(items) => items.iter().for_each(|part| objects(part, see)),
            _ => {}
        }
    }
    for text in [REPORT, EVENT, BOARD] {
        let schema = schema(text);
        assert!(jsonschema::meta::is_valid(&schema));
        assert_eq!(
            schema["$schema"],
            "https://json-schema.org/draft/2020-12/schema"
        );
        assert_eq!(schema["additionalProperties"], false);
        let mut seen = 0;
        objects(&schema, &mut |object| {
            seen += 1;
            assert_eq!(object["additionalProperties"], false, "{object:?}");
            for (name, member) in object["properties"].as_object().unwrap() {
                let is_count = member.get("$ref") == Some(&"#/$defs/count".into());
                let described = member["description"].is_string();
                assert!(described || is_count, "{name} is not described");
            }
        });
        assert!(seen > 0);
    }
}
