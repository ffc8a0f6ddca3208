//! An answer on its way to a client.

use core::fmt::{self, Write as _};

use embassy_net::tcp::{Error, TcpSocket};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embassy_sync::mutex::MutexGuard;
use embedded_io_async::Write as _;
use heapless::{String, Vec};
use oobwatch_core::health::encode::{json, prometheus};

use super::http::{Refusal, Request};
use super::{health, metrics, page};
use crate::State;

/// The buffer in which answers are made: there is one, and the second client
/// waits for the first.
pub type Page = Vec<u8, { json::MAX_LEN }>;

/// What is asked for.
#[derive(Clone, Copy)]
enum Content {
    Page,
    Health,
    Metrics,
}

impl Content {
    fn at(path: &str) -> Option<Self> {
        Some(match path {
            "/" => Self::Page,
            "/health" => Self::Health,
            "/metrics" => Self::Metrics,
            _ => return None,
        })
    }

    const fn content_type(self) -> &'static str {
        match self {
            Self::Page => "text/html; charset=utf-8",
            Self::Health => "application/json",
            Self::Metrics => prometheus::CONTENT_TYPE,
        }
    }
}

/// A request for something that there is.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    content: Content,
    is_head: bool,
    takes_chunks: bool,
}

impl Asked {
    pub(super) fn of(request: Request<'_>) -> Result<Self, Refusal> {
        Ok(Self {
            content: Content::at(request.path).ok_or(Refusal::NotFound)?,
            is_head: request.is_head,
            takes_chunks: request.takes_chunks,
        })
    }
}

/// Writes the answer to what was `asked`.
pub(super) async fn write(
    state: &State,
    asked: Result<Asked, Refusal>,
    socket: &mut TcpSocket<'_>,
) -> Result<(), Error> {
    let asked = match asked {
        Ok(asked) => asked,
        Err(refusal) => {
            return head(socket, &[refusal.status(), "\r\nContent-Length: 0"]).await;
        }
    };
    let coding = if asked.takes_chunks {
        "\r\nTransfer-Encoding: chunked"
    } else {
        ""
    };
    let content_type = asked.content.content_type();
    head(socket, &["200 OK\r\nContent-Type: ", content_type, coding]).await?;
    if asked.is_head {
        return Ok(());
    }
    let mut text = state.page.lock().await;
    text.clear();
    let mut pieces = Pieces {
        socket,
        chunked: asked.takes_chunks,
        text,
    };
    match asked.content {
        Content::Page => page::write(state, &mut pieces).await?,
        Content::Health => health::write(state, &mut pieces).await?,
        Content::Metrics => metrics::write(state, &mut pieces).await?,
    }
    pieces.end().await
}

async fn head(socket: &mut TcpSocket<'_>, status_and_fields: &[&str]) -> Result<(), Error> {
    socket.write_all(b"HTTP/1.1 ").await?;
    for part in status_and_fields {
        socket.write_all(part.as_bytes()).await?;
    }
    socket.write_all(b"\r\nConnection: close\r\n\r\n").await
}

/// The body: pieces of text, gathered to chunks.
pub(super) struct Pieces<'a, 's> {
    socket: &'a mut TcpSocket<'s>,
    chunked: bool,
    text: MutexGuard<'a, NoopRawMutex, &'static mut Page>,
}

impl Pieces<'_, '_> {
    /// Adds a piece of at most `longest` bytes. One that is longer all the same
    /// is left out: half a line would be worse.
    pub(super) async fn add(
        &mut self,
        longest: usize,
        write: impl FnOnce(&mut dyn fmt::Write) -> fmt::Result,
    ) -> Result<(), Error> {
        if self.text.capacity() - self.text.len() < longest {
            self.flush().await?;
        }
        let before = self.text.len();
        if write(&mut *self.text).is_err() {
            self.text.truncate(before);
        }
        Ok(())
    }

    /// Adds what `encode` writes into a buffer for the largest JSON report: that
    /// many bytes, or nothing; says which.
    pub(super) async fn put(
        &mut self,
        encode: impl FnOnce(&mut [u8]) -> Option<usize>,
    ) -> Result<bool, Error> {
        self.flush().await?;
        let _ = self.text.resize_default(json::MAX_LEN);
        let length = encode(&mut self.text);
        self.text.truncate(length.unwrap_or(0));
        Ok(length.is_some())
    }

    async fn flush(&mut self) -> Result<(), Error> {
        // A chunk without bytes would be the end.
        if self.text.is_empty() {
            return Ok(());
        }
        if self.chunked {
            let mut size: String<12> = String::new();
            let _ = write!(size, "{:x}\r\n", self.text.len());
            self.socket.write_all(size.as_bytes()).await?;
        }
        self.socket.write_all(&self.text).await?;
        self.text.clear();
        if self.chunked {
            self.socket.write_all(b"\r\n").await?;
        }
        Ok(())
    }

    async fn end(mut self) -> Result<(), Error> {
        self.flush().await?;
        if self.chunked {
            self.socket.write_all(b"0\r\n\r\n").await?;
        }
        Ok(())
    }
}
