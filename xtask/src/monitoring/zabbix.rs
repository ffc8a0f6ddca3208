//! The template of docs/zabbix: each JSONPath leads to something in what the
//! command and a board say, and each identifier is one.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use serde_json_path::JsonPath;

use crate::command::root;

/// Zabbix's own, where RFC 9535 has none: the one value of a list.
const FIRST: &str = ".first()";

/// Looks for each path in `said`: reports, and the health of a board that watches
/// `target`.
pub(super) fn check(said: &[Value], target: &str) -> Result<()> {
    let path = root().join("docs/zabbix/oobwatch.yaml");
    let text =
        fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))?;
    identifiers(&text)?;
    let items = items(said);
    for path in paths(&text) {
        let plain = path.replace("{#TARGET}", target);
        let plain = plain.strip_suffix(FIRST).unwrap_or(&plain);
        let mut found = false;
        for item in &items {
            let path = plain.replace("{#ITEM}", item);
            let parsed = JsonPath::parse(&path).with_context(|| format!("no JSONPath: {path}"))?;
            found |= said.iter().any(|value| !parsed.query(value).is_empty());
        }
        ensure!(found, "{path} leads to nothing in\n{}", shown(said));
    }
    println!("   Zabbix template: every JSONPath leads to a value");
    Ok(())
}

/// Whatever was counted in one of the reports.
fn items(said: &[Value]) -> BTreeSet<String> {
    let counts = said
        .iter()
        .filter_map(|value| value["reports"][0]["counts"].as_object());
    counts.flat_map(|counts| counts.keys().cloned()).collect()
}

/// The parameter of each step of the type `JSONPATH`.
fn paths(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let steps = lines.windows(3).filter_map(|lines| match lines {
        ["- type: JSONPATH", "parameters:", path] => path.strip_prefix("- "),
        _ => None,
    });
    steps.map(unquoted).collect()
}

/// A scalar without YAML's single quotes, inside which a quote is doubled.
fn unquoted(scalar: &str) -> String {
    let inner = scalar
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''));
    inner.map_or_else(|| scalar.to_owned(), |inner| inner.replace("''", "'"))
}

/// Each is a UUID of version 4, and each another.
fn identifiers(text: &str) -> Result<()> {
    let mut seen = BTreeSet::new();
    for line in text.lines() {
        let Some((_, uuid)) = line.split_once("uuid: ") else {
            continue;
        };
        let at = |place: usize| uuid.as_bytes().get(place).copied().unwrap_or_default();
        let is_version_4 = uuid.len() == 32
            && uuid.bytes().all(|byte| byte.is_ascii_hexdigit())
            && at(12) == b'4'
            && b"89ab".contains(&at(16));
        ensure!(is_version_4, "{uuid} is no UUID of version 4");
        ensure!(seen.insert(uuid), "{uuid} stands there twice");
    }
    ensure!(!seen.is_empty(), "no identifiers");
    Ok(())
}

fn shown(said: &[Value]) -> String {
    let lines: Vec<String> = said.iter().map(Value::to_string).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found_and_unquoted() {
        let text = "- type: JSONPATH\n  parameters:\n    - '$.a[?(@.b==''c'')].d'\n\
                    - type: MULTIPLIER\n  parameters:\n    - '1'\n";
        assert_eq!(paths(text), ["$.a[?(@.b=='c')].d"]);
    }

    #[test]
    fn identifiers_have_a_version_and_are_not_repeated() {
        let one = "uuid: 36bff6c29af64692839d077febfc7079\n";
        assert!(identifiers(one).is_ok());
        assert!(identifiers(&one.repeat(2)).is_err());
        assert!(identifiers(&one.replace("4692", "1692")).is_err());
        assert!(identifiers("").is_err());
    }
}
