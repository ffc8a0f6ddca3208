//! Where a box is: host and port, as they are dialled and as they are named.

use core::fmt;

/// The port of HTTPS, which need not be named.
const HTTPS: u16 = 443;

/// `host`, `host:port`, `192.0.2.1:8443` or `[2001:db8::1]:8443`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    host: String,
    port: u16,
    authority: String,
}

/// Why a text is no address of a box.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AddressError {
    /// There is no host.
    NoHost,
    /// The port is not a number from 1 to 65535.
    Port(String),
    /// An IPv6 address must stand in brackets.
    Brackets(String),
}

impl Address {
    /// Takes `authority` apart.
    ///
    /// # Errors
    /// [`AddressError`], which says what would be right.
    pub fn parse(authority: &str) -> Result<Self, AddressError> {
        let (host, port) = match authority.strip_prefix('[') {
            Some(rest) => rest
                .split_once(']')
                .ok_or_else(|| AddressError::Brackets(authority.to_owned()))
                .map(|(host, rest)| (host, rest.strip_prefix(':').filter(|_| !rest.is_empty())))?,
            None if authority.matches(':').count() > 1 => {
                return Err(AddressError::Brackets(authority.to_owned()));
            }
            None => match authority.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (authority, None),
            },
        };
        if host.is_empty() {
            return Err(AddressError::NoHost);
        }
        let port = port.map_or(Ok(HTTPS), |port| {
            let number = port.parse().ok().filter(|&number| number != 0);
            number.ok_or_else(|| AddressError::Port(port.to_owned()))
        })?;
        Ok(Self::new(host, port))
    }

    /// The box at `host` (an IPv6 address without brackets) and `port`.
    #[must_use]
    pub fn new(host: &str, port: u16) -> Self {
        let name = if host.contains(':') {
            format!("[{host}]")
        } else {
            host.to_owned()
        };
        let authority = if port == HTTPS {
            name
        } else {
            format!("{name}:{port}")
        };
        Self {
            host: host.to_owned(),
            port,
            authority,
        }
    }

    /// The host name or address, without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// As in the `Host` field: brackets where they belong, no `:443`.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.authority)
    }
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHost => f.write_str("there is no host; write fmc.example or fmc.example:8443"),
            Self::Port(port) => write!(f, "'{port}' is no port; write a number from 1 to 65535"),
            Self::Brackets(address) => {
                write!(
                    f,
                    "'{address}' is no host; write an IPv6 address as [2001:db8::1]"
                )
            }
        }
    }
}

impl core::error::Error for AddressError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dialled_and_what_is_named() {
        for (text, host, port, authority) in [
            ("fmc.example", "fmc.example", 443, "fmc.example"),
            ("fmc.example:443", "fmc.example", 443, "fmc.example"),
            ("192.0.2.1:8443", "192.0.2.1", 8443, "192.0.2.1:8443"),
            ("[2001:db8::1]", "2001:db8::1", 443, "[2001:db8::1]"),
            (
                "[2001:db8::1]:8443",
                "2001:db8::1",
                8443,
                "[2001:db8::1]:8443",
            ),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!(
                (address.host(), address.port(), address.authority()),
                (host, port, authority)
            );
        }
    }

    #[test]
    fn what_is_no_address() {
        for text in [
            "", ":443", "h:", "h:0", "h:65536", "h:x", "::1", "[::1", "[]:443",
        ] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
    }
}
