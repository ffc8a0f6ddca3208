//! The configuration file: credentials, named once, and targets that refer to them.

mod broken;
pub(crate) mod command;
mod credentials;
mod document;
mod exporter;
mod file;
mod firmware;
mod nested;
mod password_hash;
mod problems;
mod reader;
mod references;
mod scope;
mod section;
mod table;
mod targets;

#[cfg(test)]
mod tests;

use core::fmt;
use core::time::Duration;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use oobwatch_client::tls::Pin;
use references::Reference;

pub(crate) use exporter::{Exporter, Module};
pub(crate) use file::ConfigFile;
pub(crate) use firmware::{Board, Firmware, Webhook};
pub(crate) use password_hash::PasswordHash;
pub(crate) use problems::Problems;

use crate::exit::Failure;
use crate::nearest::suggestion;
use crate::scope::Scope;
use crate::secret;
use crate::target::Target;

/// Names that the command line gives another meaning: `oobwatch token refresh TARGET`.
const RESERVED: [&str; 3] = ["help", "refresh", "revoke"];

/// Whether a target can be called so.
fn is_target_name(name: &str) -> bool {
    !name.is_empty()
        && !RESERVED.contains(&name)
        && !name.contains(['/', '@', ':'])
        && !name.chars().any(char::is_control)
}

/// A configuration that holds together: every reference in it is resolved.
#[derive(Debug, Default)]
pub(crate) struct Config {
    /// The file it came from; none if there is no file.
    pub(crate) path: Option<PathBuf>,
    /// Where runs remember things, if it says so.
    pub(crate) state_dir: Option<PathBuf>,
    /// Nothing is to be remembered.
    pub(crate) no_state: bool,
    /// What only a board needs.
    pub(crate) firmware: Firmware,
    /// What only the exporter needs.
    pub(crate) exporter: Exporter,
    /// How probes go about it, by name.
    pub(crate) modules: BTreeMap<String, Module>,
    source: ConfigFile,
    /// What else has to be read, and where it is named: place, key, what.
    references: Vec<(usize, String, Reference)>,
    targets: BTreeMap<String, TargetEntry>,
    /// The names of all credentials.
    credentials: Vec<String>,
}

/// How a credential is called, and when it may be tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) single_use: bool,
    pub(crate) latch_retry: bool,
}

/// One `[targets.NAME]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TargetEntry {
    pub(crate) target: Target,
    pub(crate) secret: Option<secret::Source>,
    pub(crate) pins: Vec<Pin>,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) domain: Option<String>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) credential: Option<Named>,
    pub(crate) cache: bool,
    pub(crate) scope: Scope,
    pub(crate) board: Board,
}

impl TargetEntry {
    /// A target that is in no configuration.
    pub(crate) fn of(target: Target) -> Self {
        Self {
            target,
            secret: None,
            pins: Vec::new(),
            ca_file: None,
            domain: None,
            timeout: None,
            credential: None,
            cache: false,
            scope: Scope::default(),
            board: Board::default(),
        }
    }

    /// What its credentials are called, and whose password they are from where. None if it is
    /// asked for, or they are a token, which nobody counts refusals of.
    fn account(&self) -> Option<(&str, &str, &secret::Source)> {
        let (named, user) = (self.credential.as_ref()?, self.target.user.as_deref()?);
        let source = self.secret.as_ref()?;
        (*source != secret::Source::Prompt).then_some((&named.name, user, source))
    }

    /// Equal where a check of one would be a check of the other: box, account and
    /// domain.
    fn identity(&self) -> (String, Option<String>, Option<String>) {
        let named = self.credential.as_ref().map(|named| named.name.clone());
        let account = self.target.user.clone().or(named);
        let address = self.target.to_string().to_ascii_lowercase();
        (address, account, self.domain.clone())
    }
}

impl Config {
    /// Reads the file that was named, or the default one if there is one.
    pub(crate) fn load(named: Option<PathBuf>) -> Result<Self, Failure> {
        let Some(path) = named
            .clone()
            .or_else(|| default_path(|name| std::env::var_os(name)))
        else {
            return Ok(Self::default());
        };
        match std::fs::read(&path) {
            Ok(bytes) => Self::parse_bytes(&bytes, &path),
            Err(error) if named.is_none() && error.kind() == ErrorKind::NotFound => {
                Ok(Self::default())
            }
            Err(error) => Err(Failure::Usage(format!(
                "can not read the configuration {}: {error}",
                path.display()
            ))),
        }
    }

    fn parse_bytes(bytes: &[u8], path: &Path) -> Result<Self, Failure> {
        match core::str::from_utf8(bytes) {
            Ok(text) => Self::parse(text, path),
            Err(error) => {
                let sound = String::from_utf8_lossy(bytes.split_at(error.valid_up_to()).0);
                // The byte stands for a character, so that it has a place of its own.
                let source = ConfigFile::new(path, &format!("{sound}\u{fffd}"));
                let place = source.place(error.valid_up_to());
                Err(Failure::Refused(vec![format!(
                    "{place}: this is not UTF-8; save the file as UTF-8"
                )]))
            }
        }
    }

    /// Makes sense of the file, or says all that is wrong with it.
    pub(crate) fn parse(text: &str, path: &Path) -> Result<Self, Failure> {
        let source = ConfigFile::new(path, text);
        let read = document::read(&source)?;
        Ok(Self {
            path: Some(path.to_owned()),
            source,
            ..read
        })
    }

    /// What the command line says about the state comes first.
    pub(crate) fn with_state(mut self, dir: Option<PathBuf>, none: bool) -> Self {
        self.state_dir = dir.or(self.state_dir);
        self.no_state = none;
        self
    }

    /// The names and addresses of all targets.
    pub(crate) fn targets(&self) -> impl Iterator<Item = (&str, &Target)> {
        let targets = self.targets.iter();
        targets.map(|(name, entry)| (name.as_str(), &entry.target))
    }

    /// `FILE:LINE:COLUMN` of what stands so many bytes from the start of the file.
    pub(crate) fn place(&self, offset: usize) -> String {
        self.source.place(offset)
    }

    /// To gather what is wrong with this.
    pub(crate) const fn problems(&self) -> Problems<'_> {
        Problems::new(&self.source)
    }

    /// Whether there are credentials of that name.
    pub(crate) fn has_credentials(&self, name: &str) -> bool {
        self.credentials.iter().any(|known| known == name)
    }

    /// The target of that name.
    pub(crate) fn target(&self, name: &str) -> Result<&TargetEntry, UnknownTarget> {
        self.targets.get(name).ok_or_else(|| UnknownTarget {
            name: name.to_owned(),
            path: self.path.clone(),
            known: self.targets.keys().cloned().collect(),
        })
    }
}

/// `$OOBWATCH_CONFIG` (through clap) comes before this; a home of one's own after it.
fn default_path(env: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name| {
        env(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base = folder("XDG_CONFIG_HOME")
        .or_else(|| folder("APPDATA"))
        .or_else(|| folder("HOME").map(|home| home.join(".config")))?;
    Some(base.join("oobwatch").join("oobwatch.toml"))
}

/// No target has that name.
#[derive(Debug)]
pub(crate) struct UnknownTarget {
    name: String,
    path: Option<PathBuf>,
    known: Vec<String>,
}

impl fmt::Display for UnknownTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(path) = &self.path else {
            return write!(
                f,
                "there is no configuration file that could name the target {:?}; write fmc://{0} or fxos://{0} for a host",
                self.name
            );
        };
        write!(
            f,
            "{} names no target {:?}; {}",
            path.display(),
            self.name,
            suggestion(
                &self.name,
                "it names",
                self.known.iter().map(String::as_str)
            )
        )
    }
}

impl core::error::Error for UnknownTarget {}
