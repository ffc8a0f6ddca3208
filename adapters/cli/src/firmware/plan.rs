//! All that an image is to hold, found sound before anybody is asked anything.

use oobwatch_client::core::health::Limits;
use oobwatch_image::{MAX_SYSLOGS, MAX_TARGETS, MAX_TIME_SERVERS, MAX_WEBHOOKS, Network, rules};
use toml::Spanned;

use super::network::{self, Host};
use super::target::{self, Target};
use super::webhook::Webhook;
use crate::config::{Config, Firmware, Problems, TargetEntry};
use crate::exit::Failure;

/// Where syslog collectors listen (RFC 5426, section 3.3).
const SYSLOG: u16 = 514;
/// Where servers of time listen (RFC 5905, section 7.2).
const NTP: u16 = 123;

/// All that an image is to hold.
pub(super) struct Plan {
    pub(super) network: Network,
    pub(super) targets: Vec<Target>,
    pub(super) syslogs: Vec<Place>,
    pub(super) webhooks: Vec<Webhook>,
    pub(super) time_servers: Vec<Place>,
    /// What the operator should know.
    pub(super) warnings: Vec<String>,
}

/// A syslog collector, or a time server.
pub(super) struct Place {
    /// Bytes from the start of the file.
    at: usize,
    pub(super) host: Host,
    pub(super) port: u16,
}

impl Plan {
    /// Reads certificates and secrets, and finds all that is wrong. Sends nothing. With `fetch`,
    /// targets may lack a certificate.
    pub(super) fn new(config: &Config, fetch: bool) -> Result<Self, Failure> {
        let firmware = &config.firmware;
        let problems = config.problems();
        let network = network::network(firmware, &problems);
        let (probe, check) = (firmware.probe_every.as_ref(), firmware.check_every.as_ref());
        target::within(probe, &rules::PROBE_EVERY, "probe_every", &problems);
        target::within(check, &rules::CHECK_EVERY, "check_every", &problems);
        let entries = entries(config, &problems);
        let mut warnings = Vec::new();
        let targets: Vec<_> = entries
            .iter()
            .filter_map(|(name, entry)| {
                warnings.extend(warnings_of(name, entry, config));
                Target::new(name, entry, firmware, fetch, &problems)
            })
            .collect();
        warnings.extend(loopbacks(&targets, config));
        warnings.dedup();
        let syslogs = syslogs(firmware, &problems);
        let webhooks = webhooks(firmware, &problems);
        let time_servers = time_servers(firmware, &problems);
        users_agree(&targets, &problems);
        let plan = network.map(|network| Self {
            network,
            targets,
            syslogs,
            webhooks,
            time_servers,
            warnings,
        });
        if let Some(plan) = &plan {
            plan.names_are_found(firmware, &problems);
        }
        problems.end(plan)
    }

    /// A board with a static address looks names up only if it is told where.
    fn names_are_found(&self, firmware: &Firmware, problems: &Problems<'_>) {
        let Network::Static(network) = &self.network else {
            return;
        };
        if !firmware.name_servers.is_empty() || !network.name_servers.is_empty() {
            return;
        }
        let why = "a board with a static address finds no host by name without name_servers; add some to [firmware], or write addresses";
        for target in self.targets.iter().filter(|target| target.host.is_name()) {
            problems.add(target.at, format!("target {:?}: {why}", target.name));
        }
        for (what, places) in [
            ("syslog", &self.syslogs),
            ("time_servers", &self.time_servers),
        ] {
            for place in places.iter().filter(|place| place.host.is_name()) {
                problems.add(place.at, format!("{what}: {why}"));
            }
        }
        let needs_dns = |hook: &&Webhook| hook.needs_dns();
        for hook in self.webhooks.iter().filter(needs_dns) {
            problems.add(hook.at, format!("webhook: {why}"));
        }
    }

    /// What the operator should know about trust, once all certificates are there.
    pub(super) fn trust_warnings(&self, config: &Config) -> Vec<String> {
        let of = |target: &Target| {
            let entry = config.target(&target.name).ok();
            let pins = entry.map_or(&[][..], |entry| &entry.pins);
            target.trust_warnings(pins)
        };
        self.targets.iter().flat_map(of).collect()
    }
}

/// The targets that are meant, in the order of the image.
fn entries<'c>(config: &'c Config, problems: &Problems<'_>) -> Vec<(String, &'c TargetEntry)> {
    let Some(named) = &config.firmware.targets else {
        return all_entries(config, problems);
    };
    let (at, named) = (named.span().start, named.get_ref());
    if named.is_empty() {
        problems.add(
            at,
            "targets of [firmware] names none; name some, or remove it to watch all",
        );
    }
    too_many(named.len(), MAX_TARGETS, "targets", at, problems);
    let mut seen = Vec::new();
    let mut found = Vec::new();
    for name in named {
        let at = name.span().start;
        let name = name.get_ref();
        if seen.contains(&name) {
            problems.add(at, format!("target {name:?} is named twice; name it once"));
            continue;
        }
        seen.push(name);
        let entry = config.target(name).map_err(|error| error.to_string());
        found.extend(problems.take(at, entry).map(|entry| (name.clone(), entry)));
    }
    found
}

fn all_entries<'c>(config: &'c Config, problems: &Problems<'_>) -> Vec<(String, &'c TargetEntry)> {
    let names = config.targets().map(|(name, _)| name);
    let entry = |name: &str| Some((name.to_owned(), config.target(name).ok()?));
    let all: Vec<_> = names.filter_map(entry).collect();
    if all.is_empty() {
        let why = "there is no target for the board to watch; add [targets.NAME]";
        problems.add(0, why);
    }
    too_many(all.len(), MAX_TARGETS, "targets", 0, problems);
    all
}

fn too_many(count: usize, most: usize, what: &str, at: usize, problems: &Problems<'_>) {
    if count > most {
        problems.add(
            at,
            format!("{count} {what} are too many; {most} fit into an image: name fewer, and make another image for another board"),
        );
    }
}

fn warnings_of(name: &str, entry: &TargetEntry, config: &Config) -> Vec<String> {
    let source = entry
        .secret
        .as_ref()
        .and_then(crate::secret::Source::warning);
    let latch = entry.credential.as_ref().filter(|named| named.latch_retry).map(|_| {
        let place = config.place(entry.board.at);
        format!("{place}: target {name:?}: a board knows no latch_retry; it stops after two refusals until it gets another password, or unlock at its console")
    });
    let limits = (entry.scope.limits != Limits::default()).then(|| {
        let place = config.place(entry.board.at);
        format!("{place}: target {name:?}: a board knows no limits; it judges by what numbers mean")
    });
    source.into_iter().chain(latch).chain(limits).collect()
}

/// Targets at an address of this host, as those of the simulator are.
fn loopbacks(targets: &[Target], config: &Config) -> Vec<String> {
    let is_loopback =
        |target: &&Target| matches!(target.host, Host::Address(ip) if ip.is_loopback());
    let warning = |target: &Target| {
        let (place, name) = (config.place(target.at), &target.name);
        format!(
            "{place}: target {name:?}: for the board that address is the board itself; give the one at which it reaches the box (from QEMU's user network, 10.0.2.2 is this host)"
        )
    };
    targets.iter().filter(is_loopback).map(warning).collect()
}

fn syslogs(firmware: &Firmware, problems: &Problems<'_>) -> Vec<Place> {
    places(
        &firmware.syslog,
        ("syslog", "syslog collectors"),
        MAX_SYSLOGS,
        SYSLOG,
        problems,
    )
}

fn time_servers(firmware: &Firmware, problems: &Problems<'_>) -> Vec<Place> {
    let what = ("time_servers", "time servers");
    places(
        &firmware.time_servers,
        what,
        MAX_TIME_SERVERS,
        NTP,
        problems,
    )
}

/// `what` is the key, and what its values are.
fn places(
    written: &[Spanned<String>],
    what: (&str, &str),
    most: usize,
    default_port: u16,
    problems: &Problems<'_>,
) -> Vec<Place> {
    let at = written.first().map_or(0, |first| first.span().start);
    too_many(written.len(), most, what.1, at, problems);
    let parse = |one: &Spanned<String>| {
        let at = one.span().start;
        let parsed = Host::with_port(one.get_ref(), default_port);
        let parsed = parsed.map_err(|why| format!("{}: {why}", what.0));
        let (host, port) = problems.take(at, parsed)?;
        Some(Place { at, host, port })
    };
    written.iter().filter_map(parse).collect()
}

fn webhooks(firmware: &Firmware, problems: &Problems<'_>) -> Vec<Webhook> {
    let written = &firmware.webhooks;
    let at = written.first().map_or(0, |first| first.at);
    too_many(written.len(), MAX_WEBHOOKS, "webhooks", at, problems);
    let parse = |one| Webhook::new(one, problems);
    written.iter().filter_map(parse).collect()
}

/// One name of credentials is one account: refusals are counted under it.
fn users_agree(targets: &[Target], problems: &Problems<'_>) {
    for (index, target) in targets.iter().enumerate() {
        let account = &target.account;
        let differs = |other: &&Target| {
            other.account.name == account.name && other.account.user != account.user
        };
        if let Some(other) = targets.iter().take(index).find(differs) {
            problems.add(target.at, format!(
                "target {:?}: the credentials {:?} are of another user than for target {:?}; write the user into the credentials, and make two of them",
                target.name, account.name, other.name
            ));
        }
    }
}
