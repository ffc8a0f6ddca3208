//! The part of an answer that every exchange reads in the same way.

use super::error_body::ErrorScan;
use super::{Response, RetryAfter, Sink};
use crate::error::Error;
use crate::http::{self, Events, Limits, Method, Persistence};
use crate::text::Text;

/// How far an answer has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Progress {
    /// More bytes are needed.
    More,
    /// The answer is whole.
    Done,
}

/// What an exchange does with the bytes of its answer.
///
/// Implemented by [`Exchange`](super::Exchange) and
/// [`AuthExchange`](super::AuthExchange), so that one driver moves both.
pub trait Answer {
    /// Takes the next bytes, in any split.
    ///
    /// # Errors
    /// [`Error::Peer`] if the answer breaks HTTP, [`Error::Resource`] if it is
    /// over a limit. The connection is of no more use then.
    fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) -> Result<Progress, Error>;

    /// Says that the box has closed the connection.
    ///
    /// # Errors
    /// [`Error::Peer`] with [`HttpError::Closed`](http::HttpError::Closed) if
    /// not one byte had come, with
    /// [`HttpError::Truncated`](http::HttpError::Truncated) if the answer is not whole.
    fn eof(&mut self) -> Result<(), Error>;

    /// Whether a byte of the answer has come.
    fn has_begun(&self) -> bool;

    /// Whether the connection can carry another request after this one.
    fn persistence(&self) -> Persistence;
}

/// Reads fields and a body that only some exchanges want.
pub(super) trait Extra {
    /// Whether the value of this field is wanted by [`field`](Self::field).
    fn wants(&mut self, name: &[u8]) -> bool;
    fn field(&mut self, piece: &[u8], sink: &mut dyn Sink);
    /// A piece of the body of a successful answer.
    fn body(&mut self, piece: &[u8]);
}

/// The extra of an ordinary request: none.
pub(super) struct Nothing;

impl Extra for Nothing {
    fn wants(&mut self, _: &[u8]) -> bool {
        false
    }

    fn field(&mut self, _: &[u8], _: &mut dyn Sink) {}

    fn body(&mut self, _: &[u8]) {}
}

/// Parser and facts of one answer.
pub(super) struct Reader {
    parser: http::Response,
    facts: Facts,
}

/// What is kept of an answer.
struct Facts {
    status: u16,
    field: Field,
    value: Text<64>,
    html: bool,
    date: Option<u64>,
    retry_after: Option<RetryAfter>,
    error: ErrorScan,
    /// How much of `{}` the body has been so far.
    empty_object: EmptyObject,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum EmptyObject {
    Nothing,
    Open,
    Whole,
    Other,
}

impl EmptyObject {
    const fn then(self, byte: u8) -> Self {
        match (self, byte) {
            (same, b' ' | b'\t' | b'\r' | b'\n') => same,
            (Self::Nothing, b'{') => Self::Open,
            (Self::Open, b'}') => Self::Whole,
            _ => Self::Other,
        }
    }

    fn push(&mut self, piece: &[u8]) {
        for &byte in piece {
            if *self == Self::Other {
                return;
            }
            *self = self.then(byte);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    ContentType,
    Date,
    Extra,
    RetryAfter,
}

const FIELDS: [(&[u8], Field); 3] = [
    (b"content-type", Field::ContentType),
    (b"date", Field::Date),
    (b"retry-after", Field::RetryAfter),
];

impl Reader {
    pub(super) fn new(method: Method, limits: Limits) -> Self {
        let facts = Facts {
            status: 0,
            field: Field::Extra,
            value: Text::new(),
            html: false,
            date: None,
            retry_after: None,
            error: ErrorScan::new(),
            empty_object: EmptyObject::Nothing,
        };
        Self {
            parser: http::Response::new(method, limits),
            facts,
        }
    }

    pub(super) fn push(
        &mut self,
        bytes: &[u8],
        extra: &mut dyn Extra,
        sink: &mut dyn Sink,
    ) -> Result<Progress, Error> {
        let facts = &mut self.facts;
        let mut events = Handler { facts, extra, sink };
        let progress = self.parser.push(bytes, &mut events)?;
        Ok(if progress.done {
            Progress::Done
        } else {
            Progress::More
        })
    }

    pub(super) fn eof(&mut self) -> Result<(), Error> {
        Ok(self.parser.eof()?)
    }

    pub(super) const fn has_begun(&self) -> bool {
        self.parser.has_begun()
    }

    pub(super) const fn persistence(&self) -> Persistence {
        self.parser.persistence()
    }

    pub(super) fn finish(self) -> Response {
        let facts = self.facts;
        let (error, looks_like_html) = facts.error.finish();
        Response {
            status: facts.status,
            error,
            html: facts.html || looks_like_html,
            date: facts.date,
            retry_after: facts.retry_after,
            empty_object: facts.empty_object == EmptyObject::Whole,
        }
    }
}

/// Where the parser's events go.
struct Handler<'a> {
    facts: &'a mut Facts,
    extra: &'a mut dyn Extra,
    sink: &'a mut dyn Sink,
}

impl Events for Handler<'_> {
    fn status(&mut self, code: u16) {
        self.facts.status = code;
        self.sink.status(code);
    }

    fn wants(&mut self, name: &[u8]) -> bool {
        self.facts.value.clear();
        let known = FIELDS.iter().find(|(known, _)| *known == name);
        self.facts.field = known.map_or(Field::Extra, |&(_, field)| field);
        known.is_some() || self.extra.wants(name)
    }

    fn value(&mut self, piece: &[u8]) {
        match self.facts.field {
            Field::ContentType | Field::Date | Field::RetryAfter => self.facts.value.push(piece),
            Field::Extra => self.extra.field(piece, self.sink),
        }
    }

    fn value_end(&mut self) {
        let facts = &mut *self.facts;
        match facts.field {
            Field::ContentType => {
                let media_type = media_type(&facts.value);
                facts.html = matches!(
                    media_type.as_bytes(),
                    b"text/html" | b"application/xhtml+xml"
                );
                self.sink
                    .content_type(media_type.as_str().unwrap_or_default());
            }
            Field::Date => {
                facts.date = http::http_date(facts.value.as_bytes());
                if let Some(seconds) = facts.date {
                    self.sink.date(seconds);
                }
            }
            Field::RetryAfter => facts.retry_after = retry_after(facts.value.as_bytes()),
            Field::Extra => {}
        }
    }

    fn head_end(&mut self) {}

    fn body(&mut self, piece: &[u8]) {
        if matches!(self.facts.status, 200..=299) {
            self.extra.body(piece);
            self.facts.empty_object.push(piece);
        } else {
            self.facts.error.push(piece);
        }
        self.sink.body(piece);
    }
}

/// Seconds, or a date; anything else is as good as none.
fn retry_after(value: &[u8]) -> Option<RetryAfter> {
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| u32::from(byte & 0x0f));
    let seconds = value.iter().try_fold(0_u32, |seconds, byte| {
        Some(seconds.saturating_mul(10).saturating_add(digit(byte)?))
    });
    match seconds {
        Some(seconds) if !value.is_empty() => Some(RetryAfter::Seconds(seconds)),
        _ => http::http_date(value).map(RetryAfter::Date),
    }
}

/// The media type of a `Content-Type` value: lower case, without parameters.
fn media_type(value: &Text<64>) -> Text<64> {
    let mut media_type = Text::new();
    for byte in value.as_bytes().iter().take_while(|&&byte| byte != b';') {
        media_type.push(&[byte.to_ascii_lowercase()]);
    }
    media_type
}
