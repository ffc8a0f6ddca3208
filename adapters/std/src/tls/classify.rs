//! What rustls and the operating system say, in the words of [`TransportError`].

use std::io::{Error as IoError, ErrorKind};

use oobwatch_core::error::{CertificateError, TransportError};

use super::verify::PinMismatch;

/// The reason for which a handshake ended.
#[must_use]
pub fn classify(error: &rustls::Error) -> TransportError {
    match error {
        rustls::Error::InvalidCertificate(error) => {
            TransportError::Certificate(classify_certificate(error))
        }
        _ => TransportError::Tls,
    }
}

fn classify_certificate(error: &rustls::CertificateError) -> CertificateError {
    use rustls::CertificateError as Theirs;
    match error {
        Theirs::Expired | Theirs::ExpiredContext { .. } => CertificateError::Expired,
        Theirs::NotValidYet | Theirs::NotValidYetContext { .. } => CertificateError::NotYetValid,
        // A bad signature here is one in the chain: an issuer of the right name, with another key.
        Theirs::UnknownIssuer | Theirs::BadSignature => CertificateError::UnknownIssuer,
        Theirs::NotValidForName | Theirs::NotValidForNameContext { .. } => {
            CertificateError::WrongName
        }
        Theirs::Other(other) if other.0.is::<PinMismatch>() => CertificateError::PinMismatch,
        // A self-signed certificate that was also given as the CA file: what helps is a pin, as
        // for any self-signed one.
        Theirs::Other(other)
            if matches!(
                other.0.downcast_ref(),
                Some(webpki::Error::CaUsedAsEndEntity)
            ) =>
        {
            CertificateError::UnknownIssuer
        }
        _ => CertificateError::Unusable,
    }
}

/// The reason for which TCP did not connect.
#[must_use]
pub fn classify_connect(error: &IoError) -> TransportError {
    match error.kind() {
        ErrorKind::ConnectionRefused => TransportError::ConnectRefused,
        // A firewall's "administratively prohibited" arrives as a permission error.
        ErrorKind::HostUnreachable
        | ErrorKind::NetworkUnreachable
        | ErrorKind::AddrNotAvailable
        | ErrorKind::PermissionDenied => TransportError::Unreachable,
        ErrorKind::NetworkDown => TransportError::NoLink,
        ErrorKind::TimedOut => TransportError::ConnectTimeout,
        _ => TransportError::Io,
    }
}

/// The reason for which a TLS handshake over a connected stream ended.
#[must_use]
pub fn classify_handshake(error: &IoError) -> TransportError {
    match error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
    {
        Some(error) => classify(error),
        None if error.kind() == ErrorKind::TimedOut => TransportError::TlsTimeout,
        // A close or a reset in the middle of a handshake is how a port says that it is no TLS.
        None => TransportError::Tls,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_fails_on_its_own_layer() {
        let classified = |kind: ErrorKind| classify_connect(&IoError::from(kind));
        assert_eq!(
            classified(ErrorKind::ConnectionRefused),
            TransportError::ConnectRefused
        );
        assert_eq!(
            classified(ErrorKind::TimedOut),
            TransportError::ConnectTimeout
        );
        assert_eq!(
            classified(ErrorKind::HostUnreachable),
            TransportError::Unreachable
        );
        assert_eq!(
            classify_handshake(&IoError::from(ErrorKind::UnexpectedEof)),
            TransportError::Tls
        );
    }
}
