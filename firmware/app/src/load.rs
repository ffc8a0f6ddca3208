//! For how long the processor is kept busy: as the executor does not interrupt a
//! task, that is for how long all others stall.

use core::cell::Cell;
use core::future::{Future, poll_fn};
use core::pin::Pin;

use embassy_time::{Duration, Instant};

/// The most since the start of the board.
#[derive(Debug)]
pub struct Load {
    stall: Cell<Duration>,
    handshake: Cell<Duration>,
    check: Cell<Duration>,
}

impl Load {
    pub(crate) const fn new() -> Self {
        let none = Duration::from_ticks(0);
        Self {
            stall: Cell::new(none),
            handshake: Cell::new(none),
            check: Cell::new(none),
        }
    }

    /// The longest that a task has kept all others from running, in one go.
    #[must_use]
    pub const fn stall(&self) -> Duration {
        self.stall.get()
    }

    /// What a TLS handshake has computed for, without its waits.
    #[must_use]
    pub const fn handshake(&self) -> Duration {
        self.handshake.get()
    }

    /// What a check has computed for, with its handshakes and without its waits.
    #[must_use]
    pub const fn check(&self) -> Duration {
        self.check.get()
    }

    /// Runs the future of a task, and watches for stalls.
    ///
    /// # Cancel safety
    /// That of `task`.
    pub fn watched<F: Future>(&self, task: Pin<&mut F>) -> impl Future<Output = F::Output> {
        timed(task, |took| raise(&self.stall, took))
    }

    pub(crate) fn of_handshake(&self, took: Duration) {
        raise(&self.handshake, took);
    }

    pub(crate) fn of_check(&self, took: Duration) {
        raise(&self.check, took);
    }
}

fn raise(most: &Cell<Duration>, took: Duration) {
    most.set(most.get().max(took));
}

/// Runs `future`, and notes how long each of its polls took.
// Pinned by the caller, as a future that takes another one would hold it twice.
pub(crate) fn timed<F: Future>(
    mut future: Pin<&mut F>,
    mut note: impl FnMut(Duration),
) -> impl Future<Output = F::Output> {
    poll_fn(move |context| {
        let start = Instant::now();
        let polled = future.as_mut().poll(context);
        note(start.elapsed());
        polled
    })
}

#[cfg(test)]
mod tests {
    use core::pin::pin;
    use core::task::Poll;

    use embassy_time::Timer;

    use super::*;
    use crate::tests::time::{advance, block_on};

    #[test]
    fn the_longest_poll_counts_and_waits_do_not() {
        let load = Load::new();
        block_on(async {
            let task = pin!(async {
                for millis in [3, 7, 2] {
                    advance(Duration::from_millis(millis));
                    Timer::after(Duration::from_secs(1)).await;
                }
            });
            load.watched(task).await;
        });
        assert_eq!(load.stall(), Duration::from_millis(7));

        let mut sum = Duration::from_ticks(0);
        let mut polls = 0;
        block_on(timed(
            pin!(poll_fn(|context| {
                advance(Duration::from_millis(5));
                polls += 1;
                context.waker().wake_by_ref();
                if polls < 3 {
                    Poll::Pending
                } else {
                    Poll::Ready(())
                }
            })),
            |took| sum += took,
        ));
        assert_eq!(sum, Duration::from_millis(15));
    }
}
