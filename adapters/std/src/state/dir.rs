//! Files and locks in a directory that is its owner's alone.
//!
//! A file is replaced as a whole or not at all. A lock is a file of its own,
//! held by the system for as long as the process lives, however it ends.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use ring::rand::{SecureRandom as _, SystemRandom};

use super::error::StateError;

/// Longest file that is read, in bytes: the tokens of a session and the names
/// of its domains, of which an FMC may have 1,000.
const LIMIT: u64 = 1024 * 1024;

/// What a file is called before it takes another's place.
const TEMPORARY: &str = ".tmp";

/// A file that is written to this long ago by nobody was left by a process
/// that was killed.
const ABANDONED_SECS: u64 = 3600;

/// A directory that is open to its owner alone.
#[derive(Debug)]
pub(super) struct Dir {
    path: PathBuf,
}

/// A lock that is held until this is dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Dir {
    /// Makes the directory where there is none.
    pub(super) fn open(path: &Path) -> Result<Self, StateError> {
        make(path).map_err(StateError::io("create the directory", path))?;
        let found = fs::metadata(path).map_err(StateError::io("look at", path))?;
        if !found.is_dir() {
            return Err(StateError::wrong_kind(path, "directory"));
        }
        only_ours(path, &found)?;
        Ok(Self {
            path: path.to_owned(),
        })
    }

    pub(super) fn folder(&self, name: &str) -> Result<Self, StateError> {
        Self::open(&self.path.join(name))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The whole file; `None` if there is none.
    pub(super) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StateError> {
        let path = self.path.join(name);
        // Looked at before it is opened: opening a pipe waits for a writer.
        let found = match fs::symlink_metadata(&path) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StateError::io("look at", &path)(error)),
        };
        if !found.is_file() {
            return Err(StateError::wrong_kind(&path, "regular file"));
        }
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StateError::io("read", &path)(error)),
        };
        let found = file.metadata().map_err(StateError::io("look at", &path))?;
        only_ours(&path, &found)?;
        let mut bytes = Vec::new();
        file.take(LIMIT + 1)
            .read_to_end(&mut bytes)
            .map_err(StateError::io("read", &path))?;
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LIMIT {
            let why = "is too long for what should be there; it is ignored";
            return Err(StateError::unreadable(&path, why));
        }
        Ok(Some(bytes))
    }

    /// Puts `bytes` in the place of the file, at once and for good.
    pub(super) fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), StateError> {
        let path = self.path.join(name);
        let temporary = self
            .path
            .join(format!("{name}.{}{TEMPORARY}", random_id()?));
        let written = write_new(&temporary, bytes).and_then(|()| fs::rename(&temporary, &path));
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        written
            .and_then(|()| self.sync())
            .map_err(StateError::io("write", &path))
    }

    /// Removes the file, if it is there.
    pub(super) fn remove(&self, name: &str) -> Result<(), StateError> {
        let path = self.path.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StateError::io("remove", &path)(error))
            }
            _ => self.sync().map_err(StateError::io("write to", &self.path)),
        }
    }

    /// Removes a file that was written long ago.
    pub(super) fn remove_abandoned(&self, name: &str) {
        let path = self.path.join(name);
        if fs::metadata(&path).is_ok_and(|found| is_abandoned(&found)) {
            let _ = fs::remove_file(path);
        }
    }

    /// Calls a file something else.
    pub(super) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path.join(from), self.path.join(to))
    }

    /// The names of its files, sorted. What killed processes left half-written
    /// is removed on the way.
    pub(super) fn names(&self) -> Result<Vec<String>, StateError> {
        let failed = |error| StateError::io("list", &self.path)(error);
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            if !name.ends_with(TEMPORARY) {
                names.push(name);
            } else if entry.metadata().is_ok_and(|found| is_abandoned(&found)) {
                let _ = fs::remove_file(entry.path());
            }
        }
        names.sort();
        Ok(names)
    }

    /// Takes the lock, if nobody else holds it.
    pub(super) fn try_lock(&self, name: &str) -> Result<Option<Lock>, StateError> {
        let (path, file) = self.lock_file(name)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(StateError::io("lock", &path)(error)),
        }
    }

    /// Waits for the lock: for those that are held for moments only.
    pub(super) fn lock(&self, name: &str) -> Result<Lock, StateError> {
        let (path, file) = self.lock_file(name)?;
        file.lock().map_err(StateError::io("lock", &path))?;
        Ok(Lock { _file: file })
    }

    fn lock_file(&self, name: &str) -> Result<(PathBuf, File), StateError> {
        let path = self.path.join(name);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        for_owner_alone(&mut options);
        let file = options
            .open(&path)
            .map_err(StateError::io("create the lock", &path))?;
        Ok((path, file))
    }

    #[cfg(unix)]
    fn sync(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }

    #[cfg(not(unix))]
    fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

/// A name that nothing else has: 128 random bits in hexadecimal.
pub(super) fn random_id() -> Result<String, StateError> {
    let mut bytes = [0; 16];
    fill_random(&mut bytes)?;
    Ok(hex(&bytes))
}

pub(super) fn fill_random(bytes: &mut [u8]) -> Result<(), StateError> {
    let filled = SystemRandom::new().fill(bytes);
    filled.map_err(|_| StateError::no_randomness(Path::new("the state directory")))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn is_abandoned(found: &fs::Metadata) -> bool {
    let age = found
        .modified()
        .map(|at| SystemTime::now().duration_since(at));
    age.is_ok_and(|age| age.is_ok_and(|age| age.as_secs() > ABANDONED_SECS))
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    for_owner_alone(&mut options);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(unix)]
fn make(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

#[cfg(not(unix))]
fn make(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

#[cfg(unix)]
fn for_owner_alone(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600);
}

/// The user's own folders are closed to others by themselves.
#[cfg(not(unix))]
fn for_owner_alone(_: &mut OpenOptions) {}

#[cfg(unix)]
fn only_ours(path: &Path, found: &fs::Metadata) -> Result<(), StateError> {
    use std::os::unix::fs::MetadataExt as _;
    if found.uid() != rustix::process::geteuid().as_raw() {
        Err(StateError::other_owner(path))
    } else if found.mode() & 0o077 != 0 {
        Err(StateError::open_to_others(
            path,
            found.mode(),
            found.is_dir(),
        ))
    } else {
        Ok(())
    }
}

#[cfg(not(unix))]
fn only_ours(_: &Path, _: &fs::Metadata) -> Result<(), StateError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dir() -> (tempfile::TempDir, Dir) {
        let outer = tempfile::tempdir().unwrap();
        let dir = Dir::open(&outer.path().join("state")).unwrap();
        (outer, dir)
    }

    #[test]
    fn a_file_is_replaced_as_a_whole() {
        let (_outer, dir) = dir();
        assert_eq!(dir.read("a").unwrap(), None);
        dir.replace("a", b"long content").unwrap();
        dir.replace("a", b"short").unwrap();
        assert_eq!(dir.read("a").unwrap().unwrap(), b"short");
        assert_eq!(dir.names().unwrap(), ["a"]);
        dir.remove("a").unwrap();
        dir.remove("a").unwrap();
        assert_eq!(dir.names().unwrap(), [""; 0]);
    }

    #[test]
    fn a_lock_has_one_holder() {
        let (_outer, dir) = dir();
        let held = dir.try_lock("l").unwrap();
        assert!(held.is_some());
        assert!(dir.try_lock("l").unwrap().is_none());
        drop(held);
        assert!(dir.try_lock("l").unwrap().is_some());
    }

    /// Neither read, which would wait for a writer, nor followed.
    #[cfg(unix)]
    #[test]
    fn a_pipe_or_a_link_is_no_record() {
        let (_outer, dir) = dir();
        let pipe = std::process::Command::new("mkfifo")
            .arg(dir.path.join("pipe"))
            .status();
        assert!(pipe.unwrap().success());
        dir.replace("a", b"x").unwrap();
        std::os::unix::fs::symlink("a", dir.path.join("link")).unwrap();
        for name in ["pipe", "link"] {
            let error = dir.read(name).unwrap_err().to_string();
            assert!(error.contains("no regular file"), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_open_to_others_is_refused_with_what_to_do() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_outer, dir) = dir();
        let mode = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        dir.replace("a", b"x").unwrap();
        let found = fs::metadata(dir.path.join("a")).unwrap().permissions();
        assert_eq!(found.mode() & 0o777, 0o600);
        mode(&dir.path.join("a"), 0o640);
        let error = dir.read("a").unwrap_err().to_string();
        assert!(
            error.contains("chmod 600") && error.contains("640"),
            "{error}"
        );
        mode(&dir.path, 0o755);
        let error = Dir::open(&dir.path).unwrap_err().to_string();
        assert!(error.contains("chmod 700"), "{error}");
        mode(&dir.path, 0o700);
        assert!(Dir::open(&dir.path).is_ok());
        let error = Dir::open(&dir.path.join("a")).unwrap_err().to_string();
        assert!(error.contains(dir.path.to_str().unwrap()), "{error}");
    }
}
