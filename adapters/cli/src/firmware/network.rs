//! `[firmware]`: address, gateway and name servers of the board, and where hosts are.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use oobwatch_image::{MAX_NAME_SERVERS, Network, StaticNetwork, rules};
use toml::Spanned;

use crate::config::{Firmware, Problems};

const STATIC_ONLY: &str = "goes with a static address only; add address = \"ADDRESS/PREFIX\", or remove it: with DHCP it comes by itself";

/// How the board gets its address; all that is wrong with it goes to `problems`.
pub(super) fn network(firmware: &Firmware, problems: &Problems<'_>) -> Option<Network> {
    let Some(written) = &firmware.address else {
        if let Some(gateway) = &firmware.gateway {
            problems.add(gateway.span().start, format!("gateway {STATIC_ONLY}"));
        }
        if let Some(server) = firmware.name_servers.first() {
            problems.add(server.span().start, format!("name_servers {STATIC_ONLY}"));
        }
        return Some(Network::Dhcp);
    };
    let own = problems.take(written.span().start, address_and_prefix(written.get_ref()));
    let gateway = firmware.gateway.as_ref().and_then(|written| {
        let at = written.span().start;
        let gateway = problems.take(at, address(written.get_ref(), "gateway"))?;
        if let Some((address, prefix)) = own
            && !rules::is_gateway(gateway, address, prefix)
        {
            problems.add(at, format!("the gateway {gateway} is not another address in the network of {address}/{prefix}; correct one of them"));
        }
        Some(gateway)
    });
    let servers = name_servers(&firmware.name_servers, problems);
    let (address, prefix) = own?;
    let mut network = StaticNetwork {
        address,
        prefix,
        gateway,
        name_servers: Default::default(),
    };
    for (at, server) in servers {
        if network.name_servers.push(server).is_err() {
            problems.add(
                at,
                format!("one name server too many; {MAX_NAME_SERVERS} fit"),
            );
        }
    }
    Some(Network::Static(network))
}

/// With the place of each.
fn name_servers(written: &[Spanned<String>], problems: &Problems<'_>) -> Vec<(usize, Ipv4Addr)> {
    let parse = |server: &Spanned<String>| {
        let at = server.span().start;
        let address = problems.take(at, address(server.get_ref(), "name server"));
        address.map(|address| (at, address))
    };
    written.iter().filter_map(parse).collect()
}

fn address_and_prefix(text: &str) -> Result<(Ipv4Addr, u8), String> {
    let Some((host, prefix)) = text.split_once('/') else {
        return Err("the address of the board has no prefix length; write ADDRESS/PREFIX, such as 192.0.2.20/24".to_owned());
    };
    let address = address(host, "address of the board")?;
    match prefix.parse() {
        Ok(prefix) if rules::PREFIX.contains(&prefix) => Ok((address, prefix)),
        _ => Err(format!(
            "the prefix length must be a number from {} to {}",
            rules::PREFIX.start(),
            rules::PREFIX.end()
        )),
    }
}

fn address(text: &str, what: &str) -> Result<Ipv4Addr, String> {
    match text.parse() {
        Ok(IpAddr::V4(address)) if rules::unicast(address) => Ok(address),
        Ok(IpAddr::V4(_)) => Err(format!(
            "the {what} {text} is not the address of one station"
        )),
        Ok(IpAddr::V6(_)) => Err(format!(
            "the {what} is an IPv6 address; a board has IPv4 only"
        )),
        Err(_) => Err(format!(
            "the {what} {text:?} is not an IPv4 address; a name can not stand here"
        )),
    }
}

/// Where a box or a collector is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Host {
    Address(Ipv4Addr),
    Name(String),
}

impl Host {
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let v6 = text.split('%').next().unwrap_or(text).parse::<Ipv6Addr>();
        if v6.is_ok() {
            return Err(format!(
                "{text} is an IPv6 address; a board has IPv4 only: give an IPv4 address or a name that has one"
            ));
        }
        if text.parse::<Ipv4Addr>().is_ok() {
            return address(text, "host").map(Self::Address);
        }
        if rules::host_name(text) {
            Ok(Self::Name(text.to_owned()))
        } else {
            Err(format!(
                "{text:?} is not a host name that a board can look up: labels of letters, digits, '-' and '_', 63 bytes each and 253 in all, without a dot at the end"
            ))
        }
    }

    /// `HOST` or `HOST:PORT`.
    pub(super) fn with_port(text: &str, default: u16) -> Result<(Self, u16), String> {
        let (host, port) = match text.rsplit_once(':') {
            // An IPv6 address, to be refused as one.
            Some((host, _)) if host.contains(':') => {
                let bare = host
                    .strip_prefix('[')
                    .and_then(|host| host.strip_suffix(']'));
                (bare.unwrap_or(text), default)
            }
            Some((host, port)) => match port.parse() {
                Ok(port @ 1..) => (host, port),
                _ => {
                    return Err(format!(
                        "{text:?}: the port must be a number from 1 to 65535"
                    ));
                }
            },
            None => (text, default),
        };
        Ok((Self::new(host)?, port))
    }

    pub(super) const fn is_name(&self) -> bool {
        matches!(self, Self::Name(_))
    }

    pub(super) const fn as_image(&self) -> oobwatch_image::Host<'_> {
        match self {
            Self::Address(address) => oobwatch_image::Host::Address(*address),
            Self::Name(name) => oobwatch_image::Host::Name(name.as_str()),
        }
    }
}
