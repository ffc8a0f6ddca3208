//! Heads of requests, written into a buffer of the caller's.

#[cfg(test)]
mod tests;

use zeroize::Zeroize;

use super::Method;
use super::grammar::{is_blank, is_line_break, is_token};
use crate::error::{ConfigError, Error, Forbidden, Part, ResourceError};

/// Writes the head of one request: the request line, the fields, the end.
///
/// What does not fit is counted, so that [`finish`](Self::finish) can say how
/// large the buffer must be. What may not be sent is refused; then the whole
/// head is. Unless `finish` succeeds, the buffer is zeroed when the writer is
/// dropped: it may hold a password by then.
///
/// ```
/// use oobwatch_core::http::{HeadWriter, Method};
///
/// let mut buffer = [0; 128];
/// let mut head = HeadWriter::new(&mut buffer);
/// head.request_line(Method::Post, &["/api", "/login"])?;
/// head.field("Host", b"192.0.2.1")?;
/// head.field_with("Content-Length", |value| value.write_u64(0))?;
/// let len = head.finish()?;
/// assert_eq!(
///     &buffer[..len],
///     b"POST /api/login HTTP/1.1\r\nHost: 192.0.2.1\r\nContent-Length: 0\r\n\r\n"
/// );
/// # Ok::<(), oobwatch_core::Error>(())
/// ```
pub struct HeadWriter<'b> {
    out: &'b mut [u8],
    /// Bytes written, and those that did not fit.
    needed: usize,
    refused: Option<ConfigError>,
    complete: bool,
}

impl<'b> HeadWriter<'b> {
    /// Writes into `out` from its start.
    #[must_use]
    pub const fn new(out: &'b mut [u8]) -> Self {
        Self {
            out,
            needed: 0,
            refused: None,
            complete: false,
        }
    }

    /// Writes the request line. The path (with the query) is given in pieces,
    /// which are joined as they are.
    ///
    /// # Errors
    /// [`ConfigError::Forbidden`] or [`ConfigError::Empty`] with
    /// [`Part::Path`]: the path must begin with `/`, and hold only visible
    /// ASCII characters and no `#`.
    pub fn request_line(&mut self, method: Method, path: &[&str]) -> Result<(), ConfigError> {
        self.push(method.as_str().as_bytes());
        self.push(b" ");
        let mut empty = true;
        for piece in path {
            for byte in piece.bytes() {
                if let Some(why) = path_fault(byte, empty) {
                    return self.refuse(ConfigError::Forbidden(Part::Path, why));
                }
                empty = false;
            }
            self.push(piece.as_bytes());
        }
        if empty {
            return self.refuse(ConfigError::Empty(Part::Path));
        }
        self.push(b" HTTP/1.1\r\n");
        Ok(())
    }

    /// Writes a field.
    ///
    /// # Errors
    /// As [`field_with`](Self::field_with).
    pub fn field(&mut self, name: &'static str, value: &[u8]) -> Result<(), ConfigError> {
        self.field_with(name, |writer| writer.push(value))
    }

    /// Writes a field whose value comes in pieces.
    ///
    /// # Errors
    /// [`ConfigError::Forbidden`] or [`ConfigError::Empty`] with
    /// [`Part::FieldName`] if the name is not a token, and with
    /// [`Part::FieldValue`] if the value begins or ends with a blank (the
    /// server would strip it, from a password too) or holds a control
    /// character other than a tab. Bytes from 0x80 on may stand.
    pub fn field_with(
        &mut self,
        name: &'static str,
        write: impl FnOnce(&mut ValueWriter<'_, 'b>),
    ) -> Result<(), ConfigError> {
        self.name(name)?;
        let mut value = ValueWriter {
            head: self,
            last: None,
            fault: None,
        };
        write(&mut value);
        let fault = value.fault();
        self.end_field(fault)
    }

    /// Ends the head; its length in bytes.
    ///
    /// # Errors
    /// [`ResourceError::RequestBuffer`] with the length that the buffer must
    /// have, or what an earlier call refused.
    pub fn finish(mut self) -> Result<usize, Error> {
        self.push(b"\r\n");
        if let Some(refused) = self.refused {
            return Err(refused.into());
        }
        if self.needed > self.out.len() {
            let needed = u32::try_from(self.needed).unwrap_or(u32::MAX);
            return Err(ResourceError::RequestBuffer { needed }.into());
        }
        self.complete = true;
        Ok(self.needed)
    }

    fn name(&mut self, name: &str) -> Result<(), ConfigError> {
        if name.is_empty() {
            return self.refuse(ConfigError::Empty(Part::FieldName));
        }
        if !name.bytes().all(is_token) {
            return self.refuse(ConfigError::Forbidden(
                Part::FieldName,
                Forbidden::Character,
            ));
        }
        self.push(name.as_bytes());
        self.push(b": ");
        Ok(())
    }

    fn end_field(&mut self, fault: Option<Forbidden>) -> Result<(), ConfigError> {
        if let Some(why) = fault {
            return self.refuse(ConfigError::Forbidden(Part::FieldValue, why));
        }
        self.push(b"\r\n");
        Ok(())
    }

    #[inline(never)]
    fn push(&mut self, bytes: &[u8]) {
        let room = self.out.get_mut(self.needed..).unwrap_or_default();
        for (to, from) in room.iter_mut().zip(bytes) {
            *to = *from;
        }
        self.needed = self.needed.saturating_add(bytes.len());
    }

    fn refuse(&mut self, error: ConfigError) -> Result<(), ConfigError> {
        Err(*self.refused.get_or_insert(error))
    }
}

impl Drop for HeadWriter<'_> {
    fn drop(&mut self) {
        if !self.complete {
            self.out.zeroize();
        }
    }
}

/// Writes the value of one field in pieces.
pub struct ValueWriter<'w, 'b> {
    head: &'w mut HeadWriter<'b>,
    last: Option<u8>,
    fault: Option<Forbidden>,
}

impl ValueWriter<'_, '_> {
    /// Writes the next piece.
    pub fn push(&mut self, piece: &[u8]) {
        if let (None, Some(&first)) = (self.last, piece.first())
            && is_blank(first)
        {
            self.fault = Some(Forbidden::BlankAtEnd);
        }
        self.fault = self
            .fault
            .or_else(|| piece.iter().find_map(|&byte| value_fault(byte)));
        self.last = piece.last().copied().or(self.last);
        self.head.push(piece);
    }

    /// Writes a number in decimal.
    pub fn write_u64(&mut self, number: u64) {
        let digits = decimal(number).map(|digit| b'0' | digit);
        let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
        let last = digits.len() - 1;
        self.push(digits.get(zeros.min(last)..).unwrap_or_default());
    }

    fn fault(&self) -> Option<Forbidden> {
        let blank = self
            .last
            .is_some_and(is_blank)
            .then_some(Forbidden::BlankAtEnd);
        self.fault.or(blank)
    }
}

/// The twenty digits of a number, by doubling: division of 64 bits is a large
/// subroutine on a microcontroller.
fn decimal(number: u64) -> [u8; 20] {
    let mut digits = [0_u8; 20];
    for bit in (0..u64::BITS).rev() {
        let mut carry = u8::from(number >> bit & 1 == 1);
        for digit in digits.iter_mut().rev() {
            let double = digit.wrapping_shl(1) | carry;
            carry = u8::from(double > 9);
            *digit = if double > 9 {
                double.wrapping_sub(10)
            } else {
                double
            };
        }
    }
    digits
}

const fn path_fault(byte: u8, first: bool) -> Option<Forbidden> {
    match byte {
        _ if is_line_break(byte) => Some(Forbidden::LineBreak),
        b' ' | 0x7f | ..0x20 => Some(Forbidden::Blank),
        b'#' | 0x80.. => Some(Forbidden::Character),
        _ if first && byte != b'/' => Some(Forbidden::Character),
        _ => None,
    }
}

const fn value_fault(byte: u8) -> Option<Forbidden> {
    match byte {
        _ if is_line_break(byte) => Some(Forbidden::LineBreak),
        b'\t' => None,
        0x7f | ..0x20 => Some(Forbidden::Character),
        _ => None,
    }
}
