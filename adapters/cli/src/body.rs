//! Bodies of answers as they are printed: unchanged into a file or a pipe,
//! readable and harmless on a terminal.

use std::io::{self, IsTerminal as _, Write};

use serde::de::IgnoredAny;

/// Prints the body on stdout.
pub(crate) fn print(body: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if out.is_terminal() {
        let text = readable(body);
        out.write_all(text.as_bytes())?;
        if !text.is_empty() && !text.ends_with('\n') {
            out.write_all(b"\n")?;
        }
    } else {
        out.write_all(body)?;
    }
    out.flush()
}

fn readable(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = match serde_json::from_slice::<IgnoredAny>(body) {
        Ok(_) => indented(&text),
        Err(_) => text.into_owned(),
    };
    let shown = |c: char| c == '\n' || c == '\t' || !c.is_control();
    text.replace(|c| !shown(c), "\u{fffd}")
}

/// JSON with line breaks and indents; its values stay as they were spelled.
fn indented(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let (mut depth, mut in_string, mut escaped) = (0, false, false);
    let mut chars = json.chars().peekable();
    while let Some(c) = chars.next() {
        if in_string {
            out.push(c);
            in_string = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            continue;
        }
        match c {
            _ if c.is_whitespace() => {}
            '"' => {
                in_string = true;
                out.push(c);
            }
            ':' => out.push_str(": "),
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            '{' | '[' => {
                depth += 1;
                out.push(c);
                while chars.next_if(|c| c.is_whitespace()).is_some() {}
                if !matches!(chars.peek(), Some('}' | ']')) {
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth -= 1;
                if !out.ends_with(['{', '[']) {
                    line(&mut out, depth);
                }
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(core::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    #[test]
    fn json_is_laid_out_and_not_changed() {
        let body = br#"{"b":[1,2.50,{}], "a":[ ],"s":"x, \"{y\\","n":12345678901234567890123}"#;
        assert_eq!(
            readable(body),
            "{\n  \"b\": [\n    1,\n    2.50,\n    {}\n  ],\n  \"a\": [],\n  \"s\": \"x, \\\"{y\\\\\",\n  \"n\": 12345678901234567890123\n}"
        );
    }

    #[test]
    fn a_terminal_is_not_written_into() {
        assert_eq!(readable(b"a\x1b[2J\nb"), "a\u{fffd}[2J\nb");
        assert_eq!(readable("\"\u{9b}2J\"".as_bytes()), "\"\u{fffd}2J\"");
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::from),
            "\\PC{0,6}|[\"\\\\{}\\[\\],:]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("\\PC{0,4}", inner, 0..4)
                    .prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_value_stays_the_same(value in json()) {
            let shown = indented(&value.to_string());
            prop_assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), value);
        }
    }
}
