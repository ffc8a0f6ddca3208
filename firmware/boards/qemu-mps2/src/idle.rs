//! The executor, which sleeps by `WFI` when no task has anything to do.
//!
//! embassy's own for Cortex-M sleeps by `WFE`, at which QEMU does not stop: an idle
//! guest would keep a core of the host busy, and with `-icount` its idle time would
//! be executed, too.
#![allow(unsafe_code, reason = "embassy's raw executor")]

use core::sync::atomic::{AtomicBool, Ordering};

use embassy_executor::Spawner;
use embassy_executor::raw::Executor;
use static_cell::StaticCell;

use crate::tester;

/// A task has been woken since the last look.
static WOKEN: AtomicBool = AtomicBool::new(true);

/// embassy calls it when a task is woken, in handlers too.
#[unsafe(export_name = "__pender")]
fn wake(_: *mut ()) {
    WOKEN.store(true, Ordering::Release);
}

/// Runs what `init` spawns, for ever. Call it once.
pub(crate) fn run(init: impl FnOnce(Spawner)) -> ! {
    static EXECUTOR: StaticCell<Executor> = StaticCell::new();
    let executor: &'static Executor = EXECUTOR.init_with(|| Executor::new(core::ptr::null_mut()));
    init(executor.spawner());
    loop {
        // SAFETY: the only call; it is not made from within a task.
        unsafe { executor.poll() };
        sleep_until_woken();
    }
}

/// With interrupts held back, none can wake a task between the look and `WFI`; one
/// that is pending ends `WFI` all the same (Armv7-M Architecture Reference Manual,
/// B1.5.19), and is served right after.
fn sleep_until_woken() {
    while !WOKEN.swap(false, Ordering::Acquire) {
        tester::confirm();
        critical_section::with(|_| {
            if !WOKEN.load(Ordering::Acquire) {
                cortex_m::asm::dsb();
                cortex_m::asm::wfi();
            }
        });
    }
}
