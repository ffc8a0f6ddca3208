//! The tables of the file, as they are written.

use core::ops::Range;
use core::time::Duration;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use oobwatch_client::core::product::Product;
use oobwatch_client::tls::Pin;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use toml::Spanned;

use super::firmware::{Board, FirmwareTable};
use super::{Named, TargetEntry, listed};
use crate::secret::Source;
use crate::target::Target;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) state_dir: Option<PathBuf>,
    #[serde(default)]
    pub(super) credentials: BTreeMap<String, Credentials>,
    #[serde(default)]
    pub(super) targets: BTreeMap<Spanned<String>, TargetTable>,
    #[serde(default)]
    pub(super) firmware: FirmwareTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Credentials {
    user: Option<String>,
    password_file: Option<PathBuf>,
    password_env: Option<String>,
    bearer_file: Option<PathBuf>,
    bearer_env: Option<String>,
    #[serde(default)]
    single_use: bool,
    #[serde(default)]
    latch_retry: bool,
    #[serde(default, rename = "password")]
    _password: Never,
    #[serde(default, rename = "bearer")]
    _bearer: Never,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TargetTable {
    #[serde(deserialize_with = "target_url")]
    url: Target,
    credentials: Option<Spanned<String>>,
    #[serde(default)]
    pins: Vec<Spanned<String>>,
    ca_file: Option<PathBuf>,
    domain: Option<String>,
    #[serde(default, deserialize_with = "seconds")]
    timeout: Option<Duration>,
    #[serde(default)]
    cache: bool,
    certificate: Option<PathBuf>,
    next_certificate: Option<PathBuf>,
    probe_every: Option<Spanned<u32>>,
    check_every: Option<Spanned<u32>>,
}

/// A problem, and where it is if that is known.
pub(super) type Fault = (Option<Range<usize>>, String);

impl TargetTable {
    pub(super) fn resolve(
        self,
        all: &BTreeMap<String, Credentials>,
        folder: &Path,
    ) -> Result<TargetEntry, Fault> {
        if !self.pins.is_empty() && self.ca_file.is_some() {
            return Err((
                None,
                "pins and ca_file exclude each other; keep one".to_owned(),
            ));
        }
        if self.domain.is_some() && self.url.product == Product::Fxos {
            return Err((None, "a chassis has no domains; remove domain".to_owned()));
        }
        if self.cache && self.url.product == Product::CdFmc {
            return Err((None, "a cdFMC has no session; remove cache".to_owned()));
        }
        let pins = self.pins.iter().map(parse_pin).collect::<Result<_, _>>()?;
        let mut target = self.url;
        let mut credential = None;
        let secret = match self.credentials {
            None => None,
            Some(name) => {
                let at = Some(name.span());
                let name = name.into_inner();
                let found = all
                    .get(&name)
                    .ok_or_else(|| (at.clone(), no_credentials(&name, all)))?;
                target.user = found
                    .user_for(&target)
                    .map_err(|why| (at.clone(), format!("credentials {name:?}: {why}")))?;
                credential = Some(found.named(&name));
                let source = found.source_for(target.product, folder);
                Some(source.map_err(|why| (at, format!("credentials {name:?}: {why}")))?)
            }
        };
        Ok(TargetEntry {
            target,
            secret,
            pins,
            ca_file: self.ca_file.map(|path| folder.join(path)),
            domain: self.domain,
            timeout: self.timeout,
            credential,
            cache: self.cache,
            board: Board {
                at: 0,
                certificate: self.certificate.map(|path| folder.join(path)),
                next_certificate: self.next_certificate.map(|path| folder.join(path)),
                probe_every: self.probe_every,
                check_every: self.check_every,
            },
        })
    }
}

fn parse_pin(text: &Spanned<String>) -> Result<Pin, Fault> {
    let pin = text.get_ref().parse::<Pin>();
    pin.map_err(|error| (Some(text.span()), format!("this is no pin: {error}")))
}

fn no_credentials(name: &str, all: &BTreeMap<String, Credentials>) -> String {
    format!(
        "there are no credentials {name:?}; {}",
        listed("there are", all.keys())
    )
}

impl Credentials {
    fn named(&self, name: &str) -> Named {
        Named {
            name: name.to_owned(),
            single_use: self.single_use,
            latch_retry: self.latch_retry,
        }
    }

    fn user_for(&self, target: &Target) -> Result<Option<String>, &'static str> {
        match (&self.user, &target.user) {
            (Some(user), _) if user.is_empty() || user.chars().any(char::is_control) => {
                Err("the user is empty, or holds a control character such as CR, LF or NUL")
            }
            (Some(_), Some(_)) => Err("the user is named both here and in the url; keep one"),
            (Some(_), None) if target.product == Product::CdFmc => {
                Err("cdFMC has no user; it takes bearer_file or bearer_env alone")
            }
            (ours, theirs) => Ok(ours.clone().or_else(|| theirs.clone())),
        }
    }

    /// Paths are relative to the folder of the file that names them.
    fn source_for(&self, product: Product, folder: &Path) -> Result<Source, &'static str> {
        let (file, env, other, due) = if product == Product::CdFmc {
            let other = self.password_file.is_some() || self.password_env.is_some();
            (
                &self.bearer_file,
                &self.bearer_env,
                other,
                "cdFMC takes bearer_file or bearer_env, one of them",
            )
        } else {
            let other = self.bearer_file.is_some() || self.bearer_env.is_some();
            (
                &self.password_file,
                &self.password_env,
                other,
                "FMC and FXOS take password_file or password_env, one of them",
            )
        };
        match (file, env) {
            (Some(path), None) if !other => Ok(Source::File(folder.join(path))),
            (None, Some(name)) if !other => Ok(Source::Env(name.clone())),
            (None, None) if !other && product != Product::CdFmc => Ok(Source::Prompt),
            _ => Err(due),
        }
    }
}

/// A key that people try, and that must never have a value.
#[derive(Default)]
struct Never;

impl<'de> Deserialize<'de> for Never {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(D::Error::custom(
            "a secret never stands in the configuration; put it into a file of its own and name that with password_file (cdFMC: bearer_file), or use password_env",
        ))
    }
}

fn target_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Target, D::Error> {
    String::deserialize(deserializer)?
        .parse()
        .map_err(D::Error::custom)
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    match u64::deserialize(deserializer)? {
        seconds @ 1..=3600 => Ok(Some(Duration::from_secs(seconds))),
        _ => Err(D::Error::custom(
            "a timeout is a number of seconds from 1 to 3600",
        )),
    }
}
