//! The part of C's library that Mbed TLS needs on a target that has none.
#![allow(unsafe_code, reason = "called from C")]

use core::ffi::c_void;
use core::ptr::{NonNull, null_mut};

use crate::heap;

#[unsafe(no_mangle)]
extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
    let bytes = count.checked_mul(size);
    let block = bytes.and_then(heap::allocate);
    block.map_or(null_mut(), |block| block.as_ptr().cast())
}

#[unsafe(no_mangle)]
unsafe extern "C" fn free(block: *mut c_void) {
    if let Some(block) = NonNull::new(block.cast()) {
        // SAFETY: C frees what `calloc` gave, once.
        unsafe { heap::release(block) };
    }
}
