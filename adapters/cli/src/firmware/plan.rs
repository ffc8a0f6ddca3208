//! All that an image is to hold, found sound before anybody is asked anything.

use oobwatch_client::Zeroizing;
use oobwatch_client::core::product::Product;
use oobwatch_client::tls::ServerCertificate;
use oobwatch_image as image;
use oobwatch_image::{MAX_SYSLOGS, MAX_TARGETS, MAX_WEBHOOKS, Network, WriteError, Writer, rules};

use super::network::{self, Host};
use super::problems::Problems;
use super::target::{self, Account, Target, Trust};
use super::webhook::Webhook;
use crate::config::{Config, Firmware, TargetEntry};
use crate::exit::Failure;

/// Where syslog collectors listen (RFC 5426, section 3.3).
const SYSLOG: u16 = 514;

/// All that an image is to hold.
pub(super) struct Plan {
    pub(super) network: Network,
    pub(super) targets: Vec<Target>,
    pub(super) syslogs: Vec<(Host, u16)>,
    pub(super) webhooks: Vec<Webhook>,
    /// What the operator should know.
    pub(super) warnings: Vec<String>,
}

impl Plan {
    /// Reads certificates and secrets, and finds all that is wrong. Sends nothing. With `fetch`,
    /// targets may lack a certificate.
    pub(super) fn new(config: &Config, fetch: bool) -> Result<Self, Failure> {
        let firmware = &config.firmware;
        let mut problems = Problems::new(config);
        let network = network::network(firmware, &mut problems);
        let (probe, check) = (firmware.probe_every.as_ref(), firmware.check_every.as_ref());
        target::within(probe, &rules::PROBE_EVERY, "probe_every", &mut problems);
        target::within(check, &rules::CHECK_EVERY, "check_every", &mut problems);
        let entries = entries(config, &mut problems);
        let mut warnings = Vec::new();
        let targets: Vec<_> = entries
            .iter()
            .filter_map(|(name, entry)| {
                warnings.extend(warnings_of(name, entry));
                Target::new(name, entry, firmware, fetch, &mut problems)
            })
            .collect();
        let syslogs = syslogs(firmware, &mut problems);
        let webhooks = webhooks(firmware, &mut problems);
        users_agree(&targets, &mut problems);
        for (target, (_, entry)) in pairs(&targets, &entries) {
            warnings.extend(pins_without_use(target, entry));
        }
        let plan = network.map(|network| Self {
            network,
            targets,
            syslogs,
            webhooks,
            warnings,
        });
        if let Some(plan) = &plan {
            plan.names_are_found(firmware, &mut problems);
        }
        problems.end(plan)
    }

    /// A board with a static address looks names up only if it is told where.
    fn names_are_found(&self, firmware: &Firmware, problems: &mut Problems<'_>) {
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
        for (written, _) in firmware
            .syslog
            .iter()
            .zip(&self.syslogs)
            .filter(|(_, (host, _))| host.is_name())
        {
            problems.add(written.span().start, format!("syslog: {why}"));
        }
        for (written, _) in firmware
            .webhooks
            .iter()
            .zip(&self.webhooks)
            .filter(|(_, hook)| rules::url_needs_dns(&hook.url))
        {
            problems.add(written.at, format!("webhook: {why}"));
        }
    }

    /// The image, in memory that is erased when it is dropped.
    pub(super) fn encode(&self, generation: u32) -> Result<Zeroizing<Vec<u8>>, WriteError> {
        let needed = match self.write(Writer::new(&mut [], generation)) {
            Err(WriteError::BufferTooSmall { needed }) => needed,
            other => other?,
        };
        let mut bytes = Zeroizing::new(vec![0; needed]);
        self.write(Writer::new(&mut bytes, generation))?;
        Ok(bytes)
    }

    fn write(&self, mut out: Writer<'_>) -> Result<usize, WriteError> {
        out.network(&self.network);
        let mut accounts: Vec<image::Credential<'_>> = Vec::new();
        let mut certificates = Vec::new();
        for target in &self.targets {
            let account = &target.account;
            let known = accounts.iter().find(|known| known.name() == account.name);
            let credential = match known {
                Some(known) => *known,
                None => {
                    let new = out.credential(&account.name, login(account))?;
                    accounts.push(new);
                    new
                }
            };
            let trust = trust(&mut out, &mut certificates, target)?;
            out.target(&image::Target {
                name: &target.name,
                product: product(target.product),
                host: target.host.as_image(),
                port: target.port,
                credential,
                trust,
                probe_every: target.probe_every,
                check_every: target.check_every,
            })?;
        }
        for (host, port) in &self.syslogs {
            out.syslog(&image::Syslog {
                host: host.as_image(),
                port: *port,
            })?;
        }
        for hook in &self.webhooks {
            let authority = hook.authority.as_ref();
            let authority = authority.map(|shown| add(&mut out, &mut certificates, shown));
            out.webhook(&image::Webhook {
                url: image::Secret::new(&hook.url),
                authority: authority.transpose()?,
            })?;
        }
        out.finish()
    }
}

/// The targets that are meant, in the order of the image.
fn entries<'c>(config: &'c Config, problems: &mut Problems<'_>) -> Vec<(String, &'c TargetEntry)> {
    let known = |name: &str| {
        config
            .target(name)
            .ok()
            .map(|entry| (name.to_owned(), entry))
    };
    let Some(named) = &config.firmware.targets else {
        let all: Vec<_> = config
            .targets()
            .filter_map(|(name, _)| known(name))
            .collect();
        if all.is_empty() {
            problems.add(
                0,
                "there is no target for the board to watch; add [targets.NAME]",
            );
        }
        too_many(all.len(), MAX_TARGETS, "targets", 0, problems);
        return all;
    };
    let at = named.first().map_or(0, |name| name.span().start);
    if named.is_empty() {
        problems.add(
            0,
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

fn too_many(count: usize, most: usize, what: &str, at: usize, problems: &mut Problems<'_>) {
    if count > most {
        problems.add(
            at,
            format!("{count} {what} are too many; {most} fit into an image: name fewer, and make another image for another board"),
        );
    }
}

fn pairs<'a>(
    targets: &'a [Target],
    entries: &'a [(String, &'a TargetEntry)],
) -> impl Iterator<Item = (&'a Target, &'a (String, &'a TargetEntry))> {
    targets.iter().filter_map(|target| {
        let entry = entries.iter().find(|(name, _)| *name == target.name);
        entry.map(|entry| (target, entry))
    })
}

fn warnings_of(name: &str, entry: &TargetEntry) -> Vec<String> {
    let source = entry
        .secret
        .as_ref()
        .and_then(crate::secret::Source::warning);
    let latch = entry.credential.as_ref().filter(|named| named.latch_retry).map(|_| {
        format!("target {name:?}: a board knows no latch_retry; it stops after two refusals until it gets another image")
    });
    source.into_iter().chain(latch).collect()
}

fn pins_without_use(target: &Target, entry: &TargetEntry) -> Vec<String> {
    let Trust::Pinned { certificate, next } = &target.trust else {
        return Vec::new();
    };
    let certificates: Vec<_> = [Some(certificate), next.as_ref()]
        .into_iter()
        .flatten()
        .collect();
    let unused = target::unused_pins(&entry.pins, &certificates);
    unused
        .map(|pin| format!("target {:?}: the pin {pin} has no certificate here, so the board will not accept what it names; a certificate to come is named with next_certificate", target.name))
        .collect()
}

fn syslogs(firmware: &Firmware, problems: &mut Problems<'_>) -> Vec<(Host, u16)> {
    let at = firmware
        .syslog
        .first()
        .map_or(0, |first| first.span().start);
    too_many(
        firmware.syslog.len(),
        MAX_SYSLOGS,
        "syslog collectors",
        at,
        problems,
    );
    let parse = |written: &toml::Spanned<String>| {
        let host = Host::with_port(written.get_ref(), SYSLOG);
        problems.take(
            written.span().start,
            host.map_err(|why| format!("syslog: {why}")),
        )
    };
    firmware.syslog.iter().filter_map(parse).collect()
}

fn webhooks(firmware: &Firmware, problems: &mut Problems<'_>) -> Vec<Webhook> {
    let at = firmware.webhooks.first().map_or(0, |first| first.at);
    too_many(
        firmware.webhooks.len(),
        MAX_WEBHOOKS,
        "webhooks",
        at,
        problems,
    );
    let hooks = firmware.webhooks.iter();
    hooks
        .filter_map(|written| Webhook::new(written, problems))
        .collect()
}

/// One name of credentials is one account: refusals are counted under it.
fn users_agree(targets: &[Target], problems: &mut Problems<'_>) {
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

fn login(account: &Account) -> image::Login<'_> {
    let secret = image::Secret::new(account.secret.expose_secret());
    match &account.user {
        Some(user) => image::Login::Password {
            user,
            password: secret,
        },
        None => image::Login::Bearer(secret),
    }
}

/// Certificates already in the image.
type Known<'a> = Vec<image::Certificate<'a>>;

fn trust<'a>(
    out: &mut Writer<'_>,
    known: &mut Known<'a>,
    target: &'a Target,
) -> Result<image::Trust<'a>, WriteError> {
    match (&target.trust, &target.host) {
        (Trust::Pinned { certificate, next }, _) => Ok(image::Trust::Pinned {
            certificate: add(out, known, certificate)?,
            next: next
                .as_ref()
                .map(|next| add(out, known, next))
                .transpose()?,
        }),
        (Trust::Authority(authority), Host::Name(name)) => Ok(image::Trust::Authority {
            certificate: add(out, known, authority)?,
            name,
        }),
        // An authority without a name, or no certificate yet: neither comes so far.
        _ => Err(WriteError::TooLong(image::Field::TrustKind)),
    }
}

/// Each certificate is in the image once.
fn add<'a>(
    out: &mut Writer<'_>,
    known: &mut Known<'a>,
    shown: &'a ServerCertificate,
) -> Result<image::Certificate<'a>, WriteError> {
    if let Some(found) = known.iter().find(|known| known.der() == shown.der) {
        return Ok(*found);
    }
    let not_after = u64::try_from(shown.not_after.unix_seconds()).unwrap_or(0);
    let new = out.certificate(&shown.der, not_after)?;
    known.push(new);
    Ok(new)
}

const fn product(product: Product) -> image::Product {
    match product {
        Product::Fmc => image::Product::Fmc,
        Product::Fxos => image::Product::Fxos,
        Product::CdFmc => image::Product::CdFmc,
    }
}
