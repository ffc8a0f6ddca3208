//! HTTP/1.1 messages, read once they are there: for people to look at, not to
//! act on. The parser that decides is in the core.

use httparse::{EMPTY_HEADER, Header, Status};

use super::Field;
use super::tape::Kept;

/// Fields of a head; a head with more is not shown.
const FIELDS: usize = 256;

/// A request.
pub(super) struct Request {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) body: Vec<u8>,
    fields: Fields,
}

/// A response. Interim ones (1xx) are passed over.
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    /// Nothing is missing.
    pub(super) whole: bool,
    fields: Fields,
}

struct Fields(Vec<(String, Vec<u8>)>);

impl Request {
    pub(super) fn fields(&self) -> Vec<Field<'_>> {
        self.fields.lent()
    }
}

impl Response {
    pub(super) fn fields(&self) -> Vec<Field<'_>> {
        self.fields.lent()
    }
}

/// Reads a request, as far as it was sent.
pub(super) fn request(kept: &Kept) -> Option<Request> {
    let mut headers = [EMPTY_HEADER; FIELDS];
    let mut parsed = httparse::Request::new(&mut headers);
    let Ok(Status::Complete(length)) = parsed.parse(&kept.bytes) else {
        return None;
    };
    let fields = Fields::of(parsed.headers);
    let body = Body::read(&fields, kept.bytes.get(length..)?, 0, Some(0));
    Some(Request {
        method: parsed.method?.to_owned(),
        target: parsed.path?.to_owned(),
        body: body.bytes,
        fields,
    })
}

/// Reads a response, as far as it has come.
pub(super) fn response(kept: &Kept) -> Option<Response> {
    let cut = kept.total - kept.bytes.len() as u64;
    let mut rest = kept.bytes.as_slice();
    loop {
        let mut headers = [EMPTY_HEADER; FIELDS];
        let mut parsed = httparse::Response::new(&mut headers);
        let Ok(Status::Complete(length)) = parsed.parse(rest) else {
            return None;
        };
        rest = rest.get(length..)?;
        let status = parsed.code?;
        if matches!(status, 100..=199) {
            continue;
        }
        let fields = Fields::of(parsed.headers);
        let bodiless = matches!(status, 204 | 304);
        let body = if bodiless {
            Body::default()
        } else {
            Body::read(&fields, rest, cut, None)
        };
        return Some(Response {
            status,
            body: body.bytes,
            whole: bodiless || body.whole,
            fields,
        });
    }
}

impl Fields {
    fn of(headers: &[Header<'_>]) -> Self {
        let owned = headers
            .iter()
            .map(|field| (field.name.to_owned(), field.value.to_vec()));
        Self(owned.collect())
    }

    fn lent(&self) -> Vec<Field<'_>> {
        let lent = self.0.iter();
        lent.map(|(name, value)| (name.as_str(), value.as_slice()))
            .collect()
    }

    fn value(&self, name: &str) -> Option<&str> {
        let found = self
            .0
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        core::str::from_utf8(&found?.1).ok()
    }
}

#[derive(Default)]
struct Body {
    bytes: Vec<u8>,
    whole: bool,
}

impl Body {
    /// Reads the body at the start of `rest`, of which `cut` bytes more were
    /// not kept. `assumed` is its length where no field gives one; without it,
    /// it goes on until the connection ends.
    fn read(fields: &Fields, rest: &[u8], cut: u64, assumed: Option<u64>) -> Self {
        if fields.value("transfer-encoding").is_some() {
            return Self::chunked(rest);
        }
        let length = fields
            .value("content-length")
            .and_then(|value| value.trim().parse().ok());
        let Some(length) = length.or(assumed) else {
            return Self {
                bytes: rest.to_vec(),
                whole: false,
            };
        };
        let end = usize::try_from(length)
            .unwrap_or(usize::MAX)
            .min(rest.len());
        Self {
            bytes: rest.split_at(end).0.to_vec(),
            whole: rest.len() as u64 + cut >= length,
        }
    }

    fn chunked(mut rest: &[u8]) -> Self {
        let mut body = Self::default();
        while let Ok(Status::Complete((at, size))) = httparse::parse_chunk_size(rest) {
            let Some((_, data)) = rest.split_at_checked(at) else {
                break;
            };
            if size == 0 {
                // Trailers, if any, end with an empty line as a head does.
                body.whole = data.starts_with(b"\r\n") || data.ends_with(b"\r\n\r\n");
                break;
            }
            let end = usize::try_from(size).unwrap_or(usize::MAX).min(data.len());
            body.bytes.extend_from_slice(data.split_at(end).0);
            let Some(next) = data.split_at(end).1.strip_prefix(b"\r\n") else {
                break;
            };
            rest = next;
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str) -> Kept {
        Kept {
            bytes: text.as_bytes().to_vec(),
            total: text.len() as u64,
        }
    }

    fn whole(text: &str) -> Option<(u16, String, bool)> {
        let read = response(&kept(text))?;
        let body = String::from_utf8(read.body).unwrap();
        Some((read.status, body, read.whole))
    }

    #[test]
    fn a_response_is_whole_when_its_framing_says_so() {
        let of = |status, body: &str, whole| Some((status, body.to_owned(), whole));
        for (text, expected) in [
            ("HTTP/1.1 204 204\r\n\r\n", of(204, "", true)),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
                of(200, "abc", true),
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
                of(200, "ab", false),
            ),
            (
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1;x\r\nc\r\n0\r\n\r\n",
                of(200, "abc", true),
            ),
            (
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\n",
                of(200, "ab", false),
            ),
            ("HTTP/1.0 200 OK\r\n\r\nabc", of(200, "abc", false)),
            (
                "HTTP/1.1 100 \r\n\r\nHTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n",
                of(404, "", true),
            ),
            ("HTTP/1.1 200 OK\r\nConte", None),
            ("no HTTP", None),
        ] {
            assert_eq!(whole(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_was_cut_off_counts_for_the_length() {
        let mut long = kept("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
        assert!(!response(&long).unwrap().whole);
        long.total += 7;
        assert!(response(&long).unwrap().whole);
    }

    #[test]
    fn a_request_has_a_body_only_if_it_says_so() {
        let read = request(&kept("GET /p?q HTTP/1.1\r\nHost: h\r\n\r\n")).unwrap();
        assert_eq!(
            (read.method.as_str(), read.target.as_str()),
            ("GET", "/p?q")
        );
        assert_eq!(read.fields(), [("Host", b"h".as_slice())]);
        assert!(read.body.is_empty());
        let post = request(&kept("POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")).unwrap();
        assert_eq!(post.body, b"{}");
        assert!(request(&kept("{}")).is_none());
    }
}
