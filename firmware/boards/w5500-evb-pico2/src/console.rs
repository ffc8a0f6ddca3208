//! The serial console: UART0 at GP0 (out) and GP1 (in), for a USB-to-serial adapter
//! of 3.3 V. 115,200 baud, 8 bits, no parity.

use core::fmt;

use embassy_rp::pac;
use embassy_rp::uart::{self, BufferedUart, Config};
use embassy_rp::{Peri, bind_interrupts, peripherals};
use static_cell::ConstStaticCell;

bind_interrupts!(struct Irqs {
    UART0_IRQ => uart::BufferedInterruptHandler<peripherals::UART0>;
});

/// Some 20 ms of input, and of output.
const ROOM: usize = 256;

/// The console, both ways, driven by interrupts.
pub(crate) type Serial = BufferedUart;

/// Starts it.
///
/// # Panics
/// When it is called twice.
pub(crate) fn start(
    uart: Peri<'static, peripherals::UART0>,
    tx: Peri<'static, peripherals::PIN_0>,
    rx: Peri<'static, peripherals::PIN_1>,
) -> Serial {
    static OUTPUT: ConstStaticCell<[u8; ROOM]> = ConstStaticCell::new([0; ROOM]);
    static INPUT: ConstStaticCell<[u8; ROOM]> = ConstStaticCell::new([0; ROOM]);

    let config = Config::default();
    BufferedUart::new(uart, tx, rx, Irqs, OUTPUT.take(), INPUT.take(), config)
}

/// The console, to write to and wait until it is written: for what must be said
/// before anything else runs, or after. Lines end with LF; CR is put before it.
/// Before it is started, nothing is written.
pub(crate) struct Console;

impl fmt::Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let is_on = pac::RESETS.reset_done().read().uart0() && pac::UART0.uartcr().read().uarten();
        if !is_on {
            return Ok(());
        }
        for byte in text.bytes() {
            if byte == b'\n' {
                put(b'\r');
            }
            put(byte);
        }
        Ok(())
    }
}

fn put(byte: u8) {
    while pac::UART0.uartfr().read().txff() {}
    pac::UART0
        .uartdr()
        .write(|register| register.set_data(byte));
}
