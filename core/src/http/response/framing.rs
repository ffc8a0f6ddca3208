//! The fields that say how long the body is, and how long the connection lives.

use super::Persistence;
use super::grammar::decimal;
use super::word::Word;
use crate::http::{HttpError, Method};

/// What follows the head (RFC 9112, section 6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyKind {
    Empty,
    Chunked,
    Sized(u64),
    UntilClose,
}

/// The framing fields of a final head, read as they come.
pub(super) struct Framing {
    field: Option<Field>,
    /// The list element that is being read. 20 digits are the most that a
    /// length of 64 bits has; a longer element is none that we know.
    element: Word<20>,
    bodiless: Bodiless,
    http_1_0: bool,
    length: Option<u64>,
    chunked: bool,
    until_close: bool,
    close: bool,
    keep_alive: bool,
    timeout: Option<u16>,
    max: Option<u16>,
}

/// The framing field that is being read.
#[derive(Clone, Copy)]
enum Field {
    Connection,
    ContentEncoding,
    ContentLength,
    KeepAlive,
    TransferEncoding,
}

const FIELDS: [(&[u8], Field); 5] = [
    (b"connection", Field::Connection),
    (b"content-encoding", Field::ContentEncoding),
    (b"content-length", Field::ContentLength),
    (b"keep-alive", Field::KeepAlive),
    (b"transfer-encoding", Field::TransferEncoding),
];

/// Whether an answer has no body whatever its fields say.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bodiless {
    No,
    /// HEAD and 304: the fields are those that another answer would have.
    Described,
    /// 204: a body that is announced all the same may still come.
    Always,
}

impl Framing {
    /// Ready for the fields of a final answer.
    pub(super) const fn new(method: Method, status: u16, http_1_0: bool) -> Self {
        let bodiless = match (method, status) {
            (Method::Head, _) | (_, 304) => Bodiless::Described,
            (_, 204) => Bodiless::Always,
            _ => Bodiless::No,
        };
        Self {
            field: None,
            element: Word::new(),
            bodiless,
            http_1_0,
            length: None,
            chunked: false,
            until_close: false,
            close: false,
            keep_alive: false,
            timeout: None,
            max: None,
        }
    }

    /// Whether the field is ours; then its value must come here.
    pub(super) fn begin(&mut self, name: &[u8]) -> bool {
        self.element.clear();
        let known = FIELDS.iter().find(|(known, _)| *known == name);
        self.field = known.map(|&(_, field)| field);
        self.is_open()
    }

    /// Whether the field that is being read is ours.
    pub(super) const fn is_open(&self) -> bool {
        self.field.is_some()
    }

    pub(super) fn value(&mut self, piece: &[u8]) -> Result<(), HttpError> {
        for &byte in piece {
            if byte == b',' {
                self.element_end()?;
            } else {
                self.element.push_trimmed(byte);
            }
        }
        Ok(())
    }

    pub(super) fn value_end(&mut self) -> Result<(), HttpError> {
        self.element_end()
    }

    /// The body, once all fields have been read.
    pub(super) fn body(&mut self) -> Result<BodyKind, HttpError> {
        if self.bodiless != Bodiless::No {
            return Ok(BodyKind::Empty);
        }
        match (self.chunked, self.length) {
            (true, Some(_)) => Err(HttpError::LengthAndChunked),
            (true, None) => Ok(BodyKind::Chunked),
            (false, Some(0)) => Ok(BodyKind::Empty),
            (false, Some(length)) => Ok(BodyKind::Sized(length)),
            (false, None) => {
                self.until_close = true;
                Ok(BodyKind::UntilClose)
            }
        }
    }

    /// Whether the connection may be used again (RFC 9112, section 9.3).
    pub(super) const fn persistence(&self) -> Persistence {
        // A transfer coding under HTTP/1.0 is faulty framing (section 6.1).
        let lives = if self.http_1_0 {
            self.keep_alive && !self.chunked
        } else {
            true
        };
        if self.close || self.until_close || !lives {
            Persistence::Close
        } else {
            Persistence::KeepAlive {
                timeout_secs: self.timeout,
                max: self.max,
            }
        }
    }

    fn element_end(&mut self) -> Result<(), HttpError> {
        let element = self.element.trimmed();
        match self.field {
            Some(Field::Connection) => match element {
                Some(b"close") => self.close = true,
                Some(b"keep-alive") => self.keep_alive = true,
                _ => {}
            },
            Some(Field::KeepAlive) => {
                if let Some(seconds) = element.and_then(|e| parameter(e, b"timeout")) {
                    self.timeout = Some(seconds);
                } else if let Some(requests) = element.and_then(|e| parameter(e, b"max")) {
                    self.max = Some(requests);
                }
            }
            Some(field) => match self.bodiless {
                Bodiless::No => self.body_element(field)?,
                Bodiless::Described => {}
                Bodiless::Always => {
                    let none = matches!(field, Field::ContentEncoding)
                        || element.and_then(decimal) == Some(0);
                    self.close |= !none;
                }
            },
            None => {}
        }
        self.element.clear();
        Ok(())
    }

    fn body_element(&mut self, field: Field) -> Result<(), HttpError> {
        let element = self.element.trimmed();
        match field {
            Field::ContentLength => {
                let length = element.and_then(decimal).ok_or(HttpError::ContentLength)?;
                if self
                    .length
                    .replace(length)
                    .is_some_and(|other| other != length)
                {
                    return Err(HttpError::ContentLengthsDiffer);
                }
            }
            Field::TransferEncoding => {
                if self.chunked || element != Some(b"chunked") {
                    return Err(HttpError::TransferEncoding);
                }
                self.chunked = true;
            }
            Field::ContentEncoding => {
                if !matches!(element, Some(b"" | b"identity")) {
                    return Err(HttpError::ContentEncoding);
                }
            }
            Field::Connection | Field::KeepAlive => {}
        }
        Ok(())
    }
}

/// The value of `name=value`, at most 65535.
fn parameter(element: &[u8], name: &[u8]) -> Option<u16> {
    let value = element.strip_prefix(name)?.strip_prefix(b"=")?;
    Some(u16::try_from(decimal(value)?).unwrap_or(u16::MAX))
}
