//! What is JSON and what is not, after the groups of JSONTestSuite, and the
//! same questions put to `serde_json`.

mod pick;
mod table;

use std::string::String;
use std::vec::Vec;
use std::{format, vec};

use proptest::prelude::*;
use serde::de::IgnoredAny;

use super::{Event, JsonError, Kind, Nest, Scanner};

/// An event with its pieces joined, so that splits can not show.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Whole {
    Begin(Nest),
    End(Nest),
    Name(Vec<u8>),
    Scalar(Kind, Vec<u8>),
}

/// Scans `pieces` one after the other.
pub(super) fn scan(mut scanner: Scanner, pieces: &[&[u8]]) -> (Vec<Whole>, Result<(), JsonError>) {
    let (mut events, mut text, mut kind) = (Vec::new(), Vec::new(), Kind::Null);
    let mut on = |event: Event<'_>| match event {
        Event::Begin(nest) => events.push(Whole::Begin(nest)),
        Event::End(nest) => events.push(Whole::End(nest)),
        Event::Name => text.clear(),
        Event::Scalar(is) => {
            kind = is;
            text.clear();
        }
        Event::Piece(piece) => text.extend_from_slice(piece),
        Event::NameEnd => events.push(Whole::Name(text.clone())),
        Event::ScalarEnd => events.push(Whole::Scalar(kind, text.clone())),
    };
    for piece in pieces {
        if let Err(error) = scanner.push(piece, &mut on) {
            assert_eq!(scanner.push(b"1", &mut on), Err(error), "an error is final");
            assert_eq!(scanner.finish(&mut on), Err(error), "an error is final");
            return (events, Err(error));
        }
    }
    let end = scanner.finish(&mut on);
    (events, end)
}

fn verdict(text: &[u8]) -> Result<(), JsonError> {
    scan(Scanner::new(), &[text]).1
}

/// Texts from the alphabet of JSON: nearly all are broken, in all places.
fn soup() -> impl Strategy<Value = Vec<u8>> {
    let words: Vec<&[u8]> = vec![
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\"",
        b"\"a\"",
        b"\\",
        b"\\u",
        b"d83d",
        b"true",
        b"nul",
        b"null",
        b"0",
        b"-",
        b"1",
        b".",
        b"e",
        b"+",
        b" ",
        b"\n",
        b"\xff",
        b"\x01",
        b"\"\\ud83d\\ude00\"",
    ];
    prop::collection::vec(prop::sample::select(words), 0..12).prop_map(|words| words.concat())
}

/// JSON texts, and such with a few bytes changed, lost or put in.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let change = (
        any::<prop::sample::Index>(),
        prop::sample::select(b"{}[],:\"\\u0.e- tn\x00\xe9".to_vec()),
        0..3,
    );
    (document(), prop::collection::vec(change, 0..3)).prop_map(|(text, changes)| {
        let mut text = text.into_bytes();
        for (at, byte, how) in changes {
            let at = at.index(text.len() + 1);
            match (how, at < text.len()) {
                (0, true) => text[at] = byte,
                (1, true) => drop(text.remove(at)),
                _ => text.insert(at, byte),
            }
        }
        text
    })
}

/// A JSON text of nested values with all the escapes.
pub(super) fn document() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        prop::collection::vec(any::<char>(), 0..8)
            .prop_map(|s| serde_json::to_string(&s.iter().collect::<String>()).unwrap()),
        prop::collection::vec(any::<u16>(), 0..4).prop_map(|codes| {
            let escapes: String = codes.iter().map(|code| format!("\\u{code:04X}")).collect();
            format!("\"{escapes}\"")
        }),
        "[\"][abc]{0,2}[\"]",
    ];
    let leaf = prop_oneof![
        prop::sample::select(vec!["null", "true", "false", "0", "-1.5e+3"]).prop_map(String::from),
        any::<i64>().prop_map(|number| format!("{number}")),
        any::<f64>()
            .prop_filter("JSON has no others", |f| f.is_finite())
            .prop_map(|f| format!("{f:e}")),
        text.clone(),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        let blank = prop::sample::select(vec!["", "", " ", "\r\n\t"]);
        prop_oneof![
            (prop::collection::vec(inner.clone(), 0..6), blank.clone())
                .prop_map(|(values, blank)| format!("[{blank}{}{blank}]", values.join(","))),
            (prop::collection::vec((text.clone(), inner), 0..6), blank).prop_map(
                |(members, blank)| {
                    let members: Vec<_> = members
                        .iter()
                        .map(|(k, v)| format!("{k}{blank}:{v}"))
                        .collect();
                    format!("{{{blank}{}}}", members.join(","))
                }
            ),
        ]
    })
}

/// Cuts `text` at the given places.
pub(super) fn split<'t>(text: &'t [u8], cuts: &[prop::sample::Index]) -> Vec<&'t [u8]> {
    let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
    at.extend([0, text.len()]);
    at.sort_unstable();
    at.windows(2).map(|ends| &text[ends[0]..ends[1]]).collect()
}

fn events_of(value: &serde_json::Value, into: &mut Vec<Whole>) {
    use serde_json::Value as V;
    match value {
        V::Null => into.push(Whole::Scalar(Kind::Null, b"null".to_vec())),
        V::Bool(true) => into.push(Whole::Scalar(Kind::True, b"true".to_vec())),
        V::Bool(false) => into.push(Whole::Scalar(Kind::False, b"false".to_vec())),
        V::Number(n) => into.push(Whole::Scalar(
            Kind::Number,
            n.as_f64().unwrap().to_le_bytes().to_vec(),
        )),
        V::String(s) => into.push(Whole::Scalar(Kind::String, s.clone().into_bytes())),
        V::Array(values) => {
            into.push(Whole::Begin(Nest::Array));
            values.iter().for_each(|value| events_of(value, into));
            into.push(Whole::End(Nest::Array));
        }
        V::Object(members) => {
            into.push(Whole::Begin(Nest::Object));
            for (name, value) in members {
                into.push(Whole::Name(name.clone().into_bytes()));
                events_of(value, into);
            }
            into.push(Whole::End(Nest::Object));
        }
    }
}

/// Numbers by what they are worth, as `serde_json` keeps them.
fn by_worth(events: Vec<Whole>) -> Vec<Whole> {
    let worth = |text: &[u8]| core::str::from_utf8(text).unwrap().parse::<f64>().unwrap();
    let map = |event| match event {
        Whole::Scalar(Kind::Number, text) => {
            Whole::Scalar(Kind::Number, worth(&text).to_le_bytes().to_vec())
        }
        other => other,
    };
    events.into_iter().map(map).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    // `IgnoredAny` knows the grammar only: no limits on numbers, surrogates or UTF-8.
    #[test]
    fn accepts_what_serde_json_accepts(text in prop_oneof![soup(), mutated()]) {
        let theirs = serde_json::from_slice::<IgnoredAny>(&text).is_ok();
        prop_assert_eq!(verdict(&text).is_ok(), theirs, "{}", text.escape_ascii());
    }

    #[test]
    fn every_split_gives_the_same_events(
        text in prop_oneof![soup(), mutated()],
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let whole = scan(Scanner::new(), &[&text]);
        prop_assert_eq!(&scan(Scanner::new(), &split(&text, &cuts)), &whole);
        let bytes: Vec<&[u8]> = text.chunks(1).collect();
        prop_assert_eq!(&scan(Scanner::new(), &bytes), &whole);
    }

    #[test]
    fn finds_what_serde_json_finds(text in document()) {
        let Ok(value) = serde_json::from_str::<serde_json::Value>(&text) else { return Ok(()) };
        let mut expected = Vec::new();
        events_of(&value, &mut expected);
        // Their map sorts names and drops doubles: put ours through it first.
        let (events, end) = scan(Scanner::new(), &[serde_json::to_string(&value).unwrap().as_bytes()]);
        prop_assert_eq!(end, Ok(()));
        prop_assert_eq!(by_worth(events), expected);
    }
}
