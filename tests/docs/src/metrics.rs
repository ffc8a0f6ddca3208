//! The metrics of an exposition, as a table.

use core::fmt::Write as _;

/// A metric, and the labels that its samples have.
struct Family<'t> {
    name: &'t str,
    help: &'t str,
    kind: &'t str,
    labels: Vec<&'t str>,
}

/// A table of the metrics in a text of Prometheus' exposition format, each once, in
/// the order in which they come. The label `target` is left out: it says which box.
///
/// # Panics
/// A sample has no head before it.
#[must_use]
pub fn metrics(exposition: &str) -> String {
    let mut table = String::from("| metric | type | labels | |\n|---|---|---|---|\n");
    for family in families(exposition) {
        let labels = family.labels.iter().map(|label| format!("`{label}`"));
        let labels = labels.collect::<Vec<_>>().join(", ");
        let (name, kind, help) = (family.name, family.kind, super::cell(family.help));
        let _ = writeln!(table, "| `{name}` | {kind} | {labels} | {help} |");
    }
    table
}

fn families(exposition: &str) -> Vec<Family<'_>> {
    let mut families = Vec::<Family<'_>>::new();
    for line in exposition.lines().filter(|line| !line.is_empty()) {
        let place = |name: &str| families.iter().position(|family| family.name == name);
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').unwrap_or((rest, ""));
            if place(name).is_none() {
                families.push(Family {
                    name,
                    help,
                    kind: "",
                    labels: Vec::new(),
                });
            }
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap_or((rest, ""));
            let at = place(name).expect("HELP comes before TYPE");
            families[at].kind = kind;
        } else {
            let name = line.split(['{', ' ']).next().unwrap_or_default();
            let at = place(name).unwrap_or_else(|| panic!("{name} has no head"));
            for label in labels(line) {
                let family = &mut families[at];
                if label != "target" && !family.labels.contains(&label) {
                    family.labels.push(label);
                }
            }
        }
    }
    families
}

/// The names of the labels of a sample.
fn labels(line: &str) -> Vec<&str> {
    let mut labels = Vec::new();
    let Some((_, mut rest)) = line.split_once('{') else {
        return labels;
    };
    while let Some((label, value)) = rest.split_once("=\"") {
        labels.push(label.trim_start_matches(','));
        let mut escaped = false;
        let end = value.find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        rest = end.map_or("", |end| &value[end + 1..]);
    }
    labels
}

#[test]
fn each_metric_has_one_line() {
    let text = "# HELP a What a is.\n# TYPE a gauge\na{target=\"x\",b=\"=\\\"\",c=\"\"} 1\n\
                a{target=\"y\",b=\"2\",c=\"\"} 1\n# HELP d_total D|d.\n# TYPE d_total counter\nd_total 1\n";
    let table = metrics(text);
    assert!(
        table.contains("\n| `a` | gauge | `b`, `c` | What a is. |\n"),
        "{table}"
    );
    assert!(
        table.ends_with("\n| `d_total` | counter |  | D\\|d. |\n"),
        "{table}"
    );
}
