//! What a server's certificate says about itself.

use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};
use std::time::{SystemTime, UNIX_EPOCH};

use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::public_key::PublicKey;
use x509_parser::time::ASN1Time;
use x509_parser::x509::{SubjectPublicKeyInfo, X509Name};

use super::Pin;

/// The parts of a certificate that an operator compares. Nothing of it is verified here.
///
/// All text was chosen by the peer; control characters in it are replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerCertificate {
    /// For whom it was issued.
    pub subject: String,
    /// Who issued it; the subject itself in a self-signed certificate.
    pub issuer: String,
    /// The start of its validity.
    pub not_before: Timestamp,
    /// The end of its validity.
    pub not_after: Timestamp,
    /// The DNS names and IP addresses that it is for; boxes ship certificates without any.
    pub names: Vec<String>,
    /// Kind and size of its key, such as `RSA 2048`.
    pub key: String,
    /// The pin of this certificate alone.
    pub certificate_pin: Pin,
    /// The pin of its key.
    pub public_key_pin: Pin,
    /// Whether it may issue certificates (RFC 5280, section 4.2.1.9).
    pub is_authority: bool,
    /// All of it, in DER.
    pub der: Vec<u8>,
}

impl ServerCertificate {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    ///
    /// [`MalformedCertificate`] if it is not one X.509 certificate.
    pub fn from_der(der: &[u8]) -> Result<Self, MalformedCertificate> {
        let (_, parsed) = X509Certificate::from_der(der).map_err(|_| MalformedCertificate)?;
        Ok(Self {
            subject: name(parsed.subject()),
            issuer: name(parsed.issuer()),
            not_before: Timestamp(parsed.validity().not_before),
            not_after: Timestamp(parsed.validity().not_after),
            names: alternative_names(&parsed),
            key: key(parsed.public_key()),
            certificate_pin: Pin::of_certificate(der),
            public_key_pin: Pin::of_public_key(parsed.public_key().raw),
            is_authority: parsed.is_ca(),
            der: der.to_owned(),
        })
    }

    /// Whole days from `now` until it expires; negative once it has.
    #[must_use]
    pub fn days_left(&self, now: SystemTime) -> i64 {
        let seconds = self
            .not_after
            .unix_seconds()
            .saturating_sub(unix_seconds(now));
        seconds.div_euclid(24 * 60 * 60)
    }

    /// Whether it names itself as its issuer.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }
}

fn unix_seconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |secs| -secs),
    }
}

fn name(name: &X509Name<'_>) -> String {
    let text = printable(&name.to_string());
    if text.is_empty() {
        "(empty)".to_owned()
    } else {
        text
    }
}

fn printable(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect()
}

fn alternative_names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else {
        return Vec::new();
    };
    let text = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some(printable(name)),
        GeneralName::IPAddress(bytes) => address(bytes),
        _ => None,
    };
    extension
        .value
        .general_names
        .iter()
        .filter_map(text)
        .collect()
}

fn address(bytes: &[u8]) -> Option<String> {
    let v4 = || <[u8; 4]>::try_from(bytes).map(|bytes| Ipv4Addr::from(bytes).to_string());
    let v6 = || <[u8; 16]>::try_from(bytes).map(|bytes| Ipv6Addr::from(bytes).to_string());
    v4().or_else(|_| v6()).ok()
}

fn key(key: &SubjectPublicKeyInfo<'_>) -> String {
    const ED25519: &str = "1.3.101.112";
    match key.parsed() {
        Ok(PublicKey::RSA(rsa)) => format!("RSA {}", rsa.key_size()),
        Ok(PublicKey::EC(point)) => format!("ECDSA P-{}", point.key_size()),
        _ if key.algorithm.algorithm.to_id_string() == ED25519 => "Ed25519".to_owned(),
        _ => format!("OID {}", key.algorithm.algorithm.to_id_string()),
    }
}

/// A moment that a certificate names. Prints as `2034-05-06 12:00:00 UTC`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(ASN1Time);

impl Timestamp {
    /// Seconds since 1970; negative before.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        self.0.timestamp()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let utc = self.0.to_datetime();
        let (year, month, day) = (utc.year(), u8::from(utc.month()), utc.day());
        let (hour, minute, second) = (utc.hour(), utc.minute(), utc.second());
        write!(
            f,
            "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC"
        )
    }
}

/// The bytes are not an X.509 certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedCertificate;

impl fmt::Display for MalformedCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the server's certificate is not a readable X.509 certificate")
    }
}

impl core::error::Error for MalformedCertificate {}
