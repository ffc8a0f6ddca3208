//! The clock that sessions age by.

use core::future::poll_fn;
use core::pin::pin;
use core::sync::atomic::{AtomicU64, Ordering};
use core::task::Poll;
use core::time::Duration;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use oobwatch_core::time::Instant;

use crate::state::Moment;

/// What every clock has behind it at its start, in milliseconds: a token may be
/// older than the machine is up.
const HEAD_START: u64 = 24 * 60 * 60 * 1_000;

/// Monotonic time. A laptop that sleeps ages its tokens: on Linux and Android
/// the system's boot-time clock is used, which counts through suspend; elsewhere
/// the clock of [`std::time::Instant`].
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Shifted(std::time::Instant, Arc<AtomicU64>),
    Virtual(Arc<AtomicU64>, Steps),
}

/// How virtual time passes in a wait.
#[derive(Clone)]
struct Steps {
    /// Hears by how much.
    told: Arc<dyn Fn(Duration) + Send + Sync>,
    /// When what is under way has had its time: no wait goes past it.
    end: Arc<AtomicU64>,
}

impl core::fmt::Debug for Steps {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Steps")
    }
}

/// Moves a [`Clock::shifted`] or a [`Clock::stepped`] forward.
#[derive(Clone, Debug)]
pub struct Shift(Arc<AtomicU64>);

impl Shift {
    /// Lets `by` pass.
    pub fn advance(&self, by: Duration) {
        let millis = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.0.fetch_add(millis, Ordering::Relaxed);
    }
}

impl Clock {
    /// The clock of the system: the same for all clients of a process, so that
    /// they can share what is reckoned by it.
    #[must_use]
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that can be moved forward by hand, for tests with virtual time.
    #[must_use]
    pub fn shifted() -> (Self, Shift) {
        let shift = Arc::new(AtomicU64::new(0));
        (
            Self(Source::Shifted(
                std::time::Instant::now(),
                Arc::clone(&shift),
            )),
            Shift(shift),
        )
    }

    /// A clock that stands still until it is moved, for tests with virtual time.
    /// Where a session waits for time to pass (a busy box, the next try), the
    /// clock moves to the end of the wait at once, and `told` hears by how much.
    /// Timeouts of connections go by real time.
    #[must_use]
    pub fn stepped(told: impl Fn(Duration) + Send + Sync + 'static) -> (Self, Shift) {
        let time = Arc::new(AtomicU64::new(0));
        let steps = Steps {
            told: Arc::new(told),
            end: Arc::new(AtomicU64::new(0)),
        };
        (Self(Source::Virtual(Arc::clone(&time), steps)), Shift(time))
    }

    /// Ends at `at`, when nothing but time is waited for. Cancel-safe.
    pub(crate) async fn wait_until(&self, at: Instant) {
        let now = self.now();
        match &self.0 {
            Source::System | Source::Shifted(..) => tokio::time::sleep(at - now).await,
            Source::Virtual(time, steps) => {
                let end = Instant::from_millis(steps.end.load(Ordering::Relaxed));
                let by = if end > now {
                    at.min(end) - now
                } else {
                    at - now
                };
                Shift(Arc::clone(time)).advance(by);
                (steps.told)(by);
                // Others are to see the time that has passed.
                tokio::task::yield_now().await;
            }
        }
    }

    /// Does `work` for at most as long as `limit`; `None` if that was not
    /// enough. On a stepped clock: one at a time, and real time has no limit.
    /// Cancel-safe if `work` is.
    pub(crate) async fn at_most<T>(
        &self,
        limit: Duration,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        let Source::Virtual(_, steps) = &self.0 else {
            return tokio::time::timeout(limit, work).await.ok();
        };
        let end = self.now().after(limit);
        let _limit = Limit::set(&steps.end, end);
        let mut work = pin!(work);
        let done = poll_fn(|context| match self.now() < end {
            true => work.as_mut().poll(context).map(Some),
            false => Poll::Ready(None),
        });
        done.await
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Instant {
        at(self.up())
    }

    /// The time now, as another process understands it.
    pub(crate) fn moment(&self) -> Moment {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH);
        let wall = whole_millis(wall.unwrap_or_default());
        let (shift, boot) = match &self.0 {
            Source::System => (0, boot_id()),
            Source::Shifted(_, shift) | Source::Virtual(shift, _) => {
                (shift.load(Ordering::Relaxed), Some("a test".to_owned()))
            }
        };
        Moment {
            wall: wall.saturating_add(shift),
            boot,
            up: self.up(),
        }
    }

    fn up(&self) -> u64 {
        match &self.0 {
            Source::System => system_millis(),
            Source::Shifted(start, shift) => {
                since(*start).saturating_add(shift.load(Ordering::Relaxed))
            }
            Source::Virtual(time, _) => time.load(Ordering::Relaxed),
        }
    }
}

/// Holds for as long as this is there: work that is dropped has no limit left.
struct Limit<'a>(&'a AtomicU64);

impl<'a> Limit<'a> {
    fn set(place: &'a AtomicU64, end: Instant) -> Self {
        place.store(end.as_millis(), Ordering::Relaxed);
        Self(place)
    }
}

impl Drop for Limit<'_> {
    fn drop(&mut self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

/// Which start of the machine this is (Linux, random(4)).
#[cfg(any(target_os = "android", target_os = "linux"))]
fn boot_id() -> Option<String> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned())
}

#[cfg(not(any(target_os = "android", target_os = "linux")))]
const fn boot_id() -> Option<String> {
    None
}

#[cfg(any(target_os = "android", target_os = "linux"))]
fn system_millis() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
    let millis = u64::try_from(now.tv_nsec / 1_000_000).unwrap_or_default();
    seconds.saturating_mul(1_000).saturating_add(millis)
}

#[cfg(not(any(target_os = "android", target_os = "linux")))]
fn system_millis() -> u64 {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    since(*START.get_or_init(std::time::Instant::now))
}

/// A point on the clock of sessions, which begins before the machine does.
pub(crate) const fn at(millis: u64) -> Instant {
    Instant::from_millis(millis.saturating_add(HEAD_START))
}

fn since(start: std::time::Instant) -> u64 {
    whole_millis(start.elapsed())
}

fn whole_millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shifted_clock_moves_by_what_it_is_told() {
        let (clock, shift) = Clock::shifted();
        let before = clock.now();
        shift.advance(Duration::from_secs(1800));
        assert!(clock.now() - before >= Duration::from_secs(1800));
    }

    #[tokio::test]
    async fn a_stepped_clock_stands_still_but_for_waits() {
        let heard = Arc::new(AtomicU64::new(0));
        let (clock, shift) = Clock::stepped({
            let heard = Arc::clone(&heard);
            move |by| {
                heard.fetch_add(by.as_secs(), Ordering::Relaxed);
            }
        });
        let start = clock.now();
        shift.advance(Duration::from_secs(5));
        clock
            .wait_until(start.after(Duration::from_secs(3_600)))
            .await;
        clock.wait_until(start).await;
        assert_eq!(clock.now() - start, Duration::from_secs(3_600));
        assert_eq!(heard.load(Ordering::Relaxed), 3_595);
    }

    #[tokio::test]
    async fn waits_do_not_go_past_the_limit_of_what_waits() {
        let (clock, _) = Clock::stepped(|_| {});
        let start = clock.now();
        let long = start.after(Duration::from_secs(40));
        let limit = Duration::from_secs(50);
        let twice = async {
            clock.wait_until(long).await;
            clock.wait_until(long.after(limit)).await;
        };
        assert_eq!(clock.at_most(limit, twice).await, None);
        assert_eq!(clock.now() - start, limit);
        let once = clock.wait_until(clock.now().after(limit / 2));
        assert_eq!(clock.at_most(limit, once).await, Some(()));
        clock.wait_until(clock.now().after(limit * 2)).await;
        assert_eq!(clock.now() - start, limit * 7 / 2);
    }

    #[test]
    fn work_that_is_dropped_leaves_no_limit() {
        let (clock, _) = Clock::stepped(|_| {});
        let start = clock.now();
        let limit = Duration::from_secs(50);
        let mut work = Box::pin(clock.at_most(limit, core::future::pending::<()>()));
        assert!(polled(work.as_mut()).is_pending());
        drop(work);
        let mut wait = Box::pin(clock.wait_until(start.after(limit * 2)));
        let _ = polled(wait.as_mut());
        assert_eq!(clock.now() - start, limit * 2);
    }

    /// Whoever is dropped in a wait, and waits again: the time passes once.
    #[test]
    fn a_wait_that_is_dropped_begins_again() {
        let heard = Arc::new(AtomicU64::new(0));
        let told = Arc::clone(&heard);
        let (clock, _) = Clock::stepped(move |by| {
            told.fetch_add(by.as_secs(), Ordering::Relaxed);
        });
        let (start, hour) = (clock.now(), Duration::from_secs(3_600));
        for _ in 0..3 {
            let mut wait = Box::pin(clock.wait_until(start.after(hour)));
            assert!(polled(wait.as_mut()).is_pending());
        }
        assert_eq!(clock.now() - start, hour);
        assert_eq!(heard.load(Ordering::Relaxed), 3_600);
    }

    fn polled<F: Future>(work: core::pin::Pin<&mut F>) -> Poll<F::Output> {
        work.poll(&mut core::task::Context::from_waker(
            core::task::Waker::noop(),
        ))
    }

    #[test]
    fn there_is_time_before_the_start() {
        let now = Clock::shifted().0.now();
        let hour = Duration::from_secs(3600);
        assert_eq!(now - now.before(hour), hour);
    }

    #[test]
    fn the_system_clock_does_not_go_back() {
        let clock = Clock::system();
        let (one, two) = (clock.now(), clock.now());
        assert!(one <= two);
    }
}
