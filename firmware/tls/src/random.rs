//! The source of randomness, where C finds it.
#![allow(unsafe_code, reason = "called from C")]

use core::cell::RefCell;
use core::ffi::{c_int, c_uchar, c_void};

use critical_section::Mutex;
use mbedtls_rs_sys as c;
use rand_core::CryptoRng;

/// `PSA_ERROR_INSUFFICIENT_ENTROPY`, which bindgen does not see.
const INSUFFICIENT_ENTROPY: c_int = -148;

type Source = &'static mut (dyn CryptoRng + Send);

static SOURCE: Mutex<RefCell<Option<Source>>> = Mutex::new(RefCell::new(None));

/// Takes `source` for all keys and nonces. The first stays.
///
/// # Errors
/// If there is one already.
pub(crate) fn install(source: Source) -> Result<(), ()> {
    critical_section::with(|cs| {
        let mut slot = SOURCE.borrow_ref_mut(cs);
        if slot.is_some() {
            return Err(());
        }
        *slot = Some(source);
        Ok(())
    })
}

/// `f_rng` of Mbed TLS.
pub(crate) unsafe extern "C" fn fill(_: *mut c_void, into: *mut c_uchar, length: usize) -> c_int {
    if length == 0 {
        return 0;
    }
    // Taken out meanwhile: a source may need its time, and interrupts go on.
    let Some(source) = critical_section::with(|cs| SOURCE.borrow_ref_mut(cs).take()) else {
        return c::MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
    };
    // SAFETY: C lends so many bytes, which may be uninitialised: first they are set.
    let bytes = unsafe {
        into.write_bytes(0, length);
        core::slice::from_raw_parts_mut(into, length)
    };
    source.fill_bytes(bytes);
    critical_section::with(|cs| *SOURCE.borrow_ref_mut(cs) = Some(source));
    0
}

/// What PSA calls for randomness.
#[unsafe(no_mangle)]
unsafe extern "C" fn mbedtls_psa_external_get_random(
    _: *mut c_void,
    into: *mut c_uchar,
    length: usize,
    written: *mut usize,
) -> c_int {
    // SAFETY: C lends both.
    unsafe {
        if fill(core::ptr::null_mut(), into, length) != 0 {
            return INSUFFICIENT_ENTROPY;
        }
        written.write(length);
    }
    0
}
