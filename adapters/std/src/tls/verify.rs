//! Certificate verifiers beside the one of webpki: by pin, and none at all.
//!
//! Both still check the signature of the handshake: the peer holds the key of the certificate
//! that it shows. They check it with the key alone, because webpki refuses to parse what old
//! appliances ship (X.509 version 1, odd extensions).

use core::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};
use webpki::RawPublicKeyEntity;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::Pin;

/// What decides on a certificate, before the handshake's signature is checked.
#[derive(Debug)]
pub(super) enum Policy {
    /// Any of these pins.
    Pins(Vec<Pin>),
    /// Any certificate at all.
    Anything,
    /// Any certificate, kept for [`fetch`](super::fetch).
    Record(Arc<Record>),
}

/// The chain that a server showed.
#[derive(Debug, Default)]
pub(super) struct Record(Mutex<Shown>);

#[derive(Debug, Default)]
struct Shown {
    chain: Vec<CertificateDer<'static>>,
    proven: bool,
}

impl Record {
    /// The chain, leaf first, if the server has proven that it holds the leaf's key.
    pub(super) fn proven(&self) -> Option<Vec<CertificateDer<'static>>> {
        let shown = self.lock();
        shown.proven.then(|| shown.chain.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Shown> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// No pin of ours is the certificate that was shown.
#[derive(Debug)]
pub(super) struct PinMismatch;

impl fmt::Display for PinMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the certificate matches no pin")
    }
}

impl core::error::Error for PinMismatch {}

/// The handshake is not signed with the key of the certificate that was shown.
#[derive(Debug)]
struct KeyNotHeld;

impl fmt::Display for KeyNotHeld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the server does not hold the key of the certificate that it shows")
    }
}

impl core::error::Error for KeyNotHeld {}

impl From<KeyNotHeld> for Error {
    fn from(error: KeyNotHeld) -> Self {
        CertificateError::Other(OtherError(Arc::new(error))).into()
    }
}

/// A verifier that leaves out issuer, name and dates.
#[derive(Debug)]
pub(super) struct Verifier {
    policy: Policy,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    pub(super) fn new(policy: Policy, provider: &CryptoProvider) -> Arc<Self> {
        Arc::new(Self {
            policy,
            algorithms: provider.signature_verification_algorithms,
        })
    }

    fn proven(&self) -> HandshakeSignatureValid {
        if let Policy::Record(record) = &self.policy {
            record.lock().proven = true;
        }
        HandshakeSignatureValid::assertion()
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match &self.policy {
            Policy::Pins(pins) if !Pin::any_matches(pins, end_entity) => {
                let mismatch = OtherError(Arc::new(PinMismatch));
                return Err(CertificateError::Other(mismatch).into());
            }
            Policy::Record(record) => {
                let chain = core::iter::once(end_entity).chain(intermediates);
                record.lock().chain = chain.map(|der| der.clone().into_owned()).collect();
            }
            Policy::Pins(_) | Policy::Anything => {}
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let spki = public_key(cert)?;
        verify_with_key(message, &spki, dss, &self.algorithms)?;
        Ok(self.proven())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let spki = public_key(cert)?;
        rustls::crypto::verify_tls13_signature_with_raw_key(message, &spki, dss, &self.algorithms)
            .map_err(|_| KeyNotHeld)?;
        Ok(self.proven())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

fn public_key<'a>(cert: &'a CertificateDer<'_>) -> Result<SubjectPublicKeyInfoDer<'a>, Error> {
    match X509Certificate::from_der(cert) {
        Ok((_, parsed)) => Ok(SubjectPublicKeyInfoDer::from(
            parsed.tbs_certificate.subject_pki.raw,
        )),
        Err(_) => Err(CertificateError::BadEncoding.into()),
    }
}

/// What `rustls::crypto::verify_tls12_signature` does, for a bare key: TLS 1.2 does not tie a
/// scheme to a curve, so every algorithm of the scheme is tried on the key.
fn verify_with_key(
    message: &[u8],
    spki: &SubjectPublicKeyInfoDer<'_>,
    dss: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<(), Error> {
    let key = RawPublicKeyEntity::try_from(spki).map_err(|_| CertificateError::BadEncoding)?;
    let mut schemes = algorithms.mapping.iter();
    let Some((_, candidates)) = schemes.find(|(scheme, _)| *scheme == dss.scheme) else {
        return Err(rustls::PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into());
    };
    let verified = |algorithm| {
        key.verify_signature(algorithm, message, dss.signature())
            .is_ok()
    };
    if candidates.iter().copied().any(verified) {
        Ok(())
    } else {
        Err(KeyNotHeld.into())
    }
}
