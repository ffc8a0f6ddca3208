//! The HTTP server: `/metrics` for Prometheus, `/health` as JSON, `/` for people.
//!
//! Two connections at a time, each for one request and a bounded time, with
//! buffers of a fixed size: what does not fit, or makes no sense, is refused and
//! the connection closed. `picoserve` reads the requests; answers are made in
//! pieces, as there is no room for a whole one. No answer holds a secret: none
//! of the encoders is given one.

mod facts;
mod health;
mod metrics;
mod page;

use core::fmt;
use core::pin::pin;

use embassy_futures::join::join;
use embassy_net::Stack;
use embassy_net::tcp::TcpSocket;
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embassy_sync::mutex::MutexGuard;
use embassy_time::{Duration, with_timeout};
use heapless::Vec;
use oobwatch_core::health::encode::json;
use picoserve::response::chunked::{ChunkWriter, ChunkedResponse, Chunks, ChunksWritten};
use picoserve::routing::{PathRouter, get};
use picoserve::{Router, Server, Timeouts};

use crate::State;
use crate::supervise::Mark;

/// The port.
pub const PORT: u16 = 80;

/// For all of one connection, however slow the client.
const CONNECTION: Duration = Duration::from_secs(20);
/// So often the supervisor hears of a worker that nobody connects to.
const NAP: Duration = Duration::from_secs(10);

/// The head of a request may be this long.
const REQUEST_MAX: usize = 1_024;

const TIMEOUTS: Timeouts = Timeouts {
    start_read_request: Duration::from_secs(3),
    persistent_start_read_request: Duration::from_secs(1),
    read_request: Duration::from_secs(3),
    write: Duration::from_secs(5),
};

/// Serves for ever.
pub async fn serve(state: &'static State, stack: Stack<'static>) -> ! {
    let [one, two] = &state.progress.serve;
    join(worker(state, stack, one), worker(state, stack, two))
        .await
        .0
}

/// Serves one connection after the other.
async fn worker(state: &'static State, stack: Stack<'static>, mark: &Mark) -> ! {
    let app = router(state);
    let config = picoserve::Config::new(TIMEOUTS);
    let (mut rx, mut tx, mut head) = ([0; 1_024], [0; 2_048], [0; REQUEST_MAX]);
    loop {
        let mut socket = TcpSocket::new(stack, &mut rx, &mut tx);
        if !accept(&mut socket, mark).await {
            continue;
        }
        socket.set_timeout(Some(CONNECTION));
        let server = Server::new(&app, &config, &mut head);
        // A client that breaks off, stalls or talks nonsense is no finding.
        let _ = with_timeout(CONNECTION, server.serve(socket)).await;
        mark.set();
    }
}

/// Waits for a client; false if the socket can not.
async fn accept(socket: &mut TcpSocket<'_>, mark: &Mark) -> bool {
    let mut accept = pin!(socket.accept(PORT));
    loop {
        mark.set();
        if let Ok(accepted) = with_timeout(NAP, accept.as_mut()).await {
            return accepted.is_ok();
        }
    }
}

fn router(state: &'static State) -> Router<impl PathRouter> {
    Router::new()
        .route("/", get(async move || answer(state, Content::Page)))
        .route("/health", get(async move || answer(state, Content::Health)))
        .route(
            "/metrics",
            get(async move || answer(state, Content::Metrics)),
        )
}

fn answer(state: &'static State, content: Content) -> ChunkedResponse<Answer> {
    ChunkedResponse::new(Answer { state, content })
}

/// What is asked for.
#[derive(Clone, Copy)]
enum Content {
    Page,
    Health,
    Metrics,
}

struct Answer {
    state: &'static State,
    content: Content,
}

impl Chunks for Answer {
    fn content_type(&self) -> &'static str {
        match self.content {
            Content::Page => "text/html; charset=utf-8",
            Content::Health => "application/json",
            Content::Metrics => oobwatch_core::health::encode::prometheus::CONTENT_TYPE,
        }
    }

    async fn write_chunks<W: picoserve::io::Write>(
        self,
        chunks: ChunkWriter<W>,
    ) -> Result<ChunksWritten, W::Error> {
        let mut text = self.state.page.lock().await;
        text.clear();
        let mut pieces = Pieces { chunks, text };
        match self.content {
            Content::Page => page::write(self.state, &mut pieces).await?,
            Content::Health => health::write(self.state, &mut pieces).await?,
            Content::Metrics => metrics::write(self.state, &mut pieces).await?,
        }
        pieces.flush().await?;
        pieces.chunks.finalize().await
    }
}

/// The buffer in which answers are made: there is one, and the second client
/// waits for the first.
pub type Page = Vec<u8, { json::MAX_LEN }>;

/// The answer on its way: pieces of text, gathered to chunks.
struct Pieces<'a, W: picoserve::io::Write> {
    chunks: ChunkWriter<W>,
    text: MutexGuard<'a, NoopRawMutex, &'static mut Page>,
}

impl<W: picoserve::io::Write> Pieces<'_, W> {
    /// Adds a piece of at most `longest` bytes. One that is longer all the same
    /// is left out: half a line would be worse.
    async fn add(
        &mut self,
        longest: usize,
        write: impl FnOnce(&mut dyn fmt::Write) -> fmt::Result,
    ) -> Result<(), W::Error> {
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
    async fn put(
        &mut self,
        encode: impl FnOnce(&mut [u8]) -> Option<usize>,
    ) -> Result<bool, W::Error> {
        self.flush().await?;
        let _ = self.text.resize_default(json::MAX_LEN);
        let length = encode(&mut self.text);
        self.text.truncate(length.unwrap_or(0));
        Ok(length.is_some())
    }

    async fn flush(&mut self) -> Result<(), W::Error> {
        self.chunks.write_chunk(&self.text).await?;
        self.text.clear();
        Ok(())
    }
}
