//! From the bytes of a client's connections to requests and responses.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use oobwatch_client::Tap;

use super::Transcript;
use super::message::{Response, request, response};

/// Bytes that are kept of one message; what is longer is an image, or a list
/// that nobody reads.
const KEPT: usize = 4 * 1024 * 1024;

/// Listens to one client and writes each exchange when it is complete.
pub(super) struct Tape {
    transcript: Arc<Mutex<Transcript>>,
    exchanges: Mutex<HashMap<u64, Exchange>>,
}

/// One request on its way, and what came back so far.
#[derive(Default)]
struct Exchange {
    sent: Kept,
    received: Kept,
}

/// The start of a message, and the length of all of it.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) bytes: Vec<u8>,
    pub(super) total: u64,
}

impl Kept {
    fn push(&mut self, bytes: &[u8]) {
        let room = KEPT.saturating_sub(self.bytes.len());
        self.bytes.extend(bytes.iter().take(room));
        self.total += bytes.len() as u64;
    }
}

impl Tape {
    pub(super) fn new(transcript: Arc<Mutex<Transcript>>) -> Self {
        Self {
            transcript,
            exchanges: Mutex::default(),
        }
    }

    fn change(&self, connection: u64, change: impl FnOnce(&mut Exchange) -> bool) {
        let mut exchanges = lock(&self.exchanges);
        let exchange = exchanges.entry(connection).or_default();
        if change(exchange) {
            let done = core::mem::take(exchange);
            drop(exchanges);
            self.write(&done);
        }
    }

    fn write(&self, exchange: &Exchange) {
        if exchange.sent.total > 0 {
            lock(&self.transcript).write(|recorder| exchange.record(recorder));
        }
    }
}

impl Tap for Tape {
    fn sent(&self, connection: u64, bytes: &[u8]) {
        self.change(connection, |exchange| {
            exchange.sent.push(bytes);
            false
        });
    }

    fn received(&self, connection: u64, bytes: &[u8]) {
        self.change(connection, |exchange| {
            exchange.received.push(bytes);
            matches!(
                response(&exchange.received),
                Some(Response { whole: true, .. })
            )
        });
    }

    fn closed(&self, connection: u64) {
        let left = lock(&self.exchanges).remove(&connection);
        if let Some(exchange) = left {
            self.write(&exchange);
        }
    }
}

impl Exchange {
    fn record<W: std::io::Write>(&self, recorder: &mut super::Recorder<W>) -> std::io::Result<()> {
        match request(&self.sent) {
            Some(sent) => recorder.request(&sent.method, &sent.target, &sent.fields(), &sent.body),
            None => recorder.failure("what was sent is a part of a request"),
        }?;
        match response(&self.received) {
            Some(came) => {
                recorder.response(came.status, &came.fields(), &came.body)?;
                if came.whole {
                    Ok(())
                } else {
                    recorder.failure("the connection ended before the answer did")
                }
            }
            None if self.received.total == 0 => recorder.failure("no answer came"),
            None => recorder.failure("the answer is not HTTP, or its head is not whole"),
        }
    }
}

/// What a panic elsewhere leaves behind is a transcript all the same.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
