//! `oobwatch firmware-config --show`: what is in an image, without its secrets.

use std::io::{self, Write};
use std::path::Path;

use oobwatch_client::tls::ServerCertificate;
use oobwatch_image::{
    Certificate, Credential, Host, Image, Login, Network, Product, Target, Trust, Webhook,
};

use super::file;
use crate::exit::Failure;

/// Prints the image in a file.
pub(super) fn run(path: &Path) -> Result<(), Failure> {
    let failed =
        |why: &dyn core::fmt::Display| Failure::Failed(format!("{}: {why}", path.display()));
    let bytes = file::read(path).map_err(|error| failed(&error))?;
    let image = Image::parse(&bytes).map_err(|error| failed(&error))?;
    let mut text = Vec::new();
    show(&mut text, &image)
        .and_then(|()| io::stdout().lock().write_all(&text))
        .map_err(Failure::unprinted)
}

/// No password, bearer or path of a webhook.
pub(super) fn show(out: &mut impl Write, image: &Image<'_>) -> io::Result<()> {
    writeln!(out, "image        {} bytes, checksum right", image.length())?;
    writeln!(out, "generation   {}", image.generation())?;
    network(out, image.network())?;
    for credential in image.credentials() {
        account(out, credential)?;
    }
    for target in image.targets() {
        box_to_watch(out, target)?;
    }
    for syslog in image.syslogs() {
        writeln!(out, "syslog       {}:{}", Shown(syslog.host), syslog.port)?;
    }
    for hook in image.webhooks() {
        webhook(out, hook)?;
    }
    Ok(())
}

fn network(out: &mut impl Write, network: &Network) -> io::Result<()> {
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

fn account(out: &mut impl Write, credential: &Credential<'_>) -> io::Result<()> {
    let name = credential.name();
    match credential.login() {
        Login::Password { user, .. } => {
            writeln!(out, "credentials  {name}: user {user}, a password")
        }
        Login::Bearer(_) => writeln!(out, "credentials  {name}: a bearer token"),
    }
}

fn box_to_watch(out: &mut impl Write, target: &Target<'_>) -> io::Result<()> {
    let product = match target.product {
        Product::Fmc => "fmc",
        Product::Fxos => "fxos",
        Product::CdFmc => "cdfmc",
    };
    writeln!(
        out,
        "target       {}: {product}://{}:{} with {}, probed each {} s, checked each {} s",
        target.name,
        Shown(target.host),
        target.port,
        target.credential.name(),
        target.probe_every,
        target.check_every
    )?;
    match target.trust {
        Trust::Pinned { certificate, next } => {
            show_certificate(out, "  pinned     ", certificate)?;
            next.map_or(Ok(()), |next| show_certificate(out, "  next       ", next))
        }
        Trust::Authority { certificate, name } => {
            writeln!(out, "  name       {name}")?;
            show_certificate(out, "  issued by  ", certificate)
        }
    }
}

fn show_certificate(
    out: &mut impl Write,
    label: &str,
    certificate: Certificate<'_>,
) -> io::Result<()> {
    match ServerCertificate::from_der(certificate.der()) {
        Ok(shown) => writeln!(
            out,
            "{label}{} to {}: {}",
            shown.certificate_pin, shown.not_after, shown.subject
        ),
        Err(error) => writeln!(out, "{label}{error}"),
    }
}

/// Scheme, host and port: the rest may be a key.
fn webhook(out: &mut impl Write, hook: &Webhook<'_>) -> io::Result<()> {
    let url = hook.url.expose();
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    writeln!(out, "webhook      {scheme}://{host}/...")?;
    let authority = hook.authority;
    authority.map_or(Ok(()), |shown| {
        show_certificate(out, "  issued by  ", shown)
    })
}

struct Shown<'a>(Host<'a>);

impl core::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.0 {
            Host::Address(address) => address.fmt(f),
            Host::Name(name) => f.write_str(name),
        }
    }
}
