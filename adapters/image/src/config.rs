//! What an image says: the values that the writer takes and the reader gives.

use core::net::Ipv4Addr;

use heapless::Vec;

use crate::layout::MAX_NAME_SERVERS;

/// How the board gets its address. IPv4 only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Network {
    /// Address, gateway and name servers come by DHCP.
    Dhcp,
    /// They are written here.
    Static(StaticNetwork),
}

/// A fixed address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticNetwork {
    /// The board's address.
    pub address: Ipv4Addr,
    /// Length of the network prefix in bits, 1 to 31.
    pub prefix: u8,
    /// The way out, if there is one. It lies in the board's own network.
    pub gateway: Option<Ipv4Addr>,
    /// Name servers, in the order in which they are asked.
    pub name_servers: Vec<Ipv4Addr, MAX_NAME_SERVERS>,
}

/// A text that must not be shown: no `Debug`, no `Display`, no comparison.
#[derive(Clone, Copy)]
pub struct Secret<'a>(&'a str);

impl<'a> Secret<'a> {
    /// Wraps a secret text.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// The text, for the one place that must send or store it.
    #[must_use]
    pub const fn expose(self) -> &'a str {
        self.0
    }
}

/// An account, named once and used by any number of targets.
#[derive(Clone, Copy)]
pub struct Credential<'a> {
    pub(crate) index: u8,
    pub(crate) name: &'a str,
    pub(crate) login: Login<'a>,
}

impl<'a> Credential<'a> {
    /// Its place among the credentials of the image, from 0 on: what a record
    /// of refused logins is kept under.
    #[must_use]
    pub fn index(&self) -> usize {
        usize::from(self.index)
    }

    /// The name it has in the configuration; not a secret.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// What the box is shown.
    #[must_use]
    pub const fn login(&self) -> Login<'a> {
        self.login
    }

    /// Whether a box can not tell `other`, also of another image, from this one: the
    /// same user and secret, whatever their names here.
    #[must_use]
    pub fn is_same_login(&self, other: &Credential<'_>) -> bool {
        match (self.login, other.login) {
            (
                Login::Password { user, password },
                Login::Password {
                    user: other,
                    password: others,
                },
            ) => user == other && password.0 == others.0,
            (Login::Bearer(token), Login::Bearer(others)) => token.0 == others.0,
            _ => false,
        }
    }
}

/// What a box is shown to be let in.
#[derive(Clone, Copy)]
pub enum Login<'a> {
    /// A user and a password (FMC, FXOS).
    Password {
        /// The name of the user.
        user: &'a str,
        /// The password.
        password: Secret<'a>,
    },
    /// A bearer token (cloud-delivered FMC).
    Bearer(Secret<'a>),
}

/// An X.509 certificate, whole.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Certificate<'a> {
    pub(crate) index: u8,
    pub(crate) der: &'a [u8],
    pub(crate) not_after: u64,
}

impl<'a> Certificate<'a> {
    /// The certificate in DER.
    #[must_use]
    pub const fn der(&self) -> &'a [u8] {
        self.der
    }

    /// The end of its validity in seconds since 1970-01-01 00:00 UTC, read by
    /// the host so that the board can count the days left.
    #[must_use]
    pub const fn not_after(&self) -> u64 {
        self.not_after
    }
}

/// What makes a box's certificate trusted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Trust<'a> {
    /// The box shows exactly this certificate, whatever its name and issuer.
    Pinned {
        /// The certificate in use.
        certificate: Certificate<'a>,
        /// One that the box is about to change to.
        next: Option<Certificate<'a>>,
    },
    /// The box's certificate was issued by this authority for this name.
    Authority {
        /// The certificate of the authority.
        certificate: Certificate<'a>,
        /// The DNS name that the certificate of the box must hold.
        name: &'a str,
    },
}

/// What kind of box a target is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// Firepower Management Center.
    Fmc,
    /// FXOS chassis manager.
    Fxos,
    /// Cloud-delivered Firewall Management Center.
    CdFmc,
}

/// Where a box or a collector is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host<'a> {
    /// Its address.
    Address(Ipv4Addr),
    /// Its DNS name.
    Name(&'a str),
}

/// A box to watch.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    /// The name it has in reports and metrics; unique in the image.
    pub name: &'a str,
    /// What it is.
    pub product: Product,
    /// Where it is.
    pub host: Host<'a>,
    /// Its TCP port.
    pub port: u16,
    /// The account to use, as [`Writer::credential`](crate::Writer::credential)
    /// of the same writer returned it.
    pub credential: Credential<'a>,
    /// Which certificate to accept, likewise from the same writer.
    pub trust: Trust<'a>,
    /// Seconds between two probes that do not log in, 5 to 86,400.
    pub probe_every: u32,
    /// Seconds between two checks that log in, 30 to 604,800.
    pub check_every: u32,
    /// What a check of it leaves out: words of `oobwatch-core`'s items, with
    /// commas between them; empty for nothing. Words that a board does not know
    /// mean nothing to it.
    pub skip: &'a str,
}

/// A syslog collector (RFC 5424 over UDP).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Syslog<'a> {
    /// Where it is.
    pub host: Host<'a>,
    /// Its UDP port.
    pub port: u16,
}

/// A server of time (NTP over UDP).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeServer<'a> {
    /// Where it is.
    pub host: Host<'a>,
    /// Its UDP port.
    pub port: u16,
}

/// A web address that is told of every change of state.
#[derive(Clone, Copy)]
pub struct Webhook<'a> {
    /// The address: [`Url::parse`](crate::Url::parse) takes it apart. Many services
    /// put the right to post into it, so it is treated as a secret.
    pub url: Secret<'a>,
    /// The authority that an `https` address is checked against. Given for
    /// `https`, and only then.
    pub authority: Option<Certificate<'a>>,
}
