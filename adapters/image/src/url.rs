//! The address of a webhook, taken apart.

use core::net::Ipv4Addr;

use crate::config::Host;
use crate::rules;

const URL_LEN: usize = 1024;

/// An absolute `http` or `https` address.
#[derive(Clone, Copy)]
pub struct Url<'a> {
    /// `https`.
    pub is_https: bool,
    /// Where it is.
    pub host: Host<'a>,
    /// The TCP port, be it the usual one.
    pub port: u16,
    /// Host and port as in a `Host` field.
    pub authority: &'a str,
    /// Path and query. A secret, where the address is one.
    pub path: &'a str,
}

impl<'a> Url<'a> {
    /// The parts of `text`, if a board can post there: visible ASCII, a host and
    /// perhaps a port, no user part, nothing or a path after it. The host of an
    /// `https` address is a name, as that is what a certificate is held to.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let is_short = text.len() <= URL_LEN;
        if !is_short || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        let (is_https, rest) = match text.strip_prefix("https://") {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix("http://")?),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(end)?;
        let path = rest.split('#').next().filter(|path| !path.is_empty());
        let path = path.unwrap_or("/");
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, self::port(port)?),
            None if is_https => (authority, 443),
            None => (authority, 80),
        };
        let host = self::host(host)?;
        let is_checked = !is_https || matches!(host, Host::Name(_));
        (is_checked && path.starts_with('/')).then_some(Self {
            is_https,
            host,
            port,
            authority,
            path,
        })
    }
}

fn port(text: &str) -> Option<u16> {
    let port = text.parse().ok().filter(|port| *port != 0);
    port.filter(|_| !text.starts_with('+'))
}

fn host(text: &str) -> Option<Host<'_>> {
    match text.parse::<Ipv4Addr>() {
        Ok(address) => rules::unicast(address).then_some(Host::Address(address)),
        Err(_) => rules::host_name(text).then_some(Host::Name(text)),
    }
}

#[cfg(test)]
mod tests {
    use std::format;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        for (text, is_https, port, authority, path) in [
            ("http://10.0.0.1", false, 80, "10.0.0.1", "/"),
            ("http://10.0.0.1:8080/h", false, 8080, "10.0.0.1:8080", "/h"),
            ("https://h:8443/", true, 8443, "h:8443", "/"),
            ("https://h.example/x?y#z", true, 443, "h.example", "/x?y"),
            ("https://h#z", true, 443, "h", "/"),
        ] {
            let url = Url::parse(text).unwrap();
            assert_eq!((url.is_https, url.port), (is_https, port), "{text}");
            assert_eq!((url.authority, url.path), (authority, path), "{text}");
        }
    }

    #[test]
    fn what_a_board_can_not_post_to_is_refused() {
        for text in [
            "",
            "ftp://h/",
            "https://",
            "https:///x",
            "https://u:p@h/",
            "https://h:0/",
            "https://h:/",
            "https://h:+1/",
            "https://h/a b",
            "https://h?x",
            "https://10.0.0.1/",
            "http://224.0.0.1/",
            "HTTPS://h",
        ] {
            assert!(Url::parse(text).is_none(), "{text}");
        }
        assert!(Url::parse(&format!("http://h/{}", "x".repeat(1024))).is_none());
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "https?://[a-z0-9:@./?#%\\-é]{0,40}") {
            if let Some(url) = Url::parse(&text) {
                prop_assert!(text.contains(url.authority) && url.path.starts_with('/'));
            }
        }
    }
}
