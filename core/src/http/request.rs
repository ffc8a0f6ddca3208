//! Heads of requests, written into a buffer of the caller's.

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
        for byte in path.iter().flat_map(|piece| piece.bytes()) {
            if let Some(why) = path_fault(byte, empty) {
                return self.refuse(ConfigError::Forbidden(Part::Path, why));
            }
            empty = false;
            self.push(&[byte]);
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
        let mut value = ValueWriter {
            head: self,
            last: None,
            fault: None,
        };
        write(&mut value);
        if let Some(why) = value.fault() {
            return self.refuse(ConfigError::Forbidden(Part::FieldValue, why));
        }
        self.push(b"\r\n");
        Ok(())
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
        let mut divisor = 1u64;
        while let Some(next) = divisor.checked_mul(10).filter(|&next| next <= number) {
            divisor = next;
        }
        while divisor > 0 {
            let digit = (number / divisor % 10) as u8;
            self.push(&[b'0'.wrapping_add(digit)]);
            divisor /= 10;
        }
    }

    fn fault(&self) -> Option<Forbidden> {
        let blank = self
            .last
            .is_some_and(is_blank)
            .then_some(Forbidden::BlankAtEnd);
        self.fault.or(blank)
    }
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

#[cfg(test)]
mod tests {
    use std::string::String;
    use std::vec::Vec;

    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    const METHODS: [Method; 6] = [
        Method::Delete,
        Method::Get,
        Method::Head,
        Method::Patch,
        Method::Post,
        Method::Put,
    ];
    const NAMES: [&str; 4] = ["Host", "X-auth-access-token", "username", "A_b.c"];

    type Fields = Vec<(&'static str, Vec<Vec<u8>>)>;

    fn fields() -> impl Strategy<Value = Fields> {
        let byte = prop_oneof![8 => 0x21u8..=0x7e, 1 => 0x80u8.., 1 => select(b" \t".to_vec())];
        let value = vec(vec(byte, 0..9), 0..4).prop_filter("blank at an end", |v| {
            v.concat().trim_ascii().len() == v.concat().len()
        });
        vec((select(NAMES.to_vec()), value), 0..6)
    }

    fn write(
        out: &mut [u8],
        method: Method,
        path: &[&str],
        fields: &Fields,
    ) -> Result<usize, Error> {
        let mut head = HeadWriter::new(out);
        head.request_line(method, path)?;
        for (name, pieces) in fields {
            head.field_with(name, |value| {
                pieces.iter().for_each(|piece| value.push(piece));
            })?;
        }
        head.finish()
    }

    proptest! {
        #[test]
        fn a_server_reads_what_was_written(
            method in select(METHODS.to_vec()),
            path in vec("[!-\"$-~]{0,9}", 0..4),
            fields in fields(),
        ) {
            let path: Vec<&str> = core::iter::once("/").chain(path.iter().map(String::as_str)).collect();
            let mut out = [0; 1024];
            let len = write(&mut out, method, &path, &fields).expect("nothing is forbidden");
            let mut headers = [httparse::EMPTY_HEADER; 8];
            let mut request = httparse::Request::new(&mut headers);
            prop_assert_eq!(request.parse(&out[..len]), Ok(httparse::Status::Complete(len)));
            prop_assert_eq!(request.method, Some(method.as_str()));
            prop_assert_eq!(request.path.map(String::from), Some(path.concat()));
            prop_assert_eq!(request.version, Some(1));
            let read: Vec<_> = request.headers.iter().map(|h| (h.name, h.value.to_vec())).collect();
            let written: Vec<_> = fields.iter().map(|(name, v)| (*name, v.concat())).collect();
            prop_assert_eq!(read, written);
        }

        /// Too small by whatever, the error names the length that is enough.
        #[test]
        fn a_small_buffer_is_told_its_size_and_holds_nothing(fields in fields(), less in 1usize..40) {
            let mut out = [0; 1024];
            let len = write(&mut out, Method::Get, &["/p"], &fields).expect("it fits");
            let small = &mut [b'x'; 1024][..len.saturating_sub(less)];
            let error = ResourceError::RequestBuffer { needed: len as u32 };
            prop_assert_eq!(write(small, Method::Get, &["/p"], &fields), Err(error.into()));
            prop_assert!(small.iter().all(|&byte| byte == 0));
            prop_assert_eq!(write(&mut out[..len], Method::Get, &["/p"], &fields), Ok(len));
        }

        /// Whatever the caller brings, a server sees one head and our fields.
        #[test]
        fn nothing_can_be_smuggled(
            path in "/?\\PC{0,6}[\r\n\t #\u{0}]?[a-z]{0,3}",
            value in vec(prop_oneof![any::<u8>(), select(b"ab \r\n:\0\t".to_vec())], 0..12),
        ) {
            let mut out = [b'x'; 256];
            match write(&mut out, Method::Get, &[&path], &std::vec![("A", std::vec![value.clone()])]) {
                Ok(len) => {
                    let mut headers = [httparse::EMPTY_HEADER; 8];
                    let mut request = httparse::Request::new(&mut headers);
                    prop_assert_eq!(request.parse(&out[..len]), Ok(httparse::Status::Complete(len)));
                    prop_assert_eq!(request.path, Some(&path[..]));
                    let [field] = &request.headers else { panic!("one field") };
                    prop_assert_eq!(field.value, &value[..]);
                }
                Err(_) => prop_assert_eq!(out, [0; 256]),
            }
        }

        #[test]
        fn numbers_are_decimal(number: u64, shift in 0u32..64) {
            let number = number >> shift;
            let mut out = [0; 64];
            let mut head = HeadWriter::new(&mut out);
            head.field_with("N", |value| value.write_u64(number)).expect("digits");
            let len = head.finish().expect("it fits");
            let printed = std::format!("N: {number}\r\n\r\n");
            prop_assert_eq!(&out[..len], printed.as_bytes());
        }
    }

    #[test]
    fn paths_are_refused_by_name() {
        for (path, error) in [
            (&[][..], ConfigError::Empty(Part::Path)),
            (&["", ""], ConfigError::Empty(Part::Path)),
            (
                &["api"],
                ConfigError::Forbidden(Part::Path, Forbidden::Character),
            ),
            (
                &["", "?/"],
                ConfigError::Forbidden(Part::Path, Forbidden::Character),
            ),
            (
                &["/a#b"],
                ConfigError::Forbidden(Part::Path, Forbidden::Character),
            ),
            (
                &["/é"],
                ConfigError::Forbidden(Part::Path, Forbidden::Character),
            ),
            (
                &["/", "a b"],
                ConfigError::Forbidden(Part::Path, Forbidden::Blank),
            ),
            (
                &["/\x7f"],
                ConfigError::Forbidden(Part::Path, Forbidden::Blank),
            ),
            (
                &["/\t"],
                ConfigError::Forbidden(Part::Path, Forbidden::Blank),
            ),
            (
                &["/\r\nA: b"],
                ConfigError::Forbidden(Part::Path, Forbidden::LineBreak),
            ),
            (
                &["\n/"],
                ConfigError::Forbidden(Part::Path, Forbidden::LineBreak),
            ),
            (
                &["/\0"],
                ConfigError::Forbidden(Part::Path, Forbidden::LineBreak),
            ),
        ] {
            let mut out = [b'x'; 64];
            assert_eq!(
                write(&mut out, Method::Get, path, &Vec::new()),
                Err(error.into()),
                "{path:?}"
            );
            assert_eq!(out, [0; 64]);
        }
    }

    #[test]
    fn fields_are_refused_by_name() {
        for (name, value, part, why) in [
            ("A", &b" b"[..], Part::FieldValue, Forbidden::BlankAtEnd),
            ("A", b"b\t", Part::FieldValue, Forbidden::BlankAtEnd),
            ("A", b" ", Part::FieldValue, Forbidden::BlankAtEnd),
            ("A", b"b\r\nC: d", Part::FieldValue, Forbidden::LineBreak),
            ("A", b"b\n", Part::FieldValue, Forbidden::LineBreak),
            ("A", b"b\0", Part::FieldValue, Forbidden::LineBreak),
            ("A", b"b\x1bc", Part::FieldValue, Forbidden::Character),
            ("A", b"\x7f", Part::FieldValue, Forbidden::Character),
            ("A b", b"c", Part::FieldName, Forbidden::Character),
            ("A:", b"c", Part::FieldName, Forbidden::Character),
        ] {
            let mut out = [b'x'; 64];
            let mut head = HeadWriter::new(&mut out);
            let error = ConfigError::Forbidden(part, why);
            assert_eq!(head.field(name, value), Err(error), "{name:?}: {value:?}");
            // Nothing that follows makes it good again.
            assert_eq!(head.field("B", b"fine"), Ok(()));
            assert_eq!(head.finish(), Err(error.into()));
            assert_eq!(out, [0; 64]);
        }
        let mut out = [b'x'; 64];
        assert_eq!(
            HeadWriter::new(&mut out).field("", b"b"),
            Err(ConfigError::Empty(Part::FieldName))
        );
    }

    #[test]
    fn a_head_that_is_given_up_leaves_no_secret() {
        let mut out = [b'x'; 64];
        let mut head = HeadWriter::new(&mut out);
        head.field("password", b"hunter2")
            .expect("nothing is forbidden");
        drop(head);
        assert_eq!(out, [0; 64]);
    }
}
