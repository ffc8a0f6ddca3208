//! The configuration file: credentials, named once, and targets that refer to them.

use core::fmt;
use core::time::Duration;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use oobwatch_client::tls::Pin;
use oobwatch_core::product::Product;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use toml::Spanned;

use crate::secret::Source;
use crate::target::Target;

/// Names that the command line gives another meaning: `oobwatch token refresh TARGET`.
const RESERVED: [&str; 3] = ["help", "refresh", "revoke"];

/// A configuration that holds together: every reference in it is resolved.
#[derive(Debug, Default)]
pub(crate) struct Config {
    /// The file it came from; none if there is no file.
    pub(crate) path: Option<PathBuf>,
    targets: BTreeMap<String, TargetEntry>,
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
}

impl TargetEntry {
    /// A target that is in no configuration.
    pub(crate) const fn of(target: Target) -> Self {
        Self {
            target,
            secret: None,
            pins: Vec::new(),
            ca_file: None,
            domain: None,
            timeout: None,
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
            if RESERVED.contains(&name.as_str())
                || name.contains(['/', '@', ':'])
                || name.chars().any(char::is_control)
            {
                let message = format!("a target can not be named {name:?}; give it another name");
                return Err(fault(Some(span), message));
            }
            let entry = table.resolve(&file.credentials, folder);
            let entry = entry.map_err(|(at, message)| {
                fault(
                    Some(at.unwrap_or(span)),
                    format!("target {name:?}: {message}"),
                )
            })?;
            targets.insert(name, entry);
        }
        Ok(Self {
            path: Some(path.to_owned()),
            targets,
        })
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    credentials: BTreeMap<String, Credentials>,
    #[serde(default)]
    targets: BTreeMap<Spanned<String>, TargetTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credentials {
    user: Option<String>,
    password_file: Option<PathBuf>,
    password_env: Option<String>,
    bearer_file: Option<PathBuf>,
    bearer_env: Option<String>,
    #[serde(default, rename = "password")]
    _password: Never,
    #[serde(default, rename = "bearer")]
    _bearer: Never,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetTable {
    #[serde(deserialize_with = "target_url")]
    url: Target,
    credentials: Option<Spanned<String>>,
    #[serde(default)]
    pins: Vec<Spanned<String>>,
    ca_file: Option<PathBuf>,
    domain: Option<String>,
    #[serde(default, deserialize_with = "seconds")]
    timeout: Option<Duration>,
}

/// A problem, and where it is if that is known.
type Fault = (Option<core::ops::Range<usize>>, String);

impl TargetTable {
    fn resolve(
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
        let pins = self.pins.iter().map(parse_pin).collect::<Result<_, _>>()?;
        let mut target = self.url;
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
    fn user_for(&self, target: &Target) -> Result<Option<String>, &'static str> {
        match (&self.user, &target.user) {
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

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"
[credentials.monitor]
user = "apimon"
password_file = "monitor.password"

[credentials.cloud]
bearer_env = "CDFMC_TOKEN"

[targets.fmc1]
url = "fmc://fmc1.example.com:8443"
credentials = "monitor"
pins = ["sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]
domain = "Global/Branch"
timeout = 30

[targets.cloud]
url = "cdfmc://x.example.com"
credentials = "cloud"
ca_file = "/ca.pem"
"#;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(text, Path::new("/etc/oobwatch.toml")).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn assert_refused(text: &str, line: usize, words: &[&str]) {
        let error = parse(text).unwrap_err();
        assert!(
            error.starts_with(&format!("/etc/oobwatch.toml:{line}: ")),
            "{error}"
        );
        for word in words {
            assert!(error.contains(word), "{error} says nothing of {word}");
        }
        assert!(!error.contains('\n'), "{error:?} is more than a line");
    }

    #[test]
    fn credentials_are_named_once_and_referred_to() {
        let config = parse(WHOLE).unwrap();
        let fmc1 = config.target("fmc1").unwrap();
        assert_eq!(fmc1.target.user.as_deref(), Some("apimon"));
        assert_eq!(fmc1.target.address.port, 8443);
        assert_eq!(
            fmc1.secret,
            Some(Source::File("/etc/monitor.password".into()))
        );
        assert_eq!(fmc1.pins, [Pin::PublicKey([0; 32])]);
        assert_eq!(fmc1.domain.as_deref(), Some("Global/Branch"));
        assert_eq!(fmc1.timeout, Some(Duration::from_secs(30)));
        let cloud = config.target("cloud").unwrap();
        assert_eq!(cloud.secret, Some(Source::Env("CDFMC_TOKEN".to_owned())));
        assert_eq!(cloud.ca_file.as_deref(), Some(Path::new("/ca.pem")));
        let unknown = config.target("fmc2").unwrap_err().to_string();
        assert!(unknown.contains("cloud, fmc1"), "{unknown}");
    }

    #[test]
    fn mistakes_are_shown_with_their_line() {
        assert_refused(
            "\n[targets.a]\nurl = 'fmc://a'\ncolour = 1\n",
            4,
            &["colour", "ca_file"],
        );
        assert_refused("[targets.a]\nurl = 'http://a'\n", 2, &["on purpose"]);
        assert_refused(
            "[targets.a]\nurl = 'fmc://u:hunter2@a'\n",
            2,
            &["never go on"],
        );
        assert_refused(
            "[targets.a]\nurl = 'fmc://a'\npins = [\n'sha256:00',\n]",
            4,
            &["64"],
        );
        assert_refused("[targets.a]\nurl = 'fmc://a'\ntimeout = 0\n", 3, &["3600"]);
        assert_refused(
            "[targets.a]\nurl = 'fmc://a'\npins = ['sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=']\nca_file = 'x'\n",
            1,
            &["exclude"],
        );
        assert_refused("[targets.refresh]\nurl = 'fmc://a'\n", 1, &["another name"]);
        assert_refused("x = \n", 1, &[]);
        let other = "[credentials.one]\nuser='u'\n[credentials.two]\nuser='u'\n";
        assert_refused(
            &format!("{other}[targets.a]\nurl = 'fmc://a'\ncredentials = 'three'\n"),
            7,
            &["\"three\"", "one, two"],
        );
    }

    #[test]
    fn a_secret_in_the_file_is_refused_and_not_shown() {
        let text = "[credentials.a]\nuser = 'u'\npassword = 'hunter2'\n";
        assert_refused(text, 3, &["password_file"]);
        assert!(!parse(text).unwrap_err().contains("hunter2"));
    }

    #[test]
    fn credentials_fit_their_product() {
        let target = |url: &str, credentials: &str| {
            parse(&format!(
                "[credentials.c]\n{credentials}\n[targets.t]\nurl='{url}'\ncredentials='c'\n"
            ))
        };
        assert!(
            target("fmc://h", "user='u'\nbearer_env='B'")
                .unwrap_err()
                .contains("password_file")
        );
        assert!(
            target("cdfmc://h", "password_env='B'")
                .unwrap_err()
                .contains("bearer_file")
        );
        assert!(
            target("cdfmc://h", "user='u'\nbearer_env='B'")
                .unwrap_err()
                .contains("no user")
        );
        assert!(
            target("fmc://me@h", "user='u'")
                .unwrap_err()
                .contains("both")
        );
        let prompt = target("fxos://h", "user='u'").unwrap();
        assert_eq!(prompt.target("t").unwrap().secret, Some(Source::Prompt));
    }

    #[test]
    fn the_default_path_follows_xdg() {
        let path = |set: &[(&str, &str)]| {
            let set: BTreeMap<_, _> = set.iter().copied().collect();
            default_path(|name| set.get(name).map(OsString::from))
        };
        let home = path(&[("HOME", "/home/me"), ("XDG_CONFIG_HOME", "relative")]);
        assert_eq!(home, Some("/home/me/.config/oobwatch/oobwatch.toml".into()));
        let xdg = path(&[("HOME", "/home/me"), ("XDG_CONFIG_HOME", "/cfg")]);
        assert_eq!(xdg, Some("/cfg/oobwatch/oobwatch.toml".into()));
        assert_eq!(path(&[]), None);
    }

    #[test]
    fn a_file_that_was_named_must_exist() {
        let folder = tempfile::tempdir().unwrap();
        let error = Config::load(Some(folder.path().join("none.toml")))
            .unwrap_err()
            .to_string();
        assert!(error.contains("none.toml: "), "{error}");
    }
}
