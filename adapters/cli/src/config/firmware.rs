//! What only a board needs: `[firmware]`, and the keys of a target that only
//! `oobwatch firmware-config` looks at.
//!
//! Types are checked here. What a board could not do is left to `firmware-config`, and the other
//! commands do not mind it.

use std::path::PathBuf;

use toml::Spanned;

use super::references::Kind;
use super::section::{Key, Section};
use super::table::Table;
use crate::secret::{Source, What};

const ADDRESS: Key = Key::new(
    "address",
    "ADDRESS/PREFIX, such as \"192.0.2.20/24\"",
    "The board's own address; without it, DHCP.",
);
const GATEWAY: Key = Key::new(
    "gateway",
    "an IPv4 address",
    "The router, for a board with an address of its own.",
);
const NAME_SERVERS: Key = Key::new(
    "name_servers",
    "a list of IPv4 addresses",
    "Name servers, for a board with an address of its own.",
);
const TARGETS: Key = Key::new(
    "targets",
    "a list of names of targets",
    "The targets that the board watches; without it, all.",
);
const PROBE_EVERY: Key = Key::new(
    "probe_every",
    "a whole number of seconds",
    "How often to see whether a box answers, for targets that do not say.",
);
const CHECK_EVERY: Key = Key::new(
    "check_every",
    "a whole number of seconds",
    "How often to log in and check, for targets that do not say.",
);
const SYSLOG: Key = Key::new(
    "syslog",
    "a list of HOST or HOST:PORT",
    "Syslog collectors.",
);
const WEBHOOKS: Key = Key::new(
    "webhooks",
    "a list of tables [[firmware.webhooks]]",
    "Addresses that are told of changes.",
);
const TIME_SERVERS: Key = Key::new(
    "time_servers",
    "a list of HOST or HOST:PORT",
    "Servers of the time (SNTP).",
);

pub(super) const SECTION: Section = Section {
    head: "[firmware]",
    about: "What only a board needs: 'oobwatch firmware-config' makes its image from this file.",
    keys: &[
        ADDRESS,
        GATEWAY,
        NAME_SERVERS,
        TARGETS,
        PROBE_EVERY,
        CHECK_EVERY,
        SYSLOG,
        WEBHOOKS,
        TIME_SERVERS,
    ],
};

const URL_FILE: Key = Key::new(
    "url_file",
    "a file name",
    "The file with the address as its only line: it often is a secret.",
);
const URL_ENV: Key = Key::new(
    "url_env",
    "the name of an environment variable",
    "The environment variable with the address.",
);
const CA_FILE: Key = Key::new(
    "ca_file",
    "a file name",
    "For https: the certificate of the authority.",
);

pub(super) const WEBHOOK: Section = Section {
    head: "[[firmware.webhooks]]",
    about: "An address that the board tells of changes. It takes url_file or url_env.",
    keys: &[URL_FILE, URL_ENV, CA_FILE],
};

/// `[firmware]`. Texts are as they are written, paths and sources resolved.
#[derive(Debug, Default)]
pub(crate) struct Firmware {
    /// Bytes from the start of the file, if there is one.
    pub(crate) at: Option<usize>,
    /// `ADDRESS/PREFIX`; without it, DHCP.
    pub(crate) address: Option<Spanned<String>>,
    pub(crate) gateway: Option<Spanned<String>>,
    pub(crate) name_servers: Vec<Spanned<String>>,
    /// The names of the targets that the board watches; without them, all.
    pub(crate) targets: Option<Spanned<Vec<Spanned<String>>>>,
    /// Seconds between probes, for targets that do not say.
    pub(crate) probe_every: Option<Spanned<u32>>,
    /// Seconds between checks, for targets that do not say.
    pub(crate) check_every: Option<Spanned<u32>>,
    /// `HOST` or `HOST:PORT`.
    pub(crate) syslog: Vec<Spanned<String>>,
    pub(crate) webhooks: Vec<Webhook>,
    /// `HOST` or `HOST:PORT`.
    pub(crate) time_servers: Vec<Spanned<String>>,
}

/// One of `[[firmware.webhooks]]`.
#[derive(Debug)]
pub(crate) struct Webhook {
    /// Bytes from the start of the file.
    pub(crate) at: usize,
    /// Where its address is, if it is said in one way.
    pub(crate) url: Option<Source>,
    pub(crate) ca_file: Option<PathBuf>,
}

/// What a target has for boards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Board {
    /// Bytes from the start of the file to the name of the target.
    pub(crate) at: usize,
    pub(crate) certificate: Option<PathBuf>,
    pub(crate) next_certificate: Option<PathBuf>,
    pub(crate) probe_every: Option<Spanned<u32>>,
    pub(crate) check_every: Option<Spanned<u32>>,
}

impl Firmware {
    pub(super) fn read(mut table: Table<'_, '_>) -> Self {
        let any = 0..=u32::MAX;
        let texts = |table: &mut Table<'_, '_>, key| table.texts(key).map(Spanned::into_inner);
        let firmware = Self {
            at: Some(table.at),
            address: table.text(ADDRESS),
            gateway: table.text(GATEWAY),
            name_servers: texts(&mut table, NAME_SERVERS).unwrap_or_default(),
            targets: table.texts(TARGETS),
            probe_every: table.number(PROBE_EVERY, &any),
            check_every: table.number(CHECK_EVERY, &any),
            syslog: texts(&mut table, SYSLOG).unwrap_or_default(),
            webhooks: table
                .tables(WEBHOOKS, &WEBHOOK)
                .into_iter()
                .map(webhook)
                .collect(),
            time_servers: texts(&mut table, TIME_SERVERS).unwrap_or_default(),
        };
        table.end();
        firmware
    }
}

fn webhook(mut table: Table<'_, '_>) -> Webhook {
    let webhook = Webhook {
        at: table.at,
        url: table.secret(URL_FILE, URL_ENV, What::WebhookUrl),
        ca_file: table.file(CA_FILE, Kind::Certificate),
    };
    table.end();
    webhook
}
