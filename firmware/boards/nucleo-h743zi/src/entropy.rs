//! The chip's true random number generator (RM0433, "True random number generator").

use embassy_stm32::rng::{InterruptHandler, Rng};
use embassy_stm32::{Peri, bind_interrupts, peripherals};
use oobwatch_board::entropy::{Entropy, Source};
use static_cell::StaticCell;

bind_interrupts!(struct Irqs {
    RNG => InterruptHandler<peripherals::RNG>;
});

/// The generator.
pub(crate) struct Trng(Rng<'static, peripherals::RNG>);

/// Starts it. Call it once.
pub(crate) fn start(rng: Peri<'static, peripherals::RNG>) -> &'static mut Entropy<Trng> {
    static ENTROPY: StaticCell<Entropy<Trng>> = StaticCell::new();
    ENTROPY.init(Entropy(Trng(Rng::new(rng, Irqs))))
}

impl Source for Trng {
    fn fill(&mut self, bytes: &mut [u8]) {
        // Restarts the generator when it reports a fault, and waits for the next word.
        self.0.fill_bytes(bytes);
    }
}
