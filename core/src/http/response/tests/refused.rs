//! Answers that are refused, by name, and those over a limit.

use std::format;

use super::{run, run_every_split, whole};
use crate::http::{HttpError, Limits, Method, Persistence};

const KEEP: Persistence = Persistence::KeepAlive {
    timeout_secs: None,
    max: None,
};

/// First bytes of an answer, and what they break.
#[rustfmt::skip]
const REFUSED: &[(&str, HttpError)] = &[
    ("SSH-2.0-x\r\n", HttpError::StatusLine),
    ("http/1.1 200 OK\r\n", HttpError::StatusLine),
    ("\r\n\r\n\r\n", HttpError::StatusLine),
    ("HTTP/1.1\t200 OK\r\n", HttpError::StatusLine),
    ("HTTP/2.0 200 OK\r\n", HttpError::Version),
    ("HTTP/2 200\r\n", HttpError::Version),
    ("HTTP/0.9 200\r\n", HttpError::Version),
    ("HTTP/1.x 200\r\n", HttpError::Version),
    ("HTTP/1.1  200 OK\r\n", HttpError::StatusCode),
    ("HTTP/1.1 2000 OK\r\n", HttpError::StatusCode),
    ("HTTP/1.1 200OK\r\n", HttpError::StatusCode),
    ("HTTP/1.1 20\r\n", HttpError::StatusCode),
    ("HTTP/1.1 099 OK\r\n", HttpError::StatusCode),
    ("HTTP/1.1 -20 OK\r\n", HttpError::StatusCode),
    ("HTTP/1.1 101 Switching Protocols\r\n", HttpError::SwitchingProtocols),
    ("\rHTTP/1.1 200", HttpError::BareCr),
    ("HTTP/1.1 200 O\rK\r\n", HttpError::BareCr),
    ("HTTP/1.1 200\rOK\r\n", HttpError::BareCr),
    ("HTTP/1.1 200 O\0K\r\n", HttpError::Nul),
    ("HTTP/1.1 200 OK\r\nA: b\rc\r\n", HttpError::BareCr),
    ("HTTP/1.1 200 OK\r\nA: b\r\r\n", HttpError::BareCr),
    ("HTTP/1.1 200 OK\r\n\rA: b\r\n", HttpError::BareCr),
    ("HTTP/1.1 200 OK\r\nA: b\0c\r\n", HttpError::Nul),
    ("HTTP/1.1 200 OK\r\nA\0: b\r\n", HttpError::Nul),
    ("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n", HttpError::ObsFold),
    ("HTTP/1.1 200 OK\r\nA: b\r\n\tc\r\n", HttpError::ObsFold),
    ("HTTP/1.1 200 OK\r\n A: b\r\n", HttpError::ObsFold),
    ("HTTP/1.1 200 OK\r\n: b\r\n", HttpError::EmptyName),
    ("HTTP/1.1 200 OK\r\nA : b\r\n", HttpError::BlankBeforeColon),
    ("HTTP/1.1 200 OK\r\nA\t: b\r\n", HttpError::BlankBeforeColon),
    ("HTTP/1.1 200 OK\r\nA\r\n", HttpError::FieldName),
    ("HTTP/1.1 200 OK\r\nA\u{e9}: b\r\n", HttpError::FieldName),
    ("HTTP/1.1 200 OK\r\nA(: b\r\n", HttpError::FieldName),
    ("HTTP/1.1 100 OK\r\nA(: b\r\n", HttpError::FieldName),
    ("HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n", HttpError::ContentLengthsDiffer),
    ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n", HttpError::ContentLengthsDiffer),
    ("HTTP/1.1 200 OK\r\nContent-Length:\r\n", HttpError::ContentLength),
    ("HTTP/1.1 200 OK\r\nContent-Length: 5,\r\n", HttpError::ContentLength),
    ("HTTP/1.1 200 OK\r\nContent-Length: +5\r\n", HttpError::ContentLength),
    ("HTTP/1.1 200 OK\r\nContent-Length: 5 5\r\n", HttpError::ContentLength),
    ("HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n", HttpError::ContentLength),
    ("HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n", HttpError::ContentLength),
    ("HTTP/1.1 200 OK\r\nContent-Length: 5\x0c\r\n", HttpError::ContentLength),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: \x0cchunked\r\n", HttpError::TransferEncoding),
    ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", HttpError::LengthAndChunked),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", HttpError::LengthAndChunked),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n", HttpError::TransferEncoding),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n", HttpError::TransferEncoding),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", HttpError::TransferEncoding),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n", HttpError::TransferEncoding),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n", HttpError::TransferEncoding),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked;q=1\r\n", HttpError::TransferEncoding),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked-and-more-than-20-bytes\r\n", HttpError::TransferEncoding),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n", HttpError::TransferEncoding),
    ("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n", HttpError::ContentEncoding),
    ("HTTP/1.1 200 OK\r\nContent-Encoding: identity, br\r\n", HttpError::ContentEncoding),
];

/// The same after the head of a chunked answer.
#[rustfmt::skip]
const REFUSED_CHUNKS: &[(&str, HttpError)] = &[
    ("\r\n", HttpError::ChunkSize),
    ("x\r\n", HttpError::ChunkSize),
    (" 1\r\n", HttpError::ChunkSize),
    ("-1\r\n", HttpError::ChunkSize),
    ("0x1\r\n", HttpError::ChunkSize),
    ("1 1\r\n", HttpError::ChunkSize),
    ("10000000000000000\r\n", HttpError::ChunkSize),
    ("1\nx\r\n", HttpError::BareLf),
    ("1;a\nx\r\n", HttpError::BareLf),
    ("1;a\rb\r\n", HttpError::BareCr),
    ("1;a\0\r\n", HttpError::Nul),
    ("1\r\r\n", HttpError::BareCr),
    ("1\r\nxy\r\n", HttpError::ChunkEnd),
    ("1\r\nx\n", HttpError::BareLf),
    ("1\r\nx\ry", HttpError::BareCr),
    ("0\r\n A: b\r\n", HttpError::ObsFold),
    ("0\r\nA: b\r\n\rx", HttpError::BareCr),
];

#[test]
fn refuses_by_name() {
    let chunked = REFUSED_CHUNKS.iter().map(|&(rest, error)| {
        (
            format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{rest}"),
            error,
        )
    });
    let heads = REFUSED.iter().map(|&(bytes, error)| (bytes.into(), error));
    for (bytes, error) in heads.chain(chunked) {
        let run = run_every_split(Method::Get, Limits::default(), bytes.as_bytes(), &[2]);
        assert_eq!(run.result, Err(error), "{bytes:?}");
    }
}

#[test]
fn eight_interim_answers_are_skipped() {
    let interim = "HTTP/1.1 102 Processing\r\nA: b\r\n\r\n";
    let run = whole(
        Method::Get,
        (interim.repeat(8) + "HTTP/1.1 204\r\n\r\n").as_bytes(),
    );
    assert_eq!((run.log.status, run.log.asked.len()), (Some(204), 0));
    let run = whole(Method::Get, interim.repeat(9).as_bytes());
    assert_eq!(run.result, Err(HttpError::TooManyInterim));
}

/// Pieces that count as head, and those that do not, add up to the limit.
#[test]
fn the_head_has_a_limit() {
    let counted = [
        "HTTP/1.1 100\r\n\r\n",
        "\r\nHTTP/1.1 200 OK\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n",
        "x=y\r\n",
        "T: u\r\n\r\n",
    ];
    let [interim, head, extension, trailers] = counted;
    let bytes = format!("{interim}{head}3;{extension}abc\r\n0\r\n{trailers}");
    let head: u32 = counted.iter().map(|part| part.len() as u32).sum();
    for limit in 0..=head {
        let limits = Limits {
            head: limit,
            ..Limits::default()
        };
        let run = run_every_split(Method::Get, limits, bytes.as_bytes(), &[6]);
        let expected = if limit < head {
            Err(HttpError::HeadTooLong(limit))
        } else {
            Ok(KEEP)
        };
        assert_eq!(run.result, expected, "{limit}");
    }
}

#[test]
fn the_body_has_a_limit() {
    for framed in [
        "Content-Length: 6\r\n\r\nabcdef",
        "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n4\r\ncdef\r\n0\r\n\r\n",
        "\r\nabcdef",
    ] {
        let bytes = format!("HTTP/1.1 200\r\n{framed}");
        for limit in 0..8 {
            let limits = Limits {
                body: limit,
                ..Limits::default()
            };
            let run = run_every_split(Method::Get, limits, bytes.as_bytes(), &[3]);
            assert_eq!(run.result.is_ok(), limit >= 6, "{framed:?}, {limit}");
            assert!(run.log.body.len() as u64 <= limit);
            if limit < 6 {
                assert_eq!(run.result, Err(HttpError::BodyTooLong));
            }
        }
    }
}

#[test]
fn the_longest_lengths_do_not_overflow() {
    let most = "Content-Length: 18446744073709551615\r\n\r\nabc";
    let chunk = "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc";
    for framed in [most, chunk] {
        let bytes = format!("HTTP/1.1 200\r\n{framed}");
        let run = run_every_split(Method::Get, Limits::default(), bytes.as_bytes(), &[9]);
        assert_eq!(run.result, Err(HttpError::Truncated));
        assert_eq!(run.log.body, b"abc");
    }
    // One more byte than 64 bits can count, in two chunks.
    let bytes = "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nffffffffffffffff\r\n";
    assert_eq!(
        whole(Method::Get, bytes.as_bytes()).result,
        Err(HttpError::BodyTooLong)
    );
}

/// Small chunks do not wear out the limit of the head.
#[test]
fn a_long_chunked_body_passes() {
    let chunks = "1\r\nx\r\n".repeat(1000) + "0\r\n\r\n";
    let bytes = format!("HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}");
    let limits = Limits {
        head: 100,
        ..Limits::default()
    };
    let run = run(Method::Get, limits, [bytes.as_bytes()].into_iter());
    assert_eq!((run.result, run.log.body.len()), (Ok(KEEP), 1000));
}
