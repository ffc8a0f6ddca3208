//! The tables: what must be accepted, what refused, what is left open.

use std::format;
use std::vec;
use std::vec::Vec;

use super::super::{JsonError, Kind, MAX_DEPTH, Scanner};
use super::{Whole, scan, verdict};

/// Must be accepted.
#[rustfmt::skip]
const YES: &[&[u8]] = &[
    b"[]", b"{}", b"[[]]", b"[{}]", b"[[[[]]],[]]", b"0", b"-0", b"1", b"-1", b"123", b"1.5",
    b"0.1", b"-0.1", b"1e1", b"1E1", b"1e+1", b"1e-1", b"0e1", b"0e+1", b"123.456e78", b"-0e-0",
    b"[0e+1]", b"[20e1]", b"[123.456789]", b"[-123]", b"[1E22]", b"[1E-2]", b"[1E+2]", b"[123e45]",
    b"[123.456e78]", b"1e9999", b"-1e9999", b"[0.4e00669999999999999999999999999999999999999]",
    b"123123123123123123123123123123", b"0.00000000000000000000000000000000000000000000000001",
    b"true", b"false", b"null", b"[true]", b"[null, 1, \"1\", {}]", b" 1", b"1 ", b"\t\r\n 1\t\r\n ",
    b" [] ", b"[ ]", b"{ }", b"[1,2]", b"[1 , 2]", b"[1\n,2]", b"[null,null,null]",
    b"\"\"", b"\"a\"", b"\" \"", b"[\"asd \"]", b"[\"\x7f\"]", b"[\"a/*b*/c/*d//e\"]",
    br#""\"""#, br#""\\""#, br#""\/""#, br#""\b\f\n\r\t""#, br#"["\"\\\/\b\f\n\r\t"]"#,
    br#""\u0000""#, br#""\u0061\u30af\u30EA\u30b9""#, br#""\u00e9""#, br#""\uD834\uDd1e""#,
    br#""\ud83d\ude39\ud83d\udc8d""#, br#""\uFFFF""#, br#""\uDBFF\uDFFF""#, br#""\\u0000""#,
    br#""\\a""#, br#""\\n""#, br#""new\u000Aline""#, br#""\u0012""#, br#""\u0022""#,
    br#""\uA66D""#, br#""\u005C""#, br#""\u200B""#, br#""\u2064""#, br#""\uFDD0""#,
    "\"é\"".as_bytes(), "\"€𝄞\"".as_bytes(), "\"\u{2028}\u{2029}\"".as_bytes(), "\"\u{feff}\"".as_bytes(),
    b"{\"\":0}", b"{\"a\":1}", b"{\"a\":1,\"b\":2}", b"{\"a\":1,\"a\":1}", b"{\"a\":[]}",
    b"{ \"a\" : { \"b\" : [ 1 ] } }", b"{\"a\":\"b\",\"c\":{\"d\":\"e\"}}", br#"{"foo\u0000bar":42}"#,
    b"{\n\"a\": \"b\"\n}", br#"{"min":-1.0e+28,"max":1.0e+28}"#, br#"{"t\u0069tle":"\u041f"}"#,
    b"{\"asd\":\"sdf\", \"dfg\":\"fgh\"}", b"[[] ]", b"[\"\"]", b"[1,null,null,null,2]", b"[2] ",
];

/// Must be refused, and why.
#[rustfmt::skip]
const NO: &[(&[u8], JsonError)] = &[
    (b"", JsonError::Empty), (b" ", JsonError::Empty), (b"\n\n", JsonError::Empty),
    (b"[", JsonError::Truncated), (b"{", JsonError::Truncated), (b"[1", JsonError::Truncated),
    (b"[1,", JsonError::Truncated), (b"[1,\n1\n,1", JsonError::Truncated), (b"[\"a", JsonError::Truncated),
    (b"[\"\"", JsonError::Truncated), (b"{\"a\"", JsonError::Truncated), (b"{\"a\":", JsonError::Truncated),
    (b"{\"a\":\"a", JsonError::Truncated), (b"{\"a\":1", JsonError::Truncated), (b"\"", JsonError::Truncated),
    (b"tru", JsonError::Truncated), (b"nul", JsonError::Truncated), (b"-", JsonError::Truncated),
    (b"1.", JsonError::Truncated), (b"1e", JsonError::Truncated), (b"1e+", JsonError::Truncated),
    (br#""\"#, JsonError::Truncated), (br#""\u00"#, JsonError::Truncated), (b"[{}", JsonError::Truncated),
    (br#"["\uD834\uDd"#, JsonError::Truncated), (b"[\"\x80", JsonError::Truncated),
    (b"]", JsonError::Value), (b"}", JsonError::Value), (b",", JsonError::Value), (b"*", JsonError::Value),
    (b"[,1]", JsonError::Value), (b"[1,]", JsonError::Value), (b"[1,,2]", JsonError::Value),
    (b"[,]", JsonError::Value), (b"[:1]", JsonError::Value), (b"{\"a\":}", JsonError::Value),
    (b"{\"a\":,}", JsonError::Value), (b"{\"a\"::1}", JsonError::Value), (b"[a]", JsonError::Value),
    (b"['a']", JsonError::Value), (b"[+1]", JsonError::Value), (b"[.5]", JsonError::Value),
    (b"[NaN]", JsonError::Value), (b"[Infinity]", JsonError::Value), (b"[True]", JsonError::Value),
    (b"\xef\xbb\xbf{}", JsonError::Value), (b"\xef\xbb\xbf", JsonError::Value), (b"[\xff]", JsonError::Value),
    (b"<html>", JsonError::Value), (b"\xe5", JsonError::Value), (b"\x00", JsonError::Value),
    (b"[\x0c]", JsonError::Value), (b"\x0b1", JsonError::Value), (b"\xc2\xa0", JsonError::Value),
    (b"[\\u000A\"\"]", JsonError::Value), (b"(1)", JsonError::Value), (b"/**/1", JsonError::Value),
    (b"{,}", JsonError::Name), (b"{1:1}", JsonError::Name), (b"{a:1}", JsonError::Name),
    (b"{'a':1}", JsonError::Name), (b"{\"a\":1,}", JsonError::Name), (b"{\"a\":1,,}", JsonError::Name),
    (b"{null:null}", JsonError::Name), (b"{[]:1}", JsonError::Name), (b"{]", JsonError::Name),
    (b"{\"a\" 1}", JsonError::Colon), (b"{\"a\"}", JsonError::Colon), (b"{\"a\",1}", JsonError::Colon),
    (b"{\"a\"\"b\"}", JsonError::Colon), (b"{\"a\"=1}", JsonError::Colon), (b"{\"\x00\":1}", JsonError::Control),
    (b"[1 2]", JsonError::Comma), (b"[1}", JsonError::Comma), (b"{\"a\":1]", JsonError::Comma),
    (b"[\"a\"\"b\"]", JsonError::Comma), (b"[3[4]]", JsonError::Comma), (b"[\"x\":1]", JsonError::Comma),
    (b"{\"a\":1 \"b\":2}", JsonError::Comma), (b"[true1]", JsonError::Comma), (b"[1a]", JsonError::Comma),
    (b"[0x1]", JsonError::Comma), (b"[1_000]", JsonError::Comma), (b"[1.5.6]", JsonError::Comma),
    (b"[1+2]", JsonError::Comma), (b"[1\x0c]", JsonError::Comma), (b"{\"a\":/**/1}", JsonError::Value),
    (b"[truex]", JsonError::Comma), (b"[-1-]", JsonError::Comma), (b"[1\xff]", JsonError::Comma),
    (b"01", JsonError::Number), (b"-01", JsonError::Number), (b"[012]", JsonError::Number),
    (b"[-a]", JsonError::Number), (b"[--1]", JsonError::Number), (b"[-]", JsonError::Number),
    (b"[1.]", JsonError::Number), (b"[1.e1]", JsonError::Number), (b"[1.a]", JsonError::Number),
    (b"[1e]", JsonError::Number), (b"[1e+]", JsonError::Number), (b"[1e+-2]", JsonError::Number),
    (b"[1ee2]", JsonError::Number), (b"[0e]", JsonError::Number), (b"[-.5]", JsonError::Number),
    (b"[1e1.5]", JsonError::Comma), (b"[0.3e+]", JsonError::Number), (b"[1 000.0]", JsonError::Comma),
    (b"[-Infinity]", JsonError::Number), (b"[-2.]", JsonError::Number), (b"[9.e+]", JsonError::Number),
    (b"[nul]", JsonError::Literal), (b"[trUe]", JsonError::Literal), (b"[fals]", JsonError::Literal),
    (b"nulL", JsonError::Literal), (b"[tru\x00e]", JsonError::Literal), (b"t ", JsonError::Literal),
    (br#""\a""#, JsonError::Escape), (br#""\x00""#, JsonError::Escape), (br#""\'""#, JsonError::Escape),
    (br#""\uXXXX""#, JsonError::Escape), (br#""\u00A""#, JsonError::Escape), (br#""\U0041""#, JsonError::Escape),
    (br#""\u{1}""#, JsonError::Escape), (br#""\uD834\uDd""#, JsonError::Escape), (b"\"\\\xff\"", JsonError::Escape),
    (b"\"\\\x00\"", JsonError::Escape), (b"\"\\\n\"", JsonError::Escape), (br#""\uD800\x""#, JsonError::Escape),
    (b"\"\n\"", JsonError::Control), (b"\"\t\"", JsonError::Control), (b"\"\x00\"", JsonError::Control),
    (b"\"\x1f\"", JsonError::Control), (b"[\"a\x00a\"]", JsonError::Control), (b"[\"\rb\"]", JsonError::Control),
    (b"1 1", JsonError::Trailing), (b"[]x", JsonError::Trailing), (b"{}}", JsonError::Trailing),
    (b"[][]", JsonError::Trailing), (b"{} {}", JsonError::Trailing), (b"\"a\"b", JsonError::Trailing),
    (b"1]", JsonError::Trailing), (b"truefalse", JsonError::Trailing), (b"[1]]", JsonError::Trailing),
    (b"{\"a\":true} \"x\"", JsonError::Trailing), (b"2@", JsonError::Trailing), (b"{}#", JsonError::Trailing),
    (b"[]\x00", JsonError::Trailing), (b"{}//", JsonError::Trailing), (b"null,", JsonError::Trailing),
];

/// Left to the parser by the standard: accepted, and the text that results.
const OPEN: &[(&[u8], &[u8])] = &[
    (b"\"\xff\"", b"\xff"),
    (b"\"\xe9\"", b"\xe9"),
    (b"\"\xc0\xaf\"", b"\xc0\xaf"),
    (b"\"\xed\xa0\x80\"", b"\xed\xa0\x80"),
    (b"\"\x81\"", b"\x81"),
    (br#""\uD800""#, b"\xef\xbf\xbd"),
    (br#""\uDADA""#, b"\xef\xbf\xbd"),
    (br#""\uDd1ea""#, b"\xef\xbf\xbda"),
    (br#""\uD888\u1234""#, b"\xef\xbf\xbd\xe1\x88\xb4"),
    (br#""\uD800\n""#, b"\xef\xbf\xbd\n"),
    (br#""\uD800\uD800""#, b"\xef\xbf\xbd\xef\xbf\xbd"),
    (br#""\uD800\uD834\uDD1E""#, b"\xef\xbf\xbd\xf0\x9d\x84\x9e"),
    (br#""\uD834x\uDD1E""#, b"\xef\xbf\xbdx\xef\xbf\xbd"),
    (br#""\uDC00\uD800""#, b"\xef\xbf\xbd\xef\xbf\xbd"),
];

#[test]
fn accepts_what_it_must() {
    for text in YES {
        assert_eq!(verdict(text), Ok(()), "{}", text.escape_ascii());
    }
}

#[test]
fn refuses_what_it_must_and_says_why() {
    for (text, why) in NO {
        assert_eq!(verdict(text), Err(*why), "{}", text.escape_ascii());
    }
}

#[test]
fn lets_odd_strings_pass() {
    for (text, result) in OPEN {
        let events = vec![Whole::Scalar(Kind::String, result.to_vec())];
        assert_eq!(
            scan(Scanner::new(), &[text]),
            (events, Ok(())),
            "{}",
            text.escape_ascii()
        );
    }
}

#[test]
fn every_table_row_is_the_same_byte_by_byte() {
    let rows = YES
        .iter()
        .copied()
        .chain(NO.iter().map(|no| no.0))
        .chain(OPEN.iter().map(|row| row.0));
    for text in rows {
        let bytes: Vec<&[u8]> = text.chunks(1).collect();
        assert_eq!(scan(Scanner::new(), &bytes), scan(Scanner::new(), &[text]));
    }
}

#[test]
fn depth_has_a_named_end() {
    let depth = usize::from(MAX_DEPTH);
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let most = format!("{}1{}", open.repeat(depth), close.repeat(depth));
        assert_eq!(verdict(most.as_bytes()), Ok(()));
        let more = format!("{}1", open.repeat(depth + 1));
        assert_eq!(verdict(more.as_bytes()), Err(JsonError::Depth));
    }
    assert_eq!(
        verdict("[".repeat(100_000).as_bytes()),
        Err(JsonError::Depth)
    );
}

#[test]
fn junk_before_the_first_bracket() {
    let after =
        |junk: &str, text: &str| scan(Scanner::after_junk(), &[junk.as_bytes(), text.as_bytes()]);
    for junk in ["", " ", "Error: \"x\", 12\n", &"x".repeat(64)] {
        assert_eq!(
            after(junk, "{\"a\":1}"),
            scan(Scanner::new(), &[b"{\"a\":1}"])
        );
    }
    assert_eq!(after(&"x".repeat(65), "{}").1, Err(JsonError::Junk));
    assert_eq!(after("Bad Request", "").1, Err(JsonError::Junk));
    assert_eq!(after("", "").1, Err(JsonError::Empty));
    assert_eq!(after("x", "{}x").1, Err(JsonError::Trailing));
}

#[test]
fn stays_small() {
    assert!(size_of::<Scanner>() <= 64);
}
