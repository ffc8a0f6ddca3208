//! A server at the other end of a stream, in memory.

use core::convert::Infallible;
use std::collections::VecDeque;
use std::io::{Read as _, Write as _};

use embedded_io_async::{ErrorKind, ErrorType, Read, Write};
use rand_core::{TryCryptoRng, TryRng};
use rustls::ServerConnection;
use rustls::crypto::ring::default_provider;

/// The stream to a server that answers when it has heard a question.
pub(crate) struct Wire {
    server: ServerConnection,
    /// What the server has understood.
    pub(crate) heard: Vec<u8>,
    /// What the client has sent.
    pub(crate) sent: Vec<u8>,
    /// What the server sends, on its way.
    coming: VecDeque<u8>,
    /// Bytes that one call moves at the most.
    pub(crate) piece: usize,
    /// Changes what either side sends.
    pub(crate) tamper: fn(&mut Vec<u8>),
    /// Bytes until the connection is cut.
    pub(crate) cut_after: usize,
    /// Bytes until one is changed.
    pub(crate) change: Option<usize>,
}

impl Wire {
    pub(crate) fn to(server: ServerConnection) -> Self {
        Self {
            server,
            heard: Vec::new(),
            sent: Vec::new(),
            coming: VecDeque::new(),
            piece: usize::MAX,
            tamper: |_| (),
            cut_after: usize::MAX,
            change: None,
        }
    }

    /// Takes what the server has to send, and what it has heard.
    fn serve(&mut self) {
        // What it makes of nonsense is an alert.
        let _ = self.server.process_new_packets();
        let mut heard = Vec::new();
        let _ = self.server.reader().read_to_end(&mut heard);
        if !heard.is_empty() {
            self.heard.extend(heard);
            if self.heard.ends_with(b"question") {
                self.server.writer().write_all(b"answer").expect("memory");
            }
        }
        let mut out = Vec::new();
        while self.server.wants_write() {
            self.server.write_tls(&mut out).expect("memory");
        }
        (self.tamper)(&mut out);
        if let Some(at) = self.change.take() {
            match out.get(at) {
                // Nobody looks at the version of a record (RFC 8446, section 5.1).
                Some(_) if is_version(&out, at) => self.change = Some(at + 2),
                Some(_) => out[at] ^= 1,
                None => self.change = Some(at - out.len()),
            }
        }
        self.coming.extend(out);
    }
}

/// Whether `at` is in the version field of one of `records`.
fn is_version(mut records: &[u8], mut at: usize) -> bool {
    while let [_, _, _, high, low, ..] = records {
        let length = 5 + usize::from(u16::from_be_bytes([*high, *low]));
        match at.checked_sub(length) {
            Some(rest) => at = rest,
            None => return matches!(at, 1 | 2),
        }
        records = &records[length..];
    }
    false
}

impl ErrorType for Wire {
    type Error = ErrorKind;
}

impl Read for Wire {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        self.serve();
        let count = buffer.len().min(self.piece).min(self.cut_after);
        let count = self.coming.read(&mut buffer[..count]).expect("memory");
        self.cut_after -= count;
        Ok(count)
    }
}

impl Write for Wire {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        let bytes = &bytes[..bytes.len().min(self.piece)];
        self.sent.extend(bytes);
        let mut bytes = bytes.to_vec();
        let count = bytes.len();
        (self.tamper)(&mut bytes);
        let mut bytes = &*bytes;
        while !bytes.is_empty() {
            self.server
                .read_tls(&mut bytes)
                .map_err(|_| ErrorKind::Other)?;
        }
        Ok(count)
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

/// The randomness of the host.
pub(crate) struct Random;

impl TryRng for Random {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_ne_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_ne_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        let filled = default_provider().secure_random.fill(bytes);
        assert!(filled.is_ok(), "the host gives no randomness");
        Ok(())
    }
}

impl TryCryptoRng for Random {}
