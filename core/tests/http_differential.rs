//! Our response parser against httparse: the same heads and chunk sizes are
//! accepted, and the same is read from them. Where the two differ on purpose,
//! the difference stands in a list below and is asserted.

use oobwatch_core::http::{Events, HttpError, Limits, Method, Response};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// What a parser made of a head.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Head {
        len: usize,
        status: u16,
        fields: Vec<(String, Vec<u8>)>,
    },
    Incomplete,
    Refused,
}

#[derive(Default)]
struct Collect {
    status: u16,
    fields: Vec<(String, Vec<u8>)>,
}

impl Events for Collect {
    fn status(&mut self, code: u16) {
        self.status = code;
    }

    fn wants(&mut self, name: &[u8]) -> bool {
        let name = str::from_utf8(name).expect("token characters");
        self.fields.push((name.into(), Vec::new()));
        true
    }

    fn value(&mut self, piece: &[u8]) {
        self.fields
            .last_mut()
            .expect("a name comes first")
            .1
            .extend(piece);
    }

    fn value_end(&mut self) {
        let (_, value) = self.fields.last_mut().expect("a name comes first");
        value.truncate(value.trim_ascii_end().len());
    }

    fn head_end(&mut self) {}

    fn body(&mut self, _: &[u8]) {}
}

/// The answer to a HEAD, so that the message ends with its head.
fn ours(bytes: &[u8]) -> (Verdict, Option<HttpError>) {
    let mut collect = Collect::default();
    match Response::new(Method::Head, Limits::default()).push(bytes, &mut collect) {
        Ok(progress) if progress.done => {
            let Collect { status, fields } = collect;
            (
                Verdict::Head {
                    len: progress.consumed,
                    status,
                    fields,
                },
                None,
            )
        }
        Ok(_) => (Verdict::Incomplete, None),
        Err(error) => (Verdict::Refused, Some(error)),
    }
}

fn httparse(bytes: &[u8]) -> Verdict {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut response = httparse::Response::new(&mut headers);
    match response.parse(bytes) {
        Ok(httparse::Status::Complete(len)) => Verdict::Head {
            len,
            status: response.code.expect("complete"),
            fields: response
                .headers
                .iter()
                .map(|field| (field.name.to_ascii_lowercase(), field.value.to_vec()))
                .collect(),
        },
        Ok(httparse::Status::Partial) => Verdict::Incomplete,
        Err(_) => Verdict::Refused,
    }
}

fn line_end() -> impl Strategy<Value = &'static str> {
    prop_oneof![6 => Just("\r\n"), 1 => Just("\n")]
}

fn head() -> impl Strategy<Value = Vec<u8>> {
    let version = select(vec![
        "HTTP/1.1", "HTTP/1.0", "HTTP/1.1", "HTTP/2.0", "http/1.1", "SSH-2",
    ]);
    let code = prop_oneof![9 => "[2-9][0-9]{2}", 1 => "[2-9]{1,4}"];
    let reason = select(vec!["", " ", " OK", " 204", " Not \u{e9} found\t"]);
    let blank = || select(vec!["", " ", "\t", "  \t "]);
    let name = "[A-Za-z0-9!#$%&'*+.^_`|~-]{1,32}";
    let value = vec(
        prop_oneof![9 => 0x21u8..=0x7e, 1 => 0x80u8.., 1 => Just(b' ')],
        0..30,
    );
    let field = (name, blank(), value, blank(), line_end());
    let lines = (vec(line_end(), 0..3), version, code, reason, line_end());
    (lines, vec(field, 0..6), line_end()).prop_map(
        |((empty, version, code, reason, end), fields, last)| {
            let mut bytes = empty.concat().into_bytes();
            bytes.extend(format!("{version} {code}{reason}{end}").bytes());
            for (name, before, value, after, end) in fields {
                bytes.extend(format!("{name}:{before}").bytes());
                bytes.extend(value);
                bytes.extend(format!("{after}{end}").bytes());
            }
            bytes.extend(last.bytes());
            bytes
        },
    )
}

/// A fault for a head: where, what, and the byte. No digits: a difference
/// that they make is in the list.
fn fault() -> impl Strategy<Value = (Index, u8, u8)> {
    (
        any::<Index>(),
        0u8..3,
        select(b"\r\n\r\n\0 \t:;,aZ_(\"@\x80\xff".to_vec()),
    )
}

fn begins_with_more_than_two_empty_lines(bytes: &[u8]) -> bool {
    let lines = bytes
        .iter()
        .take_while(|byte| matches!(byte, b'\r' | b'\n'));
    lines.filter(|&&byte| byte == b'\n').count() > 2
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn heads_are_read_alike(head in head(), follows in vec(any::<u8>(), 0..4)) {
        let bytes = [head, follows].concat();
        prop_assert_eq!(ours(&bytes).0, httparse(&bytes));
    }

    #[test]
    fn broken_heads_are_judged_alike(head in head(), faults in vec(fault(), 1..3)) {
        let mut bytes = head;
        for (at, kind, byte) in faults {
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => bytes.truncate(at.max(1)),
            }
        }
        if begins_with_more_than_two_empty_lines(&bytes) || has_long_name(&bytes) {
            return Ok(());
        }
        let shown = bytes.escape_ascii().to_string();
        match (ours(&bytes).0, httparse(&bytes)) {
            // httparse judges the version once it has all of it.
            (Verdict::Refused, Verdict::Incomplete) => {}
            (ours, oracle) => prop_assert_eq!(ours, oracle, "{}", shown),
        }
    }

    #[test]
    fn chunk_sizes_are_read_alike(
        size in prop_oneof!["[0-9a-fA-F]{1,4}", "[0-9a-fA-F]{14,18}", "[0-9a-gx-]{1,3}"],
        rest in prop_oneof!["[ \t]{0,2}(;[a-z=\"; ]{0,9})?\r\n", "[ \t;x\r]{1,3}\r\n", "\r"],
    ) {
        let line = format!("{size}{rest}");
        let oracle = match httparse::parse_chunk_size(line.as_bytes()) {
            Ok(httparse::Status::Complete((_, size))) => Chunk::Size(size),
            Ok(httparse::Status::Partial) => Chunk::Incomplete,
            Err(_) => Chunk::Refused,
        };
        prop_assert_eq!(our_chunk(&line), oracle, "{:?}", line);
    }
}

/// Whether a line is longer than the longest name that is reported.
fn has_long_name(bytes: &[u8]) -> bool {
    bytes.split(|&byte| byte == b'\n').skip(1).any(|line| {
        line.iter()
            .position(|&byte| byte == b':')
            .is_some_and(|colon| colon > 32)
    })
}

#[derive(Debug, PartialEq, Eq)]
enum Chunk {
    Size(u64),
    Incomplete,
    Refused,
}

/// The size that our parser reads: the smallest limit that lets it through.
fn our_chunk(line: &str) -> Chunk {
    let bytes = format!("HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n{line}");
    let pushed = |limit, more: &str| {
        let limits = Limits {
            body: limit,
            ..Limits::default()
        };
        let bytes = format!("{bytes}{more}");
        Response::new(Method::Get, limits).push(bytes.as_bytes(), &mut Collect::default())
    };
    if pushed(u64::MAX, "").is_err() {
        return Chunk::Refused;
    }
    // A complete line takes more; what makes the line's size zero ends here.
    if pushed(u64::MAX, "\r\n").is_ok_and(|progress| progress.done) {
        return Chunk::Size(0);
    }
    if !line.ends_with('\n') {
        return Chunk::Incomplete;
    }
    let (mut low, mut high) = (1, u64::MAX);
    while low < high {
        let middle = low + (high - low) / 2;
        match pushed(middle, "") {
            Ok(_) => high = middle,
            Err(error) => {
                assert_eq!(error, HttpError::BodyTooLong);
                low = middle + 1;
            }
        }
    }
    Chunk::Size(low)
}

/// Heads that httparse takes and we refuse, and why.
#[test]
fn stricter_than_httparse() {
    for (bytes, error) in [
        ("\n\n\nHTTP/1.1 200 OK\r\n\r\n", HttpError::StatusLine),
        ("HTTP/1.1 000 OK\r\n\r\n", HttpError::StatusCode),
        ("HTTP/1.1 099 OK\r\n\r\n", HttpError::StatusCode),
        (
            "HTTP/1.1 101 Switching Protocols\r\n\r\n",
            HttpError::SwitchingProtocols,
        ),
    ] {
        assert!(
            matches!(httparse(bytes.as_bytes()), Verdict::Head { .. }),
            "{bytes:?}"
        );
        assert_eq!(
            ours(bytes.as_bytes()),
            (Verdict::Refused, Some(error)),
            "{bytes:?}"
        );
    }
}

/// Heads that we take and httparse refuses.
#[test]
fn more_lenient_than_httparse() {
    for bytes in [
        // A later minor version is read as HTTP/1.1 (RFC 9110, section 2.5).
        "HTTP/1.2 200 OK\r\n\r\n",
        "HTTP/1.9 200 OK\r\n\r\n",
        // Control characters that can not be mistaken for the end of a line.
        "HTTP/1.1 200 O\x01K\x7f\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\x01c\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\x7fc\r\n\r\n",
    ] {
        assert_eq!(httparse(bytes.as_bytes()), Verdict::Refused, "{bytes:?}");
        assert!(
            matches!(ours(bytes.as_bytes()).0, Verdict::Head { .. }),
            "{bytes:?}"
        );
    }
}

/// Heads that both take, and read differently.
#[test]
fn reads_more_into_a_head_than_httparse() {
    // An interim answer is not the answer.
    let bytes = b"HTTP/1.1 100 Continue\r\n\r\n";
    assert!(matches!(httparse(bytes), Verdict::Head { status: 100, .. }));
    assert_eq!(ours(bytes).0, Verdict::Incomplete);
    // A name that is longer than 32 bytes is let go with its value.
    let bytes = format!("HTTP/1.1 200\r\n{}: b\r\n\r\n", "a".repeat(33));
    assert!(
        matches!(httparse(bytes.as_bytes()), Verdict::Head { fields, .. } if fields.len() == 1)
    );
    assert!(matches!(ours(bytes.as_bytes()).0, Verdict::Head { fields, .. } if fields.is_empty()));
    // Fields that frame the message are the parser's own business.
    let bytes = b"HTTP/1.1 200\r\nContent-Length: 5\r\nConnection: close\r\n\r\n";
    assert!(matches!(httparse(bytes), Verdict::Head { fields, .. } if fields.len() == 2));
    assert!(matches!(ours(bytes).0, Verdict::Head { fields, .. } if fields.is_empty()));
}

/// Lines of chunk sizes that httparse takes and we refuse.
#[test]
fn stricter_with_chunks_than_httparse() {
    for line in ["\r\n", ";a\r\n", " \r\n", "1;a\nb\r\n", "1;a\0\r\n"] {
        let oracle = httparse::parse_chunk_size(line.as_bytes());
        assert!(
            matches!(oracle, Ok(httparse::Status::Complete(_))),
            "{line:?}"
        );
        assert_eq!(our_chunk(line), Chunk::Refused, "{line:?}");
    }
}
