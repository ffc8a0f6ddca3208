//! The light: LED 0 of the FPGA's I/O registers. QEMU has it; its option
//! `-trace led_change_intensity` shows it.
#![allow(unsafe_code, reason = "a register")]

use oobwatch_app::board::Led;

use crate::reg::Reg;

/// LED 0 and LED 1, a bit each.
// SAFETY: the register drives two lights.
const LED0: Reg = unsafe { Reg::new(0x4002_8000) };

/// LED 0.
pub(crate) struct Light;

impl Led for Light {
    fn set(&mut self, lit: bool) {
        LED0.write(lit.into());
    }
}
