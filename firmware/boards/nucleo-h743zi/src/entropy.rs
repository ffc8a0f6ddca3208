//! The chip's true random number generator (RM0433, "True random number generator").

use embassy_stm32::rng::{InterruptHandler, Rng};
use embassy_stm32::{Peri, bind_interrupts, peripherals};
use oobwatch_board::entropy::{Entropy, Source};
use static_cell::StaticCell;

bind_interrupts!(struct Irqs {
    RNG => InterruptHandler<peripherals::RNG>;
});

/// Zeros in a row after which the generator is taken to be broken. A sound one gives
/// a single zero once in four thousand million words.
const ZEROS: u32 = 8;

/// The generator.
pub(crate) struct Trng(Rng<'static, peripherals::RNG>);

/// Starts it. Call it once.
pub(crate) fn start(rng: Peri<'static, peripherals::RNG>) -> &'static mut Entropy<Trng> {
    static ENTROPY: StaticCell<Entropy<Trng>> = StaticCell::new();
    ENTROPY.init(Entropy(Trng(Rng::new(rng, Irqs))))
}

impl Source for Trng {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(size_of::<u32>()) {
            for (to, from) in chunk.iter_mut().zip(self.word().to_le_bytes()) {
                *to = from;
            }
        }
    }
}

impl Trng {
    /// A word other than zero. Zero may be what is read when the generator has just
    /// found a fault (RM0433, "RNG operation"), and the driver (embassy-stm32 0.6) does
    /// not look for it here.
    ///
    /// # Panics
    /// When it gives nothing but zeros.
    fn word(&mut self) -> u32 {
        for _ in 0..ZEROS {
            // Restarts the generator when it reports a fault, and waits for the next.
            let word = self.0.next_u32();
            if word != 0 {
                return word;
            }
        }
        panic!("the generator of random numbers gives zeros only");
    }
}
