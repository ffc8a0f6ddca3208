//! The metrics that an expression is about, by name.

/// Names of which at least one has to exist.
pub(super) type AnyOf = Vec<String>;

const PREFIXES: [&str; 4] = ["fmc_", "fxos_", "oobwatch_", "probe_"];
/// There are things that only one product has.
const EITHER: &str = "(fmc|fxos)_";

/// Every name in `expr`, and every alternative of a `__name__=~"…"`.
pub(super) fn of(expr: &str) -> Vec<AnyOf> {
    let mut names = Vec::new();
    // What is in quotes is every second part.
    let parts: Vec<&str> = expr.split('"').collect();
    for pair in parts.chunks(2) {
        let &[plain, ref quoted @ ..] = pair else {
            continue;
        };
        let words = plain.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let ours = words.filter(|word| PREFIXES.iter().any(|prefix| word.starts_with(prefix)));
        names.extend(ours.map(|word| vec![word.to_owned()]));
        if let [pattern] = quoted
            && plain.ends_with("__name__=~")
        {
            names.extend(branches(pattern).into_iter().flat_map(expanded));
        }
    }
    names
}

/// `a|b(c|d)` as `a` and `b(c|d)`.
fn branches(pattern: &str) -> Vec<&str> {
    let mut depth = 0;
    let outside = |c: char| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        c == '|' && depth == 0
    };
    pattern.split(outside).collect()
}

/// `b(c|d)` as `bc` and `bd`.
fn expanded(branch: &str) -> Vec<AnyOf> {
    if let Some(rest) = branch.strip_prefix(EITHER) {
        return vec![vec![format!("fmc_{rest}"), format!("fxos_{rest}")]];
    }
    match branch.split_once('(') {
        Some((start, group)) => {
            let group = group.trim_end_matches(')').split('|');
            group.map(|end| vec![format!("{start}{end}")]).collect()
        }
        None => vec![vec![branch.to_owned()]],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_alone_or_in_patterns() {
        let expr = r#"sum(label_replace({__name__=~"fmc_(a|b)|fxos_c",x="fmc_no"}, "i", "$1", "__name__", "fmc_(.+)"))
            / fmc_d{y="1"} + rate(probe_e[5m]) - {__name__=~"(fmc|fxos)_f"}"#;
        let one = |name: &str| vec![name.to_owned()];
        let either = vec!["fmc_f".to_owned(), "fxos_f".to_owned()];
        assert_eq!(
            of(expr),
            [
                one("fmc_a"),
                one("fmc_b"),
                one("fxos_c"),
                one("fmc_d"),
                one("probe_e"),
                either
            ]
        );
    }
}
