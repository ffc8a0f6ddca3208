//! An ordinary request: what a caller asks for, and its exchange.

use heapless::Vec;

use super::answer::{Nothing, Reader};
use super::{Answer, Outcome, Progress, Sink};
use crate::credentials::Bearer;
use crate::error::{ConfigError, Error, Part};
use crate::http::{HeadWriter, Limits, Method, Persistence};
use crate::origin::Origin;
use crate::product::Product;
use crate::session::{Permit, Session};
use crate::{fmc, fxos};

/// A request as its caller words it. Credentials and tokens are never part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// The method.
    pub method: Method,
    /// Path and query, from the first `/` on, percent-encoded by the caller.
    /// `{domainUUID}` stands for the UUID of `domain`, or of the session's domain.
    pub path: &'a str,
    /// The UUID of the domain to work in, where that is not the session's:
    /// several domains of one account share a session.
    pub domain: Option<&'a str>,
    /// How the body is framed.
    pub body: BodyLength,
    /// The media type of the body; ignored without a body.
    pub content_type: &'a str,
}

impl<'a> Request<'a> {
    /// A GET of `path`.
    #[must_use]
    pub const fn get(path: &'a str) -> Self {
        Self {
            method: Method::Get,
            path,
            domain: None,
            body: BodyLength::None,
            content_type: "",
        }
    }

    /// A request with a JSON body of `length` bytes.
    #[must_use]
    pub const fn json(method: Method, path: &'a str, length: u64) -> Self {
        Self {
            method,
            path,
            domain: None,
            body: BodyLength::Sized(length),
            content_type: "application/json",
        }
    }

    /// Says beforehand what [`Exchange::start`] would refuse, so that nothing is
    /// sent for a request that can not be: not even a login.
    ///
    /// # Errors
    /// [`ConfigError`] about the path or the media type.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let mut head = HeadWriter::new(&mut []);
        head.request_line(self.method, &[self.path])?;
        head.field("Content-Type", self.content_type.as_bytes())
    }
}

/// How the body of a request is framed (RFC 9112, section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyLength {
    /// No body. POST, PUT and PATCH say `Content-Length: 0`.
    None,
    /// This many bytes.
    Sized(u64),
    /// Unknown in advance: `Transfer-Encoding: chunked`.
    Chunked,
}

/// The cheapest read that needs a token: tells a live session from a dead one.
#[must_use]
pub const fn probe(product: Product) -> Request<'static> {
    match product {
        Product::CdFmc | Product::Fmc => Request::get(fmc::SERVER_VERSION),
        Product::Fxos => Request::get(fxos::MGMT_VERSION),
    }
}

/// One request with the session's access token, in flight.
pub struct Exchange {
    reader: Reader,
}

impl Exchange {
    /// Encodes the head of `request` into `out` and says how many bytes it is.
    ///
    /// The head holds the token: zeroize `out` after it is sent. The body, if
    /// any, follows as it is, or in chunks ([`http::chunk_header`](crate::http)).
    /// A head takes about 300 bytes, the path and the token or bearer.
    ///
    /// # Errors
    /// [`Error::Config`] if the request can not be written as it is, or
    /// `permit` or `bearer` are not for this session and box;
    /// [`Error::Resource`] with the size that `out` must have.
    pub fn start(
        session: &Session,
        origin: &Origin<'_>,
        permit: &Permit,
        request: &Request<'_>,
        bearer: Option<&Bearer<'_>>,
        limits: Limits,
        out: &mut [u8],
    ) -> Result<(Self, usize), Error> {
        let access = session.lend_access(origin.tag(), permit)?;
        let mut head = HeadWriter::new(out);
        head.request_line(request.method, &path_parts(session, request)?)?;
        common_fields(&mut head, origin)?;
        match (origin.product(), access, bearer) {
            (Product::CdFmc, _, Some(bearer)) if bearer.origin == origin.tag() => {
                head.field_with("Authorization", |value| {
                    value.push(b"Bearer ");
                    value.push(bearer.token.as_bytes());
                })?;
            }
            (Product::Fmc, Some(access), None) => {
                head.field(fmc::ACCESS_TOKEN_FIELD, access.expose_secret().as_bytes())?;
            }
            (Product::Fxos, Some(access), None) => {
                head.field(fxos::TOKEN_FIELD, access.expose_secret().as_bytes())?;
            }
            (Product::CdFmc, _, Some(_)) => return Err(ConfigError::OtherOrigin.into()),
            _ => return Err(ConfigError::OtherCredentials.into()),
        }
        body_fields(&mut head, request)?;
        let length = head.finish()?;
        Ok((
            Self {
                reader: Reader::new(request.method, limits),
            },
            length,
        ))
    }

    /// What came of the exchange, once the answer is whole.
    pub fn finish(self) -> Outcome {
        Outcome::Response(self.reader.finish())
    }
}

impl Answer for Exchange {
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

/// The path with the UUID of the domain in the place of `{domainUUID}`.
fn path_parts<'a>(
    session: &'a Session,
    request: &Request<'a>,
) -> Result<Vec<&'a str, 7>, ConfigError> {
    let too_long = |_| ConfigError::TooLong(Part::Path);
    let mut parts = Vec::new();
    let mut rest = request.path;
    while let Some((before, after)) = split_at_placeholder(rest) {
        let uuid = request.domain.or_else(|| session.domain());
        let uuid = uuid.ok_or(ConfigError::DomainUnknown)?;
        parts.extend_from_slice(&[before, uuid]).map_err(too_long)?;
        rest = after;
    }
    parts.extend_from_slice(&[rest]).map_err(too_long)?;
    Ok(parts)
}

/// Tries each place in turn: `str::split_once` brings a kilobyte of search.
fn split_at_placeholder(path: &str) -> Option<(&str, &str)> {
    (0..path.len()).find_map(|at| {
        let (before, rest) = path.split_at_checked(at)?;
        Some((before, rest.strip_prefix(fmc::DOMAIN_PLACEHOLDER)?))
    })
}

/// What every request says. `Accept` is what a chassis answers 406 without.
pub(super) fn common_fields(
    head: &mut HeadWriter<'_>,
    origin: &Origin<'_>,
) -> Result<(), ConfigError> {
    head.field("Host", origin.authority().as_bytes())?;
    head.field(
        "User-Agent",
        concat!("oobwatch/", env!("CARGO_PKG_VERSION")).as_bytes(),
    )?;
    head.field("Accept", b"application/json")?;
    head.field("Accept-Encoding", b"identity")
}

fn body_fields(head: &mut HeadWriter<'_>, request: &Request<'_>) -> Result<(), ConfigError> {
    if request.body != BodyLength::None {
        head.field("Content-Type", request.content_type.as_bytes())?;
    }
    let length = match (request.body, request.method) {
        (BodyLength::None, Method::Delete | Method::Get | Method::Head) => return Ok(()),
        (BodyLength::None, _) => 0,
        (BodyLength::Sized(length), _) => length,
        (BodyLength::Chunked, _) => return head.field("Transfer-Encoding", b"chunked"),
    };
    head.field_with("Content-Length", |value| value.write_u64(length))
}
