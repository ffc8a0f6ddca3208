//! Which box is meant, so that what belongs to one never goes to another.

use crate::error::{ConfigError, Forbidden, Part};
use crate::product::Product;

/// Longest authority: a host name of 253 bytes, a colon, five digits.
const AUTHORITY_MAX: usize = 259;

/// A box: its product and its `host[:port]`, as in the `Host` header field.
///
/// The text is lent. Sessions, credentials and permits remember the origin by
/// its [`OriginTag`], and refuse to work with those of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin<'a> {
    product: Product,
    authority: &'a str,
}

/// A fingerprint of an [`Origin`]. Tells mistakes, not attacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct OriginTag(u64);

impl<'a> Origin<'a> {
    /// The box of `product` at `authority`: a host name, an IPv4 address or an
    /// IPv6 address in brackets, then `:port` unless the port is 443.
    ///
    /// # Errors
    /// [`ConfigError`] if it is empty, longer than 259 bytes, or holds a byte
    /// that has no place there.
    pub fn new(product: Product, authority: &'a str) -> Result<Self, ConfigError> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~:[]%".contains(&b);
        if authority.is_empty() {
            Err(ConfigError::Empty(Part::Authority))
        } else if authority.len() > AUTHORITY_MAX {
            Err(ConfigError::TooLong(Part::Authority))
        } else if authority.bytes().any(|b| matches!(b, b'\r' | b'\n' | 0)) {
            Err(ConfigError::Forbidden(
                Part::Authority,
                Forbidden::LineBreak,
            ))
        } else if !authority.bytes().all(allowed) {
            Err(ConfigError::Forbidden(
                Part::Authority,
                Forbidden::Character,
            ))
        } else {
            Ok(Self { product, authority })
        }
    }

    /// The product.
    #[must_use]
    pub const fn product(&self) -> Product {
        self.product
    }

    /// The `host[:port]`.
    #[must_use]
    pub const fn authority(&self) -> &'a str {
        self.authority
    }

    /// The fingerprint: FNV-1a over the product and the authority in lower case.
    #[must_use]
    pub fn tag(&self) -> OriginTag {
        let name = self
            .product
            .as_str()
            .bytes()
            .chain(*b"//")
            .chain(self.authority.bytes());
        OriginTag(name.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_tells_boxes_apart_and_ignores_case() {
        let tag = |product, authority| Origin::new(product, authority).unwrap().tag();
        assert_eq!(
            tag(Product::Fmc, "FMC.example"),
            tag(Product::Fmc, "fmc.example")
        );
        assert_ne!(
            tag(Product::Fmc, "fmc.example"),
            tag(Product::Fxos, "fmc.example")
        );
        assert_ne!(
            tag(Product::Fmc, "fmc.example"),
            tag(Product::Fmc, "fmc.example:8443")
        );
    }

    #[test]
    fn an_authority_can_not_break_a_header() {
        for bad in ["", "a b", "a\r\nX: y", "a/b", "user@host", "h\u{f6}st"] {
            assert!(Origin::new(Product::Fmc, bad).is_err(), "{bad:?}");
        }
        assert!(Origin::new(Product::Fmc, "[2001:db8::1%25eth0]:8443").is_ok());
    }
}
