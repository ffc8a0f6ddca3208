//! CRC-32 (ISO-HDLC, as in Ethernet and zlib).
//!
//! Bit by bit and without a table: an image is read once at boot, a few
//! milliseconds for 64 KiB on a Cortex-M4, and a table would cost 1 KiB of
//! flash. That is too little code to name a dependency for.

/// The CRC-32 of `parts`, one after the other: also for what else a board keeps
/// in storage.
#[must_use]
pub fn crc32(parts: &[&[u8]]) -> u32 {
    let mut crc = Crc::new();
    parts.iter().for_each(|part| crc.update(part));
    crc.finish()
}

/// A CRC-32 of bytes that come one after the other.
pub(crate) struct Crc(u32);

impl Crc {
    pub(crate) const fn new() -> Self {
        Self(u32::MAX)
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |crc, &byte| {
            (0..8).fold(crc ^ u32::from(byte), |crc, _| {
                (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
            })
        });
    }

    pub(crate) const fn finish(self) -> u32 {
        !self.0
    }
}

#[cfg(test)]
mod tests {
    use super::crc32;

    #[test]
    fn the_check_value_of_the_algorithm() {
        assert_eq!(crc32(&[b"1234", b"56789"]), 0xCBF4_3926);
        assert_eq!(crc32(&[]), 0);
    }
}
