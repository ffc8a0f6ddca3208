//! The serial console: CMSDK UART 0.
#![allow(unsafe_code, reason = "registers of the UART")]

use core::fmt;

use crate::reg::Reg;

// SAFETY: registers of UART 0, used here only.
const DATA: Reg = unsafe { Reg::new(0x4000_4000) };
// SAFETY: as above.
const STATE: Reg = unsafe { Reg::new(0x4000_4004) };
// SAFETY: as above.
const CTRL: Reg = unsafe { Reg::new(0x4000_4008) };
// SAFETY: as above.
const BAUDDIV: Reg = unsafe { Reg::new(0x4000_4010) };

const TX_FULL: u32 = 1;
const TX_ON: u32 = 1;

/// The console, to write to. Lines end with LF; CR is put before it.
pub(crate) struct Console;

impl Console {
    /// 115,200 baud, from 25 MHz.
    pub(crate) fn start() -> Self {
        BAUDDIV.write(217);
        CTRL.write(TX_ON);
        Self
    }

    fn put(byte: u8) {
        while STATE.read() & TX_FULL != 0 {}
        DATA.write(byte.into());
    }
}

impl fmt::Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            if byte == b'\n' {
                Self::put(b'\r');
            }
            Self::put(byte);
        }
        Ok(())
    }
}
