//! Where a box is: host and port, as they are dialled and as they are named.

use core::fmt;
use core::net::{Ipv6Addr, SocketAddr};
use core::str::FromStr;

/// The port of HTTPS, which need not be named.
const HTTPS: u16 = 443;

/// `host`, `host:port`, `192.0.2.1:8443` or `[2001:db8::1]:8443`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    host: String,
    port: u16,
    authority: String,
}

/// Why a text is no address of a box. Never quotes the text: people paste
/// passwords into addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AddressError {
    /// The host holds a character that none has, or is too long.
    Host,
    /// An IPv6 address is broken, or not in brackets.
    Ipv6,
    /// There is no host.
    NoHost,
    /// The port is not a number from 1 to 65535.
    Port,
}

impl Address {
    /// `host` is a DNS name, an IPv4 address, or an IPv6 address that may have
    /// a zone, without brackets.
    fn new(host: String, port: u16) -> Self {
        // A zone means nothing to anybody else (RFC 6874, section 1).
        let name = host.split_once('%').map_or(&*host, |(name, _zone)| name);
        let mut authority = if name.contains(':') {
            format!("[{name}]")
        } else {
            name.to_owned()
        };
        if port != HTTPS {
            authority = format!("{authority}:{port}");
        }
        Self {
            host,
            port,
            authority,
        }
    }

    /// The host name or address as it is dialled: without brackets, and with
    /// its zone if an IPv6 address has one.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// As in the `Host` field: brackets where they belong, no zone, no `:443`.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Self {
        Self::new(address.ip().to_string(), address.port())
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if let Some(rest) = text.strip_prefix('[') {
            let (host, port) = rest.split_once(']').ok_or(AddressError::Ipv6)?;
            return Ok(Self::new(ipv6(host)?, port_after(port)?));
        }
        let colon = text.find(':').unwrap_or(text.len());
        let (host, port) = text.split_at(colon);
        if port.matches(':').count() > 1 {
            return Err(AddressError::Ipv6);
        }
        if host.is_empty() {
            return Err(AddressError::NoHost);
        }
        if host.len() > 253 || !host.bytes().all(is_name_byte) {
            return Err(AddressError::Host);
        }
        Ok(Self::new(host.to_owned(), port_after(port)?))
    }
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._".contains(&byte)
}

/// `addr`, `addr%zone`, or `addr%25zone` as in a URL (RFC 6874).
fn ipv6(text: &str) -> Result<String, AddressError> {
    let text = text.replacen("%25", "%", 1);
    let (address, zone) = text.split_once('%').unwrap_or((&text, "none"));
    match address.parse::<Ipv6Addr>() {
        Ok(_) if !zone.is_empty() && zone.bytes().all(is_name_byte) => Ok(text),
        _ => Err(AddressError::Ipv6),
    }
}

fn port_after(text: &str) -> Result<u16, AddressError> {
    if text.is_empty() {
        return Ok(HTTPS);
    }
    let digits = text.strip_prefix(':').ok_or(AddressError::Port)?;
    let number = digits.bytes().all(|b| b.is_ascii_digit());
    let port = digits.parse().ok().filter(|&port| number && port != 0);
    port.ok_or(AddressError::Port)
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.authority)
    }
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Host => {
                "the host holds a character that no host name has; write an international name in its xn-- form"
            }
            Self::Ipv6 => "an IPv6 address stands in brackets, as in [2001:db8::1]:443",
            Self::NoHost => "the host is missing; write fmc.example or fmc.example:8443",
            Self::Port => "the port is not a number from 1 to 65535",
        })
    }
}

impl core::error::Error for AddressError {}

#[cfg(test)]
mod tests {
    use oobwatch_core::origin::Origin;
    use oobwatch_core::product::Product;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_dialled_and_what_is_named() {
        for (text, host, port, authority) in [
            ("fmc.example", "fmc.example", 443, "fmc.example"),
            ("fmc.example:443", "fmc.example", 443, "fmc.example"),
            ("h_1.example:444", "h_1.example", 444, "h_1.example:444"),
            ("192.0.2.1:8443", "192.0.2.1", 8443, "192.0.2.1:8443"),
            ("[::1]", "::1", 443, "[::1]"),
            ("[::1]:8443", "::1", 8443, "[::1]:8443"),
            ("[fe80::1%eth0]", "fe80::1%eth0", 443, "[fe80::1]"),
            ("[fe80::1%25eth0]:2", "fe80::1%eth0", 2, "[fe80::1]:2"),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!(
                (address.host(), address.port(), address.authority()),
                (host, port, authority)
            );
        }
    }

    #[test]
    fn what_is_no_address() {
        use AddressError as E;
        for (text, error) in [
            ("", E::NoHost),
            (":443", E::NoHost),
            ("h:", E::Port),
            ("h:0", E::Port),
            ("h:+1", E::Port),
            ("h:65536", E::Port),
            ("[::1]x", E::Port),
            ("::1", E::Ipv6),
            ("[::1", E::Ipv6),
            ("[]:443", E::Ipv6),
            ("[192.0.2.1]", E::Ipv6),
            ("[fe80::1%]", E::Ipv6),
            ("a b", E::Host),
            ("a\r\nb", E::Host),
            ("h\u{f6}st", E::Host),
        ] {
            assert_eq!(text.parse::<Address>(), Err(error), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_accepted_is_fit_for_a_header(text in "\\PC{1,30}") {
            if let Ok(address) = text.parse::<Address>() {
                prop_assert!(Origin::new(Product::Fmc, address.authority()).is_ok());
                let again: Address = address.authority().parse().unwrap();
                prop_assert_eq!(again.authority(), address.authority());
            }
        }

        #[test]
        fn a_socket_address_is_one(address: SocketAddr) {
            let ours = Address::from(address);
            let parsed: Address = address.to_string().parse().unwrap_or_else(|_| ours.clone());
            prop_assert_eq!(ours.port(), address.port());
            if address.port() != 0 {
                prop_assert_eq!(parsed.authority(), ours.authority());
            }
        }
    }
}
