//! Randomness. The board has no source of its own (a real one must); in QEMU the
//! host's kernel gives it, by semihosting.

use core::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};

/// The host's `/dev/urandom`.
pub(crate) struct HostEntropy;

impl TryRng for HostEntropy {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        // Without randomness there is no TLS, and so nothing left to do.
        let filled = semihosting::experimental::random::fill_bytes(bytes);
        assert!(filled.is_ok(), "the host gives no randomness");
        Ok(())
    }
}

impl TryCryptoRng for HostEntropy {}
