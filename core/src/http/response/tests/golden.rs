//! Answers written by hand, and what must come of each.

use std::format;
use std::string::String;
use std::vec::Vec;

use super::{run_every_split, whole};
use crate::http::{HttpError, Limits, Method, Persistence, Response};

const KEEP: Persistence = Persistence::KeepAlive {
    timeout_secs: None,
    max: None,
};

/// The answer to a login of an FMC in 2020, as its owner published it.
const FMC_LOGIN: &str = include_str!("../../../../tests/data/fmc-login-2020.http");

/// Method, head, what follows it, how much of that is the body, and whether
/// the connection lives.
type BodyRow = (Method, &'static str, &'static str, &'static str, bool);

#[rustfmt::skip]
const BODIES: &[BodyRow] = &[
    (Method::Get, "200 OK\r\nContent-Length: 3\r\n", "abc", "abc", true),
    (Method::Get, "200 OK\r\nContent-Length: 3\r\n", "abcd", "abc", false),
    (Method::Get, "200 OK\r\nContent-Length: 0\r\n", "", "", true),
    (Method::Get, "200 OK\r\nContent-Length: 3, 03,\t3 \r\n", "abc", "abc", true),
    (Method::Get, "200 OK\r\nContent-Length: 3\r\ncontent-length: 3\r\n", "abc", "abc", true),
    (Method::Get, "200 OK\r\nTransfer-Encoding: CHUNKED \r\n", "3\r\nabc\r\n0\r\n\r\n", "abc", true),
    (Method::Get, "200 OK\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n", "", true),
    (Method::Get, "200 OK\r\nTransfer-Encoding: chunked\r\n", "00a\r\n0123456789\r\n000\r\nA: b\r\n\r\n", "0123456789", true),
    (Method::Get, "200 OK\r\nTransfer-Encoding: chunked\r\n", "1 \t;a=\";\"\r\nx\r\n0;b\r\n\r\n", "x", true),
    (Method::Get, "200 OK\r\n", "to the end", "to the end", false),
    (Method::Get, "200 OK\r\nConnection: keep-alive\r\n", "", "", false),
    (Method::Get, "500 \r\nContent-Encoding: Identity\r\nContent-Length: 1\r\n", "x", "x", true),
    // Whatever the fields say: no body.
    (Method::Head, "200 OK\r\nContent-Length: 3\r\n", "", "", true),
    (Method::Head, "200 OK\r\nTransfer-Encoding: chunked\r\n", "", "", true),
    (Method::Head, "200 OK\r\nContent-Encoding: gzip\r\nContent-Length: nonsense\r\n", "", "", true),
    (Method::Get, "304 Not Modified\r\nContent-Length: 3\r\n", "", "", true),
    (Method::Post, "204 204\r\n", "", "", true),
    (Method::Post, "204 No Content\r\nContent-Length: 0\r\n", "", "", true),
    // The body that such an answer announces may still come: it ends there.
    (Method::Post, "204 204\r\nContent-Length: 3\r\n", "", "", false),
    (Method::Post, "204 204\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n", "", false),
    (Method::Post, "204 204\r\nContent-Length: 1\r\nTransfer-Encoding: x\r\n", "", "", false),
    // Interim answers first.
    (Method::Post, "100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n", "x", "x", true),
    (Method::Post, "103\r\nConnection: close\r\nContent-Length: 9\r\n\r\nHTTP/1.1 204\r\n", "", "", true),
    // A code that nobody knows is a final one.
    (Method::Get, "999 ?\r\nContent-Length: 1\r\n", "x", "x", true),
];

#[test]
fn bodies_follow_the_status_first() {
    for &(method, head, rest, body, lives) in BODIES {
        let bytes = format!("HTTP/1.1 {head}\r\n{rest}");
        let run = run_every_split(method, Limits::default(), bytes.as_bytes(), &[3]);
        let persistence = run
            .result
            .unwrap_or_else(|error| panic!("{bytes:?}: {error}"));
        assert_eq!(run.log.body, body.as_bytes(), "{bytes:?}");
        assert_eq!(persistence != Persistence::Close, lives, "{bytes:?}");
    }
}

#[test]
fn an_fmc_login_of_2020() {
    let run = run_every_split(Method::Post, Limits::default(), FMC_LOGIN.as_bytes(), &[64]);
    assert_eq!(run.result, Ok(KEEP));
    assert!(
        run.before_eof,
        "without waiting for the end of the connection"
    );
    assert_eq!((run.log.status, run.log.body.len()), (Some(204), 0));
    let lines: Vec<(String, &str)> = FMC_LOGIN
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .collect();
    assert_eq!(lines.len(), 20);
    let lines = lines
        .iter()
        .filter(|(name, _)| name != "x-permitted-cross-domain-policies");
    let parsed = run
        .log
        .fields
        .iter()
        .map(|(name, value)| (name, &value[..]));
    assert!(
        lines
            .map(|(name, value)| (name, value.as_bytes()))
            .eq(parsed),
        "but the longest name"
    );
}

#[test]
fn values_as_they_are() {
    let bytes = b"HTTP/1.1 204\r\nA:b\r\nB: \t c d \t\r\nC:\r\nD:  \r\nE_f: \xff\x01\x7f\r\n\
        skip: \xff\nG: after a bare LF\n\n";
    let run = run_every_split(Method::Get, Limits::default(), bytes, &[5]);
    let expected: [(&str, &[u8]); 6] = [
        ("a", b"b"),
        ("b", b"c d \t"),
        ("c", b""),
        ("d", b""),
        ("e_f", b"\xff\x01\x7f"),
        ("g", b"after a bare LF"),
    ];
    assert!(
        run.log
            .fields
            .iter()
            .map(|(n, v)| (n.as_str(), &v[..]))
            .eq(expected)
    );
    assert_eq!((run.log.values_ended, run.result), (6, Ok(KEEP)));
}

#[test]
fn long_names_are_never_asked_about() {
    let (longest, longer) = ("N".repeat(32), "N".repeat(33));
    let bytes = format!("HTTP/1.1 204\r\n{longest}: 1\r\n{longer}: 2\r\nA: 3\r\n\r\n");
    let run = run_every_split(Method::Get, Limits::default(), bytes.as_bytes(), &[7]);
    assert_eq!(run.log.asked, [longest.to_ascii_lowercase(), "a".into()]);
}

#[test]
fn framing_fields_are_kept_from_the_caller() {
    let run = whole(
        Method::Get,
        b"HTTP/1.1 200\r\nConnection: Keep-Alive\r\nKeep-Alive: timeout=5\r\nContent-Length: 0\r\n\
          Content-Encoding: identity\r\nDate: x\r\n\r\n",
    );
    assert_eq!(run.log.asked, ["date"]);
}

#[test]
fn how_long_the_connection_lives() {
    let keep = |timeout_secs, max| Persistence::KeepAlive { timeout_secs, max };
    for (head, expected) in [
        ("HTTP/1.1 204\r\n", KEEP),
        ("HTTP/1.7 204\r\n", KEEP),
        ("HTTP/1.1 204\r\nConnection: close\r\n", Persistence::Close),
        (
            "HTTP/1.1 204\r\nConnection: Keep-Alive, CLOSE\r\n",
            Persistence::Close,
        ),
        (
            "HTTP/1.1 204\r\nConnection: keep-alive\r\nConnection: close\r\n",
            Persistence::Close,
        ),
        (
            "HTTP/1.1 204\r\nConnection: closed, a-name-of-more-than-twenty-bytes, x\r\n",
            KEEP,
        ),
        (
            "HTTP/1.1 204\r\nKeep-Alive: timeout=5, max=100\r\n",
            keep(Some(5), Some(100)),
        ),
        (
            "HTTP/1.1 204\r\nkeep-alive: Max=0,,x, TIMEOUT=70000\r\n",
            keep(Some(65535), Some(0)),
        ),
        ("HTTP/1.1 204\r\nKeep-Alive: timeout=, max=x\r\n", KEEP),
        ("HTTP/1.0 204\r\n", Persistence::Close),
        (
            "HTTP/1.0 204\r\nKeep-Alive: timeout=5\r\n",
            Persistence::Close,
        ),
        ("HTTP/1.0 204\r\nConnection: keep-alive\r\n", KEEP),
        (
            "HTTP/1.0 200\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n",
            Persistence::Close,
        ),
        ("HTTP/1.0 100\r\n\r\nHTTP/1.1 204\r\n", KEEP),
    ] {
        let bytes = format!("{head}\r\n");
        let body = if head.contains("chunked") {
            "0\r\n\r\n"
        } else {
            ""
        };
        let run = run_every_split(
            Method::Get,
            Limits::default(),
            (bytes + body).as_bytes(),
            &[4],
        );
        assert_eq!(run.result, Ok(expected), "{head:?}");
        assert!(run.before_eof);
    }
}

#[test]
fn where_the_stream_may_end() {
    let sized = b"HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nabc";
    let chunked = b"HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n";
    let open: &[u8] = b"HTTP/1.1 200\r\n\r\nabc";
    for (bytes, head) in [
        (&sized[..], sized.len()),
        (chunked, chunked.len()),
        (open, 16),
    ] {
        for end in 0..=bytes.len() {
            let run = whole(Method::Get, &bytes[..end]);
            let expected = match end {
                0 => Some(HttpError::Closed),
                _ if end < head => Some(HttpError::Truncated),
                _ => None,
            };
            assert_eq!(run.result.err(), expected, "{end} bytes of {bytes:?}");
        }
    }
}

#[test]
fn state_stays_small() {
    assert!(size_of::<Response>() <= 160, "{}", size_of::<Response>());
}
