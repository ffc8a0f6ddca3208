//! Domains: the `DOMAINS` header, `info/domain`, and which path segments name one.

use core::fmt::Write as _;
use std::borrow::Cow;

use serde::Serialize;

use super::devices::Reference;
use super::{Call, list};
use crate::answer::Answer;
use crate::scenario::{DomainsStyle, FmcScenario};

/// The Global domain of every FMC.
pub(super) const GLOBAL_UUID: &str = "e276abec-e0f2-11e3-8169-6d9ed49b625f";

#[derive(Serialize)]
struct Domain {
    uuid: String,
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
}

pub(super) fn list(call: &Call<'_>) -> Answer {
    let domains = (0..count(call.switches)).map(|index| Domain {
        uuid: uuid(index),
        name: name(call.switches, index).into(),
        kind: "Domain",
    });
    list::answer(call, domains)
}

/// Which domain a path segment names; `default` is the user's own.
pub(super) fn find(switches: &FmcScenario, segment: &str) -> Option<usize> {
    match segment {
        "default" => Some(0),
        _ => (0..count(switches)).find(|index| uuid(*index) == segment),
    }
}

/// The domain that objects say that they are in.
pub(super) fn reference(switches: &FmcScenario, index: usize) -> Reference {
    Reference {
        id: uuid(index),
        kind: "Domain",
        name: name(switches, index).into(),
    }
}

/// The value of `DOMAINS`, in the bytes in which it is sent.
pub(super) fn header(switches: &FmcScenario) -> Vec<u8> {
    let text = text(switches);
    match switches.domains_style {
        // What is beyond ISO 8859-1 has been escaped.
        DomainsStyle::Latin1 => text.chars().map(|one| one as u8).collect(),
        _ => text.into_bytes(),
    }
}

fn text(switches: &FmcScenario) -> String {
    let style = switches.domains_style;
    let entries = (0..count(switches)).map(|index| {
        let (name, uuid) = (quoted(&name(switches, index), style), uuid(index));
        match style {
            DomainsStyle::Spaced => format!("{{\"name\": {name}, \"uuid\": \"{uuid}\"}}"),
            DomainsStyle::Compact | DomainsStyle::Latin1 | DomainsStyle::Escaped => {
                format!("{{\"uuid\":\"{uuid}\",\"name\":{name}}}")
            }
        }
    });
    format!("[{}]", entries.collect::<Vec<_>>().join(", "))
}

fn count(switches: &FmcScenario) -> usize {
    switches.domains.len().max(switches.domain_count)
}

fn name(switches: &FmcScenario, index: usize) -> Cow<'_, str> {
    match switches.domains.get(index) {
        Some(name) => name.into(),
        None if switches.odd_domains => odd_name(index).into(),
        None => format!("Global/Site-{index:04}").into(),
    }
}

/// What a careless search for the end of a name, or of the list, would stumble over.
fn odd_name(index: usize) -> String {
    const ODD: &[&str] = &[
        "Say \"Cheese\"",
        "Back\\slash",
        "Z\u{fc}rich",
        "Tokyo \u{6771}\u{4eac}",
        "Fire \u{1f525}",
        "], [{",
        "{\"uuid\": \"\"}",
        "a/b//c",
        " leading and trailing ",
        "D\u{e9}j\u{e0}, vu: \\u0041",
    ];
    format!("Global/{}/{index:04}", ODD[index % ODD.len()])
}

fn uuid(index: usize) -> String {
    match index {
        0 => GLOBAL_UUID.into(),
        _ => format!("{:08x}-4bd6-7bde-54b6-000000000000", 0x61e9_13a2 + index),
    }
}

fn quoted(name: &str, style: DomainsStyle) -> String {
    let plain = serde_json::to_string(name).expect("text is JSON");
    let (plain, last_kept) = match style {
        DomainsStyle::Spaced | DomainsStyle::Compact => return plain,
        DomainsStyle::Latin1 => (plain, '\u{ff}'),
        DomainsStyle::Escaped => (plain.replace('/', "\\/"), '\u{7f}'),
    };
    let mut escaped = String::new();
    for unit in plain.encode_utf16() {
        match char::from_u32(unit.into()).filter(|kept| *kept <= last_kept) {
            Some(kept) => escaped.push(kept),
            None => write!(escaped, "\\u{unit:04x}").expect("a String takes all"),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenario(domains: &[&str], style: DomainsStyle) -> FmcScenario {
        let domains = domains.iter().map(|name| (*name).into()).collect();
        FmcScenario {
            domains,
            domains_style: style,
            ..FmcScenario::default()
        }
    }

    #[test]
    fn one_domain_is_written_as_captured_in_2020() {
        assert_eq!(
            text(&scenario(&["Global"], DomainsStyle::Spaced)),
            r#"[{"name": "Global", "uuid": "e276abec-e0f2-11e3-8169-6d9ed49b625f"}]"#
        );
    }

    #[test]
    fn every_style_is_the_same_json() {
        let names = ["Global", "Global/Zürich \"A\"", "Global/\u{1f525}"];
        for style in [
            DomainsStyle::Spaced,
            DomainsStyle::Compact,
            DomainsStyle::Escaped,
        ] {
            let text = text(&scenario(&names, style));
            let parsed: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
            assert!(
                parsed
                    .iter()
                    .map(|domain| domain["name"].as_str().unwrap())
                    .eq(names)
            );
            assert_eq!(text.is_ascii(), style == DomainsStyle::Escaped);
        }
    }

    #[test]
    fn domains_are_made_up_to_the_count_asked_for() {
        let many = FmcScenario {
            domain_count: 1000,
            ..FmcScenario::default()
        };
        let parsed: Vec<serde_json::Value> = serde_json::from_str(&text(&many)).unwrap();
        assert_eq!(parsed.len(), 1000);
        assert!(
            parsed
                .iter()
                .all(|domain| find(&many, domain["uuid"].as_str().unwrap()).is_some())
        );
        assert_eq!(find(&many, "e276abec-e0f2-11e3-8169-000000000000"), None);
    }
}
