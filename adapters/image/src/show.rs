//! An image as lines of text, without its secrets.

use core::fmt::{self, Display, Write};

use crate::config::{
    Certificate, Credential, Host, Login, Network, Product, Syslog, Target, TimeServer, Trust,
    Webhook,
};
use crate::error::RecordKind;
use crate::read::Image;
use crate::url::Url;

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
        (0..).map_while(|at| self.section(at).map(|(section, _)| section))
    }

    /// One of the sections, and its place among those of its kind.
    #[must_use]
    pub fn section(&self, mut at: usize) -> Option<(Section<'_, 'a>, usize)> {
        fn among<'i, T>(list: &'i [T], at: &mut usize) -> Option<(&'i T, usize)> {
            let found = list.get(*at).map(|one| (one, *at));
            *at = at.wrapping_sub(list.len());
            found
        }
        match at {
            0 => return Some((Section::Head(self), 0)),
            1 => return Some((Section::Network(self.network()), 0)),
            _ => at -= 2,
        }
        if let Some((one, at)) = among(self.credentials(), &mut at) {
            return Some((Section::Credential(one), at));
        }
        if let Some((one, at)) = among(self.targets(), &mut at) {
            return Some((Section::Target(one), at));
        }
        if let Some((one, at)) = among(self.syslogs(), &mut at) {
            return Some((Section::Syslog(one), at));
        }
        if let Some((one, at)) = among(self.webhooks(), &mut at) {
            return Some((Section::Webhook(one), at));
        }
        let (one, at) = among(self.time_servers(), &mut at)?;
        Some((Section::TimeServer(one), at))
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
    if !target.skip.is_empty() {
        writeln!(out, "  without    {}", target.skip)?;
    }
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
    if let Some(url) = Url::parse(hook.url.expose()) {
        let scheme = if url.is_https { "https" } else { "http" };
        writeln!(out, "webhook      {scheme}://{}/...", url.authority)?;
    }
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
