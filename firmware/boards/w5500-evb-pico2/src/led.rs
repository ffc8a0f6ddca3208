//! The light: GP25, as on a Pico.

use embassy_rp::gpio::{Level, Output};
use embassy_rp::{Peri, peripherals};
use oobwatch_app::board::Led;
use static_cell::StaticCell;

/// The light of the board.
pub(crate) struct Light(Output<'static>);

impl Light {
    /// The light, dark. Call it once.
    pub(crate) fn start(pin: Peri<'static, peripherals::PIN_25>) -> &'static mut Self {
        static LIGHT: StaticCell<Light> = StaticCell::new();
        LIGHT.init(Self(Output::new(pin, Level::Low)))
    }
}

impl Led for Light {
    fn set(&mut self, lit: bool) {
        self.0.set_level(lit.into());
    }
}
