//! Field lines: names and values of one section, in pieces.

use super::grammar::{is_blank, line_part};
use super::input::Input;
use super::word::Word;
use crate::http::HttpError;

/// The longest field name that anybody is asked about, in bytes.
const NAME: usize = 32;

/// Receives the fields of one section.
pub(super) trait FieldSink {
    /// A name in lower case. True: the value is wanted.
    fn name(&mut self, name: &[u8]) -> bool;
    /// The next piece of a wanted value.
    fn value(&mut self, piece: &[u8]) -> Result<(), HttpError>;
    /// A wanted value is complete.
    fn value_end(&mut self) -> Result<(), HttpError>;
}

/// Wants nothing: for interim answers and trailers.
pub(super) struct Skip;

impl FieldSink for Skip {
    fn name(&mut self, _: &[u8]) -> bool {
        false
    }

    fn value(&mut self, _: &[u8]) -> Result<(), HttpError> {
        Ok(())
    }

    fn value_end(&mut self) -> Result<(), HttpError> {
        Ok(())
    }
}

/// A section of field lines up to its empty line (RFC 9112, section 5).
///
/// A bare LF ends a line as CRLF does (section 2.2 allows it). Of the control
/// characters in a value only CR and NUL are refused; the others are passed on.
pub(super) struct Fields {
    at: At,
    wanted: bool,
    name: Word<NAME>,
}

#[derive(Clone, Copy)]
enum At {
    LineStart,
    Name,
    BeforeValue,
    Value,
    LineFeed,
    LastLineFeed,
}

impl Fields {
    pub(super) const fn new() -> Self {
        Self {
            at: At::LineStart,
            wanted: false,
            name: Word::new(),
        }
    }

    /// Takes bytes up to the end of the section; true when it was reached.
    /// Ready for another section then.
    pub(super) fn push(
        &mut self,
        input: &mut Input<'_>,
        sink: &mut dyn FieldSink,
    ) -> Result<bool, HttpError> {
        while let Some(byte) = input.peek() {
            match self.at {
                At::LineStart if byte == b'\n' => {
                    input.next();
                    return Ok(true);
                }
                At::LineStart => self.line_start(byte, input)?,
                At::Name => self.name(input, sink)?,
                At::BeforeValue => {
                    input.take_while(is_blank);
                    self.at = if input.is_empty() {
                        At::BeforeValue
                    } else {
                        At::Value
                    };
                }
                At::Value => self.value(input, sink)?,
                At::LineFeed => {
                    line_feed(input)?;
                    self.line_end(sink)?;
                }
                At::LastLineFeed => {
                    line_feed(input)?;
                    self.at = At::LineStart;
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn line_start(&mut self, byte: u8, input: &mut Input<'_>) -> Result<(), HttpError> {
        self.at = match byte {
            b'\r' => {
                input.next();
                At::LastLineFeed
            }
            b' ' | b'\t' => return Err(HttpError::ObsFold),
            b':' => return Err(HttpError::EmptyName),
            _ => {
                self.name.clear();
                At::Name
            }
        };
        Ok(())
    }

    fn name(&mut self, input: &mut Input<'_>, sink: &mut dyn FieldSink) -> Result<(), HttpError> {
        let token = self.name.push_token(input.rest());
        input.take(token);
        match input.next() {
            None => {}
            Some(b':') => {
                self.wanted = self.name.as_bytes().is_some_and(|name| sink.name(name));
                self.at = At::BeforeValue;
            }
            Some(b' ' | b'\t') => return Err(HttpError::BlankBeforeColon),
            Some(0) => return Err(HttpError::Nul),
            Some(_) => return Err(HttpError::FieldName),
        }
        Ok(())
    }

    fn value(&mut self, input: &mut Input<'_>, sink: &mut dyn FieldSink) -> Result<(), HttpError> {
        let piece = input.take(line_part(input.rest()));
        if self.wanted && !piece.is_empty() {
            sink.value(piece)?;
        }
        match input.next() {
            None => Ok(()),
            Some(b'\r') => {
                self.at = At::LineFeed;
                Ok(())
            }
            Some(b'\n') => self.line_end(sink),
            Some(_) => Err(HttpError::Nul),
        }
    }

    fn line_end(&mut self, sink: &mut dyn FieldSink) -> Result<(), HttpError> {
        self.at = At::LineStart;
        if self.wanted {
            sink.value_end()
        } else {
            Ok(())
        }
    }
}

fn line_feed(input: &mut Input<'_>) -> Result<(), HttpError> {
    if input.next() == Some(b'\n') {
        Ok(())
    } else {
        Err(HttpError::BareCr)
    }
}
