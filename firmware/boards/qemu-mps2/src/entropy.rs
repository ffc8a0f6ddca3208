//! Randomness. The board has no source of its own (a real one must); in QEMU the
//! host's kernel gives it, by semihosting.

use oobwatch_board::entropy::Source;

/// The host's `/dev/urandom`.
pub(crate) struct Host;

impl Source for Host {
    fn fill(&mut self, bytes: &mut [u8]) {
        // Without randomness there is no TLS, and so nothing left to do.
        let filled = semihosting::experimental::random::fill_bytes(bytes);
        assert!(filled.is_ok(), "the host gives no randomness");
    }
}
