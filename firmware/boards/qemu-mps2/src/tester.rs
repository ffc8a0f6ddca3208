//! UART 1, where a test sits. Each letter that comes is an order, and is sent back
//! once no task has anything left to do because of it:
//!
//! | | |
//! |---|---|
//! | `900s` | the clock moves on by so many seconds, at once |
//! | `p` | a line: the most bytes of heap and of stack that were in use |
//! | `x` | the tasks hang, until the watchdog resets the board |
//! | `r` | resets the board |
//!
//! So a test needs no patience, and what it tests are the periods and deadlines
//! of a real board.
#![allow(unsafe_code, reason = "registers of the UART")]

use core::fmt::{self, Write as _};
use core::sync::atomic::{AtomicU8, AtomicU32, Ordering};

use embassy_time::Duration;
use oobwatch_board::retained;

use crate::reg::Reg;
use crate::vectors::{Interrupt, enable};
use crate::{stack, time};

// SAFETY: registers of UART 1, used here only.
const DATA: Reg = unsafe { Reg::new(0x4000_5000) };
// SAFETY: as above.
const STATE: Reg = unsafe { Reg::new(0x4000_5004) };
// SAFETY: as above.
const CTRL: Reg = unsafe { Reg::new(0x4000_5008) };
// SAFETY: as above.
const INTCLEAR: Reg = unsafe { Reg::new(0x4000_500C) };
// SAFETY: as above.
const BAUDDIV: Reg = unsafe { Reg::new(0x4000_5010) };

const TX_FULL: u32 = 1;
const RX_FULL: u32 = 1 << 1;
const TX_ON: u32 = 1;
const RX_ON: u32 = 1 << 1;
const RX_INTERRUPT_ON: u32 = 1 << 3;
const RX_INTERRUPT: u32 = 1 << 1;

/// The digits that have come before an order.
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// The order that is still to be confirmed, or 0.
static OBEYED: AtomicU8 = AtomicU8::new(0);

/// Listens. The clock must be running.
pub(crate) fn start() {
    BAUDDIV.write(217);
    CTRL.write(TX_ON | RX_ON | RX_INTERRUPT_ON);
    // SAFETY: the handler needs what is static only.
    unsafe { enable(Interrupt::Uart1Rx) };
}

/// A byte has come.
pub(crate) extern "C" fn interrupt() {
    INTCLEAR.write(RX_INTERRUPT);
    while STATE.read() & RX_FULL != 0 {
        match DATA.read() as u8 {
            digit @ b'0'..=b'9' => count(digit - b'0'),
            order => {
                obey(order);
                OBEYED.store(order, Ordering::Release);
            }
        }
    }
}

fn count(digit: u8) {
    let number = NUMBER.load(Ordering::Acquire).wrapping_mul(10);
    NUMBER.store(number.wrapping_add(digit.into()), Ordering::Release);
}

/// Says that the last order has been carried out. Call it when no task has
/// anything to do.
pub(crate) fn confirm() {
    match OBEYED.swap(0, Ordering::AcqRel) {
        0 => {}
        // Here, and not in the handler: interrupts go on.
        b'x' => loop {
            cortex_m::asm::nop();
        },
        order => put(order),
    }
}

fn obey(order: u8) {
    match order {
        b's' => time::leap(Duration::from_secs(NUMBER.swap(0, Ordering::AcqRel).into())),
        b'p' => {
            let (heap, stack) = (oobwatch_tls::heap_use().peak, stack::peak());
            let _ = writeln!(Answer, "heap {heap} stack {stack}");
        }
        b'r' => retained::reset(),
        _ => {}
    }
}

fn put(byte: u8) {
    while STATE.read() & TX_FULL != 0 {}
    DATA.write(byte.into());
}

struct Answer;

impl fmt::Write for Answer {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.bytes().for_each(put);
        Ok(())
    }
}
