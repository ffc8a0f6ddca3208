//! Virtual time, one per test thread: it jumps to the next timer whenever
//! nothing else can happen.

use core::cell::RefCell;
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};
use std::sync::{Arc, Mutex};
use std::task::Wake;
use std::vec::Vec;

use embassy_futures::select::{Either, select};
use embassy_time::{Duration, Timer};
use embassy_time_driver::Driver;

struct Virtual;

embassy_time_driver::time_driver_impl!(static DRIVER: Virtual = Virtual);

#[derive(Default)]
struct Clock {
    now: u64,
    timers: Vec<(u64, Waker)>,
}

std::thread_local! {
    static CLOCK: RefCell<Clock> = RefCell::default();
}

impl Driver for Virtual {
    fn now(&self) -> u64 {
        CLOCK.with_borrow(|clock| clock.now)
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        CLOCK.with_borrow_mut(|clock| clock.timers.push((at, waker.clone())));
    }
}

/// Goes to the next timer and wakes those whose time has come.
fn jump() -> bool {
    let due = CLOCK.with_borrow_mut(|clock| {
        let next = clock.timers.iter().map(|(at, _)| *at).min()?;
        clock.now = clock.now.max(next);
        let now = clock.now;
        Some(
            clock
                .timers
                .extract_if(.., |(at, _)| *at <= now)
                .collect::<Vec<_>>(),
        )
    });
    let due = due.unwrap_or_default();
    let some = !due.is_empty();
    due.into_iter().for_each(|(_, waker)| waker.wake());
    some
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Lets time pass, as a computation does.
pub(crate) fn advance(by: Duration) {
    CLOCK.with_borrow_mut(|clock| clock.now += by.as_ticks());
}

/// Runs `future` to its end.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let flag = Arc::new(Flag(AtomicBool::new(true)));
    let waker = Waker::from(Arc::clone(&flag));
    let (mut polls, mut then) = (0, 0);
    loop {
        let now = embassy_time::Instant::now().as_ticks();
        polls = if now == then { polls + 1 } else { 0 };
        then = now;
        assert!(polls < 100_000, "time stands still at {now}");
        if flag.0.swap(false, Ordering::Relaxed) {
            if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                return output;
            }
        } else {
            assert!(jump(), "nothing can happen any more");
        }
    }
}

/// Runs `future`, which does not end, for `seconds`.
pub(super) fn run_for<F: Future>(seconds: u64, future: F) {
    let end = Timer::after(Duration::from_secs(seconds));
    let ended = block_on(select(end, future));
    assert!(matches!(ended, Either::First(())));
}

/// Seconds since the start of the test.
pub(super) fn seconds() -> u64 {
    embassy_time::Instant::now().as_secs()
}

/// `future` as a task of its own: polled when it is woken, and not when its
/// neighbours are. Each use of a socket wakes the runner of its stack; in the
/// same task they would wake each other for ever.
pub(super) async fn task<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let task = Arc::new(Task {
        woken: AtomicBool::new(true),
        parent: Mutex::new(None),
    });
    let waker = Waker::from(Arc::clone(&task));
    poll_fn(|cx| {
        *task.parent.lock().unwrap() = Some(cx.waker().clone());
        match task.woken.swap(false, Ordering::Relaxed) {
            true => future.as_mut().poll(&mut Context::from_waker(&waker)),
            false => Poll::Pending,
        }
    })
    .await
}

struct Task {
    woken: AtomicBool,
    parent: Mutex<Option<Waker>>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Ordering::Relaxed);
        if let Some(parent) = &*self.parent.lock().unwrap() {
            parent.wake_by_ref();
        }
    }
}
