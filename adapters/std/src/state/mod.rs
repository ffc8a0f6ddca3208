//! What is remembered between processes: refused passwords, logins that were
//! begun, sessions that are open, what was learned of a box.
//!
//! The rules are core's; here is where they are written down. `docs/state.md`
//! has the files, their formats, who locks what, and what it protects from.

mod after;
mod before;
mod dir;
mod error;
mod holding;
mod leftovers;
mod memory;
mod moment;
mod refusals;
mod seal;
mod sessions;

#[cfg(test)]
mod tests;

use core::fmt;
use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use ring::digest::{SHA256, digest};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::lock;
use dir::{Dir, hex};
use seal::Key;

pub(crate) use holding::{Flight, Found, Keeper, Open, Ready};
pub(crate) use memory::Gist;
pub(crate) use moment::Moment;
pub(crate) use refusals::CredentialId;
pub(crate) use sessions::Secrets;

pub use error::StateError;
pub use leftovers::{Leftovers, Recovered, RevokeError};
pub use refusals::{Next, Refused, Standing};
pub use sessions::{Kind, Remembered};

/// How the name of a record ends.
const RECORD: &str = ".json";

/// A directory in which processes of one user remember sessions and refusals.
///
/// Give it to each [`Builder`](crate::Builder::state); clones are the same.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use oobwatch_client::core::product::Product;
/// use oobwatch_client::state::{State, default_dir};
/// use oobwatch_client::{Client, Credential};
///
/// let state = State::open(default_dir().ok_or("no home directory")?)?;
/// let credential = Credential::new("monitor", std::env::var("FMC_PASSWORD")?).named("monitor");
/// let client = Client::builder(Product::Fmc, "fmc.example".parse()?)
///     .credential(credential)
///     .state(state)
///     .build()?;
/// // What earlier processes left open on this box is closed first.
/// let recovered = client.recover().await?;
/// println!("{} closed, {} lost", recovered.closed, recovered.lost);
/// client.check().await;
/// client.close().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct State(Arc<Inner>);

struct Inner {
    top: Dir,
    boxes: Dir,
    credentials: Dir,
    sessions: Dir,
    key: OnceLock<Key>,
    /// Files that were complained about.
    warned: Mutex<HashSet<PathBuf>>,
}

/// Where the state of this user belongs on this platform:
/// `oobwatch` in `$XDG_STATE_HOME` or `~/.local/state` (XDG Base Directory
/// Specification), or in `%LOCALAPPDATA%`. `None` without a home directory.
#[must_use]
pub fn default_dir() -> Option<PathBuf> {
    dir_from(|name| std::env::var_os(name))
}

fn dir_from(env: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name| {
        env(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base = folder("XDG_STATE_HOME")
        .or_else(|| folder("LOCALAPPDATA"))
        .or_else(|| folder("HOME").map(|home| home.join(".local").join("state")))?;
    Some(base.join("oobwatch"))
}

impl State {
    /// Opens the directory, and makes it where there is none.
    ///
    /// # Errors
    /// [`StateError`] if it can not be made or written to, belongs to another
    /// user, or is open to others.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StateError> {
        let top = Dir::open(path.as_ref())?;
        let boxes = top.folder("boxes")?;
        let (credentials, sessions) = (top.folder("credentials")?, top.folder("sessions")?);
        // Better now than in the middle of a login.
        drop(sessions.lock("lock")?);
        Ok(Self(Arc::new(Inner {
            top,
            boxes,
            credentials,
            sessions,
            key: OnceLock::new(),
            warned: Mutex::default(),
        })))
    }

    /// The directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.top.path()
    }

    fn boxes(&self) -> &Dir {
        &self.0.boxes
    }

    fn credentials(&self) -> &Dir {
        &self.0.credentials
    }

    fn records(&self) -> &Dir {
        &self.0.sessions
    }

    /// The key, made at its first use.
    fn key(&self) -> Result<&Key, StateError> {
        if let Some(key) = self.0.key.get() {
            return Ok(key);
        }
        let key = Key::load(&self.0.top)?;
        Ok(self.0.key.get_or_init(|| key))
    }

    /// Reads a record. One that is damaged is put aside with a warning, so that
    /// it is complained about once, and counts as not there.
    fn read<T: DeserializeOwned>(&self, dir: &Dir, name: &str) -> Result<Option<T>, StateError> {
        let bytes = match dir.read(name) {
            Err(error) if error.is_about_content() => {
                self.put_aside(dir, name, "it is too long");
                return Ok(None);
            }
            bytes => bytes?,
        };
        let parsed = bytes.map(|bytes| serde_json::from_slice(&bytes));
        match parsed {
            None => Ok(None),
            Some(Ok(record)) => Ok(Some(record)),
            Some(Err(_)) => {
                self.put_aside(dir, name, "it is damaged, or of another version");
                Ok(None)
            }
        }
    }

    fn put_aside(&self, dir: &Dir, name: &str, why: &str) {
        let path = dir.path().join(name);
        if !lock(&self.0.warned).insert(path.clone()) {
            return;
        }
        let aside = format!("{name}.ignored");
        let path = path.display();
        match dir.rename(name, &aside) {
            Ok(()) => tracing::warn!(
                "{path} is ignored: {why}; it was put aside as {aside}, for you to look at and remove"
            ),
            Err(_) => tracing::warn!("{path} is ignored: {why}; remove it"),
        }
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("State").field(&self.path()).finish()
    }
}

/// A file name for what these words are about: the same words, the same file.
fn file_id(words: &[&str]) -> String {
    let words = words.join("\0");
    hex(digest(&SHA256, words.as_bytes()).as_ref().split_at(16).0)
}

/// Records have plain members: there is nothing in them that has no JSON.
fn to_json(record: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(record).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
