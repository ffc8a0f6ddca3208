//! What `Pick` finds, by example and beside `serde_json`.

use std::format;
use std::string::String;
use std::vec;
use std::vec::Vec;

use proptest::prelude::*;
use serde_json::Value as Json;

use super::super::{Nest, Pick, Picked, Value};
use super::{document, split};
use crate::json::Kind;

#[derive(Debug, Default, PartialEq)]
struct Log(Vec<String>);

impl Picked for Log {
    fn value(&mut self, path: usize, value: Value<'_>) {
        let cut = if value.truncated { "…" } else { "" };
        let text = String::from_utf8_lossy(value.text);
        self.0.push(format!("{path}={:?}:{text}{cut}", value.kind));
    }
    fn begin(&mut self, path: usize, nest: Nest) {
        self.0.push(format!("{path}<{nest:?}"));
    }
    fn end(&mut self, path: usize, nest: Nest) {
        self.0.push(format!("{path}>{nest:?}"));
    }
}

fn pick(paths: &'static [&'static str], pieces: &[&[u8]]) -> Vec<String> {
    let (mut pick, mut log) = (Pick::<8>::new(paths), Log::default());
    for piece in pieces {
        pick.push(piece, &mut log).unwrap();
    }
    pick.finish(&mut log).unwrap();
    log.0
}

#[test]
fn a_list_of_an_fmc() {
    let text =
        br#"{"links":{"self":"x"},"items":[{"id":"1","name":"a\u0062","healthStatus":"green",
        "metadata":{"name":"no"}},{"healthStatus":null},7],"paging":{"offset":0,"count":26}}"#;
    let paths = &[
        "items[]",
        "items[].name",
        "items[].healthStatus",
        "paging.count",
    ];
    let expected = [
        "0<Object",
        "1=String:ab",
        "2=String:green",
        "0>Object",
        "0<Object",
        "2=Null:null",
        "0>Object",
        "0=Number:7",
        "3=Number:26",
    ];
    assert_eq!(pick(paths, &[text]), expected);
    let bytes: Vec<&[u8]> = text.chunks(1).collect();
    assert_eq!(pick(paths, &bytes), expected);
}

#[test]
fn the_top_and_names_that_are_alike() {
    assert_eq!(pick(&[""], &[b"12"]), ["0=Number:12"]);
    assert_eq!(
        pick(&["", "[]"], &[b"[1]"]),
        ["0<Array", "1=Number:1", "0>Array"]
    );
    assert_eq!(
        pick(
            &["[].name"],
            &[br#"[{"nam":1,"names":2,"name":3},{"name":4}]"#]
        ),
        ["0=Number:3", "0=Number:4"]
    );
    assert_eq!(
        pick(&["a", "ab", "a.b"], &[br#"{"ab":1,"a":{"b":2},"":3}"#]),
        ["1=Number:1", "0<Object", "2=Number:2", "0>Object"]
    );
    assert_eq!(
        pick(&["[][]"], &[b"[[1,[2]],3,{\"a\":4}]"]),
        ["0=Number:1", "0<Array", "0>Array"]
    );
    assert_eq!(
        pick(&["a[0]", "a["], &[b"{\"a\":[1]}"]),
        Vec::<String>::new()
    );
}

#[test]
fn names_that_look_like_paths() {
    let text = br#"{"a.b":1,"a[]":[2],"":3,".a":4,"a":{"b":5,"":6,".b":7},"[]":[8]}"#;
    let paths = &["", "a.b", "a[]", "a.", ".a", "[]", "[].a", "a..b"];
    let expected = ["0<Object", "1=Number:5", "3=Number:6", "0>Object"];
    assert_eq!(pick(paths, &[text]), expected);
    let bytes: Vec<&[u8]> = text.chunks(1).collect();
    assert_eq!(pick(paths, &bytes), expected);
}

#[test]
fn paths_that_can_not_be_followed_match_nothing() {
    const LONG: &str = ascii(&[b'a'; 256]);
    const SHORTER: &str = ascii(&[b'a'; 255]);
    let text = format!(r#"{{"{LONG}":1,"{SHORTER}":2,"b":[{{"c":3}}]}}"#);
    let paths = &[LONG, SHORTER, "b[]c", "b.[].c"];
    assert_eq!(pick(paths, &[text.as_bytes()]), ["1=Number:2"]);
}

const fn ascii(bytes: &'static [u8]) -> &'static str {
    match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => panic!("not ASCII"),
    }
}

#[test]
fn a_long_value_is_cut_and_one_not_asked_for_costs_nothing() {
    let long = format!("{{\"x\":\"{0}\",\"a\":\"{0}\"}}", "y".repeat(100_000));
    assert_eq!(pick(&["a"], &[long.as_bytes()]), ["0=String:yyyyyyyy…"]);
    assert_eq!(
        pick(&["a"], &[b"{\"a\":\"12345678\"}"]),
        ["0=String:12345678"]
    );
}

#[test]
fn as_deep_as_promised_and_no_deeper() {
    assert_eq!(
        pick(&["[][][][][][][][]"], &[b"[[[[[[[[[1]]]]]]]]]"]),
        ["0<Array", "0>Array"]
    );
    assert_eq!(
        pick(&["[][][][][][][][]"], &[b"[[[[[[[[1]]]]]]]]"]),
        ["0=Number:1"]
    );
    assert_eq!(
        pick(&["[][][][][][][][][]"], &[b"[[[[[[[[[1]]]]]]]]]"]),
        Vec::<String>::new()
    );
    let deep = format!("[{}{},2]", "[".repeat(100), "]".repeat(100));
    assert_eq!(
        pick(&["[]"], &[deep.as_bytes()]),
        ["0<Array", "0>Array", "0=Number:2"]
    );
}

#[test]
fn numbers_are_read_or_refused() {
    let value = |kind, text| Value {
        kind,
        text,
        truncated: false,
    };
    assert_eq!(value(Kind::Number, b"4294967295").as_u32(), Some(u32::MAX));
    assert_eq!(value(Kind::String, b"0").as_u32(), Some(0));
    for odd in [&b""[..], b"4294967296", b"-1", b"1.0", b"1e3"] {
        assert_eq!(value(Kind::Number, odd).as_u32(), None);
    }
    assert_eq!(value(Kind::True, b"1").as_u32(), None);
}

#[test]
fn stays_small() {
    assert!(size_of::<Pick<0>>() <= 240, "{}", size_of::<Pick<0>>());
}

const PATHS: &[&str] = &[
    "", "[]", "a", "[].a", "a[]", "a.b", "a.b[]", "[][]", "b.a.c", "[].b[].a", "c",
];

/// What `Pick` should say, from a tree.
fn model(value: &Json, path: &mut Vec<String>, into: &mut Vec<String>) {
    let here = path.concat();
    let here = here.strip_prefix('.').unwrap_or(&here);
    let index = PATHS.iter().position(|path| *path == here);
    let mut log = |text: String| index.iter().for_each(|at| into.push(format!("{at}{text}")));
    match value {
        Json::Array(values) => {
            log("<Array".into());
            path.push("[]".into());
            values.iter().for_each(|value| model(value, path, into));
            path.pop();
            index.iter().for_each(|at| into.push(format!("{at}>Array")));
        }
        Json::Object(members) => {
            log("<Object".into());
            for (name, value) in members {
                path.push(format!(".{name}"));
                model(value, path, into);
                path.pop();
            }
            index
                .iter()
                .for_each(|at| into.push(format!("{at}>Object")));
        }
        Json::Null => log("=Null:null".into()),
        Json::Bool(true) => log("=True:true".into()),
        Json::Bool(false) => log("=False:false".into()),
        Json::Number(number) => log(format!("=Number:{}", cut(&format!("{number}")))),
        Json::String(text) => log(format!("=String:{}", cut(text))),
    }
}

fn cut(text: &str) -> String {
    let kept = text
        .as_bytes()
        .get(..8)
        .map(|kept| format!("{}…", String::from_utf8_lossy(kept)));
    if text.len() > 8 {
        kept.unwrap()
    } else {
        text.into()
    }
}

fn tree() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i32>().prop_map(Json::from),
        ".{0,12}".prop_map(Json::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::btree_map("[abc]{1,2}|\u{e9}", inner, 0..4)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn picks_what_stands_at_the_paths(
        tree in tree(),
        pretty in any::<bool>(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let text = if pretty { serde_json::to_vec_pretty(&tree) } else { serde_json::to_vec(&tree) };
        let text = text.unwrap();
        let mut expected = vec![];
        model(&tree, &mut vec![], &mut expected);
        prop_assert_eq!(&pick(PATHS, &[&text]), &expected);
        prop_assert_eq!(&pick(PATHS, &split(&text, &cuts)), &expected);
    }

    #[test]
    fn no_document_is_refused(text in document()) {
        let mut pick = Pick::<8>::new(PATHS);
        let mut log = Log::default();
        prop_assert_eq!(pick.push(text.as_bytes(), &mut log), Ok(()));
        prop_assert_eq!(pick.finish(&mut log), Ok(()));
    }
}
