//! How the network of the board stands, in one line.

use core::fmt;

use embassy_net::{Stack, StaticConfigV4};

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Network {
    /// The Ethernet controller did not start.
    None,
    NoLink,
    NoAddress,
    Up(StaticConfigV4),
}

impl Network {
    pub(super) fn of(stack: Option<Stack<'_>>) -> Self {
        match stack {
            None => Self::None,
            Some(stack) if !stack.is_link_up() => Self::NoLink,
            Some(stack) => stack.config_v4().map_or(Self::NoAddress, Self::Up),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let up = match self {
            Self::None => return f.write_str("network: the Ethernet controller did not start"),
            Self::NoLink => return f.write_str("network: no link"),
            Self::NoAddress => return f.write_str("network: link up, no address yet"),
            Self::Up(up) => up,
        };
        write!(f, "network: {}", up.address)?;
        if let Some(gateway) = up.gateway {
            write!(f, ", gateway {gateway}")?;
        }
        for server in &up.dns_servers {
            write!(f, ", name server {server}")?;
        }
        Ok(())
    }
}
