//! Keys and certificates like those of the boxes: RSA-2048, self-issued, `CN=firepower`, no
//! subject alternative name. For tests also: expired, CA-issued, wrongly named.
//!
//! Keys are made at run time and shared by all simulators of one process; none is in the
//! repository.

use std::sync::OnceLock;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_RSA_SHA256, PublicKeyData as _,
};
use rsa::pkcs8::EncodePrivateKey as _;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use time::{Duration, OffsetDateTime};

use crate::Error;

/// Which certificate a simulated box presents. Read once, when the simulator starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Certificate {
    /// Issued by the simulator's CA rather than by itself. [`BoxInfo::ca_pem`] is that CA.
    ///
    /// [`BoxInfo::ca_pem`]: crate::BoxInfo::ca_pem
    pub ca_issued: bool,
    /// Subject alternative names, DNS names or addresses. The boxes' own certificates have none.
    pub names: Vec<String>,
    /// Days until it expires, counted in real time; negative: expired so many days ago.
    pub days_left: i64,
}

impl Default for Certificate {
    fn default() -> Self {
        Self {
            ca_issued: false,
            names: Vec::new(),
            days_left: 3650,
        }
    }
}

impl Certificate {
    /// The boxes' factory certificate, but expired yesterday.
    #[must_use]
    pub fn expired() -> Self {
        Self {
            days_left: -1,
            ..Self::default()
        }
    }

    /// Issued by the simulator's CA for these DNS names or addresses.
    #[must_use]
    pub fn ca_issued<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        Self {
            ca_issued: true,
            names: names.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }
}

/// Whose key: each box and the CA have their own.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Owner {
    Fmc,
    Fxos,
    Ca,
}

/// A certificate, its key, and how a client can pin it.
#[derive(Debug)]
pub(crate) struct Issued {
    pub(crate) der: CertificateDer<'static>,
    pub(crate) pem: String,
    pub(crate) key: PrivatePkcs8KeyDer<'static>,
    pub(crate) ca_pem: Option<String>,
    /// `sha256:HEX` of the DER.
    pub(crate) pin: String,
    /// `sha256//BASE64` of the subject public key info.
    pub(crate) spki_pin: String,
}

pub(crate) fn issue(spec: &Certificate, owner: Owner) -> Result<Issued, Error> {
    let key = key_pair(owner)?;
    let params = leaf_params(spec)?;
    let (certificate, ca_pem) = if spec.ca_issued {
        let (ca, ca_pem) = authority()?;
        (
            params.signed_by(&key, &ca).map_err(Error::certificate)?,
            Some(ca_pem),
        )
    } else {
        (params.self_signed(&key).map_err(Error::certificate)?, None)
    };
    Ok(Issued {
        pin: format!("sha256:{}", hex(&Sha256::digest(certificate.der()))),
        spki_pin: spki_pin(&key),
        pem: certificate.pem(),
        der: certificate.der().clone(),
        key: PrivatePkcs8KeyDer::from(pkcs8(owner).to_vec()),
        ca_pem,
    })
}

fn leaf_params(spec: &Certificate) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::new(spec.names.clone()).map_err(Error::certificate)?;
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, "firepower");
    subject.push(
        DnType::OrganizationalUnitName,
        "Intrusion Management System",
    );
    subject.push(DnType::OrganizationName, "Cisco Systems, Inc");
    subject.push(DnType::CountryName, "US");
    params.distinguished_name = subject;
    params.not_after = OffsetDateTime::now_utc() + Duration::days(spec.days_left);
    params.not_before = params.not_after - Duration::days(3651);
    Ok(params)
}

fn authority() -> Result<(Issuer<'static, KeyPair>, String), Error> {
    let key = key_pair(Owner::Ca)?;
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "Simulator CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = OffsetDateTime::now_utc() - Duration::days(1);
    params.not_after = OffsetDateTime::now_utc() + Duration::days(3650);
    let pem = params.self_signed(&key).map_err(Error::certificate)?.pem();
    Ok((Issuer::new(params, key), pem))
}

fn key_pair(owner: Owner) -> Result<KeyPair, Error> {
    let der = PrivatePkcs8KeyDer::from(pkcs8(owner));
    KeyPair::from_pkcs8_der_and_sign_algo(&der, &PKCS_RSA_SHA256).map_err(Error::certificate)
}

/// Makes the keys of both boxes at once; takes about a second the first time.
pub(crate) fn make_keys() {
    std::thread::scope(|scope| {
        scope.spawn(|| pkcs8(Owner::Fmc));
        scope.spawn(|| pkcs8(Owner::Fxos));
    });
}

fn pkcs8(owner: Owner) -> &'static [u8] {
    static KEYS: [OnceLock<Vec<u8>>; 3] = [const { OnceLock::new() }; 3];
    KEYS[owner as usize].get_or_init(|| {
        // rcgen's ring back end signs with RSA but can not make RSA keys.
        rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048)
            .expect("RSA-2048 is a valid size")
            .to_pkcs8_der()
            .expect("a fresh key encodes")
            .as_bytes()
            .to_vec()
    })
}

fn spki_pin(key: &KeyPair) -> String {
    format!(
        "sha256//{}",
        BASE64_STANDARD.encode(Sha256::digest(key.subject_public_key_info()))
    )
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
