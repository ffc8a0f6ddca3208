//! The JSON scanner: no panic, and the same values for any split.
//!
//! The first byte picks where the rest is cut in two.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oobwatch_core::json::{JsonError, Nest, Pick, Picked, Value};

const PATHS: &[&str] = &[
    "",
    "a",
    "a.b",
    "[]",
    "[].a",
    "items[].healthStatus",
    "error.messages[].description",
];

#[derive(Debug, PartialEq)]
enum Seen {
    Value(usize, String, Vec<u8>, bool),
    Begin(usize, String),
    End(usize, String),
}

#[derive(Debug, Default, PartialEq)]
struct Log(Vec<Seen>);

impl Picked for Log {
    fn value(&mut self, path: usize, value: Value<'_>) {
        assert!(value.text.len() <= 16);
        let kind = format!("{:?}", value.kind);
        self.0.push(Seen::Value(
            path,
            kind,
            value.text.to_vec(),
            value.truncated,
        ));
    }
    fn begin(&mut self, path: usize, nest: Nest) {
        self.0.push(Seen::Begin(path, format!("{nest:?}")));
    }
    fn end(&mut self, path: usize, nest: Nest) {
        self.0.push(Seen::End(path, format!("{nest:?}")));
    }
}

fn read(mut pick: Pick<16>, pieces: &[&[u8]]) -> (Log, Result<(), JsonError>) {
    let mut log = Log::default();
    let pushed = pieces
        .iter()
        .try_for_each(|piece| pick.push(piece, &mut log));
    let end = pushed.and_then(|()| pick.finish(&mut log));
    (log, end)
}

fuzz_target!(|data: &[u8]| {
    let [at, rest @ ..] = data else { return };
    let (first, second) = rest.split_at(usize::from(*at).min(rest.len()));
    for pick in [Pick::<16>::new(PATHS), Pick::after_junk(PATHS)] {
        let whole = read(pick.clone(), &[rest]);
        assert_eq!(whole, read(pick.clone(), &[first, second]));
        let bytes: Vec<&[u8]> = rest.chunks(1).collect();
        assert_eq!(whole, read(pick, &bytes));
    }
});
