//! Idle connections, kept as long as the box keeps them.

use core::time::Duration;
use std::sync::{Arc, Mutex};

use oobwatch_core::http::Persistence;
use oobwatch_core::time::Instant;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::clock::Clock;
use crate::lock;
use crate::tap::Stream;

/// Connections that an FMC lets one address have at a time (Cisco's REST API
/// lab, Rate limiting).
pub(crate) const CONNECTIONS: usize = 10;

/// What an FMC says in `Keep-Alive`; assumed where nothing is said.
const KEEP_ALIVE: u16 = 5;

/// A connection this close to its end is not used again: the request would
/// cross the box's close on the way.
const MARGIN: Duration = Duration::from_secs(1);

/// Up to ten connections: requests hold a slot each, and wait for one here. One
/// connection is kept free for logging in, refreshing and logging out, of which
/// there is one at a time: they do not stand in line behind the requests that
/// wait for them.
pub(crate) struct Pool {
    slots: Arc<Semaphore>,
    /// There is one connection for everything.
    single: bool,
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    stream: Stream,
    until: Instant,
}

/// What a connection is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// A login, refresh or logout.
    Auth,
    Request,
}

/// A slot, and an idle connection if there was one.
pub(crate) struct Slot {
    pub(crate) permit: Option<OwnedSemaphorePermit>,
    pub(crate) stream: Option<Stream>,
}

impl Pool {
    pub(crate) fn new(connections: usize) -> Self {
        let connections = connections.clamp(1, CONNECTIONS);
        let slots = Arc::new(Semaphore::new((connections - 1).max(1)));
        Self {
            slots,
            single: connections == 1,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Waits for a slot for a request, or has one at once for what requests wait
    /// for. Idle connections age by `clock`. Cancel-safe. `None`: the pool is
    /// closed.
    pub(crate) async fn acquire(&self, lane: Lane, fresh: bool, clock: &Clock) -> Option<Slot> {
        let permit = if lane == Lane::Auth && !self.single {
            None
        } else {
            Some(Arc::clone(&self.slots).acquire_owned().await.ok()?)
        };
        let mut idle = lock(&self.idle);
        let now = clock.now();
        idle.retain(|connection| connection.until > now);
        let stream = if fresh {
            None
        } else {
            idle.pop().map(|connection| connection.stream)
        };
        // The one that is about to be made counts: the longest idle makes room.
        if stream.is_none() && idle.len() > self.slots.available_permits() {
            drop(idle.remove(0));
        }
        Some(Slot { permit, stream })
    }

    /// Keeps a connection for the next request, if it can carry one.
    pub(crate) fn release(&self, stream: Stream, persistence: Persistence, now: Instant) {
        let Persistence::KeepAlive { timeout_secs, max } = persistence else {
            return;
        };
        let timeout = Duration::from_secs(timeout_secs.unwrap_or(KEEP_ALIVE).into());
        if max == Some(0) || timeout <= MARGIN {
            return;
        }
        let until = now.after(timeout - MARGIN);
        lock(&self.idle).push(Idle { stream, until });
    }

    /// Closes the idle connections whose time is over.
    pub(crate) fn clear_stale(&self, clock: &Clock) {
        let now = clock.now();
        let mut idle = lock(&self.idle);
        idle.retain(|connection| connection.until > now);
        idle.shrink_to_fit();
    }

    /// Closes all idle connections.
    pub(crate) fn clear(&self) {
        lock(&self.idle).clear();
    }
}

#[cfg(test)]
mod tests {
    use core::pin::{Pin, pin};
    use core::task::{Context, Poll, Waker};

    use super::*;

    fn polled<T>(work: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
        work.poll(&mut Context::from_waker(Waker::noop()))
    }

    /// Whether it was given a slot by then or not: the next in line has it.
    #[test]
    fn who_is_dropped_in_line_takes_no_slot_along() {
        for gives_back_first in [true, false] {
            let (pool, clock) = (Pool::new(2), Clock::system());
            let acquire = || pool.acquire(Lane::Request, false, &clock);
            let Poll::Ready(Some(held)) = polled(pin!(acquire())) else {
                panic!("no slot was free");
            };
            let (mut first, mut second) = (Box::pin(acquire()), Box::pin(acquire()));
            assert!(polled(first.as_mut()).is_pending());
            assert!(polled(second.as_mut()).is_pending());
            if gives_back_first {
                drop(held);
                drop(first);
            } else {
                drop(first);
                drop(held);
            }
            let next = polled(second.as_mut());
            assert!(matches!(next, Poll::Ready(Some(_))), "{gives_back_first}");
        }
    }

    /// Requests that wait for a login hold all slots but its own.
    #[test]
    fn a_login_does_not_stand_in_line() {
        let (pool, clock) = (Pool::new(2), Clock::system());
        let held = polled(pin!(pool.acquire(Lane::Request, false, &clock)));
        assert!(held.is_ready());
        assert!(polled(pin!(pool.acquire(Lane::Auth, true, &clock))).is_ready());
    }
}
