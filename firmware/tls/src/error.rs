//! Why there is no TLS connection.

use core::fmt;

use embedded_io_async::ErrorKind;
use oobwatch_core::error::{CertificateError, Error, ResourceError, TransportError};

/// Why there is no TLS connection, or no longer one, in more detail than
/// [`oobwatch_core::error`] has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum TlsError {
    /// The certificate of the box is not trusted.
    Certificate(CertificateError),
    /// The certificate that is to be trusted, or the name, can not be used.
    Config,
    /// The heap region is used up.
    OutOfMemory,
    /// The stream below failed, or ended without a close alert.
    Stream,
    /// The two sides do not agree, or the box broke the protocol. The error code
    /// of Mbed TLS, negated.
    Protocol(u16),
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate(error) => error.fmt(f),
            Self::Config => f.write_str(
                "the certificate in the configuration can not be used: make a new image",
            ),
            Self::OutOfMemory => f.write_str("the memory for TLS is used up"),
            Self::Stream => {
                f.write_str("the connection below TLS broke, or ended without TLS saying so")
            }
            Self::Protocol(code) => write!(f, "TLS failed (Mbed TLS -{code:#06x})"),
        }
    }
}

impl core::error::Error for TlsError {}

impl embedded_io_async::Error for TlsError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Stream => ErrorKind::ConnectionReset,
            Self::OutOfMemory => ErrorKind::OutOfMemory,
            Self::Config => ErrorKind::InvalidInput,
            Self::Certificate(_) | Self::Protocol(_) => ErrorKind::InvalidData,
        }
    }
}

impl From<TlsError> for Error {
    fn from(error: TlsError) -> Self {
        let why = match error {
            TlsError::Certificate(error) => TransportError::Certificate(error),
            TlsError::Config => TransportError::Certificate(CertificateError::Unusable),
            TlsError::Stream | TlsError::Protocol(_) => TransportError::Tls,
            TlsError::OutOfMemory => return ResourceError::TlsMemory.into(),
        };
        why.into()
    }
}

/// `ALLOC_FAILED` of each module of Mbed TLS, negated (`ssl.h`, `x509.h`, `pk.h`,
/// `bignum.h`, `ecp.h`, `asn1.h`, `md.h`, `cipher.h`), and
/// `PSA_ERROR_INSUFFICIENT_MEMORY`.
const OUT_OF_MEMORY: [u16; 9] = [
    0x7F00, 0x2880, 0x3F80, 0x0010, 0x4D80, 0x006A, 0x5180, 0x6180, 141,
];

/// What an error code of Mbed TLS means.
pub(crate) fn failed(code: i32) -> TlsError {
    match u16::try_from(code.unsigned_abs()).unwrap_or(u16::MAX) {
        code if is_out_of_memory(code) => TlsError::OutOfMemory,
        code => TlsError::Protocol(code),
    }
}

/// The upper part of a code can be that of one module, the lower that of another.
fn is_out_of_memory(code: u16) -> bool {
    OUT_OF_MEMORY.contains(&code)
        || OUT_OF_MEMORY.contains(&(code & 0xFF80))
        || OUT_OF_MEMORY.contains(&(code & 0x007F))
}

/// What the flags of a verification mean (`MBEDTLS_X509_BADCERT_*`).
pub(crate) const fn certificate(flags: u32, pinned: bool) -> CertificateError {
    const EXPIRED: u32 = 0x01;
    const WRONG_NAME: u32 = 0x04;
    const NOT_TRUSTED: u32 = 0x08;
    const FUTURE: u32 = 0x0200;
    if flags & NOT_TRUSTED != 0 && pinned {
        CertificateError::PinMismatch
    } else if flags & NOT_TRUSTED != 0 {
        CertificateError::UnknownIssuer
    } else if flags & WRONG_NAME != 0 {
        CertificateError::WrongName
    } else if flags & EXPIRED != 0 {
        CertificateError::Expired
    } else if flags & FUTURE != 0 {
        CertificateError::NotYetValid
    } else {
        CertificateError::Unusable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_is_used_up_is_told_in_any_place_of_a_code() {
        for code in [-0x7F00, -0x3F90, -0x2880, -0x2366 - 4, -141] {
            assert_eq!(failed(code), TlsError::OutOfMemory, "{code:#x}");
        }
        assert_eq!(failed(-0x7780), TlsError::Protocol(0x7780));
    }

    #[test]
    fn an_untrusted_certificate_is_named_before_its_name() {
        assert_eq!(certificate(0x0C, true), CertificateError::PinMismatch);
        assert_eq!(certificate(0x0C, false), CertificateError::UnknownIssuer);
        assert_eq!(certificate(0x04, false), CertificateError::WrongName);
        assert_eq!(certificate(0x4000, false), CertificateError::Unusable);
    }
}
