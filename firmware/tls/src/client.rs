//! One TLS client of Mbed TLS, without a socket: what it wants to send is in
//! `outbound`, what it reads has to be in `inbound`. All that is unsafe about C's
//! TLS is here.
#![allow(unsafe_code, reason = "Mbed TLS is C")]

use core::ffi::{CStr, c_int, c_uchar, c_void};
use core::marker::PhantomData;
use core::ptr::{NonNull, null, null_mut};

use mbedtls_rs_sys as c;
use oobwatch_core::error::CertificateError;

use crate::buffer::Buffer;
use crate::error::{TlsError, certificate, failed};
use crate::trust::Trust;
use crate::{heap, random};

/// Groups of the key exchange, the end marked by zero. Every box has the first.
static GROUPS: [u16; 3] = [
    c::MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1 as u16,
    c::MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1 as u16,
    0,
];

/// How far a call came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// To the end, with so many bytes.
    Done(usize),
    /// It needs bytes in `inbound`.
    Starved,
    /// It needs room in `outbound`.
    Full,
    /// It has more to compute: let others run first.
    Busy,
    /// The peer has sent its close alert.
    Closed,
}

/// A client that shows trust to what `'a` lends it.
pub(crate) struct Client<'a> {
    /// From the heap region: C keeps pointers into it.
    context: NonNull<Context>,
    trust: PhantomData<&'a [u8]>,
}

struct Context {
    ssl: c::mbedtls_ssl_context,
    config: c::mbedtls_ssl_config,
    /// The certificate to trust.
    trusted: c::mbedtls_x509_crt,
    /// The trusted certificate is that of the peer itself, and no authority.
    pinned: bool,
    /// The peer's certificate has been before [`verify`].
    seen: bool,
    inbound: Buffer,
    outbound: Buffer,
}

impl<'a> Client<'a> {
    /// A client that has sent nothing.
    ///
    /// # Errors
    /// [`TlsError::OutOfMemory`]; [`CertificateError::Unusable`] if the certificate
    /// to trust is none.
    pub(crate) fn new(trust: &Trust<'a>, name: Option<&CStr>) -> Result<Self, TlsError> {
        const { assert!(align_of::<Context>() <= heap::ALIGNMENT) };
        // SAFETY: nothing else uses the library at the time.
        check(unsafe { c::psa_crypto_init() })?;
        let block = heap::allocate(size_of::<Context>()).ok_or(TlsError::OutOfMemory)?;
        let context = block.cast::<Context>();
        let p = context.as_ptr();
        // SAFETY: the block is large enough, aligned, and all zero, which is a value
        // of each part; from here on, `drop` may free them.
        unsafe {
            c::mbedtls_ssl_init(&raw mut (*p).ssl);
            c::mbedtls_ssl_config_init(&raw mut (*p).config);
            c::mbedtls_x509_crt_init(&raw mut (*p).trusted);
        }
        let client = Self {
            context,
            trust: PhantomData,
        };
        client.trust(trust)?;
        client.configure()?;
        client.set_up(name)?;
        Ok(client)
    }

    /// Takes in the certificate to trust, which stays where it is for `'a`.
    fn trust(&self, trust: &Trust<'a>) -> Result<(), TlsError> {
        let p = self.context.as_ptr();
        let der = trust.der();
        // SAFETY: the parts are initialised, and `der` outlives them.
        let parsed = unsafe {
            (*p).pinned = trust.is_pinned();
            c::mbedtls_x509_crt_parse_der_nocopy(&raw mut (*p).trusted, der.as_ptr(), der.len())
        };
        check(parsed).map_err(|error| match error {
            TlsError::OutOfMemory => error,
            _ => TlsError::Certificate(CertificateError::Unusable),
        })
    }

    fn configure(&self) -> Result<(), TlsError> {
        let p = self.context.as_ptr();
        // SAFETY: the parts are initialised; what C is given pointers to is static,
        // or in the same block.
        unsafe {
            let config = &raw mut (*p).config;
            check(c::mbedtls_ssl_config_defaults(
                config,
                c::MBEDTLS_SSL_IS_CLIENT as c_int,
                c::MBEDTLS_SSL_TRANSPORT_STREAM as c_int,
                c::MBEDTLS_SSL_PRESET_DEFAULT as c_int,
            ))?;
            (*config).private_min_tls_version =
                c::mbedtls_ssl_protocol_version_MBEDTLS_SSL_VERSION_TLS1_2;
            c::mbedtls_ssl_conf_authmode(config, c::MBEDTLS_SSL_VERIFY_REQUIRED as c_int);
            c::mbedtls_ssl_conf_ca_chain(config, &raw mut (*p).trusted, null_mut());
            c::mbedtls_ssl_conf_verify(config, Some(verify), p.cast());
            c::mbedtls_ssl_conf_rng(config, Some(random::fill), null_mut());
            c::mbedtls_ssl_conf_groups(config, GROUPS.as_ptr());
            let off = c::MBEDTLS_SSL_SESSION_TICKETS_DISABLED as c_int;
            c::mbedtls_ssl_conf_session_tickets(config, off);
        }
        Ok(())
    }

    fn set_up(&self, name: Option<&CStr>) -> Result<(), TlsError> {
        let p = self.context.as_ptr();
        // SAFETY: as above; C copies the name. A null name says that none is checked.
        unsafe {
            let ssl = &raw mut (*p).ssl;
            check(c::mbedtls_ssl_setup(ssl, &raw const (*p).config))?;
            check(c::mbedtls_ssl_set_hostname(
                ssl,
                name.map_or(null(), CStr::as_ptr),
            ))?;
            c::mbedtls_ssl_set_bio(ssl, p.cast(), Some(send), Some(receive), None);
        }
        Ok(())
    }

    fn ssl(&mut self) -> *mut c::mbedtls_ssl_context {
        // SAFETY: the block is there for as long as `self`.
        unsafe { &raw mut (*self.context.as_ptr()).ssl }
    }

    /// Goes on with the handshake. It is `Done` only with a trusted certificate.
    ///
    /// # Errors
    /// [`TlsError`]; an alert that says so is in `outbound`.
    pub(crate) fn handshake(&mut self) -> Result<Step, TlsError> {
        let ssl = self.ssl();
        // SAFETY: set up by `new`. The callbacks find the block, to which no
        // reference lives meanwhile.
        let result = unsafe { c::mbedtls_ssl_handshake(ssl) };
        let step = match step(result) {
            Ok(step) => step,
            Err(error) => return Err(self.refused(error)),
        };
        // SAFETY: the flag is set by C's call of `verify`, which is over.
        let seen = unsafe { (*self.context.as_ptr()).seen };
        if step == Step::Done(0) && (!seen || self.flags() != 0) {
            return Err(TlsError::Certificate(CertificateError::Unusable));
        }
        Ok(step)
    }

    /// Why the handshake has failed, in more detail than its error has.
    fn refused(&mut self, error: TlsError) -> TlsError {
        // SAFETY: as above.
        let pinned = unsafe { (*self.context.as_ptr()).pinned };
        match error {
            TlsError::Protocol(code)
                if i32::from(code) == -c::MBEDTLS_ERR_X509_CERT_VERIFY_FAILED =>
            {
                TlsError::Certificate(certificate(self.flags(), pinned))
            }
            error => error,
        }
    }

    /// The result of the verification: `MBEDTLS_X509_BADCERT_*`.
    fn flags(&mut self) -> u32 {
        // SAFETY: set up by `new`.
        unsafe { c::mbedtls_ssl_get_verify_result(self.ssl()) }
    }

    /// Decrypts into `buffer`, which is not empty.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<Step, TlsError> {
        let ssl = self.ssl();
        // SAFETY: as for the handshake; C writes no more than there is room for.
        step(unsafe { c::mbedtls_ssl_read(ssl, buffer.as_mut_ptr(), buffer.len()) })
    }

    /// Encrypts of `bytes` what fits into a record. After `Full`, it has to be
    /// called with the same bytes again.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<Step, TlsError> {
        let ssl = self.ssl();
        // SAFETY: as for the handshake; C reads no more than there is.
        step(unsafe { c::mbedtls_ssl_write(ssl, bytes.as_ptr(), bytes.len()) })
    }

    /// Whether TLS 1.3 was agreed on.
    pub(crate) fn is_tls13(&mut self) -> bool {
        // SAFETY: set up by `new`.
        let version = unsafe { (*self.ssl()).private_tls_version };
        version == c::mbedtls_ssl_protocol_version_MBEDTLS_SSL_VERSION_TLS1_3
    }

    /// What came from the peer.
    pub(crate) fn inbound(&mut self) -> &mut Buffer {
        // SAFETY: no call of C is running, and `self` is borrowed for as long.
        unsafe { &mut (*self.context.as_ptr()).inbound }
    }

    /// What has to go to the peer.
    pub(crate) fn outbound(&mut self) -> &mut Buffer {
        // SAFETY: as above.
        unsafe { &mut (*self.context.as_ptr()).outbound }
    }
}

impl Drop for Client<'_> {
    fn drop(&mut self) {
        let p = self.context.as_ptr();
        // SAFETY: initialised by `new`, and freed once; the user of each part before
        // the part.
        unsafe {
            c::mbedtls_ssl_free(&raw mut (*p).ssl);
            c::mbedtls_ssl_config_free(&raw mut (*p).config);
            c::mbedtls_x509_crt_free(&raw mut (*p).trusted);
            heap::release(self.context.cast());
        }
    }
}

fn check(result: c_int) -> Result<(), TlsError> {
    if result < 0 {
        Err(failed(result))
    } else {
        Ok(())
    }
}

fn step(result: c_int) -> Result<Step, TlsError> {
    Ok(match result {
        c::MBEDTLS_ERR_SSL_WANT_READ => Step::Starved,
        c::MBEDTLS_ERR_SSL_WANT_WRITE => Step::Full,
        c::MBEDTLS_ERR_SSL_CRYPTO_IN_PROGRESS | c::MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET => {
            Step::Busy
        }
        c::MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY => Step::Closed,
        result => Step::Done(usize::try_from(result).map_err(|_| failed(result))?),
    })
}

/// Mbed TLS asks about each certificate of the chain, and refuses the peer if any
/// flag is left. It would take a pinned certificate for an authority: so here a pin
/// is compared byte for byte with the peer's own certificate (depth 0), and nothing
/// else counts but the strength of its key. That the peer has the key, the
/// handshake proves.
unsafe extern "C" fn verify(
    context: *mut c_void,
    certificate: *mut c::mbedtls_x509_crt,
    depth: c_int,
    flags: *mut u32,
) -> c_int {
    const WEAK_KEY: u32 = c::MBEDTLS_X509_BADCERT_BAD_PK | c::MBEDTLS_X509_BADCERT_BAD_KEY;
    let p = context.cast::<Context>();
    // SAFETY: the block of the client whose handshake this is; C lends the others.
    unsafe {
        if (*p).pinned {
            let same = bytes(&raw const (*certificate).raw) == bytes(&raw const (*p).trusted.raw);
            *flags = match depth {
                0 if same => *flags & WEAK_KEY,
                0 => c::MBEDTLS_X509_BADCERT_NOT_TRUSTED,
                _ => 0,
            };
        }
        (*p).seen |= depth == 0;
    }
    0
}

/// # Safety
/// `buffer` is a certificate's, and that lives for as long.
unsafe fn bytes<'b>(buffer: *const c::mbedtls_asn1_buf) -> &'b [u8] {
    // SAFETY: by the caller.
    let (start, length) = unsafe { ((*buffer).p, (*buffer).len) };
    // A peer that sends no certificate at all is asked about, too.
    if start.is_null() {
        return &[];
    }
    // SAFETY: by the caller.
    unsafe { core::slice::from_raw_parts(start, length) }
}

unsafe extern "C" fn send(context: *mut c_void, bytes: *const c_uchar, length: usize) -> c_int {
    // SAFETY: the block of the client that called C; C lends the bytes.
    let taken = unsafe {
        let outbound = &mut (*context.cast::<Context>()).outbound;
        outbound.put(core::slice::from_raw_parts(bytes, length))
    };
    moved(taken, c::MBEDTLS_ERR_SSL_WANT_WRITE)
}

unsafe extern "C" fn receive(context: *mut c_void, into: *mut c_uchar, length: usize) -> c_int {
    // SAFETY: as above. The room may be uninitialised, so it is written only.
    let given = unsafe {
        let inbound = &mut (*context.cast::<Context>()).inbound;
        let bytes = inbound.filled();
        let given = bytes.len().min(length);
        core::ptr::copy_nonoverlapping(bytes.as_ptr(), into, given);
        inbound.consume(given);
        given
    };
    moved(given, c::MBEDTLS_ERR_SSL_WANT_READ)
}

/// No bytes moved is for C not an end, but `none`.
fn moved(bytes: usize, none: c_int) -> c_int {
    match c_int::try_from(bytes) {
        Ok(0) | Err(_) => none,
        Ok(bytes) => bytes,
    }
}
