//! As much of HTTP/1.1 as a server of a few small pages needs (RFC 9112): request
//! heads are read in any pieces and of any content, of which the first line is
//! kept; each connection is for one request.

use heapless::Vec;

/// The longest request line, in bytes.
const LINE_MAX: usize = 128;
/// The longest head, in bytes.
const HEAD_MAX: usize = 2_048;

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request<'a> {
    /// Without the query.
    pub(super) path: &'a str,
    /// The head of the answer only.
    pub(super) is_head: bool,
    /// The client knows HTTP/1.1, and so the chunked transfer coding.
    pub(super) takes_chunks: bool,
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    BadRequest,
    NotFound,
    MethodNotAllowed,
    TooLong,
}

impl Refusal {
    /// Status code and reason phrase, with the fields that go with it.
    pub(super) const fn status(self) -> &'static str {
        match self {
            Self::BadRequest => "400 Bad Request",
            Self::NotFound => "404 Not Found",
            Self::MethodNotAllowed => "405 Method Not Allowed\r\nAllow: GET, HEAD",
            Self::TooLong => "431 Request Header Fields Too Large",
        }
    }
}

/// How far a request head was read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Line,
    Fields,
    Complete,
    TooLong,
}

/// Reads a request head.
pub(super) struct Reader {
    line: Vec<u8, LINE_MAX>,
    /// Bytes of the head so far.
    total: usize,
    /// Bytes of the line that is being read, without CR.
    length: usize,
    progress: Progress,
}

impl Reader {
    pub(super) const fn new() -> Self {
        Self {
            line: Vec::new(),
            total: 0,
            length: 0,
            progress: Progress::Line,
        }
    }

    /// Takes in `bytes`, and says whether the head has ended, or is too long. What
    /// follows in `bytes` is not looked at.
    pub(super) fn push(&mut self, bytes: &[u8]) -> bool {
        bytes.iter().any(|byte| {
            self.progress = self.after(*byte);
            matches!(self.progress, Progress::Complete | Progress::TooLong)
        })
    }

    fn after(&mut self, byte: u8) -> Progress {
        self.total += 1;
        match (self.progress, byte) {
            _ if self.total > HEAD_MAX => Progress::TooLong,
            (progress, b'\r') => progress,
            (_, b'\n') if self.length > 0 => {
                self.length = 0;
                Progress::Fields
            }
            (Progress::Fields, b'\n') => Progress::Complete,
            // Blank lines before the request line are skipped (section 2.2).
            (progress, b'\n') => progress,
            (progress, _) => {
                self.length += 1;
                if progress == Progress::Line && self.line.push(byte).is_err() {
                    return Progress::TooLong;
                }
                progress
            }
        }
    }

    /// The request, when its head has ended, or why it is refused.
    pub(super) fn request(&self) -> Result<Request<'_>, Refusal> {
        match self.progress {
            Progress::Complete => request(&self.line),
            _ => Err(Refusal::TooLong),
        }
    }
}

fn request(line: &[u8]) -> Result<Request<'_>, Refusal> {
    let line = core::str::from_utf8(line).map_err(|_| Refusal::BadRequest)?;
    let mut words = line.split(' ');
    let (Some(method), Some(target), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(Refusal::BadRequest);
    };
    let path = path(target).ok_or(Refusal::BadRequest)?;
    let minor = version.strip_prefix("HTTP/1.").map(str::as_bytes);
    if method.is_empty() || !matches!(minor, Some([b'0'..=b'9'])) {
        return Err(Refusal::BadRequest);
    }
    let is_head = match method {
        "GET" => false,
        "HEAD" => true,
        _ => return Err(Refusal::MethodNotAllowed),
    };
    Ok(Request {
        path,
        is_head,
        takes_chunks: version != "HTTP/1.0",
    })
}

/// The path of a request target: of the origin-form, or of the absolute-form, which
/// a server has to accept (RFC 9112, section 3.2.2).
fn path(target: &str) -> Option<&str> {
    let whole = target.split('?').next().unwrap_or_default();
    match whole.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => {
            let start = rest.find('/');
            Some(start.and_then(|start| rest.get(start..)).unwrap_or("/"))
        }
        _ => Some(whole).filter(|path| path.starts_with('/')),
    }
}

#[cfg(test)]
mod tests {
    use std::string::String as StdString;

    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8], piece: usize) -> Reader {
        let mut reader = Reader::new();
        let _ = bytes.chunks(piece).any(|piece| reader.push(piece));
        reader
    }

    const fn asked(path: &str, is_head: bool, takes_chunks: bool) -> Result<Request<'_>, Refusal> {
        Ok(Request {
            path,
            is_head,
            takes_chunks,
        })
    }

    #[test]
    fn requests() {
        for (bytes, expected) in [
            (
                "GET /health?a=b HTTP/1.1\r\nHost: x\r\n\r\n",
                asked("/health", false, true),
            ),
            ("\r\nHEAD / HTTP/1.0\n\n", asked("/", true, false)),
            (
                "GET / HTTP/1.1\r\n\r\nGET /other HTTP/1.1\r\n\r\n",
                asked("/", false, true),
            ),
            (
                "POST /metrics HTTP/1.1\r\n\r\n",
                Err(Refusal::MethodNotAllowed),
            ),
            ("GET / HTTP/2\r\n\r\n", Err(Refusal::BadRequest)),
            ("GET  / HTTP/1.1\r\n\r\n", Err(Refusal::BadRequest)),
            ("GET /\r\n\r\n", Err(Refusal::BadRequest)),
            ("GET x HTTP/1.1\r\n\r\n", Err(Refusal::BadRequest)),
            ("GET / HTTP/1.x\r\n\r\n", Err(Refusal::BadRequest)),
            (
                "GET HTTP://board:80/metrics?a HTTP/1.1\r\n\r\n",
                asked("/metrics", false, true),
            ),
            (
                "GET http://board?a HTTP/1.1\r\n\r\n",
                asked("/", false, true),
            ),
            (
                "GET ftp://board/ HTTP/1.1\r\n\r\n",
                Err(Refusal::BadRequest),
            ),
        ] {
            for piece in [1, 3, 1_000] {
                assert_eq!(
                    read(bytes.as_bytes(), piece).request(),
                    expected,
                    "{bytes:?}"
                );
            }
        }
    }

    #[test]
    fn a_head_ends_with_a_blank_line() {
        for bytes in [
            "",
            "\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\n",
            "GET / HTTP/1.1\r\n",
        ] {
            assert!(!Reader::new().push(bytes.as_bytes()), "{bytes:?}");
        }
    }

    #[test]
    fn long_ones_are_refused_at_once() {
        let line = StdString::from("GET /") + &"x".repeat(LINE_MAX);
        assert_eq!(read(line.as_bytes(), 7).request(), Err(Refusal::TooLong));
        let head = StdString::from("GET / HTTP/1.1\r\nX: ") + &"x".repeat(HEAD_MAX);
        assert_eq!(read(head.as_bytes(), 7).request(), Err(Refusal::TooLong));
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same(
            bytes in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..400),
                "(GET|HEAD|PUT) /[ -~]{0,20} HTTP/1.[01]\r?\n([a-z]{1,5}: ?[ -~]{0,9}\r?\n){0,3}\r?\n"
                    .prop_map(StdString::into_bytes),
            ],
            piece in 1_usize..50,
        ) {
            let (split, whole) = (read(&bytes, piece), read(&bytes, usize::MAX));
            prop_assert_eq!(split.request(), whole.request());
        }
    }
}
