//! What only a board needs: `[firmware]`, and the keys of a target that only
//! `oobwatch firmware-config` looks at.
//!
//! Nothing is judged here: `firmware-config` names all mistakes at once, and the
//! other commands do not mind them.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use crate::secret::Source;

/// `[firmware]`, as it is written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FirmwareTable {
    address: Option<Spanned<String>>,
    gateway: Option<Spanned<String>>,
    #[serde(default)]
    name_servers: Vec<Spanned<String>>,
    targets: Option<Vec<Spanned<String>>>,
    probe_every: Option<Spanned<u32>>,
    check_every: Option<Spanned<u32>>,
    #[serde(default)]
    syslog: Vec<Spanned<String>>,
    #[serde(default)]
    webhooks: Vec<Spanned<WebhookTable>>,
    #[serde(default)]
    time_servers: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WebhookTable {
    url_file: Option<PathBuf>,
    url_env: Option<String>,
    ca_file: Option<PathBuf>,
}

/// `[firmware]`. Texts are as they are written, paths and sources resolved.
#[derive(Debug, Default)]
pub(crate) struct Firmware {
    /// `ADDRESS/PREFIX`; without it, DHCP.
    pub(crate) address: Option<Spanned<String>>,
    pub(crate) gateway: Option<Spanned<String>>,
    pub(crate) name_servers: Vec<Spanned<String>>,
    /// The names of the targets that the board watches; without them, all.
    pub(crate) targets: Option<Vec<Spanned<String>>>,
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

impl FirmwareTable {
    pub(super) fn resolve(self, folder: &Path) -> Firmware {
        let webhooks = self.webhooks.into_iter();
        Firmware {
            address: self.address,
            gateway: self.gateway,
            name_servers: self.name_servers,
            targets: self.targets,
            probe_every: self.probe_every,
            check_every: self.check_every,
            syslog: self.syslog,
            webhooks: webhooks.map(|hook| webhook(hook, folder)).collect(),
            time_servers: self.time_servers,
        }
    }
}

fn webhook(table: Spanned<WebhookTable>, folder: &Path) -> Webhook {
    let at = table.span().start;
    let table = table.into_inner();
    let url = match (table.url_file, table.url_env) {
        (Some(path), None) => Some(Source::File(folder.join(path))),
        (None, Some(name)) => Some(Source::Env(name)),
        _ => None,
    };
    let ca_file = table.ca_file.map(|path| folder.join(path));
    Webhook { at, url, ca_file }
}
