//! The configuration file: credentials, named once, and targets that refer to them.

mod firmware;
mod tables;

#[cfg(test)]
mod tests;

use core::fmt;
use core::time::Duration;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use oobwatch_client::tls::Pin;
use tables::File;

pub(crate) use firmware::{Board, Firmware, Webhook};

use crate::secret::Source;
use crate::target::Target;

/// Names that the command line gives another meaning: `oobwatch token refresh TARGET`.
const RESERVED: [&str; 3] = ["help", "refresh", "revoke"];

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
    /// The file as it was read: it holds no secret.
    text: String,
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
    pub(crate) secret: Option<Source>,
    pub(crate) pins: Vec<Pin>,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) domain: Option<String>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) credential: Option<Named>,
    pub(crate) cache: bool,
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
            board: Board::default(),
        }
    }
}

impl Config {
    /// Reads the file that was named, or the default one if there is one.
    pub(crate) fn load(named: Option<PathBuf>) -> Result<Self, ConfigError> {
        let Some(path) = named
            .clone()
            .or_else(|| default_path(|name| std::env::var_os(name)))
        else {
            return Ok(Self::default());
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text, &path),
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                Ok(Self::default())
            }
            Err(error) => Err(ConfigError {
                path,
                line: None,
                message: error.to_string(),
            }),
        }
    }

    pub(crate) fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let fault = |span: Option<core::ops::Range<usize>>, message: String| ConfigError {
            path: path.to_owned(),
            line: span.map(|span| line_of(text, span.start)),
            message,
        };
        let file: File = toml::from_str(text)
            .map_err(|error| fault(error.span(), error.message().to_owned()))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut targets = BTreeMap::new();
        for (name, table) in file.targets {
            let span = name.span();
            let name = name.into_inner();
            if name.is_empty()
                || RESERVED.contains(&name.as_str())
                || name.contains(['/', '@', ':'])
                || name.chars().any(char::is_control)
            {
                let message = format!("a target can not be named {name:?}; give it another name");
                return Err(fault(Some(span), message));
            }
            let start = span.start;
            let entry = table.resolve(&file.credentials, folder);
            let mut entry = entry.map_err(|(at, message)| {
                fault(
                    Some(at.unwrap_or(span)),
                    format!("target {name:?}: {message}"),
                )
            })?;
            entry.board.at = start;
            targets.insert(name, entry);
        }
        Ok(Self {
            path: Some(path.to_owned()),
            state_dir: file.state_dir.map(|path| folder.join(path)),
            no_state: false,
            firmware: file.firmware.resolve(folder),
            text: text.to_owned(),
            targets,
            credentials: file.credentials.into_keys().collect(),
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

    /// `FILE:LINE` of what stands so many bytes from the start of the file.
    pub(crate) fn place(&self, offset: usize) -> String {
        let path = self.path.as_deref().unwrap_or(Path::new("")).display();
        format!("{path}:{}", line_of(&self.text, offset))
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

fn line_of(text: &str, offset: usize) -> usize {
    1 + text
        .bytes()
        .take(offset)
        .filter(|&byte| byte == b'\n')
        .count()
}

/// `WORDS a, b, c`, or that there are none.
fn listed<'a>(words: &str, names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<_> = names.map(String::as_str).collect();
    if names.is_empty() {
        "there are none".to_owned()
    } else {
        format!("{words}: {}", names.join(", "))
    }
}

/// What is wrong with the file, and where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ConfigError {
    path: PathBuf,
    line: Option<usize>,
    message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl core::error::Error for ConfigError {}

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
            listed("it names", self.known.iter())
        )
    }
}

impl core::error::Error for UnknownTarget {}
