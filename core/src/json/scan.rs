//! The push scanner: bytes in any split become events.

use super::JsonError;
use super::number::Number;
use super::string::Quoted;

/// How deep objects and arrays may be nested.
pub const MAX_DEPTH: u8 = 128;

/// How many bytes [`Scanner::after_junk`] skips at most.
pub const MAX_JUNK: u8 = 64;

/// An object or an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Nest {
    /// `[…]`
    Array,
    /// `{…}`
    Object,
}

/// What a scalar value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Kind {
    /// `"…"`
    String,
    /// A number, kept as text.
    Number,
    /// `true`
    True,
    /// `false`
    False,
    /// `null`
    Null,
}

/// What the scanner met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// An object or an array begins.
    Begin(Nest),
    /// The innermost object or array ends.
    End(Nest),
    /// The name of a member begins; pieces of it follow.
    Name,
    /// The name ends, its value follows.
    NameEnd,
    /// A scalar begins; pieces of its text follow.
    Scalar(Kind),
    /// The scalar ends.
    ScalarEnd,
    /// A piece of a name or scalar: JSON escapes resolved, otherwise the bytes
    /// of the peer, be they UTF-8 or not. Where one piece ends and the next
    /// begins means nothing.
    Piece(&'a [u8]),
}

/// A strict scanner of one JSON text (RFC 8259) of any length, in constant memory.
///
/// Any value may stand at the top. Bytes from 0x80 on pass through strings
/// unchecked, since FMC objects can hold Latin-1; an escaped surrogate without
/// its other half becomes `U+FFFD`; names may repeat. An error is final.
#[derive(Clone, Debug)]
pub struct Scanner {
    /// One bit for each open object (1) or array (0), the innermost lowest.
    nests: u128,
    depth: u8,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Bytes before the first bracket are skipped, so many are left.
    Junk(u8),
    /// Nothing but blanks yet.
    Start,
    Value,
    /// After `[`.
    FirstElement,
    /// After `{`.
    FirstName,
    /// After a comma in an object.
    NextName,
    Colon,
    AfterValue,
    Name(Quoted),
    String(Quoted),
    Number(Number),
    Literal(Kind, &'static [u8]),
    Failed(JsonError),
}

impl Default for Scanner {
    fn default() -> Self {
        Self::new()
    }
}

impl Scanner {
    /// A scanner for one text.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            nests: 0,
            depth: 0,
            state: State::Start,
        }
    }

    /// A scanner for one object or array with at most [`MAX_JUNK`] bytes of
    /// anything else before it. Error bodies of FXOS are seen to begin so.
    #[must_use]
    pub const fn after_junk() -> Self {
        Self {
            nests: 0,
            depth: 0,
            state: State::Junk(MAX_JUNK),
        }
    }

    /// Scans the next bytes.
    ///
    /// # Errors
    /// The text is not JSON. The same error comes back from every later call.
    pub fn push(&mut self, input: &[u8], on: &mut dyn FnMut(Event<'_>)) -> Result<(), JsonError> {
        let mut rest = input;
        while !rest.is_empty() {
            rest = self
                .advance(rest, on)
                .inspect_err(|&error| self.state = State::Failed(error))?;
        }
        Ok(())
    }

    /// Says that no more bytes come.
    ///
    /// # Errors
    /// The text is not JSON, or not whole.
    pub fn finish(&mut self, on: &mut dyn FnMut(Event<'_>)) -> Result<(), JsonError> {
        let result = match self.state {
            State::Failed(error) => Err(error),
            State::Start => Err(JsonError::Empty),
            State::Junk(left) if left == MAX_JUNK => Err(JsonError::Empty),
            State::Junk(_) => Err(JsonError::Junk),
            State::AfterValue if self.depth == 0 => Ok(()),
            State::Number(number) if self.depth == 0 && number.may_end(None) => {
                self.end_scalar(on);
                Ok(())
            }
            _ => Err(JsonError::Truncated),
        };
        result.inspect_err(|&error| self.state = State::Failed(error))
    }

    /// Takes at least one byte of `input`, or changes the state.
    fn advance<'i>(
        &mut self,
        input: &'i [u8],
        on: &mut dyn FnMut(Event<'_>),
    ) -> Result<&'i [u8], JsonError> {
        match self.state {
            State::Name(quoted) => {
                let (rest, next) = quoted.push(input, &mut |piece| on(Event::Piece(piece)))?;
                self.state = next.map_or(State::Colon, State::Name);
                if next.is_none() {
                    on(Event::NameEnd);
                }
                Ok(rest)
            }
            State::String(quoted) => {
                let (rest, next) = quoted.push(input, &mut |piece| on(Event::Piece(piece)))?;
                match next {
                    Some(quoted) => self.state = State::String(quoted),
                    None => self.end_scalar(on),
                }
                Ok(rest)
            }
            State::Number(number) => self.number(number, input, on),
            _ => {
                let Some((&byte, rest)) = input.split_first() else {
                    return Ok(input);
                };
                self.byte(byte, on)?;
                Ok(rest)
            }
        }
    }

    fn byte(&mut self, byte: u8, on: &mut dyn FnMut(Event<'_>)) -> Result<(), JsonError> {
        match self.state {
            State::Failed(error) => return Err(error),
            State::Literal(kind, rest) => return self.literal(kind, rest, byte, on),
            State::Junk(left) => return self.junk(left, byte, on),
            _ if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') => return Ok(()),
            _ => {}
        }
        match (self.state, byte) {
            (State::FirstElement, b']') => self.close(Nest::Array, on),
            (State::FirstName, b'}') => self.close(Nest::Object, on),
            (State::Start | State::Value | State::FirstElement, _) => self.value(byte, on),
            (State::FirstName | State::NextName, b'"') => {
                self.state = State::Name(Quoted::default());
                on(Event::Name);
                Ok(())
            }
            (State::FirstName | State::NextName, _) => Err(JsonError::Name),
            (State::Colon, b':') => {
                self.state = State::Value;
                Ok(())
            }
            (State::Colon, _) => Err(JsonError::Colon),
            (_, _) => self.after_value(byte, on),
        }
    }

    fn value(&mut self, byte: u8, on: &mut dyn FnMut(Event<'_>)) -> Result<(), JsonError> {
        match byte {
            b'{' => self.open(Nest::Object, on),
            b'[' => self.open(Nest::Array, on),
            b'"' => {
                self.state = State::String(Quoted::default());
                on(Event::Scalar(Kind::String));
                Ok(())
            }
            b't' => self.begin_literal(Kind::True, b"rue", on),
            b'f' => self.begin_literal(Kind::False, b"alse", on),
            b'n' => self.begin_literal(Kind::Null, b"ull", on),
            _ => {
                let number = Number::begin(byte).ok_or(JsonError::Value)?;
                self.state = State::Number(number);
                on(Event::Scalar(Kind::Number));
                on(Event::Piece(&[byte]));
                Ok(())
            }
        }
    }

    fn after_value(&mut self, byte: u8, on: &mut dyn FnMut(Event<'_>)) -> Result<(), JsonError> {
        match (self.innermost(), byte) {
            (None, _) => Err(JsonError::Trailing),
            (Some(Nest::Array), b']') => self.close(Nest::Array, on),
            (Some(Nest::Object), b'}') => self.close(Nest::Object, on),
            (Some(nest), b',') => {
                self.state = match nest {
                    Nest::Array => State::Value,
                    Nest::Object => State::NextName,
                };
                Ok(())
            }
            _ => Err(JsonError::Comma),
        }
    }

    fn begin_literal(
        &mut self,
        kind: Kind,
        rest: &'static [u8],
        on: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), JsonError> {
        self.state = State::Literal(kind, rest);
        on(Event::Scalar(kind));
        Ok(())
    }

    fn literal(
        &mut self,
        kind: Kind,
        expected: &'static [u8],
        byte: u8,
        on: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), JsonError> {
        match expected.split_first() {
            Some((&next, rest)) if next == byte => {
                self.state = State::Literal(kind, rest);
                if rest.is_empty() {
                    on(Event::Piece(kind.literal()));
                    self.end_scalar(on);
                }
                Ok(())
            }
            _ => Err(JsonError::Literal),
        }
    }

    fn number<'i>(
        &mut self,
        number: Number,
        input: &'i [u8],
        on: &mut dyn FnMut(Event<'_>),
    ) -> Result<&'i [u8], JsonError> {
        let (mut now, mut taken, mut stop) = (number, 0, None);
        for &byte in input {
            let Some(next) = now.next(byte) else {
                stop = Some(byte);
                break;
            };
            now = next;
            taken += 1;
        }
        let (run, rest) = input.split_at_checked(taken).unwrap_or((input, &[]));
        if !run.is_empty() {
            on(Event::Piece(run));
        }
        self.state = State::Number(now);
        match stop {
            Some(_) if now.may_end(stop) => self.end_scalar(on),
            Some(_) => return Err(JsonError::Number),
            None => {}
        }
        Ok(rest)
    }

    fn junk(&mut self, left: u8, byte: u8, on: &mut dyn FnMut(Event<'_>)) -> Result<(), JsonError> {
        if matches!(byte, b'{' | b'[') {
            return self.value(byte, on);
        }
        self.state = State::Junk(left.checked_sub(1).ok_or(JsonError::Junk)?);
        Ok(())
    }

    fn open(&mut self, nest: Nest, on: &mut dyn FnMut(Event<'_>)) -> Result<(), JsonError> {
        if self.depth >= MAX_DEPTH {
            return Err(JsonError::Depth);
        }
        self.depth += 1;
        self.nests = self.nests << 1 | u128::from(nest == Nest::Object);
        self.state = match nest {
            Nest::Array => State::FirstElement,
            Nest::Object => State::FirstName,
        };
        on(Event::Begin(nest));
        Ok(())
    }

    fn close(&mut self, nest: Nest, on: &mut dyn FnMut(Event<'_>)) -> Result<(), JsonError> {
        self.depth = self.depth.saturating_sub(1);
        self.nests >>= 1;
        self.state = State::AfterValue;
        on(Event::End(nest));
        Ok(())
    }

    fn end_scalar(&mut self, on: &mut dyn FnMut(Event<'_>)) {
        self.state = State::AfterValue;
        on(Event::ScalarEnd);
    }

    const fn innermost(&self) -> Option<Nest> {
        match (self.depth, self.nests & 1) {
            (0, _) => None,
            (_, 0) => Some(Nest::Array),
            _ => Some(Nest::Object),
        }
    }
}

impl Kind {
    const fn literal(self) -> &'static [u8] {
        match self {
            Self::True => b"true",
            Self::False => b"false",
            Self::Null => b"null",
            Self::String | Self::Number => b"",
        }
    }
}
