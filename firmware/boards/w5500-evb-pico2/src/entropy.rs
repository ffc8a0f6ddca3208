//! The chip's true random number generator with its own checks on (RP2350 datasheet,
//! 12.12): 192 bits in some 2 ms on average, at times in a hundred times that (12.12.4).

use embassy_futures::block_on;
use embassy_rp::trng::{Config, InterruptHandler, Trng};
use embassy_rp::{Peri, bind_interrupts, peripherals};
use oobwatch_board::entropy::{Entropy, Source};
use static_cell::StaticCell;

bind_interrupts!(struct Irqs {
    TRNG_IRQ => InterruptHandler<peripherals::TRNG>;
});

/// The generator.
pub(crate) struct Generator(Trng<'static, peripherals::TRNG>);

/// Starts it. Call it once.
pub(crate) fn start(trng: Peri<'static, peripherals::TRNG>) -> &'static mut Entropy<Generator> {
    static ENTROPY: StaticCell<Entropy<Generator>> = StaticCell::new();
    ENTROPY.init(Entropy(Generator(Trng::new(trng, Irqs, Config::default()))))
}

impl Source for Generator {
    fn fill(&mut self, bytes: &mut [u8]) {
        // Of the driver's two ways, the one that starts the generator anew after a
        // check has failed; the other one panics.
        block_on(self.0.fill_bytes(bytes));
    }
}
