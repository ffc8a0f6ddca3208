//! Certificates from files, and what a board can do with one.

use std::path::Path;

use oobwatch_client::tls::{Pin, ServerCertificate};
use oobwatch_image::rules;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

/// Longest file that is read, in bytes.
const LIMIT: u64 = 256 * 1024;

/// The one certificate in a file, PEM or DER.
pub(crate) fn from_file(path: &Path) -> Result<ServerCertificate, String> {
    let shown = path.display();
    let bytes = read(path).map_err(|error| format!("can not read {shown}: {error}"))?;
    // A SEQUENCE begins so, and no text does.
    if bytes.first() == Some(&0x30) && bytes.get(1).is_some_and(|byte| !byte.is_ascii_graphic()) {
        return parse(&bytes).map_err(|why| format!("{shown} {why}"));
    }
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match found.as_deref() {
        Ok([one]) => parse(one).map_err(|why| format!("{shown} {why}")),
        Ok([]) => Err(format!(
            "{shown} holds no certificate, neither PEM nor DER; 'oobwatch firmware-config --fetch' can fetch it from the box"
        )),
        Ok(several) => Err(format!(
            "{shown} holds {} certificates, and a board takes one here; leave the right one in the file",
            several.len()
        )),
        Err(_) => Err(format!(
            "{shown} is broken PEM; export the certificate again"
        )),
    }
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path)?;
    file.take(LIMIT).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn parse(der: &[u8]) -> Result<ServerCertificate, &'static str> {
    let parsed = ServerCertificate::from_der(der).ok();
    let parsed = parsed.filter(|_| rules::certificate(der));
    let parsed = parsed.ok_or("is not one whole X.509 certificate; export it again")?;
    if parsed.not_after.unix_seconds() < 1 {
        return Err("ended before 1970; use one that is valid");
    }
    Ok(parsed)
}

/// Whether a board can pin it, and the pins of the configuration are for it.
pub(super) fn pinned(
    certificate: ServerCertificate,
    pins: &[Pin],
    from: &str,
) -> Result<ServerCertificate, String> {
    parse(&certificate.der).map_err(|why| format!("the certificate {from} {why}"))?;
    if !pins.is_empty() && !Pin::any_matches(pins, &certificate.der) {
        return Err(format!(
            "the certificate {from} is {}, which matches none of the pins; compare it with what the box itself shows, then correct the pins or the certificate",
            certificate.certificate_pin
        ));
    }
    Ok(certificate)
}

/// The authority in a file.
pub(super) fn authority(path: &Path) -> Result<ServerCertificate, String> {
    let certificate = from_file(path)?;
    if certificate.is_authority {
        Ok(certificate)
    } else {
        Err(format!(
            "the certificate in {} is not that of an authority, so that nothing could be checked against it; use certificate = \"FILE\" to pin a box's own",
            path.display()
        ))
    }
}
