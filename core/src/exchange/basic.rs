//! HTTP Basic credentials, straight into the request (RFC 7617).
//!
//! `base64` stays in this module: it keeps panic branches that a link-time
//! proof sees. It is given blocks that always fit.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heapless::Vec;
use zeroize::Zeroize as _;

use crate::credentials::Login;
use crate::http::ValueWriter;

/// A multiple of three, so that only the last block is padded.
const BLOCK: usize = 48;

/// Writes `Basic base64(user:password)`, in UTF-8.
pub(super) fn write_basic(value: &mut ValueWriter<'_, '_>, login: &Login<'_>) {
    value.push(b"Basic ");
    let mut block = Vec::<u8, BLOCK>::new();
    for byte in login
        .user
        .bytes()
        .chain(*b":")
        .chain(login.password.bytes())
    {
        if block.push(byte).is_err() {
            write_block(value, &mut block);
            let _ = block.push(byte);
        }
    }
    write_block(value, &mut block);
}

fn write_block(value: &mut ValueWriter<'_, '_>, block: &mut Vec<u8, BLOCK>) {
    let mut encoded = [0; BLOCK / 3 * 4];
    let length = STANDARD
        .encode_slice(&block, &mut encoded)
        .unwrap_or_default();
    value.push(encoded.get(..length).unwrap_or_default());
    encoded.zeroize();
    block.zeroize();
    block.clear();
}
