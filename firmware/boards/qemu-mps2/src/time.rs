//! The clock of `embassy-time`: two CMSDK APB timers at 25 MHz. The first runs
//! free and counts its wraps (every 172 s), the second is the alarm.
#![allow(unsafe_code, reason = "registers of the timers")]

use core::cell::RefCell;
use core::task::Waker;

use critical_section::{CriticalSection, Mutex};
use embassy_time::Duration;
use embassy_time_driver::Driver;
use embassy_time_queue_utils::Queue;

use crate::reg::Reg;
use crate::vectors::{Interrupt, enable};

/// Timer ticks in one tick of `embassy-time`, which are microseconds.
const PER_TICK: u64 = 25;
/// The longest alarm, in timer ticks; a later one is set again when it comes.
const FAR: u64 = 1 << 31;

const CTRL_ENABLE: u32 = 1;
const CTRL_INTERRUPT: u32 = 1 << 3;

/// CMSDK APB timer (Cortex-M System Design Kit, chapter 4): counts down, and from
/// `reload` again.
struct Timer {
    ctrl: Reg,
    value: Reg,
    reload: Reg,
    interrupt: Reg,
}

impl Timer {
    const unsafe fn new(base: usize) -> Self {
        // SAFETY: by the caller.
        unsafe {
            Self {
                ctrl: Reg::new(base),
                value: Reg::new(base + 4),
                reload: Reg::new(base + 8),
                interrupt: Reg::new(base + 12),
            }
        }
    }

    fn start(&self, ticks: u32) {
        self.ctrl.write(0);
        self.interrupt.write(1);
        self.reload.write(ticks);
        self.value.write(ticks);
        self.ctrl.write(CTRL_ENABLE | CTRL_INTERRUPT);
    }
}

// SAFETY: timers of the board, used here only.
static COUNTER: Timer = unsafe { Timer::new(0x4000_0000) };
// SAFETY: as above.
static ALARM: Timer = unsafe { Timer::new(0x4000_1000) };

struct State {
    /// Wraps of the counter whose interrupt was served.
    wraps: u32,
    /// Timer ticks by which a test has moved the clock on.
    leapt: u64,
    queue: Queue,
}

struct Clock {
    state: Mutex<RefCell<State>>,
}

embassy_time_driver::time_driver_impl!(static CLOCK: Clock = Clock {
    state: Mutex::new(RefCell::new(State {
        wraps: 0,
        leapt: 0,
        queue: Queue::new(),
    })),
});

/// Starts the clock. Before, it is always zero.
pub(crate) fn start() {
    COUNTER.start(u32::MAX);
    // SAFETY: the handlers need what is static only.
    unsafe {
        enable(Interrupt::Timer0);
        enable(Interrupt::Timer1);
    }
}

/// Moves the clock on: what is due by then is due now.
pub(crate) fn leap(by: Duration) {
    CLOCK.with(|state| {
        state.leapt += by.as_ticks() * PER_TICK;
        state.serve();
    });
}

impl State {
    /// Timer ticks since the start.
    fn ticks(&self) -> u64 {
        if COUNTER.ctrl.read() & CTRL_ENABLE == 0 {
            return 0;
        }
        let mut wraps = self.wraps;
        let mut left = COUNTER.value.read();
        // It has wrapped, and the interrupt waits: the value is of after it, now.
        if COUNTER.interrupt.read() & 1 != 0 {
            wraps = wraps.wrapping_add(1);
            left = COUNTER.value.read();
        }
        (u64::from(wraps) << 32 | u64::from(u32::MAX - left)) + self.leapt
    }

    /// Wakes who is due, and sets the alarm for the next.
    fn serve(&mut self) {
        let ticks = self.ticks();
        let next = self.queue.next_expiration(ticks / PER_TICK);
        if next == u64::MAX {
            ALARM.ctrl.write(0);
            return;
        }
        let left = next.saturating_mul(PER_TICK).saturating_sub(ticks);
        ALARM.start(left.clamp(1, FAR) as u32);
    }
}

impl Clock {
    fn with<R>(&self, f: impl FnOnce(&mut State) -> R) -> R {
        critical_section::with(|cs: CriticalSection<'_>| f(&mut self.state.borrow_ref_mut(cs)))
    }
}

impl Driver for Clock {
    fn now(&self) -> u64 {
        self.with(|state| state.ticks()) / PER_TICK
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        self.with(|state| {
            if state.queue.schedule_wake(at, waker) {
                state.serve();
            }
        });
    }
}

/// The counter has wrapped.
pub(crate) extern "C" fn timer0() {
    CLOCK.with(|state| {
        COUNTER.interrupt.write(1);
        state.wraps = state.wraps.wrapping_add(1);
    });
}

/// The alarm.
pub(crate) extern "C" fn timer1() {
    CLOCK.with(|state| {
        ALARM.ctrl.write(0);
        ALARM.interrupt.write(1);
        state.serve();
    });
}
