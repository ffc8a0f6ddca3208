//! The HTTP server: `/metrics` for Prometheus, `/health` as JSON, `/` for people.
//!
//! Two connections at a time, each for one request and a bounded time, with
//! buffers of a fixed size: what does not fit, or makes no sense, is refused and
//! the connection closed. Answers are made in pieces, as there is no room for a
//! whole one. No answer holds a secret: none of the encoders is given one.

mod answer;
mod facts;
mod health;
mod http;
mod metrics;
mod page;

use core::pin::pin;

use embassy_futures::join::join;
use embassy_net::Stack;
use embassy_net::tcp::{self, TcpSocket};
use embassy_time::{Duration, with_timeout};

use crate::State;
use crate::supervise::Mark;

use answer::Asked;
pub use answer::Page;
use http::Refusal;

/// The port.
pub const PORT: u16 = 80;

/// For all of one connection, however slow the client.
const CONNECTION: Duration = Duration::from_secs(20);
/// So often the supervisor hears of a worker that nobody connects to.
const NAP: Duration = Duration::from_secs(10);

/// For the head of the request.
const REQUEST: Duration = Duration::from_secs(3);
/// For the client to close its side when it has the answer.
const LINGER: Duration = Duration::from_secs(2);

/// For a reset to be sent.
const ABORT: Duration = Duration::from_millis(100);

/// Serves for ever.
pub async fn serve(state: &'static State, stack: Stack<'static>) -> ! {
    let [one, two] = &state.progress.serve;
    join(worker(state, stack, one), worker(state, stack, two))
        .await
        .0
}

/// Serves one connection after the other.
async fn worker(state: &State, stack: Stack<'static>, mark: &Mark) -> ! {
    let (mut rx, mut tx) = ([0; 512], [0; 1_460]);
    loop {
        let mut socket = TcpSocket::new(stack, &mut rx, &mut tx);
        // A handshake whose end never comes would keep the worker for ever.
        socket.set_timeout(Some(CONNECTION));
        if !accept(&mut socket, mark).await {
            continue;
        }
        // A client that breaks off, stalls or talks nonsense is no finding.
        let _ = with_timeout(CONNECTION, connection(state, &mut socket)).await;
        if !matches!(socket.state(), tcp::State::Closed | tcp::State::TimeWait) {
            socket.abort();
            let _ = with_timeout(ABORT, socket.flush()).await;
        }
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

/// Reads the request, writes the answer, and closes in order: what a client still
/// sends must not have the answer reset under way.
async fn connection(state: &State, socket: &mut TcpSocket<'_>) -> Result<(), tcp::Error> {
    let Ok(asked) = with_timeout(REQUEST, asked(socket)).await else {
        return Ok(());
    };
    answer::write(state, asked?, socket).await?;
    socket.flush().await?;
    socket.close();
    let gone = async { while socket.read_with(|bytes| (bytes.len(), ())).await.is_ok() {} };
    let _ = with_timeout(LINGER, gone).await;
    Ok(())
}

async fn asked(socket: &mut TcpSocket<'_>) -> Result<Result<Asked, Refusal>, tcp::Error> {
    let mut reader = http::Reader::new();
    while !socket
        .read_with(|bytes| (bytes.len(), reader.push(bytes)))
        .await?
    {}
    Ok(reader.request().and_then(Asked::of))
}
