//! Answers that are made up: the facts that went in must come out, whatever
//! the split.

use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{run, run_every_split};
use crate::http::{Limits, Method};

/// An answer and what is known of it.
#[derive(Clone, Debug)]
struct Made {
    method: Method,
    bytes: Vec<u8>,
    status: u16,
    fields: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    /// Whether only the end of the stream ends the body.
    until_close: bool,
}

/// How the body is sent: fields, the bytes after the head, the body.
#[derive(Clone, Debug)]
struct Framed {
    fields: Vec<&'static str>,
    length: Option<usize>,
    wire: Vec<u8>,
    body: Vec<u8>,
}

fn line_end() -> impl Strategy<Value = &'static str> {
    prop_oneof![5 => Just("\r\n"), 1 => Just("\n")]
}

fn field() -> impl Strategy<Value = (String, Vec<u8>)> {
    let name = prop_oneof![
        "[A-Za-z_][A-Za-z0-9_.!-]{0,30}",
        "skip[a-z]{0,5}",
        "[a-z]{33,40}"
    ];
    let byte = prop_oneof![9 => 0x21u8..=0x7e, 1 => 0x80u8.., 1 => select(b" \t\x01".to_vec())];
    let value = vec(byte, 0..40).prop_map(|value| value.trim_ascii().to_vec());
    (name, value).prop_filter("framing fields are made elsewhere", |(name, _)| {
        ![
            "connection",
            "content-encoding",
            "content-length",
            "keep-alive",
            "transfer-encoding",
        ]
        .contains(&name.to_ascii_lowercase().as_str())
    })
}

fn interim() -> impl Strategy<Value = String> {
    let line = select(std::vec![
        "A: b\r\n",
        "Content-Length: 5\r\n",
        "Transfer-Encoding: ?\r\n",
        ""
    ]);
    (select(std::vec![100u16, 102, 103, 199]), line)
        .prop_map(|(code, line)| format!("HTTP/1.1 {code} ...\r\n{line}\r\n"))
}

fn sized() -> impl Strategy<Value = Framed> {
    vec(any::<u8>(), 0..60).prop_map(|body| Framed {
        fields: Vec::new(),
        length: Some(body.len()),
        wire: body.clone(),
        body,
    })
}

fn until_close() -> impl Strategy<Value = Framed> {
    vec(any::<u8>(), 0..60).prop_map(|body| Framed {
        fields: Vec::new(),
        length: None,
        wire: body.clone(),
        body,
    })
}

fn chunked() -> impl Strategy<Value = Framed> {
    let extension = select(std::vec![
        "",
        ";a",
        ";a=b",
        " ; a=\"; \\\" 5\"",
        "\t;q=\"\"",
        ";;"
    ]);
    let chunk = (
        vec(any::<u8>(), 1..20),
        extension.clone(),
        0usize..4,
        any::<bool>(),
    );
    let trailer = select(std::vec!["", "X-T: 1\r\n", "Content-Length: 7\r\nx:\r\n"]);
    let coding = select(std::vec![
        "Transfer-Encoding: chunked",
        "transfer-encoding:Chunked ",
        "TRANSFER-ENCODING: \t CHUNKED"
    ]);
    (vec(chunk, 0..5), extension, trailer, coding).prop_map(|(chunks, last, trailer, coding)| {
        let (mut wire, mut body) = (Vec::new(), Vec::new());
        for (data, extension, zeros, upper) in chunks {
            let (len, zeros) = (data.len(), "0".repeat(zeros));
            let size = if upper {
                format!("{len:X}")
            } else {
                format!("{len:x}")
            };
            wire.extend(format!("{zeros}{size}{extension}\r\n").bytes());
            wire.extend(&data);
            wire.extend(b"\r\n");
            body.extend(data);
        }
        wire.extend(format!("0{last}\r\n{trailer}\r\n").bytes());
        Framed {
            fields: std::vec![coding],
            length: None,
            wire,
            body,
        }
    })
}

/// Fields that an answer without a body may carry all the same.
fn bodiless() -> impl Strategy<Value = Framed> {
    let odd = select(std::vec![
        "Content-Length: 5",
        "Content-Length: nonsense",
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: gzip",
        "Content-Encoding: gzip",
    ]);
    vec(odd, 0..3).prop_map(|fields| Framed {
        fields,
        length: None,
        wire: Vec::new(),
        body: Vec::new(),
    })
}

fn made() -> impl Strategy<Value = Made> {
    let with_body = (
        Just(Method::Get),
        select(std::vec![200u16, 201, 400, 401, 429, 503, 999]),
        prop_oneof![sized(), chunked(), until_close()],
    );
    let without = (
        select(std::vec![
            (Method::Post, 204u16),
            (Method::Get, 304),
            (Method::Head, 200)
        ]),
        bodiless(),
    )
        .prop_map(|((method, status), framed)| (method, status, framed));
    let reason = select(std::vec!["", " ", " OK", " 204", " \u{e9} : \t"]);
    let lines = (
        vec(interim(), 0..3),
        reason,
        vec(field(), 0..5),
        line_end(),
        0usize..3,
    );
    (prop_oneof![3 => with_body, 1 => without], lines).prop_map(
        |((method, status, framed), (interim, reason, fields, end, empty))| {
            let mut bytes = end.repeat(empty).into_bytes();
            bytes.extend(interim.concat().bytes());
            bytes.extend(format!("HTTP/1.1 {status}{reason}{end}").bytes());
            for (name, value) in &fields {
                bytes.extend(name.bytes());
                bytes.extend(b": ");
                bytes.extend(value);
                bytes.extend(end.bytes());
            }
            framed
                .fields
                .iter()
                .for_each(|line| bytes.extend(format!("{line}{end}").bytes()));
            if let Some(length) = framed.length {
                bytes.extend(format!("Content-Length: {length}{end}").bytes());
            }
            bytes.extend(end.bytes());
            let bodiless = matches!((method, status), (Method::Head, _) | (_, 204 | 304));
            let until_close = !bodiless && framed.fields.is_empty() && framed.length.is_none();
            bytes.extend(&framed.wire);
            Made {
                method,
                bytes,
                status,
                fields,
                body: framed.body,
                until_close,
            }
        },
    )
}

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    vec(1usize..40, 1..8)
}

proptest! {
    #[test]
    fn what_went_in_comes_out(made in made(), sizes in sizes()) {
        let run = run_every_split(made.method, Limits::default(), &made.bytes, &sizes);
        prop_assert!(run.result.is_ok(), "{:?}", run.result);
        prop_assert_eq!(run.before_eof, !made.until_close);
        prop_assert_eq!(run.consumed, made.bytes.len());
        prop_assert_eq!(run.log.status, Some(made.status));
        prop_assert_eq!(run.log.body, made.body);
        let wanted: Vec<(String, Vec<u8>)> = made
            .fields
            .into_iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value))
            .filter(|(name, _)| name.len() <= 32 && !name.starts_with("skip"))
            .collect();
        prop_assert_eq!(run.log.fields, wanted);
    }

    /// A byte changed, left out or doubled here and there: whatever comes of
    /// it, it comes of every split.
    #[test]
    fn broken_answers_are_the_same_in_every_split(
        made in made(),
        faults in vec((any::<prop::sample::Index>(), 0u8..3, any::<u8>()), 1..4),
        sizes in sizes(),
        head in 0u32..400,
        body in 0u64..80,
    ) {
        let mut bytes = made.bytes;
        for (at, fault, byte) in faults {
            let at = at.index(bytes.len());
            match fault {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, if byte < 128 { bytes[at] } else { b"\r\n\0 \t:,;"[usize::from(byte) % 8] }),
                _ if bytes.len() > 1 => { bytes.remove(at); }
                _ => {}
            }
        }
        run_every_split(made.method, Limits { head, body }, &bytes, &sizes);
        run_every_split(made.method, Limits::default(), &bytes, &sizes);
    }

    #[test]
    fn garbage_is_the_same_in_every_split(
        start in select(std::vec!["", "HTTP/1.1 200\r\n", "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n"]),
        bytes in vec(prop_oneof![any::<u8>(), select(b"\r\n\r\n: ,;0aF".to_vec())], 0..60),
        sizes in sizes(),
    ) {
        let bytes = [start.as_bytes(), &bytes].concat();
        run_every_split(Method::Get, Limits::default(), &bytes, &sizes);
    }

    /// What follows an answer is not touched, and ends the connection.
    #[test]
    fn excess_is_left_alone(made in made(), excess in vec(any::<u8>(), 1..9), sizes in sizes()) {
        if made.until_close {
            return Ok(());
        }
        let bytes = [&made.bytes[..], &excess].concat();
        let run = run(made.method, Limits::default(), super::cut(&bytes, &sizes));
        prop_assert_eq!(run.consumed, made.bytes.len());
        prop_assert_eq!(run.result, Ok(crate::http::Persistence::Close));
        prop_assert_eq!(run.log.status.map(|code| code.to_string()), Some(made.status.to_string()));
    }
}
