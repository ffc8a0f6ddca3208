//! Whether a box answers HTTP at all: one request without any credential.

use super::answer::{Nothing, Reader};
use super::request::common_fields;
use super::{Answer, Progress, Response, Sink, probe};
use crate::error::Error;
use crate::http::{HeadWriter, Limits, Method, Persistence};
use crate::origin::Origin;

/// How much of the answer is read: it is a refusal of a few hundred bytes.
const LIMITS: Limits = Limits {
    head: 16 * 1024,
    body: 64 * 1024,
};

/// A GET without token, password or bearer, in flight. Costs the box no session
/// and the account no login; any answer, be it 401, is as good as another.
pub struct Reach {
    reader: Reader,
}

impl Reach {
    /// Encodes the head of the request into `out`, about 300 bytes, and says how
    /// many bytes it is. The connection is of no use for another.
    ///
    /// # Errors
    /// [`Error::Resource`] with the size that `out` must have.
    pub fn start(origin: &Origin<'_>, out: &mut [u8]) -> Result<(Self, usize), Error> {
        let mut head = HeadWriter::new(out);
        head.request_line(Method::Get, &[probe(origin.product()).path])?;
        common_fields(&mut head, origin)?;
        head.field("Connection", b"close")?;
        let length = head.finish()?;
        let reader = Reader::new(Method::Get, LIMITS);
        Ok((Self { reader }, length))
    }

    /// What the box said, once the answer is whole.
    #[must_use]
    pub fn finish(self) -> Response {
        self.reader.finish()
    }
}

impl Answer for Reach {
    fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) -> Result<Progress, Error> {
        self.reader.push(bytes, &mut Nothing, sink)
    }

    fn eof(&mut self) -> Result<(), Error> {
        self.reader.eof()
    }

    fn has_begun(&self) -> bool {
        self.reader.has_begun()
    }

    fn persistence(&self) -> Persistence {
        self.reader.persistence()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Discard;
    use crate::product::Product;

    #[test]
    fn a_refusal_is_an_answer_and_nothing_secret_is_sent() {
        for product in [Product::CdFmc, Product::Fmc, Product::Fxos] {
            let origin = Origin::new(product, "box.example").unwrap();
            let mut head = [0; 512];
            let (mut reach, length) = Reach::start(&origin, &mut head).unwrap();
            let head = core::str::from_utf8(&head[..length]).unwrap();
            assert!(head.starts_with("GET /api/") && head.ends_with("\r\n\r\n"));
            let head = head.to_ascii_lowercase();
            assert!(!head.contains("token:") && !head.contains("authorization"));
            let answer = b"HTTP/1.1 401 401\r\nContent-Length: 2\r\n\r\n{}";
            assert_eq!(reach.push(answer, &mut Discard), Ok(Progress::Done));
            assert_eq!(reach.finish().status, 401);
        }
    }
}
