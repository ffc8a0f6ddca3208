//! The handshake, and the stream that comes of it.

use core::cell::Cell;
use core::ffi::CStr;
use core::marker::PhantomData;

use embassy_futures::yield_now;
use embedded_io_async::{ErrorType, Read, Write};
use heapless::Vec;
use rand_core::CryptoRng;

use crate::client::{Client, Step};
use crate::error::TlsError;
use crate::heap::{self, heap_use};
use crate::random;
use crate::trust::Trust;

/// Bytes of a DNS name and its NUL.
const NAME_MAX: usize = 254;

/// Mbed TLS, set up. There can be one in a program.
// Not `Sync`: the library is built without locks.
pub struct Tls(PhantomData<Cell<()>>);

impl Tls {
    /// Sets up Mbed TLS. `random` gives all keys and nonces: a true source, not a
    /// seeded generator that starts the same at each boot.
    ///
    /// # Errors
    /// [`TlsError::Config`] if there is one already.
    pub fn new(random: &'static mut (dyn CryptoRng + Send)) -> Result<Self, TlsError> {
        random::install(random).map_err(|()| TlsError::Config)?;
        heap::start();
        Ok(Self(PhantomData))
    }

    /// Shakes hands over `stream`, and returns when the certificate is trusted.
    ///
    /// The memory of the handshake comes from the heap region; one connection
    /// at a time fits there. `trust` is read for as long as the stream lives.
    ///
    /// # Errors
    /// [`TlsError`]. Nothing but the handshake and an alert has been sent.
    ///
    /// # Cancel safety
    /// Dropping the future drops the stream.
    pub async fn connect<'a, S: Read + Write>(
        &'a self,
        stream: S,
        trust: Trust<'a>,
    ) -> Result<Stream<'a, S>, TlsError> {
        let mut buffer = Vec::new();
        let name = match trust.name() {
            Some(name) => Some(terminated(name, &mut buffer)?),
            None => None,
        };
        let refused = heap_use().refused;
        let mut stream = Stream {
            client: Client::new(&trust, name)?,
            stream,
            state: State::Open,
        };
        let done = stream.run(Client::handshake).await;
        done.map_err(|error| match error {
            // In places, Mbed TLS gives another reason for what it had no memory for.
            TlsError::Protocol(_) if heap_use().refused != refused => TlsError::OutOfMemory,
            error => error,
        })?;
        Ok(stream)
    }
}

/// `text` as C wants it.
fn terminated<'a>(text: &str, buffer: &'a mut Vec<u8, NAME_MAX>) -> Result<&'a CStr, TlsError> {
    let room = buffer.extend_from_slice(text.as_bytes()).is_ok() && buffer.push(0).is_ok();
    let name = CStr::from_bytes_with_nul(buffer).ok();
    name.filter(|name| room && !name.is_empty())
        .ok_or(TlsError::Config)
}

/// A connection to a box whose certificate is trusted.
///
/// An end of the stream without the close alert (RFC 8446, section 6.1) is an error,
/// not an end: a cut connection can not pass for a whole answer. None is sent when the
/// stream is dropped: the bodies of HTTP requests are delimited by their length, so the
/// box has nothing to doubt.
///
/// # Cancel safety
/// A read that is dropped has lost nothing. After a write that was dropped, the
/// stream gives errors only.
pub struct Stream<'a, S: Read + Write> {
    client: Client<'a>,
    stream: S,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// The box has sent its close alert.
    Ended,
    /// A call failed, or its future was dropped while it wrote.
    Broken,
}

impl<'a, S: Read + Write> Stream<'a, S> {
    /// Which version was agreed on: `"TLS 1.2"` or `"TLS 1.3"`.
    #[must_use]
    pub fn version(&mut self) -> &'static str {
        if self.client.is_tls13() {
            "TLS 1.3"
        } else {
            "TLS 1.2"
        }
    }

    /// Calls `call` until it is done, and moves the bytes. When that fails, or is
    /// dropped anywhere but where it waits for the peer, the stream is broken.
    async fn run(
        &mut self,
        mut call: impl FnMut(&mut Client<'a>) -> Result<Step, TlsError>,
    ) -> Result<usize, TlsError> {
        let before = core::mem::replace(&mut self.state, State::Broken);
        if before == State::Broken {
            return Err(TlsError::Stream);
        }
        loop {
            let step = call(&mut self.client);
            // After a failure, that is the alert which says why.
            let sent = self.send().await;
            let step = step?;
            sent?;
            match step {
                Step::Done(count) => {
                    self.state = before;
                    return Ok(count);
                }
                Step::Closed => {
                    self.state = State::Ended;
                    return Ok(0);
                }
                Step::Starved => {
                    self.state = before;
                    self.receive().await?;
                    self.state = State::Broken;
                }
                Step::Full => {}
                Step::Busy => yield_now().await,
            }
        }
    }

    async fn send(&mut self) -> Result<(), TlsError> {
        let outbound = self.client.outbound();
        if outbound.filled().is_empty() {
            return Ok(());
        }
        while !outbound.filled().is_empty() {
            let written = self.stream.write(outbound.filled()).await;
            match written {
                Ok(0) | Err(_) => return Err(TlsError::Stream),
                Ok(count) => outbound.consume(count),
            }
        }
        self.stream.flush().await.map_err(|_| TlsError::Stream)
    }

    async fn receive(&mut self) -> Result<(), TlsError> {
        let inbound = self.client.inbound();
        match self.stream.read(inbound.room()).await {
            Ok(0) | Err(_) => Err(TlsError::Stream),
            Ok(count) => {
                inbound.extend(count);
                Ok(())
            }
        }
    }
}

impl<S: Read + Write> ErrorType for Stream<'_, S> {
    type Error = TlsError;
}

impl<S: Read + Write> Read for Stream<'_, S> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, TlsError> {
        if buffer.is_empty() || self.state == State::Ended {
            return Ok(0);
        }
        self.run(|client| client.read(buffer)).await
    }
}

impl<S: Read + Write> Write for Stream<'_, S> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, TlsError> {
        if bytes.is_empty() {
            return Ok(0);
        }
        self.run(|client| client.write(bytes)).await
    }

    async fn flush(&mut self) -> Result<(), TlsError> {
        // Each call has sent and flushed what it wrote.
        Ok(())
    }
}
