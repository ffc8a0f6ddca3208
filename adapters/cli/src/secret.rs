//! Passwords and bearer tokens: where they come from. Never from an argument.

use core::fmt;
use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// Longest secret that is read, in bytes; a bearer is a JWT of a kilobyte or two.
const LIMIT: usize = 16 * 1024;

/// A password or bearer. Has no `Debug`, and is zeroized on drop.
pub(crate) struct Secret(Zeroizing<String>);

impl Secret {
    /// The secret itself, to be lent to the client and nothing else.
    pub(crate) fn expose_secret(&self) -> &str {
        &self.0
    }

    /// The secret itself, for the client to keep.
    pub(crate) fn into_zeroizing(self) -> Zeroizing<String> {
        self.0
    }
}

/// Where a secret is to be found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    /// The first line, and only line, of a file.
    File(PathBuf),
    /// An environment variable.
    Env(String),
    /// The terminal.
    Prompt,
}

/// Which secret is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Password,
    Bearer,
    AccessToken,
    RefreshToken,
    WebhookUrl,
}

impl What {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Bearer => "bearer token",
            Self::AccessToken => "access token",
            Self::RefreshToken => "refresh token",
            Self::WebhookUrl => "address of the webhook",
        }
    }

    const fn flags(self) -> &'static str {
        match self {
            Self::Password => "--password-file or --password-env",
            Self::Bearer => "--bearer-file or --bearer-env",
            Self::AccessToken => "--access-token-env",
            Self::RefreshToken => "--refresh-token-env",
            Self::WebhookUrl => "url_file or url_env",
        }
    }
}

impl Source {
    /// Fetches the secret. `whose` completes the prompt: `password for WHOSE`.
    pub(crate) fn read(&self, what: What, whose: &str) -> Result<Secret, SecretError> {
        let text = match self {
            Self::File(path) => from_file(what, path)?,
            Self::Env(name) => from_env(what, name)?,
            Self::Prompt => from_terminal(what, whose)?,
        };
        if text.is_empty() {
            return Err(SecretError::Empty(what, self.clone()));
        }
        if text.contains(['\r', '\n', '\0']) {
            return Err(SecretError::LineBreak(what, self.clone()));
        }
        Ok(Secret(text))
    }

    /// What the operator should be told about this source before it is used.
    pub(crate) fn warning(&self) -> Option<String> {
        match self {
            Self::File(path) if others_can_read(path) && !is_kept_by_systemd(path) => {
                Some(format!(
                    "{path} can be read by others on this machine; run: chmod 600 {path}",
                    path = path.display()
                ))
            }
            _ => None,
        }
    }
}

/// Reads into memory that does not move, so that no copy is left behind.
fn from_file(what: What, path: &Path) -> Result<Zeroizing<String>, SecretError> {
    let failed = |error| SecretError::File(what, path.to_owned(), error);
    let mut bytes = Zeroizing::new(Vec::with_capacity(LIMIT + 1));
    let file = File::open(path).map_err(failed)?;
    file.take(LIMIT as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() > LIMIT {
        return Err(SecretError::TooLong(what, path.to_owned()));
    }
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    }
    let text = core::str::from_utf8(&bytes);
    let text = text.map_err(|_| SecretError::NotUtf8(what, Source::File(path.to_owned())))?;
    Ok(Zeroizing::new(text.to_owned()))
}

fn from_env(what: What, name: &str) -> Result<Zeroizing<String>, SecretError> {
    match std::env::var(name) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(std::env::VarError::NotPresent) => Err(SecretError::EnvMissing(what, name.to_owned())),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(SecretError::NotUtf8(what, Source::Env(name.to_owned())))
        }
    }
}

fn from_terminal(what: What, whose: &str) -> Result<Zeroizing<String>, SecretError> {
    if !io::stdin().is_terminal() {
        return Err(SecretError::NoTerminal(what));
    }
    let typed = rpassword::prompt_password(format!("{} for {whose}: ", what.as_str()));
    typed
        .map(Zeroizing::new)
        .map_err(|error| SecretError::Terminal(what, error))
}

/// Whether it is a copy that systemd made for this service alone
/// (`LoadCredential=`). It may let the service read by an access list, which looks
/// like a right of the group.
fn is_kept_by_systemd(path: &Path) -> bool {
    let kept = std::env::var_os("CREDENTIALS_DIRECTORY");
    kept.is_some_and(|kept| !kept.is_empty() && path.starts_with(kept))
}

#[cfg(unix)]
fn others_can_read(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).is_ok_and(|found| found.is_file() && found.mode() & 0o044 != 0)
}

#[cfg(not(unix))]
fn others_can_read(_: &Path) -> bool {
    false
}

/// Why there is no secret.
#[derive(Debug)]
pub(crate) enum SecretError {
    Empty(What, Source),
    EnvMissing(What, String),
    File(What, PathBuf, io::Error),
    LineBreak(What, Source),
    NoTerminal(What),
    NotUtf8(What, Source),
    Terminal(What, io::Error),
    TooLong(What, PathBuf),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "in {}", path.display()),
            Self::Env(name) => write!(f, "in ${name}"),
            Self::Prompt => f.write_str("from the terminal"),
        }
    }
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty(what, source) => write!(f, "the {} {source} is empty", what.as_str()),
            Self::EnvMissing(what, name) => {
                write!(
                    f,
                    "the {} should be in ${name}, which is not set",
                    what.as_str()
                )
            }
            Self::File(what, path, error) => {
                write!(
                    f,
                    "can not read the {} from {}: {error}",
                    what.as_str(),
                    path.display()
                )
            }
            Self::LineBreak(what, source) => write!(
                f,
                "the {} {source} holds a line break or NUL; only one newline at the end of a file is dropped",
                what.as_str()
            ),
            Self::NoTerminal(what) => write!(
                f,
                "no {} was given, and stdin is no terminal to ask on; use {}",
                what.as_str(),
                what.flags()
            ),
            Self::NotUtf8(what, source) => write!(f, "the {} {source} is not UTF-8", what.as_str()),
            Self::Terminal(what, error) => {
                write!(
                    f,
                    "can not ask for the {}: {error}; use {}",
                    what.as_str(),
                    what.flags()
                )
            }
            Self::TooLong(what, path) => {
                write!(f, "{} is too long for a {}", path.display(), what.as_str())
            }
        }
    }
}

impl core::error::Error for SecretError {}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn read(content: &[u8]) -> Result<String, SecretError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        let source = Source::File(file.path().to_owned());
        source
            .read(What::Password, "x")
            .map(|secret| secret.expose_secret().to_owned())
    }

    #[test]
    fn one_newline_at_the_end_is_not_part_of_the_password() {
        assert_eq!(read(b"pass word ").unwrap(), "pass word ");
        assert_eq!(read(b"pw\n").unwrap(), "pw");
        assert_eq!(read(b"pw\r\n").unwrap(), "pw");
        assert!(matches!(read(b"pw\n\n"), Err(SecretError::LineBreak(..))));
        assert!(matches!(read(b"p\nw"), Err(SecretError::LineBreak(..))));
        assert!(matches!(read(b"\n"), Err(SecretError::Empty(..))));
        assert!(matches!(read(b"\xff"), Err(SecretError::NotUtf8(..))));
        assert!(matches!(
            read(&[b'a'; LIMIT + 1]),
            Err(SecretError::TooLong(..))
        ));
        assert_eq!(read(&[b'a'; LIMIT]).unwrap().len(), LIMIT);
    }

    #[test]
    fn a_missing_variable_is_named() {
        let source = Source::Env("OOBWATCH_TEST_NOT_SET".to_owned());
        let error = source.read(What::Bearer, "x").err().unwrap().to_string();
        assert!(error.contains("$OOBWATCH_TEST_NOT_SET"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_warned_about() {
        use std::os::unix::fs::PermissionsExt as _;
        let file = tempfile::NamedTempFile::new().unwrap();
        let source = Source::File(file.path().to_owned());
        let with_mode = |mode| {
            std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(mode)).unwrap();
            source.warning()
        };
        assert_eq!(with_mode(0o600), None);
        assert!(with_mode(0o640).unwrap().contains("chmod 600"));
        assert!(with_mode(0o604).is_some());
    }
}
