//! A board's source of random numbers, as TLS wants it.

use core::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};

/// A true source. It waits until there is enough, and never makes do with less: one
/// that is out of order shows as a reset by the watchdog.
pub trait Source {
    /// Fills `bytes`.
    fn fill(&mut self, bytes: &mut [u8]);
}

/// What TLS takes its keys from.
pub struct Entropy<S>(pub S);

impl<S: Source> TryRng for Entropy<S> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl<S: Source> TryCryptoRng for Entropy<S> {}
