//! Whether what a board says in JSON is as published.

use jsonschema::Validator;
use serde_json::Value;

const REPORT: &str = include_str!("../../../../docs/schema/report.schema.json");
const EVENT: &str = include_str!("../../../../docs/schema/event.schema.json");
const BOARD: &str = include_str!("../../../../docs/schema/board.schema.json");

/// The body of a post to a webhook.
pub(crate) fn assert_event(event: &Value) {
    assert_valid(EVENT, event);
}

/// What `/health` shows.
pub(crate) fn assert_health(health: &str) {
    assert_valid(BOARD, &serde_json::from_str(health).unwrap());
}

fn assert_valid(schema: &str, value: &Value) {
    let errors: Vec<String> = validator(schema)
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?} in {value:#}");
}

/// The schema of a board leads to that of reports.
fn validator(schema: &str) -> Validator {
    let parse = |text| serde_json::from_str::<Value>(text).unwrap();
    let report = parse(REPORT);
    let name = report["$id"].as_str().unwrap().to_owned();
    let registry = jsonschema::Registry::new().add(name, report).unwrap();
    let registry = registry.prepare().unwrap();
    jsonschema::draft202012::options()
        .with_registry(&registry)
        .should_validate_formats(true)
        .build(&parse(schema))
        .unwrap()
}
