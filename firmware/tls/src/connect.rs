//! The handshake, and the stream that comes of it.

use core::ffi::CStr;
use core::sync::atomic::{AtomicBool, Ordering};

use embedded_io_async::{ErrorType, Read, Write};
use heapless::Vec;
use mbedtls_rs::ecp::set_restartable_max_ops;
use mbedtls_rs::{
    AuthMode, Certificate, ClientSessionConfig, Session, SessionConfig, SessionError, TlsGroup,
    TlsVersion,
};
use oobwatch_core::error::CertificateError;
use rand_core::CryptoRng;

use crate::error::{TlsError, certificate, handshake};

/// Basic elliptic-curve steps in one slice, where Mbed TLS cuts slices: TLS 1.2 with
/// an ECDSA certificate.
const SLICE: u32 = 500;
/// Groups whose arithmetic can be sliced; every box has the first.
const GROUPS: &[TlsGroup] = &[TlsGroup::Secp256r1, TlsGroup::Secp384r1];
/// Bytes of a DNS name and its NUL.
const NAME_MAX: usize = 254;

/// What makes a certificate trusted.
#[derive(Clone, Copy)]
pub enum Trust<'a> {
    /// It is this one, byte for byte, whatever name it holds. It must be
    /// self-issued, as those that FMC and FXOS make for themselves are.
    Pinned {
        /// The certificate in DER.
        der: &'a [u8],
        /// The DNS name of the box, for its server name indication. `None` if it is
        /// known by an address (RFC 6066, section 3).
        sni: Option<&'a str>,
    },
    /// It was issued by this authority, for this name.
    Authority {
        /// The authority's certificate in DER.
        der: &'a [u8],
        /// The DNS name that the certificate must hold.
        name: &'a str,
    },
}

impl<'a> Trust<'a> {
    const fn der(&self) -> &'a [u8] {
        match self {
            Self::Pinned { der, .. } | Self::Authority { der, .. } => der,
        }
    }

    const fn name(&self) -> Option<&'a str> {
        match self {
            Self::Pinned { sni, .. } => *sni,
            Self::Authority { name, .. } => Some(name),
        }
    }

    const fn is_pinned(&self) -> bool {
        matches!(self, Self::Pinned { .. })
    }
}

/// Mbed TLS, set up. There can be one in a program.
pub struct Tls(mbedtls_rs::Tls<'static>);

impl Tls {
    /// Sets up Mbed TLS. `random` gives all keys and nonces: a true source, not a
    /// seeded generator that starts the same at each boot.
    ///
    /// # Errors
    /// [`TlsError::Config`] if there is one already.
    pub fn new(random: &'static mut (dyn CryptoRng + Send)) -> Result<Self, TlsError> {
        static TAKEN: AtomicBool = AtomicBool::new(false);
        if TAKEN.swap(true, Ordering::AcqRel) {
            return Err(TlsError::Config);
        }
        set_restartable_max_ops(SLICE);
        mbedtls_rs::Tls::new(random)
            .map(Self)
            .map_err(|_| TlsError::Config)
    }

    /// Shakes hands over `stream`, and returns when the certificate is trusted.
    ///
    /// The memory of the handshake comes from the heap region; one connection
    /// at a time fits there. `der` is read for as long as the stream lives.
    ///
    /// # Errors
    /// [`TlsError`]. Nothing but the handshake has been sent.
    ///
    /// # Cancel safety
    /// Dropping the future drops the stream.
    pub async fn connect<'a, S: Read + Write>(
        &'a self,
        stream: S,
        trust: Trust<'a>,
    ) -> Result<Stream<'a, S>, TlsError> {
        let pinned = trust.is_pinned();
        let config = SessionConfig::Client(config(trust)?);
        let mut session = Session::new(self.0.reference(), stream, &config)
            .map_err(|error| handshake(error, 0, pinned))?;
        if let Some(name) = trust.name() {
            let mut buffer = Vec::new();
            session
                .set_server_name(terminated(name, &mut buffer)?)
                .map_err(|error| handshake(error, 0, pinned))?;
        }
        let connected = session.connect().await;
        let flags = session.tls_verification_details();
        connected.map_err(|error| handshake(error, flags, pinned))?;
        if flags != 0 {
            return Err(TlsError::Certificate(certificate(flags, pinned)));
        }
        Ok(Stream(session))
    }
}

fn config(trust: Trust<'_>) -> Result<ClientSessionConfig<'_>, TlsError> {
    let certificate = Certificate::new_no_copy(trust.der()).map_err(unusable)?;
    Ok(ClientSessionConfig {
        ca_chain: Some(certificate),
        // Without a name, Mbed TLS refuses to verify at all when it is required to.
        // `connect` looks at the result in any case, before there is a stream.
        auth_mode: if trust.name().is_some() {
            AuthMode::Required
        } else {
            AuthMode::Optional
        },
        min_version: TlsVersion::Tls1_2,
        skip_hostname_verification: trust.is_pinned(),
        key_exchange_groups: Some(GROUPS),
        ..ClientSessionConfig::new()
    })
}

fn unusable(error: SessionError) -> TlsError {
    match handshake(error, 0, false) {
        TlsError::OutOfMemory => TlsError::OutOfMemory,
        _ => TlsError::Certificate(CertificateError::Unusable),
    }
}

/// `text` as C wants it.
fn terminated<'a>(text: &str, buffer: &'a mut Vec<u8, NAME_MAX>) -> Result<&'a CStr, TlsError> {
    let room = buffer.extend_from_slice(text.as_bytes()).is_ok() && buffer.push(0).is_ok();
    let name = CStr::from_bytes_with_nul(buffer).ok();
    name.filter(|name| room && !name.is_empty())
        .ok_or(TlsError::Config)
}

/// A connection to a box whose certificate is trusted.
///
/// An end of the stream without the close alert is an error, not an end: a cut
/// connection can not pass for a whole answer.
pub struct Stream<'a, S: Read + Write>(Session<'a, S>);

impl<S: Read + Write> Stream<'_, S> {
    /// Which version was agreed on: `"TLS 1.2"` or `"TLS 1.3"`.
    #[must_use]
    pub fn version(&self) -> &'static str {
        match self.0.tls_version() {
            Some(TlsVersion::Tls1_3) => "TLS 1.3",
            Some(TlsVersion::Tls1_2) | None => "TLS 1.2",
        }
    }

    /// Sends the close alert. The stream below is still open then.
    ///
    /// # Errors
    /// If it could not be sent.
    ///
    /// # Cancel safety
    /// Drop the stream too.
    pub async fn close(&mut self) -> Result<(), SessionError> {
        self.0.close().await
    }
}

impl<S: Read + Write> ErrorType for Stream<'_, S> {
    type Error = SessionError;
}

impl<S: Read + Write> Read for Stream<'_, S> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, SessionError> {
        self.0.read(buffer).await
    }
}

impl<S: Read + Write> Write for Stream<'_, S> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, SessionError> {
        self.0.write(bytes).await
    }

    async fn flush(&mut self) -> Result<(), SessionError> {
        self.0.flush().await
    }
}
