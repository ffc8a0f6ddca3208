//! The interrupts that the board uses (AN386, table 5-1).
#![allow(unsafe_code, reason = "the vector table is laid out by hand")]

use cortex_m::interrupt::InterruptNumber;
use cortex_m::peripheral::NVIC;

/// An interrupt of the board.
#[derive(Clone, Copy)]
#[repr(u16)]
pub(crate) enum Interrupt {
    Uart0Rx = 0,
    Uart0Tx = 1,
    Uart1Rx = 2,
    Timer0 = 8,
    Timer1 = 9,
    Ethernet = 13,
}

// SAFETY: each number is that of one interrupt.
unsafe impl InterruptNumber for Interrupt {
    fn number(self) -> u16 {
        self as u16
    }
}

/// Lets `interrupt` come.
///
/// # Safety
/// What its handler needs is set up.
pub(crate) unsafe fn enable(interrupt: Interrupt) {
    // SAFETY: by the caller.
    unsafe { NVIC::unmask(interrupt) };
}

type Handler = extern "C" fn();

#[unsafe(link_section = ".vector_table.interrupts")]
#[unsafe(no_mangle)]
static __INTERRUPTS: [Handler; 32] = {
    let mut table: [Handler; 32] = [unused; 32];
    table[Interrupt::Uart0Rx as usize] = crate::console::received;
    table[Interrupt::Uart0Tx as usize] = crate::console::sent;
    table[Interrupt::Uart1Rx as usize] = crate::tester::interrupt;
    table[Interrupt::Timer0 as usize] = crate::time::timer0;
    table[Interrupt::Timer1 as usize] = crate::time::timer1;
    table[Interrupt::Ethernet as usize] = crate::ethernet::interrupt;
    table
};

extern "C" fn unused() {
    panic!("an interrupt that nothing has enabled");
}
