//! An image as lines of text, without its secrets.

use core::fmt::{self, Display, Write};

use crate::config::{
    Certificate, Credential, Host, Login, Network, Product, Syslog, Target, TimeServer, Trust,
    Webhook,
};
use crate::error::RecordKind;
use crate::read::Image;

/// A part of an image that is shown on lines of its own.
#[derive(Clone, Copy)]
pub enum Section<'i, 'a> {
    /// Length and generation.
    Head(&'i Image<'a>),
    /// How the board gets its address.
    Network(&'i Network),
    /// An account.
    Credential(&'i Credential<'a>),
    /// A box to watch.
    Target(&'i Target<'a>),
    /// A syslog collector.
    Syslog(&'i Syslog<'a>),
    /// A webhook.
    Webhook(&'i Webhook<'a>),
    /// A server of time.
    TimeServer(&'i TimeServer<'a>),
}

/// Writes one line on a certificate, which begins with that label.
pub type ShowCertificate<'f> = &'f dyn Fn(&mut dyn Write, &str, &Certificate<'_>) -> fmt::Result;

impl<'a> Image<'a> {
    /// What there is to show.
    pub fn sections(&self) -> impl Iterator<Item = Section<'_, 'a>> {
        [Section::Head(self), Section::Network(self.network())]
            .into_iter()
            .chain(self.credentials().iter().map(Section::Credential))
            .chain(self.targets().iter().map(Section::Target))
            .chain(self.syslogs().iter().map(Section::Syslog))
            .chain(self.webhooks().iter().map(Section::Webhook))
            .chain(self.time_servers().iter().map(Section::TimeServer))
    }
}

impl Section<'_, '_> {
    /// The kind of record that is shown, if it is one.
    #[must_use]
    pub const fn kind(&self) -> Option<RecordKind> {
        Some(match self {
            Self::Head(_) => return None,
            Self::Network(_) => RecordKind::Network,
            Self::Credential(_) => RecordKind::Credential,
            Self::Target(_) => RecordKind::Target,
            Self::Syslog(_) => RecordKind::Syslog,
            Self::Webhook(_) => RecordKind::Webhook,
            Self::TimeServer(_) => RecordKind::TimeServer,
        })
    }

    /// Writes its lines: no password, bearer or path of a webhook.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, out: &mut dyn Write, certificate: ShowCertificate<'_>) -> fmt::Result {
        match *self {
            Self::Head(image) => {
                writeln!(out, "image        {} bytes, checksum right", image.length())?;
                writeln!(out, "generation   {}", image.generation())
            }
            Self::Network(network) => show_network(out, network),
            Self::Credential(credential) => account(out, credential),
            Self::Target(target) => box_to_watch(out, target, certificate),
            Self::Syslog(Syslog { host, port }) => writeln!(out, "syslog       {host}:{port}"),
            Self::Webhook(hook) => webhook(out, hook, certificate),
            Self::TimeServer(TimeServer { host, port }) => {
                writeln!(out, "time server  {host}:{port}")
            }
        }
    }
}

fn show_network(out: &mut dyn Write, network: &Network) -> fmt::Result {
    let Network::Static(network) = network else {
        return writeln!(out, "network      DHCP");
    };
    write!(out, "network      {}/{}", network.address, network.prefix)?;
    match network.gateway {
        Some(gateway) => write!(out, ", gateway {gateway}")?,
        None => write!(out, ", no gateway")?,
    }
    for server in &network.name_servers {
        write!(out, ", name server {server}")?;
    }
    writeln!(out)
}

fn account(out: &mut dyn Write, credential: &Credential<'_>) -> fmt::Result {
    let name = credential.name();
    match credential.login() {
        Login::Password { user, .. } => {
            writeln!(out, "credentials  {name}: user {user}, a password")
        }
        Login::Bearer(_) => writeln!(out, "credentials  {name}: a bearer token"),
    }
}

fn box_to_watch(
    out: &mut dyn Write,
    target: &Target<'_>,
    certificate: ShowCertificate<'_>,
) -> fmt::Result {
    let product = match target.product {
        Product::Fmc => "fmc",
        Product::Fxos => "fxos",
        Product::CdFmc => "cdfmc",
    };
    writeln!(
        out,
        "target       {}: {product}://{}:{} with {}, probed each {} s, checked each {} s",
        target.name,
        target.host,
        target.port,
        target.credential.name(),
        target.probe_every,
        target.check_every
    )?;
    match &target.trust {
        Trust::Pinned {
            certificate: pinned,
            next,
        } => {
            certificate(out, "  pinned     ", pinned)?;
            next.map_or(Ok(()), |next| certificate(out, "  next       ", &next))
        }
        Trust::Authority {
            certificate: issuer,
            name,
        } => {
            writeln!(out, "  name       {name}")?;
            certificate(out, "  issued by  ", issuer)
        }
    }
}

/// Scheme, host and port: the rest may be a key.
fn webhook(
    out: &mut dyn Write,
    hook: &Webhook<'_>,
    certificate: ShowCertificate<'_>,
) -> fmt::Result {
    let url = hook.url.expose();
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    writeln!(out, "webhook      {scheme}://{host}/...")?;
    let authority = hook.authority;
    authority.map_or(Ok(()), |shown| certificate(out, "  issued by  ", &shown))
}

impl Display for Host<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Host::Address(address) => address.fmt(f),
            Host::Name(name) => f.write_str(name),
        }
    }
}
