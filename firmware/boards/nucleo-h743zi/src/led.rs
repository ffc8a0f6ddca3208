//! The light: LD1, green, at PB0 (UM2407, "LEDs").

use embassy_stm32::gpio::{Level, Output, Speed};
use embassy_stm32::{Peri, peripherals};
use oobwatch_app::board::Led;
use static_cell::StaticCell;

/// LD1.
pub(crate) struct Light(Output<'static>);

impl Light {
    /// The light, dark. Call it once.
    pub(crate) fn start(pin: Peri<'static, peripherals::PB0>) -> &'static mut Self {
        static LIGHT: StaticCell<Light> = StaticCell::new();
        LIGHT.init(Self(Output::new(pin, Level::Low, Speed::Low)))
    }
}

impl Led for Light {
    fn set(&mut self, lit: bool) {
        self.0.set_level(lit.into());
    }
}
