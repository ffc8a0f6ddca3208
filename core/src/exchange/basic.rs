//! HTTP Basic credentials, straight into the request (RFC 7617).
//!
//! `base64` is given arrays of a fixed size, which leaves neither its loops nor
//! its panic branches: a link-time proof shows it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heapless::Vec;
use zeroize::Zeroize as _;

use crate::credentials::Login;
use crate::http::ValueWriter;

/// What base64 turns into four characters.
const GROUP: usize = 3;

/// Writes `Basic base64(user:password)`, in UTF-8.
pub(super) fn write_basic(value: &mut ValueWriter<'_, '_>, login: &Login<'_>) {
    value.push(b"Basic ");
    let mut group = Vec::<u8, GROUP>::new();
    for part in [login.user, ":", login.password] {
        for byte in part.bytes() {
            let _ = group.push(byte);
            if group.is_full() {
                write_group(value, &mut group);
            }
        }
    }
    if !group.is_empty() {
        write_group(value, &mut group);
    }
}

fn write_group(value: &mut ValueWriter<'_, '_>, group: &mut Vec<u8, GROUP>) {
    let mut bytes = [0; GROUP];
    for (to, from) in bytes.iter_mut().zip(group.iter()) {
        *to = *from;
    }
    let mut encoded = [0; 4];
    let _ = STANDARD.encode_slice(bytes, &mut encoded);
    // A byte that is not there makes no character.
    for padded in encoded.iter_mut().skip(group.len().saturating_add(1)) {
        *padded = b'=';
    }
    value.push(&encoded);
    (bytes, encoded).zeroize();
    group.zeroize();
}
