//! What docs/grafana/oobwatch.json asks Prometheus.

use std::fs;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::command::root;

/// What Grafana puts in the place of its variables, with all chosen.
const VARIABLES: [(&str, &str); 4] = [
    ("$__rate_interval", "1m"),
    ("$job", ".*"),
    ("$watcher", ".*"),
    ("$target", ".*"),
];

/// An expression, and what it is for.
pub(super) struct Query {
    pub(super) of: String,
    pub(super) expr: String,
}

/// Those of all panels and variables.
pub(super) fn queries() -> Result<Vec<Query>> {
    let path = root().join("docs/grafana/oobwatch.json");
    let text =
        fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))?;
    let dashboard: Value = serde_json::from_str(&text).context("the dashboard is not JSON")?;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut queries = Vec::new();
    for panel in list(&dashboard["panels"]) {
        for target in list(&panel["targets"]) {
            queries.push(query(&panel["title"], &target["expr"])?);
        }
    }
    for variable in list(&dashboard["templating"]["list"]) {
        if variable["type"] == "query" {
            let definition = variable["definition"].as_str().unwrap_or_default();
            let expr = label_values(definition)
                .with_context(|| format!("not label_values(): {definition:?}"))?;
            queries.push(query(&variable["label"], &expr.into())?);
        }
    }
    Ok(queries)
}

fn query(of: &Value, expr: &Value) -> Result<Query> {
    let of = of.as_str().context("something without a title")?.to_owned();
    let expr = expr
        .as_str()
        .with_context(|| format!("{of} asks nothing"))?;
    let filled = VARIABLES
        .iter()
        .fold(expr.to_owned(), |expr, (name, value)| {
            expr.replace(name, value)
        });
    Ok(Query { of, expr: filled })
}

/// `label_values(SERIES, LABEL)`, which is Grafana's own, as an expression.
fn label_values(definition: &str) -> Option<String> {
    let inner = definition
        .strip_prefix("label_values(")?
        .strip_suffix(')')?;
    let (series, label) = inner.rsplit_once(',')?;
    Some(format!("group by ({}) ({series})", label.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_label_are_asked_for_by_a_grouping() {
        assert_eq!(
            label_values("label_values(up{a=\"1\",b=\"2\"}, job)").unwrap(),
            "group by (job) (up{a=\"1\",b=\"2\"})"
        );
        assert!(label_values("up").is_none());
    }
}
