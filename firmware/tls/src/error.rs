//! Why there is no TLS connection.

use core::fmt;

use mbedtls_rs::SessionError;
use oobwatch_core::error::{CertificateError, Error, TransportError};

/// Why a handshake did not come to its end, in more detail than
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
    /// The stream below failed or ended.
    Stream,
    /// The two sides do not agree, or the box broke the protocol. The error code
    /// of Mbed TLS, negated.
    Handshake(u16),
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate(error) => error.fmt(f),
            Self::Config => f.write_str(
                "the certificate in the configuration can not be used: make a new image",
            ),
            Self::OutOfMemory => f.write_str("the memory for TLS is used up"),
            Self::Stream => f.write_str("the connection broke in the TLS handshake"),
            Self::Handshake(code) => write!(f, "the TLS handshake failed (Mbed TLS -{code:#06x})"),
        }
    }
}

impl core::error::Error for TlsError {}

impl From<TlsError> for Error {
    fn from(error: TlsError) -> Self {
        Self::Transport(match error {
            TlsError::Certificate(error) => TransportError::Certificate(error),
            TlsError::Config => TransportError::Certificate(CertificateError::Unusable),
            TlsError::OutOfMemory | TlsError::Stream | TlsError::Handshake(_) => {
                TransportError::Tls
            }
        })
    }
}

/// `ALLOC_FAILED` of each module of Mbed TLS, negated (`ssl.h`, `x509.h`, `pk.h`,
/// `bignum.h`, `ecp.h`, `asn1.h`, `md.h`, `cipher.h`).
const OUT_OF_MEMORY: [u16; 8] = [
    0x7F00, 0x2880, 0x3F80, 0x0010, 0x4D80, 0x006A, 0x5180, 0x6180,
];
/// `MBEDTLS_ERR_X509_CERT_VERIFY_FAILED`, negated.
const VERIFY_FAILED: u16 = 0x2700;

/// What a failed handshake means. `flags` is the result of the verification.
pub(crate) fn handshake(error: SessionError, flags: u32, pinned: bool) -> TlsError {
    match error {
        SessionError::Io(_) => TlsError::Stream,
        SessionError::MbedTls(error) => match error.code_normalized() {
            Some(VERIFY_FAILED) => TlsError::Certificate(certificate(flags, pinned)),
            Some(code) if OUT_OF_MEMORY.contains(&code) => TlsError::OutOfMemory,
            code => TlsError::Handshake(code.unwrap_or_default()),
        },
    }
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
    fn an_untrusted_certificate_is_named_before_its_name() {
        assert_eq!(certificate(0x0C, true), CertificateError::PinMismatch);
        assert_eq!(certificate(0x0C, false), CertificateError::UnknownIssuer);
        assert_eq!(certificate(0x04, false), CertificateError::WrongName);
        assert_eq!(certificate(0x4000, false), CertificateError::Unusable);
    }
}
