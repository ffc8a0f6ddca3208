//! What makes a certificate trusted.

/// What makes a certificate trusted.
#[derive(Clone, Copy)]
pub enum Trust<'a> {
    /// It is this one, byte for byte, whoever issued it and whatever name it holds.
    /// What this one has issued is not trusted, even if it is an authority.
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
    pub(crate) const fn der(&self) -> &'a [u8] {
        match self {
            Self::Pinned { der, .. } | Self::Authority { der, .. } => der,
        }
    }

    pub(crate) const fn name(&self) -> Option<&'a str> {
        match self {
            Self::Pinned { sni, .. } => *sni,
            Self::Authority { name, .. } => Some(name),
        }
    }

    pub(crate) const fn is_pinned(&self) -> bool {
        matches!(self, Self::Pinned { .. })
    }
}
