//! Why something can not be remembered.

use core::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why the state directory, or a file in it, can not be used.
#[derive(Debug)]
pub struct StateError {
    path: PathBuf,
    why: Why,
}

#[derive(Debug)]
enum Why {
    /// What was tried, and what the system says.
    Io(&'static str, io::Error),
    OtherOwner,
    #[cfg(unix)]
    OpenToOthers {
        mode: u32,
        folder: bool,
    },
    WrongKind(&'static str),
    Unreadable(&'static str),
    NoRandomness,
}

impl StateError {
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self {
            path,
            why: Why::Io(doing, error),
        }
    }

    #[cfg(unix)]
    pub(super) fn other_owner(path: &Path) -> Self {
        Self::new(path, Why::OtherOwner)
    }

    #[cfg(unix)]
    pub(super) fn open_to_others(path: &Path, mode: u32, folder: bool) -> Self {
        Self::new(path, Why::OpenToOthers { mode, folder })
    }

    /// It is no directory, or no regular file.
    pub(super) fn wrong_kind(path: &Path, what: &'static str) -> Self {
        Self::new(path, Why::WrongKind(what))
    }

    /// What it holds was not written by this program, or is damaged.
    pub(super) fn unreadable(path: &Path, why: &'static str) -> Self {
        Self::new(path, Why::Unreadable(why))
    }

    pub(super) fn no_randomness(path: &Path) -> Self {
        Self::new(path, Why::NoRandomness)
    }

    fn new(path: &Path, why: Why) -> Self {
        Self {
            path: path.to_owned(),
            why,
        }
    }

    /// Whether the content is the problem, not the access to it.
    pub(super) const fn is_about_content(&self) -> bool {
        matches!(self.why, Why::Unreadable(_))
    }
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.why {
            Why::Io(doing, error) => write!(
                f,
                "can not {doing} {path}: {error}; refused logins and open sessions are remembered there: make it writable for this user, or choose another state directory"
            ),
            Why::OtherOwner => write!(
                f,
                "{path} belongs to another user; refused logins and open sessions are kept by each user apart: choose another state directory, or run as its owner"
            ),
            #[cfg(unix)]
            Why::OpenToOthers { mode, folder } => write!(
                f,
                "{path} is open to others (mode {:03o}); check who could have written there, then run: chmod {} {path}",
                mode & 0o777,
                if *folder { "700" } else { "600" }
            ),
            Why::WrongKind(what) => write!(
                f,
                "{path} is no {what}; move it away, or choose another state directory"
            ),
            Why::Unreadable(why) => write!(f, "{path} {why}"),
            Why::NoRandomness => write!(
                f,
                "the system gives no random bytes, so nothing can be encrypted for {path}"
            ),
        }
    }
}

impl core::error::Error for StateError {}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// One of each kind. A kind that is not here does not compile.
    fn one_of_each() -> Vec<StateError> {
        const _: fn(&Why) = |why| match why {
            Why::Io(..) | Why::OtherOwner | Why::WrongKind(_) => {}
            Why::Unreadable(_) | Why::NoRandomness => {}
            Why::OpenToOthers { .. } => {}
        };
        let path = Path::new("PATH");
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);
        vec![
            StateError::io("write", path)(denied),
            StateError::other_owner(path),
            StateError::open_to_others(path, 0o755, true),
            StateError::open_to_others(path, 0o644, false),
            StateError::wrong_kind(path, "directory"),
            StateError::unreadable(path, "is too long for what should be there; it is ignored"),
            StateError::no_randomness(path),
        ]
    }

    /// `OOBWATCH_BLESS=1` writes it.
    #[test]
    fn the_reference_has_each() {
        let line = |error: &StateError| format!("- {error}\n");
        let list: String = one_of_each().iter().map(line).collect();
        oobwatch_docs::generated("reference/errors.md", "state", &list);
    }
}
