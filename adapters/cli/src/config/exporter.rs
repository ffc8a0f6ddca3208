//! What only `oobwatch exporter` needs: `[exporter]` and `[modules.NAME]`.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::str::FromStr;
use core::time::Duration;
use std::collections::BTreeMap;
use std::path::PathBuf;

use toml::Spanned;

use super::password_hash::PasswordHash;
use super::references::Kind;
use super::scope;
use super::section::{Key, Section};
use super::table::Table;
use crate::scope::{Boxes, Scope};

/// Where it listens unless told. The ports from 9100 to 9999, which exporters
/// take by custom, are all taken.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 10_115);

const LISTEN_KEY: Key = Key::new(
    "listen",
    "a list of ADDRESS:PORT",
    "Where the exporter listens; without it, 127.0.0.1:10115.",
);
const CERTIFICATE: Key = Key::new(
    "certificate",
    "a file name",
    "The certificate of the exporter's own port, in PEM, with those that it was issued by; without it, plain HTTP.",
);
const KEY: Key = Key::new(
    "key",
    "a file name",
    "The private key of that certificate, in PEM.",
);
const USERS: Key = Key::new(
    "users",
    "a table of names and hashes",
    "Who may ask: for each name, the hash of a password from 'oobwatch exporter --hash-password'; without it, everybody.",
);

pub(super) const SECTION: Section = Section {
    head: "[exporter]",
    about: "The own port of 'oobwatch exporter'.",
    keys: &[LISTEN_KEY, CERTIFICATE, KEY, USERS],
};

const TIMEOUT: Key = Key::new(
    "timeout",
    "a whole number of seconds from 1 to 3600",
    "A check takes no longer, whatever its target and the scraper allow.",
);

pub(super) const MODULE: Section = Section {
    head: "[modules.NAME]",
    about: "How the exporter goes about a scrape that asks for module=NAME. The module 'default' is for those that name none.",
    keys: &[TIMEOUT, scope::CHECKS, scope::SKIP, scope::LIMITS],
};

/// `[exporter]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Exporter {
    pub(crate) listen: Vec<SocketAddr>,
    /// Certificate chain and key of its own port, in PEM.
    pub(crate) tls: Option<(PathBuf, PathBuf)>,
    /// Who may ask, by name: the salted slow hash of the password.
    pub(crate) users: BTreeMap<String, PasswordHash>,
}

/// `[modules.NAME]`: how a probe goes about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Module {
    /// A check takes no longer, whatever its target allows.
    pub(crate) timeout: Option<Duration>,
    /// Comes before what its target says.
    pub(crate) scope: Scope,
}

impl Default for Exporter {
    fn default() -> Self {
        Self {
            listen: vec![LISTEN],
            tls: None,
            users: BTreeMap::new(),
        }
    }
}

impl Exporter {
    pub(super) fn read(mut table: Table<'_, '_>) -> Self {
        let listen = listen(&mut table);
        let (with, without) = (table.place_of(CERTIFICATE), table.place_of(KEY));
        let certificate = table.file(CERTIFICATE, Kind::Certificates);
        let key = table.file(KEY, Kind::PrivateKey);
        match (&certificate, &key) {
            _ if !table.reader.is_whole() => {}
            (Some(_), None) => table.problem(Some(with), NEITHER_ALONE),
            (None, Some(_)) => table.problem(Some(without), NEITHER_ALONE),
            _ => {}
        }
        let users = table.named_texts(USERS).into_iter();
        let users = users.filter_map(|(name, hash)| user(&table, name, &hash));
        let users = users.collect();
        table.end();
        Self {
            listen: if listen.is_empty() {
                vec![LISTEN]
            } else {
                listen
            },
            tls: certificate.zip(key),
            users,
        }
    }
}

const NEITHER_ALONE: &str = "certificate and key belong together; name both, or neither";

impl Module {
    pub(super) fn read(mut table: Table<'_, '_>, targets: &Boxes) -> Self {
        let timeout = table.number(TIMEOUT, &(1..=3_600)).map(Spanned::into_inner);
        let scope = scope::of_module(&mut table, targets);
        table.end();
        Self {
            scope,
            timeout: timeout.map(|seconds| Duration::from_secs(seconds.into())),
        }
    }
}

fn listen(table: &mut Table<'_, '_>) -> Vec<SocketAddr> {
    let mut all = Vec::new();
    for address in table.all_parsed::<Listen>(LISTEN_KEY) {
        let (at, Listen(address)) = (address.span().start, address.into_inner());
        // Port 0 is another one each time.
        if address.port() != 0 && all.contains(&address) {
            table.problem_of(LISTEN_KEY, at, "this is there twice; name it once");
        }
        all.push(address);
    }
    all
}

/// An address to listen on.
struct Listen(SocketAddr);

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| {
            format!("this is no address to listen on; write ADDRESS:PORT, such as \"{LISTEN}\" or \"[::1]:10115\"")
        })
    }
}

/// What stands for a hash is not quoted: it may be the password.
fn user(
    table: &Table<'_, '_>,
    name: Spanned<String>,
    hash: &Spanned<String>,
) -> Option<(String, PasswordHash)> {
    let at = name.span().start;
    let name = name.into_inner();
    if name.is_empty() || name.contains(':') || name.chars().any(char::is_control) {
        let why = "a name of a user has no colons and no control characters";
        table.problem_of(USERS, at, why);
        return None;
    }
    let at = hash.span().start;
    match hash.get_ref().parse() {
        Ok(hash) => Some((name, hash)),
        Err(why) => {
            let why: &str = why;
            table.problem_of(USERS, at, format!(
                "the hash of the password of {name:?} can not be used: {why}; make one with: oobwatch exporter --hash-password"
            ));
            None
        }
    }
}
