//! A target of the configuration as a board can watch it.

use core::ops::RangeInclusive;

use oobwatch_client::core::credentials::{Bearer, Login};
use oobwatch_client::core::origin::Origin;
use oobwatch_client::core::product::Product;
use oobwatch_client::tls::{Pin, ServerCertificate};
use oobwatch_image::rules;
use toml::Spanned;

use super::certificate;
use super::network::Host;
use super::problems::Problems;
use crate::config::{Firmware, TargetEntry};
use crate::secret::{Secret, Source, What};

const PROBE_EVERY: u32 = 60;
const CHECK_EVERY: u32 = 300;

/// A box to watch.
pub(super) struct Target {
    pub(super) name: String,
    /// Bytes from the start of the file.
    pub(super) at: usize,
    pub(super) product: Product,
    pub(super) host: Host,
    pub(super) port: u16,
    pub(super) account: Account,
    pub(super) trust: Trust,
    pub(super) probe_every: u32,
    pub(super) check_every: u32,
}

/// How to log in, with the secret.
pub(super) struct Account {
    /// Its name in the configuration.
    pub(super) name: String,
    /// None for a cdFMC, which takes a bearer.
    pub(super) user: Option<String>,
    pub(super) secret: Secret,
}

/// Which certificate is accepted.
pub(super) enum Trust {
    Pinned {
        certificate: ServerCertificate,
        next: Option<ServerCertificate>,
    },
    Authority(ServerCertificate),
    /// The box is to show its certificate, and one of these pins, if there are any, must match.
    Fetch {
        pins: Vec<Pin>,
        next: Option<ServerCertificate>,
    },
}

impl Target {
    pub(super) fn new(
        name: &str,
        entry: &TargetEntry,
        defaults: &Firmware,
        fetch: bool,
        problems: &mut Problems<'_>,
    ) -> Option<Self> {
        let at = entry.board.at;
        let labelled = |why: String| format!("target {name:?}: {why}");
        if !rules::label(name) {
            problems.add(
                at,
                labelled("the name is over 48 bytes long; shorten it".to_owned()),
            );
        }
        if entry.domain.is_some() {
            let why = "a board checks no single domain; remove domain, or leave the target out of the targets of [firmware]";
            problems.add(at, labelled(why.to_owned()));
        }
        let address = &entry.target.address;
        let host = problems.take(at, Host::new(address.host()).map_err(labelled));
        let account = problems.take(at, account(entry).map_err(labelled));
        let trust = trust(entry, host.as_ref(), fetch).map_err(|all| {
            all.into_iter()
                .for_each(|why| problems.add(at, labelled(why)));
        });
        let board = &entry.board;
        for (every, allowed, key) in [
            (&board.probe_every, rules::PROBE_EVERY, "probe_every"),
            (&board.check_every, rules::CHECK_EVERY, "check_every"),
        ] {
            within(every.as_ref(), &allowed, key, problems);
        }
        let probe_every = [&board.probe_every, &defaults.probe_every];
        let check_every = [&board.check_every, &defaults.check_every];
        Some(Self {
            name: name.to_owned(),
            at,
            product: entry.target.product,
            host: host?,
            port: address.port(),
            account: account?,
            trust: trust.ok()?,
            probe_every: nearest(probe_every, PROBE_EVERY),
            check_every: nearest(check_every, CHECK_EVERY),
        })
    }
}

/// What is said nearest to the target.
fn nearest(said: [&Option<Spanned<u32>>; 2], default: u32) -> u32 {
    let every = said.into_iter().flatten().next();
    every.map_or(default, |every| *every.get_ref())
}

/// Whether an interval can be held to.
pub(super) fn within(
    every: Option<&Spanned<u32>>,
    allowed: &RangeInclusive<u32>,
    key: &str,
    problems: &mut Problems<'_>,
) {
    if let Some(every) = every
        && !allowed.contains(every.get_ref())
    {
        let (least, most) = (allowed.start(), allowed.end());
        problems.add(
            every.span().start,
            format!("{key} must be {least} to {most} seconds"),
        );
    }
}

fn account(entry: &TargetEntry) -> Result<Account, String> {
    let (Some(named), Some(source)) = (&entry.credential, &entry.secret) else {
        return Err("whom to log in as is missing; name its credentials".to_owned());
    };
    let labelled = |why: &str| format!("credentials {:?}: {why}", named.name);
    if *source == Source::Prompt {
        return Err(labelled(
            "a board has no terminal to ask for the password on; use password_file or password_env",
        ));
    }
    if named.single_use {
        return Err(labelled(
            "a board logs in again and again, so a single-use password is no good; give it an account of its own",
        ));
    }
    if !rules::label(&named.name) {
        return Err(labelled(
            "the name is empty, over 48 bytes long, or holds a control character; use another",
        ));
    }
    let user = entry.target.user.clone();
    let what = if entry.target.product == Product::CdFmc {
        What::Bearer
    } else if user.is_none() {
        return Err(labelled("a user is missing"));
    } else {
        What::Password
    };
    let secret = source.read(what, &named.name);
    let secret = secret.map_err(|error| labelled(&error.to_string()))?;
    fits(entry, user.as_deref(), &secret).map_err(|why| labelled(&why))?;
    Ok(Account {
        name: named.name.clone(),
        user,
        secret,
    })
}

/// Whether image and box can take it.
fn fits(entry: &TargetEntry, user: Option<&str>, secret: &Secret) -> Result<(), String> {
    let secret = secret.expose_secret();
    let origin = Origin::new(entry.target.product, entry.target.address.authority());
    let origin = origin.map_err(|error| error.to_string())?;
    match user {
        Some(user) if !rules::user(user) => {
            Err("the user is over 128 bytes long, or holds a control character".to_owned())
        }
        Some(_) if !rules::password(secret) => {
            Err("the password is over 128 bytes long, or holds a control character".to_owned())
        }
        Some(user) => Login::new(&origin, user, secret)
            .map(drop)
            .map_err(|error| error.to_string()),
        None if !rules::bearer(secret) => {
            Err("the bearer is over 4096 bytes long, or not of visible ASCII characters".to_owned())
        }
        None => Bearer::new(&origin, secret)
            .map(drop)
            .map_err(|error| error.to_string()),
    }
}

fn trust(entry: &TargetEntry, host: Option<&Host>, fetch: bool) -> Result<Trust, Vec<String>> {
    let board = &entry.board;
    match (&entry.ca_file, &board.certificate) {
        (Some(_), Some(_)) => Err(vec!["certificate and ca_file exclude each other; keep one".to_owned()]),
        (Some(_), None) if board.next_certificate.is_some() => Err(vec!["next_certificate is for a pinned certificate, and ca_file trusts an authority; keep one".to_owned()]),
        (Some(_), None) if host.is_some_and(|host| !host.is_name()) => Err(vec!["with ca_file, a board checks the DNS name in the certificate, and the url holds an address; write the name, or pin the certificate instead".to_owned()]),
        (Some(path), None) => certificate::authority(path).map(Trust::Authority).map_err(|why| vec![why]),
        (None, Some(path)) => {
            let from = |path: &std::path::Path| {
                let certificate = certificate::from_file(path)?;
                certificate::pinned(certificate, &entry.pins, &format!("in {}", path.display()))
            };
            let next = board.next_certificate.as_deref().map(from).transpose();
            match (from(path), next) {
                (Ok(certificate), Ok(next)) => Ok(Trust::Pinned { certificate, next }),
                (certificate, next) => Err([certificate.err(), next.err()].into_iter().flatten().collect()),
            }
        }
        (None, None) if fetch => next_to_fetched(entry).map_err(|why| vec![why]),
        (None, None) => Err(vec![nothing_to_pin(&entry.pins).to_owned()]),
    }
}

fn next_to_fetched(entry: &TargetEntry) -> Result<Trust, String> {
    let next = entry.board.next_certificate.as_deref().map(|path| {
        let from = format!("in {}", path.display());
        certificate::pinned(certificate::from_file(path)?, &entry.pins, &from)
    });
    let (pins, next) = (entry.pins.clone(), next.transpose()?);
    Ok(Trust::Fetch { pins, next })
}

fn nothing_to_pin(pins: &[Pin]) -> &'static str {
    let is_key = |pin: &Pin| matches!(pin, Pin::PublicKey(_));
    if pins.is_empty() {
        "the system's roots would be trusted, and a board has none; name the box's certificate with certificate = \"FILE\", or its authority's with ca_file, or use --fetch"
    } else if pins.iter().all(is_key) {
        "a board can not go by the hash of a public key alone; name the box's certificate with certificate = \"FILE\", or use --fetch"
    } else {
        "a board needs the whole certificate, and a pin is its hash only; name it with certificate = \"FILE\", or use --fetch"
    }
}

/// Pins that no certificate of the target is for.
pub(super) fn unused_pins<'p>(
    pins: &'p [Pin],
    certificates: &[&ServerCertificate],
) -> impl Iterator<Item = &'p Pin> {
    pins.iter().filter(move |pin| {
        !certificates
            .iter()
            .any(|shown| Pin::any_matches(core::slice::from_ref(*pin), &shown.der))
    })
}
