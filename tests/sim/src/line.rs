//! One TLS connection below HTTP: counts bytes, so that it can be slow, or end at any of them.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use core::time::Duration;
use std::io;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use crate::scenario::End;
use crate::unit::{Unit, lock};

/// What the line is to do with the answer that comes next.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Orders {
    /// Ends so, after so many bytes more.
    pub(crate) cut: Option<(u64, End)>,
    pub(crate) slow: Option<Slow>,
}

/// Pieces, and the time between them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slow {
    pub(crate) bytes: usize,
    pub(crate) gap: Duration,
    pub(crate) real_time: bool,
}

/// What the line shares with those who answer on it.
#[derive(Debug, Default)]
pub(crate) struct Control {
    orders: Orders,
    /// Bytes received since the last answer.
    received: u64,
    ended: Option<End>,
    /// Bytes of an answer could not be written.
    lost: bool,
}

impl Control {
    /// For the answer to the request that has just been read.
    pub(crate) fn order(&mut self, orders: Orders) {
        self.orders = orders;
        self.received = 0;
    }

    /// How the line ended, if it ended itself.
    pub(crate) fn ended(&self) -> Option<End> {
        self.ended
    }

    /// The answer is one that stops short.
    pub(crate) fn loses(&mut self) {
        self.lost = true;
    }

    /// Whether bytes of an answer did not go out.
    pub(crate) fn has_lost(&self) -> bool {
        self.lost
    }
}

pub(crate) struct Line {
    tls: TlsStream<TcpStream>,
    unit: Arc<Unit>,
    control: Arc<Mutex<Control>>,
    gap: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Line {
    pub(crate) fn new(
        tls: TlsStream<TcpStream>,
        unit: Arc<Unit>,
        control: Arc<Mutex<Control>>,
    ) -> Self {
        Self {
            tls,
            unit,
            control,
            gap: None,
        }
    }

    pub(crate) fn into_inner(self) -> TlsStream<TcpStream> {
        self.tls
    }

    fn end(&self, end: End) -> io::Error {
        lock(&self.control).ended = Some(end);
        io::ErrorKind::ConnectionAborted.into()
    }

    /// Writes out what is under way, then waits for the time between two pieces.
    fn poll_gap(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(gap) = &mut self.gap {
            ready!(Pin::new(&mut self.tls).poll_flush(cx))?;
            ready!(gap.as_mut().poll(cx));
            self.gap = None;
        }
        Poll::Ready(Ok(()))
    }

    fn pause(&mut self, slow: Slow) {
        let unit = Arc::clone(&self.unit);
        self.gap = Some(Box::pin(async move {
            if slow.real_time {
                tokio::time::sleep(slow.gap).await;
            } else {
                unit.world.clock.sleep(slow.gap).await;
            }
        }));
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.tls).poll_read(cx, buffer))?;
        let read = buffer.filled().len() - before;
        if read == 0 {
            return Poll::Ready(Ok(()));
        }
        let received = {
            let mut control = lock(&self.control);
            control.received += read as u64;
            control.received
        };
        match self.unit.cut_request(received) {
            Some(end) => Poll::Ready(Err(self.end(end))),
            None => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_gap(cx))?;
        let Orders { cut, slow } = lock(&self.control).orders;
        let left = cut.map_or(usize::MAX, |(left, _)| {
            usize::try_from(left).unwrap_or(usize::MAX)
        });
        if let (0, Some((_, end))) = (left, cut) {
            lock(&self.control).lost = true;
            ready!(Pin::new(&mut self.tls).poll_flush(cx))?;
            return Poll::Ready(Err(self.end(end)));
        }
        let piece = slow.map_or(usize::MAX, |slow| slow.bytes);
        let most = bytes.len().min(left).min(piece);
        let written = ready!(Pin::new(&mut self.tls).poll_write(cx, &bytes[..most]));
        let written = written.inspect_err(|_| lock(&self.control).lost = true)?;
        if let Some((left, _)) = &mut lock(&self.control).orders.cut {
            *left -= written as u64;
        }
        if let Some(slow) = slow {
            self.pause(slow);
        }
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.tls).poll_flush(cx))?;
        let cut = lock(&self.control).orders.cut;
        match cut {
            Some((0, end)) => Poll::Ready(Err(self.end(end))),
            _ => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tls).poll_shutdown(cx)
    }
}
