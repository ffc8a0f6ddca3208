//! A look at the bytes of a client's connections, for transcripts.

use std::sync::Arc;

use embedded_io_adapters::tokio_1::FromTokio;
use embedded_io_async::{ErrorType, Read, Write};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// Is shown every byte of a client's HTTP, as it is inside of TLS.
///
/// **That includes the password and all tokens.** What comes of them is the
/// implementer's to answer for: nothing may be kept, shown or passed on before
/// every secret is taken out.
///
/// The calls come from within the client's I/O, which waits for them.
pub trait Tap: Send + Sync {
    /// `bytes` were sent. Connections are numbered from 1 on.
    fn sent(&self, connection: u64, bytes: &[u8]);

    /// `bytes` were received.
    fn received(&self, connection: u64, bytes: &[u8]);

    /// The connection is over: closed by either side, or broken.
    fn closed(&self, connection: u64);
}

/// A stream with TLS up and the certificate trusted, and who listens in.
pub(crate) struct Stream {
    inner: FromTokio<TlsStream<TcpStream>>,
    tapped: Option<Tapped>,
}

/// Ends with its connection.
struct Tapped {
    tap: Arc<dyn Tap>,
    connection: u64,
}

impl Drop for Tapped {
    fn drop(&mut self) {
        self.tap.closed(self.connection);
    }
}

impl Stream {
    pub(crate) fn new(stream: TlsStream<TcpStream>, tap: Option<(Arc<dyn Tap>, u64)>) -> Self {
        Self {
            inner: FromTokio::new(stream),
            tapped: tap.map(|(tap, connection)| Tapped { tap, connection }),
        }
    }
}

impl ErrorType for Stream {
    type Error = std::io::Error;
}

impl Read for Stream {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error> {
        let length = self.inner.read(buffer).await?;
        if let (Some(Tapped { tap, connection }), Some(bytes)) =
            (&self.tapped, buffer.get(..length))
        {
            tap.received(*connection, bytes);
        }
        Ok(length)
    }
}

impl Write for Stream {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        let length = self.inner.write(bytes).await?;
        if let (Some(Tapped { tap, connection }), Some(bytes)) = (&self.tapped, bytes.get(..length))
        {
            tap.sent(*connection, bytes);
        }
        Ok(length)
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        self.inner.flush().await
    }
}
