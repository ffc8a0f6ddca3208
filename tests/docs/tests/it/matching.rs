//! Output that is compared with what a page shows of it.

/// A line that stands for any lines.
const ANY_LINES: &str = "...";
/// What stands for anything within a line.
const ANYTHING: char = '…';

/// Whether `shown` is what came out. Runs of blanks count as one: a name in a page
/// may be longer than the address that it stands for.
pub(crate) fn matches(shown: &str, output: &str) -> bool {
    let lines = |text: &str| -> Vec<String> {
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        text.trim_end().lines().map(words).collect()
    };
    all(&lines(shown), &lines(output))
}

fn all(shown: &[String], output: &[String]) -> bool {
    match (shown, output) {
        ([], rest) => rest.is_empty(),
        ([any, shown @ ..], _) if any == ANY_LINES => {
            (0..=output.len()).any(|skipped| all(shown, &output[skipped..]))
        }
        ([_, ..], []) => false,
        ([first, shown @ ..], [line, output @ ..]) => one(first, line) && all(shown, output),
    }
}

fn one(shown: &str, line: &str) -> bool {
    let Some((start, rest)) = shown.split_once(ANYTHING) else {
        return shown == line;
    };
    let Some(mut line) = line.strip_prefix(start) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split(ANYTHING).collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = line.find(part) else {
            return false;
        };
        line = &line[at + part.len()..];
    }
    line.ends_with(end)
}

#[test]
fn wildcards() {
    assert!(matches("a\nb\n", "a\nb"));
    assert!(!matches("a\n", "a\nb"));
    assert!(matches("a\n...\nd", "a\nb\nc\nd\n"));
    assert!(matches("a\n...\n", "a"));
    assert!(!matches("a\n...\nd", "a\nb\n"));
    assert!(matches("in … s, … left", "in 3 s, 4 days left"));
    assert!(!matches("in … s, … left", "in 3 s"));
    assert!(matches("a   b", "a b"));
    assert!(!matches("", "something"));
}
