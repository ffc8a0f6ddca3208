//! `[targets.NAME]`: a box, how it is reached and trusted, and as whom.

use core::ops::RangeInclusive;
use core::time::Duration;
use std::collections::BTreeMap;
use std::path::PathBuf;

use oobwatch_client::core::product::Product;
use oobwatch_client::tls::Pin;
use toml::Spanned;

use super::credentials::Credentials;
use super::firmware::Board;
use super::references::Kind;
use super::scope;
use super::section::{Key, Section};
use super::table::Table;
use super::{TargetEntry, is_target_name};
use crate::nearest::suggestion;
use crate::target::Target;

const URL: Key = Key::new(
    "url",
    "fmc://HOST, fxos://HOST or cdfmc://HOST",
    "The box: fmc://[USER@]HOST[:PORT], fxos://[USER@]HOST[:PORT] or cdfmc://HOST. Always HTTPS.",
);
const CREDENTIALS: Key = Key::new(
    "credentials",
    "the name of credentials",
    "The NAME of [credentials.NAME] to log in with.",
);
const PINS: Key = Key::new(
    "pins",
    "a list of pins such as [\"sha256:...\"]",
    "Certificates (sha256:HEX) or public keys (sha256//BASE64) that are trusted; 'oobwatch pin HOST' shows them. Without pins and ca_file, the system's roots are trusted.",
);
const CA_FILE: Key = Key::new(
    "ca_file",
    "a file name",
    "A PEM file: what an authority in it issued is trusted, for the name that is dialled.",
);
const DOMAIN: Key = Key::new(
    "domain",
    "the name, path or UUID of a domain",
    "FMC only: work within this domain.",
);
const TIMEOUT: Key = Key::new(
    "timeout",
    "a whole number of seconds from 1 to 3600",
    "Give up on connecting, on TLS, on one answer, on a busy box, or on a whole check after so long.",
);
const CACHE: Key = Key::new(
    "cache",
    "true or false",
    "Runs of the command share one session: it is left open, and refreshed when it is due.",
);
const CERTIFICATE: Key = Key::new(
    "certificate",
    "a file name",
    "Boards only: the certificate of the box, PEM or DER.",
);
const NEXT_CERTIFICATE: Key = Key::new(
    "next_certificate",
    "a file name",
    "Boards only: the certificate that the box will have next.",
);
const PROBE_EVERY: Key = Key::new(
    "probe_every",
    "a whole number of seconds",
    "Boards only: how often to see whether the box answers, without a login.",
);
const CHECK_EVERY: Key = Key::new(
    "check_every",
    "a whole number of seconds",
    "Boards only: how often to log in and check.",
);

pub(super) const SECTION: Section = Section {
    head: "[targets.NAME]",
    about: "A box. NAME is what it is called on the command line, in reports and in metrics.",
    keys: &[
        URL,
        CREDENTIALS,
        PINS,
        CA_FILE,
        DOMAIN,
        TIMEOUT,
        CACHE,
        CERTIFICATE,
        NEXT_CERTIFICATE,
        PROBE_EVERY,
        CHECK_EVERY,
        scope::CHECKS,
        scope::SKIP,
        scope::LIMITS,
    ],
};

/// What [`Duration`] a timeout may have, in seconds.
const TIMEOUTS: RangeInclusive<u32> = 1..=3600;

/// All credentials, by name.
pub(super) type AllCredentials = BTreeMap<String, Credentials>;

/// Reads one `[targets.NAME]`; none if nothing can be said about which box it is.
pub(super) fn read(
    name: &Spanned<String>,
    mut table: Table<'_, '_>,
    all: &AllCredentials,
) -> Option<TargetEntry> {
    if !is_target_name(name.get_ref()) {
        let why = "a target can not be named so; give it another name, without '/', '@' and ':'";
        table.problem(None, why);
    }
    let target = url(&mut table);
    let credentials = credentials(&mut table, all);
    let domain = table.text(DOMAIN);
    let cache_at = table.place_of(CACHE);
    let mut entry = entry(&mut table, target);
    if let Some(entry) = &mut entry {
        if let Some(domain) = domain {
            check_domain(entry, &domain, &table);
            entry.domain = Some(domain.into_inner());
        }
        if entry.cache && entry.target.product == Product::CdFmc {
            table.problem_of(CACHE, cache_at, "a cdFMC has no session; remove it");
        }
        if let Some((at, credentials)) = credentials {
            log_in_with(entry, credentials, at, &table);
        }
    }
    table.end();
    entry
}

fn url(table: &mut Table<'_, '_>) -> Option<Target> {
    let is_missing = table.place_of(URL) == table.at;
    if is_missing && table.reader.is_whole() {
        let why = "the url is missing; add url = \"fmc://HOST\" (or fxos://, cdfmc://)";
        table.problem(None, why);
    }
    table.parsed::<Target>(URL).map(Spanned::into_inner)
}

/// All that fits any box. Every key is asked for, also where it is not known which box that is.
fn entry(table: &mut Table<'_, '_>, target: Option<Target>) -> Option<TargetEntry> {
    let (pins, ca_file) = trust(table);
    let timeout = table.number(TIMEOUT, &TIMEOUTS).map(Spanned::into_inner);
    let cache = table.flag(CACHE);
    let board = board(table);
    let scope = scope::of_target(table, target.as_ref().map(|target| target.product));
    Some(TargetEntry {
        pins,
        ca_file,
        timeout: timeout.map(|seconds| Duration::from_secs(seconds.into())),
        cache,
        board,
        scope,
        ..TargetEntry::of(target?)
    })
}

fn trust(table: &mut Table<'_, '_>) -> (Vec<Pin>, Option<PathBuf>) {
    let pins = table.all_parsed::<Pin>(PINS);
    let at = table.place_of(CA_FILE);
    let ca_file = table.file(CA_FILE, Kind::Authorities);
    if !pins.is_empty() && ca_file.is_some() {
        table.problem_of(CA_FILE, at, "pins and ca_file exclude each other; keep one");
    }
    let pins = pins.into_iter().map(Spanned::into_inner).collect();
    (pins, ca_file)
}

fn board(table: &mut Table<'_, '_>) -> Board {
    let any = 0..=u32::MAX;
    Board {
        at: table.at,
        certificate: table.file(CERTIFICATE, Kind::Certificate),
        next_certificate: table.file(NEXT_CERTIFICATE, Kind::Certificate),
        probe_every: table.number(PROBE_EVERY, &any),
        check_every: table.number(CHECK_EVERY, &any),
    }
}

fn check_domain(entry: &TargetEntry, domain: &Spanned<String>, table: &Table<'_, '_>) {
    let at = domain.span().start;
    if entry.target.product == Product::Fxos {
        table.problem_of(DOMAIN, at, "a chassis has no domains; remove it");
    }
    if domain.get_ref().is_empty() {
        table.problem_of(DOMAIN, at, "this is empty; name a domain, or remove it");
    }
}

/// The credentials that are named, and where.
fn credentials<'c>(
    table: &mut Table<'_, '_>,
    all: &'c AllCredentials,
) -> Option<(usize, &'c Credentials)> {
    let name = table.text(CREDENTIALS)?;
    let (at, name) = (name.span().start, name.get_ref());
    let found = all.get(name);
    if found.is_none() && !table.reader.hides_heads() {
        let known = suggestion(name, "there are", all.keys().map(String::as_str));
        let text = format!("there are no credentials {name:?}; {known}");
        table.problem_of(CREDENTIALS, at, text);
    }
    found.map(|found| (at, found))
}

/// Takes from the credentials what this box needs.
fn log_in_with(
    entry: &mut TargetEntry,
    credentials: &Credentials,
    at: usize,
    table: &Table<'_, '_>,
) {
    let name = &credentials.named.name;
    let user = credentials.user_for(&entry.target);
    let source = credentials.source_for(entry.target.product);
    for why in [user.as_ref().err(), source.as_ref().err()]
        .into_iter()
        .flatten()
    {
        table.problem_of(CREDENTIALS, at, format!("credentials {name:?}: {why}"));
    }
    entry.credential = Some(credentials.named.clone());
    entry.target.user = user.unwrap_or_default();
    entry.secret = source.unwrap_or_default();
}
