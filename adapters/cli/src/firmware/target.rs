//! A target of the configuration as a board can watch it.

use core::iter;
use core::ops::RangeInclusive;
use std::path::Path;

use oobwatch_client::core::credentials::{Bearer, Login};
use oobwatch_client::core::health::Item;
use oobwatch_client::core::origin::Origin;
use oobwatch_client::core::product::Product;
use oobwatch_client::tls::{Pin, ServerCertificate};
use oobwatch_image::rules;
use toml::Spanned;

use super::certificate;
use super::network::Host;
use crate::config::{Firmware, Problems, TargetEntry};
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
    /// Words of items, with commas between them.
    pub(super) skip: String,
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
        next: Option<Box<ServerCertificate>>,
    },
    Authority {
        certificate: ServerCertificate,
        /// The DNS name that the certificate of the box must hold.
        name: String,
    },
    /// The box is to show its certificate, and one of these pins, if there are any, must match.
    Fetch {
        pins: Vec<Pin>,
        next: Option<Box<ServerCertificate>>,
    },
}

impl Target {
    pub(super) fn new(
        name: &str,
        entry: &TargetEntry,
        defaults: &Firmware,
        fetch: bool,
        problems: &Problems<'_>,
    ) -> Option<Self> {
        let board = &entry.board;
        let at = board.at;
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
            skip: skipped(entry),
        })
    }
}

impl Target {
    /// What the operator should know about a pinned certificate and the pins of the configuration.
    pub(super) fn trust_warnings(&self, pins: &[Pin]) -> Vec<String> {
        let Trust::Pinned { certificate, next } = &self.trust else {
            return Vec::new();
        };
        let known: Vec<_> = iter::once(certificate).chain(next.as_deref()).collect();
        let is_unused = |pin: &&Pin| {
            let pin = core::slice::from_ref(*pin);
            !known.iter().any(|known| Pin::any_matches(pin, &known.der))
        };
        let unused = pins.iter().filter(is_unused).map(|pin| {
            format!(
                "target {:?}: the pin {pin} has no certificate here, so the board will not accept what it names; a certificate to come is named with next_certificate",
                self.name
            )
        });
        let issuers = known.iter().filter(|known| known.is_authority).map(|known| {
            format!(
                "target {:?}: the certificate of {} may issue others, and the board will not accept those; if it is not the box's own, name it with ca_file instead",
                self.name, known.subject
            )
        });
        unused.chain(issuers).collect()
    }
}

/// What a check leaves out of what such a box can have.
fn skipped(entry: &TargetEntry) -> String {
    let (items, product) = (entry.scope.items(), entry.target.product);
    // A check begins with the version in any case.
    let skipped = Item::ALL
        .into_iter()
        .filter(|item| item.is_of(product) && *item != Item::Version && !items.contains(*item));
    let words: Vec<_> = skipped.map(Item::as_str).collect();
    words.join(",")
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
    problems: &Problems<'_>,
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

/// Errors are several where several files are wrong.
fn trust(entry: &TargetEntry, host: Option<&Host>, fetch: bool) -> Result<Trust, Vec<String>> {
    let board = &entry.board;
    let one = |why: &str| Err(vec![why.to_owned()]);
    match (&entry.ca_file, &board.certificate) {
        (Some(_), Some(_)) => one("certificate and ca_file exclude each other; keep one"),
        (Some(_), None) if board.next_certificate.is_some() => one(
            "next_certificate is for a pinned certificate, and ca_file trusts an authority; keep one",
        ),
        (Some(path), None) => match host {
            Some(Host::Address(_)) => one(
                "with ca_file, a board checks the DNS name in the certificate, and the url holds an address; write the name, or pin the certificate instead",
            ),
            _ => authority(path, entry).map_err(|why| vec![why]),
        },
        (None, Some(path)) => {
            let next = board.next_certificate.as_deref();
            let next = next.map(|path| pinned(path, entry)).transpose();
            match (pinned(path, entry), next) {
                (Ok(certificate), Ok(next)) => Ok(Trust::Pinned {
                    certificate,
                    next: next.map(Box::new),
                }),
                (one, next) => Err(one.err().into_iter().chain(next.err()).collect()),
            }
        }
        (None, None) if fetch => {
            let next = board.next_certificate.as_deref();
            let next = next.map(|path| pinned(path, entry)).transpose();
            Ok(Trust::Fetch {
                pins: entry.pins.clone(),
                next: next.map_err(|why| vec![why])?.map(Box::new),
            })
        }
        (None, None) => one(nothing_to_pin(&entry.pins)),
    }
}

fn authority(path: &Path, entry: &TargetEntry) -> Result<Trust, String> {
    let certificate = certificate::authority(path)?;
    let name = entry.target.address.host().to_owned();
    Ok(Trust::Authority { certificate, name })
}

fn pinned(path: &Path, entry: &TargetEntry) -> Result<ServerCertificate, String> {
    let from = format!("in {}", path.display());
    certificate::pinned(certificate::from_file(path)?, &entry.pins, &from)
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
