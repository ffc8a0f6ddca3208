//! The configuration image: no panic on records that were never ours.
//!
//! The input stands behind a right header, so that the fuzzer need not find a
//! checksum.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oobwatch_image::{FORMAT_VERSION, HEADER_LEN, Image};

fuzz_target!(|records: &[u8]| {
    let _ = Image::parse(records);
    let length = u32::try_from(HEADER_LEN + records.len()).expect("libFuzzer's inputs are small");
    let mut image = b"OOBWCF\r\n".to_vec();
    for field in [FORMAT_VERSION, 1, length] {
        image.extend(field.to_le_bytes());
    }
    let crc = crc32(image.iter().chain(records));
    image.extend(crc.to_le_bytes());
    image.extend_from_slice(records);
    if let Ok(image) = Image::parse(&image) {
        assert!(!image.targets().is_empty());
    }
});

fn crc32<'a>(bytes: impl Iterator<Item = &'a u8>) -> u32 {
    !bytes.fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    })
}
