//! The part of C's library that Mbed TLS needs beside memory, on a target that has
//! none.
#![allow(unsafe_code, reason = "called from C")]

use core::ffi::{CStr, c_char, c_int};
use core::ptr::null_mut;

#[unsafe(no_mangle)]
unsafe extern "C" fn strcmp(a: *const c_char, b: *const c_char) -> c_int {
    // SAFETY: C hands over terminated text.
    let (a, b) = unsafe { (CStr::from_ptr(a), CStr::from_ptr(b)) };
    a.to_bytes().cmp(b.to_bytes()) as c_int
}

#[unsafe(no_mangle)]
unsafe extern "C" fn strchr(text: *const c_char, wanted: c_int) -> *mut c_char {
    // SAFETY: C hands over terminated text.
    let bytes = unsafe { CStr::from_ptr(text) }.to_bytes_with_nul();
    // The terminator can be looked for, too; the character is converted as C does.
    let found = bytes.iter().position(|&byte| byte == wanted as u8);
    found.map_or(null_mut(), |at| text.wrapping_add(at).cast_mut())
}
