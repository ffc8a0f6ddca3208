//! One response, parsed as it comes: any split of its bytes gives the same
//! events, and memory does not grow with anything that the peer sends.
//!
//! What is let through and what is refused is listed at [`HttpError`]. Beyond
//! RFC 9112, an answer is accepted with a bare LF at the end of a line of the
//! head, with up to two empty lines before it, and with a status line that
//! ends after the code.

mod body;
mod fields;
mod framing;
mod input;
mod status_line;
mod word;

#[cfg(test)]
mod tests;

use body::{Body, Turn};
use fields::{FieldSink, Fields, Skip};
use framing::Framing;
use input::Input;
use status_line::StatusLine;

use super::{HttpError, Method, grammar};

/// Interim (1xx) answers that are skipped before the final one.
const INTERIM: u8 = 8;

/// How much of an answer is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Limits {
    /// Bytes of the head: status line and fields, those of interim answers,
    /// chunk extensions and trailers together. The login answer of an FMC with
    /// 1,000 domains has a head of about 80 kB.
    pub head: u32,
    /// Bytes of the body, without its transfer coding.
    pub body: u64,
}

impl Default for Limits {
    /// 256 KiB of head, any body.
    fn default() -> Self {
        Self {
            head: 262_144,
            body: u64::MAX,
        }
    }
}

/// Receives an answer piece by piece. The borders of pieces mean nothing.
pub trait Events {
    /// The status code of the final answer, 100 to 999 without 1xx.
    fn status(&mut self, code: u16);

    /// A field of the final head, its name in lower case. True asks for the
    /// value. Not called for the fields that frame the message (`connection`,
    /// `content-encoding`, `content-length`, `keep-alive`,
    /// `transfer-encoding`), nor for names over 32 bytes.
    fn wants(&mut self, name: &[u8]) -> bool;

    /// The next piece of the value that was asked for, never empty. Blanks
    /// before the value are left out; blanks after it are not.
    fn value(&mut self, piece: &[u8]);

    /// The value that was asked for is complete (it may be empty).
    fn value_end(&mut self);

    /// The head was accepted; the body follows, if there is one.
    fn head_end(&mut self);

    /// The next piece of the body, without its transfer coding, never empty.
    fn body(&mut self, piece: &[u8]);
}

/// What a push came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[must_use]
pub struct Progress {
    /// Bytes that belong to the answer. Fewer than were pushed only at its
    /// end; the connection must not be used again then.
    pub consumed: usize,
    /// Whether the answer is complete.
    pub done: bool,
}

/// Whether the connection may carry another request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Persistence {
    /// It is at its end.
    Close,
    /// It may. `Keep-Alive` fields are taken as they come; an FMC says
    /// `timeout=5, max=100`.
    KeepAlive {
        /// Seconds without a request after which the box closes it.
        timeout_secs: Option<u16>,
        /// Requests that the box will still answer on it.
        max: Option<u16>,
    },
}

/// The parser of one response.
///
/// ```
/// use oobwatch_core::http::{Events, Limits, Method, Persistence, Response};
///
/// #[derive(Default)]
/// struct Length(usize);
///
/// impl Events for Length {
///     fn status(&mut self, code: u16) {
///         assert_eq!(code, 200);
///     }
///     fn wants(&mut self, name: &[u8]) -> bool {
///         name == b"date"
///     }
///     fn value(&mut self, _: &[u8]) {}
///     fn value_end(&mut self) {}
///     fn head_end(&mut self) {}
///     fn body(&mut self, piece: &[u8]) {
///         self.0 += piece.len();
///     }
/// }
///
/// let mut length = Length::default();
/// let mut response = Response::new(Method::Get, Limits::default());
/// for read in [&b"HTTP/1.1 200 OK\r\nContent-Le"[..], b"ngth: 2\r\n\r\n{", b"}"] {
///     let progress = response.push(read, &mut length)?;
///     assert_eq!(progress.consumed, read.len());
/// }
/// assert!(response.is_done());
/// assert_eq!(length.0, 2);
/// assert_ne!(response.persistence(), Persistence::Close);
/// # Ok::<(), oobwatch_core::http::HttpError>(())
/// ```
pub struct Response {
    phase: Phase,
    method: Method,
    begun: bool,
    excess: bool,
    interim: u8,
    head_left: u32,
    limits: Limits,
    status_line: StatusLine,
    fields: Fields,
    framing: Framing,
    body: Body,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    StatusLine,
    InterimFields,
    Fields,
    Body(Turn),
    Failed(HttpError),
}

impl Response {
    /// Ready for the answer to a request of this method.
    #[must_use]
    pub const fn new(method: Method, limits: Limits) -> Self {
        Self {
            phase: Phase::StatusLine,
            method,
            begun: false,
            excess: false,
            interim: 0,
            head_left: limits.head,
            limits,
            status_line: StatusLine::new(),
            fields: Fields::new(),
            framing: Framing::new(method, 0, false),
            body: Body::empty(),
        }
    }

    /// Takes the bytes that were read, up to the end of the answer.
    ///
    /// # Errors
    /// What the answer breaks. Events before the broken byte have been
    /// reported; every further push gives the same error.
    pub fn push(&mut self, bytes: &[u8], events: &mut dyn Events) -> Result<Progress, HttpError> {
        let mut input = Input::new(bytes);
        self.begun |= !bytes.is_empty();
        while !input.is_empty() && !self.is_done() {
            if let Err(error) = self.step(&mut input, events) {
                self.phase = Phase::Failed(error);
                return Err(error);
            }
        }
        if let Phase::Failed(error) = self.phase {
            return Err(error);
        }
        self.excess |= !input.is_empty();
        let consumed = bytes.len().saturating_sub(input.rest().len());
        Ok(Progress {
            consumed,
            done: self.is_done(),
        })
    }

    /// The stream ended.
    ///
    /// # Errors
    /// [`HttpError::Closed`] if no byte of an answer had come,
    /// [`HttpError::Truncated`] if the answer is not complete: only a body
    /// without length and chunks ends with the stream.
    pub fn eof(&mut self) -> Result<(), HttpError> {
        self.phase = match self.phase {
            Phase::Body(Turn::End) => return Ok(()),
            Phase::Body(_) if self.body.ends_with_stream() => Phase::Body(Turn::End),
            Phase::Failed(error) => return Err(error),
            _ if self.begun => Phase::Failed(HttpError::Truncated),
            _ => Phase::Failed(HttpError::Closed),
        };
        if let Phase::Failed(error) = self.phase {
            Err(error)
        } else {
            Ok(())
        }
    }

    /// Whether a byte of an answer has come.
    #[must_use]
    pub const fn has_begun(&self) -> bool {
        self.begun
    }

    /// Whether the answer is complete.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        matches!(self.phase, Phase::Body(Turn::End))
    }

    /// Whether the connection may carry another request. `Close` while the
    /// answer is not complete, and if bytes were pushed beyond its end.
    #[must_use]
    pub const fn persistence(&self) -> Persistence {
        if self.is_done() && !self.excess {
            self.framing.persistence()
        } else {
            Persistence::Close
        }
    }

    /// Takes at least one byte of an input that has some.
    fn step(&mut self, input: &mut Input<'_>, events: &mut dyn Events) -> Result<(), HttpError> {
        if let Phase::Failed(error) = self.phase {
            return Err(error);
        }
        if self.phase == Phase::Body(Turn::Body) {
            let turn = self.body.push(input, &mut |piece| events.body(piece))?;
            self.phase = Phase::Body(turn);
            return Ok(());
        }
        let allowed = usize::try_from(self.head_left).unwrap_or(usize::MAX);
        let mut head = Input::new(input.rest().get(..allowed).unwrap_or(input.rest()));
        if head.is_empty() {
            return Err(HttpError::HeadTooLong(self.limits.head));
        }
        let offered = head.rest().len();
        self.step_head(&mut head, events)?;
        let used = input.take(offered.saturating_sub(head.rest().len())).len();
        self.head_left = self
            .head_left
            .saturating_sub(u32::try_from(used).unwrap_or(u32::MAX));
        Ok(())
    }

    /// As [`Self::step`], for the phases whose bytes count as head.
    fn step_head(
        &mut self,
        head: &mut Input<'_>,
        events: &mut dyn Events,
    ) -> Result<(), HttpError> {
        match self.phase {
            Phase::StatusLine => {
                if self.status_line.push(head)? {
                    self.phase = self.status(events)?;
                }
            }
            Phase::InterimFields => {
                if self.fields.push(head, &mut Skip)? {
                    self.status_line = StatusLine::new();
                    self.phase = Phase::StatusLine;
                }
            }
            Phase::Fields => {
                let mut sink = HeadSink {
                    framing: &mut self.framing,
                    events,
                };
                if self.fields.push(head, &mut sink)? {
                    self.body = Body::new(self.framing.body()?, self.limits.body)?;
                    self.phase = Phase::Body(self.body.turn());
                    events.head_end();
                }
            }
            Phase::Body(Turn::Extension) => {
                self.phase = Phase::Body(self.body.push_extension(head)?);
            }
            Phase::Body(Turn::Trailers) => {
                if self.fields.push(head, &mut Skip)? {
                    self.phase = Phase::Body(Turn::End);
                }
            }
            Phase::Body(Turn::Body | Turn::End) | Phase::Failed(_) => {}
        }
        Ok(())
    }

    /// The status line is complete.
    fn status(&mut self, events: &mut dyn Events) -> Result<Phase, HttpError> {
        match self.status_line.code() {
            101 => Err(HttpError::SwitchingProtocols),
            100..=199 if self.interim >= INTERIM => Err(HttpError::TooManyInterim),
            100..=199 => {
                self.interim = self.interim.wrapping_add(1);
                Ok(Phase::InterimFields)
            }
            code => {
                self.framing = Framing::new(self.method, code, self.status_line.is_1_0());
                events.status(code);
                Ok(Phase::Fields)
            }
        }
    }
}

/// Sends the fields of the final head where they belong.
struct HeadSink<'a> {
    framing: &'a mut Framing,
    events: &'a mut dyn Events,
}

impl FieldSink for HeadSink<'_> {
    fn name(&mut self, name: &[u8]) -> bool {
        self.framing.begin(name) || self.events.wants(name)
    }

    fn value(&mut self, piece: &[u8]) -> Result<(), HttpError> {
        if self.framing.is_open() {
            return self.framing.value(piece);
        }
        self.events.value(piece);
        Ok(())
    }

    fn value_end(&mut self) -> Result<(), HttpError> {
        if self.framing.is_open() {
            return self.framing.value_end();
        }
        self.events.value_end();
        Ok(())
    }
}
