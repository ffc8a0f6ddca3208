//! Pins: a certificate or a public key, named by its SHA-256.

use core::fmt;
use core::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// One certificate, or all certificates of one key.
///
/// Written as `sha256:HEX`, the fingerprint of the certificate as browsers and `openssl x509
/// -fingerprint -sha256` show it (colons between the bytes may stay), or as `sha256//BASE64`,
/// the hash of the SubjectPublicKeyInfo as `curl --pinnedpubkey` takes it. The second kind
/// survives a renewal that keeps the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pin {
    /// SHA-256 of the DER of the certificate.
    Certificate([u8; 32]),
    /// SHA-256 of the DER of its SubjectPublicKeyInfo (RFC 7469, section 2.4).
    PublicKey([u8; 32]),
}

impl Pin {
    /// The pin of exactly this certificate.
    #[must_use]
    pub fn of_certificate(der: &[u8]) -> Self {
        Self::Certificate(Sha256::digest(der).into())
    }

    /// The pin of this SubjectPublicKeyInfo.
    #[must_use]
    pub fn of_public_key(spki: &[u8]) -> Self {
        Self::PublicKey(Sha256::digest(spki).into())
    }

    /// Whether any of `pins` names this certificate.
    ///
    /// A certificate whose key can not be found matches no public key pin.
    #[must_use]
    pub fn any_matches(pins: &[Self], der: &[u8]) -> bool {
        let certificate: [u8; 32] = Sha256::digest(der).into();
        let public_key: Option<[u8; 32]> = X509Certificate::from_der(der)
            .ok()
            .map(|(_, parsed)| Sha256::digest(parsed.public_key().raw).into());
        let matches = |pin: &Self| match (pin, &public_key) {
            (Self::Certificate(hash), _) => hash.ct_eq(&certificate),
            (Self::PublicKey(hash), Some(public_key)) => hash.ct_eq(public_key),
            (Self::PublicKey(_), None) => Choice::from(0),
        };
        pins.iter()
            .fold(Choice::from(0), |any, pin| any | matches(pin))
            .into()
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate(hash) => {
                f.write_str("sha256:")?;
                hash.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
            Self::PublicKey(hash) => write!(f, "sha256//{}", STANDARD.encode(hash)),
        }
    }
}

impl FromStr for Pin {
    type Err = PinError;

    fn from_str(text: &str) -> Result<Self, PinError> {
        if let Some(hex) = text.strip_prefix("sha256:") {
            parse_hex(hex).map(Self::Certificate)
        } else if let Some(base64) = text.strip_prefix("sha256//") {
            let key = STANDARD.decode(base64).map_err(|_| PinError::Base64)?;
            let length = key.len();
            key.try_into()
                .map(Self::PublicKey)
                .map_err(|_| PinError::KeyLength(length))
        } else {
            Err(PinError::Form)
        }
    }
}

/// 64 hexadecimal digits; colons may stand between bytes, all of them or none.
fn parse_hex(text: &str) -> Result<[u8; 32], PinError> {
    let digits: String = if text.contains(':') {
        if text.split(':').any(|byte| byte.chars().count() != 2) {
            return Err(PinError::Colons);
        }
        text.split(':').collect()
    } else {
        text.to_owned()
    };
    if let Some(c) = digits.chars().find(|c| !c.is_ascii_hexdigit()) {
        return Err(PinError::HexDigit(c));
    }
    if digits.len() != 64 {
        return Err(PinError::HexLength(digits.len()));
    }
    let mut hash = [0; 32];
    for (byte, pair) in hash.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
        *byte = pair.iter().fold(0, |sum, &digit| sum << 4 | nibble(digit));
    }
    Ok(hash)
}

const fn nibble(hex_digit: u8) -> u8 {
    match hex_digit {
        b'0'..=b'9' => hex_digit - b'0',
        _ => (hex_digit | 0x20) - b'a' + 10,
    }
}

/// Why a text is not a pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PinError {
    /// It begins with neither `sha256:` nor `sha256//`.
    Form,
    /// Colons do not stand between whole bytes.
    Colons,
    /// This is not a hexadecimal digit.
    HexDigit(char),
    /// So many hexadecimal digits, where 64 are due.
    HexLength(usize),
    /// What follows `sha256//` is not base64 with its padding.
    Base64,
    /// What follows `sha256//` decodes to so many bytes, where 32 are due.
    KeyLength(usize),
}

impl fmt::Display for PinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => f.write_str("it begins with neither 'sha256:' nor 'sha256//'")?,
            Self::Colons => f.write_str("its colons do not stand between pairs of digits")?,
            Self::HexDigit(c) => write!(f, "{c:?} is not a hexadecimal digit")?,
            Self::HexLength(length) => write!(f, "it has {length} hexadecimal digits, not 64")?,
            Self::Base64 => f.write_str("what follows 'sha256//' is not base64 with padding")?,
            Self::KeyLength(length) => {
                write!(f, "what follows 'sha256//' holds {length} bytes, not 32")?;
            }
        }
        f.write_str(
            "; a pin is 'sha256:' and the 64 hexadecimal digits of the certificate's fingerprint, \
             or 'sha256//' and the base64 hash of its public key ('oobwatch pin' shows both)",
        )
    }
}

impl core::error::Error for PinError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn print_and_parse_agree(hash: [u8; 32]) {
            for pin in [Pin::Certificate(hash), Pin::PublicKey(hash)] {
                prop_assert_eq!(pin.to_string().parse(), Ok(pin));
            }
        }

        #[test]
        fn openssl_spelling_is_the_same_pin(hash: [u8; 32]) {
            let colons: Vec<_> = hash.iter().map(|byte| format!("{byte:02X}")).collect();
            prop_assert_eq!(format!("sha256:{}", colons.join(":")).parse(), Ok(Pin::Certificate(hash)));
        }

        #[test]
        fn any_text_is_parsed_or_refused(text in "(sha256(:|//))?.{0,70}") {
            if let Ok(pin) = text.parse::<Pin>() {
                prop_assert_eq!(pin.to_string().parse(), Ok(pin));
            }
        }
    }

    #[test]
    fn says_what_is_wrong() {
        let refused = |text: &str| text.parse::<Pin>().unwrap_err();
        let digits = "0".repeat(64);
        assert_eq!(refused(&digits), PinError::Form);
        assert_eq!(refused(&format!("sha1:{digits}")), PinError::Form);
        assert_eq!(refused("sha256:00ff"), PinError::HexLength(4));
        assert_eq!(refused("sha256:"), PinError::HexLength(0));
        assert_eq!(
            refused(&format!("sha256:{digits} ")),
            PinError::HexDigit(' ')
        );
        assert_eq!(refused("sha256:0:0"), PinError::Colons);
        assert_eq!(refused("sha256:00:"), PinError::Colons);
        assert_eq!(refused("sha256//!!"), PinError::Base64);
        assert_eq!(refused("sha256//AAAA"), PinError::KeyLength(3));
        assert!(refused("x").to_string().contains("'sha256:'"));
    }
}
