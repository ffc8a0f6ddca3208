//! The layers that a check climbs.

/// How far a check came. Ordered: a higher layer includes the lower ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Layer {
    /// The network interface has a link.
    Link,
    /// It has an address.
    Address,
    /// The host name resolves.
    Name,
    /// TCP connects.
    Tcp,
    /// TLS is up, and the certificate trusted.
    Tls,
    /// HTTP is answered.
    Http,
    /// The login is accepted.
    Authenticated,
    /// A read is authorised.
    Authorised,
    /// The data makes sense.
    Data,
}

impl Layer {
    /// How many layers there are.
    pub const COUNT: u8 = 9;

    /// How many layers lie below this one: so many were passed if the check
    /// stopped here.
    #[must_use]
    pub const fn passed(self) -> u8 {
        self as u8
    }

    /// A short name, as in reports and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Address => "address",
            Self::Name => "name",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Http => "http",
            Self::Authenticated => "authenticated",
            Self::Authorised => "authorised",
            Self::Data => "data",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_right() {
        assert_eq!(Layer::Data.passed() + 1, Layer::COUNT);
    }
}
