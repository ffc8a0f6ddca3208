//! The serial console: USART3, which the board's debugger shows as a serial port of
//! its own over USB (UM2407, "USART communication"). 115,200 baud, 8 bits, no parity.

use core::fmt;

use embassy_stm32::pac;
use embassy_stm32::usart::{self, BufferedUart, Config};
use embassy_stm32::{Peri, bind_interrupts, peripherals};
use static_cell::ConstStaticCell;

bind_interrupts!(struct Irqs {
    USART3 => usart::BufferedInterruptHandler<peripherals::USART3>;
});

/// Some 20 ms of input, and of output.
const ROOM: usize = 256;

/// The console, both ways, driven by interrupts.
pub(crate) type Serial = BufferedUart<'static>;

/// Starts it.
///
/// # Panics
/// When it is called twice.
pub(crate) fn start(
    usart: Peri<'static, peripherals::USART3>,
    rx: Peri<'static, peripherals::PD9>,
    tx: Peri<'static, peripherals::PD8>,
) -> Serial {
    static OUTPUT: ConstStaticCell<[u8; ROOM]> = ConstStaticCell::new([0; ROOM]);
    static INPUT: ConstStaticCell<[u8; ROOM]> = ConstStaticCell::new([0; ROOM]);

    let config = Config::default();
    BufferedUart::new(usart, rx, tx, OUTPUT.take(), INPUT.take(), Irqs, config)
        .expect("115,200 baud can be had")
}

/// The console, to write to and wait until it is written: for what must be said
/// before anything else runs, or after. Lines end with LF; CR is put before it.
/// Before it is started, nothing is written.
pub(crate) struct Console;

impl fmt::Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if !pac::RCC.apb1lenr().read().usart3en() || !pac::USART3.cr1().read().ue() {
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
    while !pac::USART3.isr().read().txe() {}
    pac::USART3
        .tdr()
        .write(|register| register.set_dr(byte.into()));
}
