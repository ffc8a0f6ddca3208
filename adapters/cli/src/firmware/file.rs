//! The file of an image: for its owner alone, replaced at once or not at all.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use oobwatch_client::Zeroizing;
use oobwatch_image::{Image, Reason};

use crate::exit::Failure;

/// Longest file that is read, in bytes: sixteen targets with the largest certificates stay under.
const LIMIT: u64 = 4 * 1024 * 1024;

/// Reads a file that may hold secrets.
pub(super) fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = File::open(path)?;
    let length = file.metadata()?.len().min(LIMIT);
    // Room for all at once, so that no copy is left behind.
    let room = usize::try_from(length).unwrap_or(0).saturating_add(1);
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    file.take(LIMIT).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The generation of the image that is to be replaced, if there is one. Any other file is not
/// touched, unless that is `force`d.
pub(super) fn previous(path: &Path, force: bool) -> Result<Option<u32>, Failure> {
    let refused = |why: &str| Failure::Usage(format!("{}: {why}", path.display()));
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(refused(&error.to_string())),
        Ok(found) if !found.is_file() => {
            return Err(refused(
                "is no regular file; name another file for the image",
            ));
        }
        Ok(_) => {}
    }
    let not_ours = "is there already, and is no configuration image; name another file, or overwrite it with --force";
    match read(path).map(|bytes| Image::parse(&bytes).map(|image| image.generation())) {
        Ok(Ok(generation)) => Ok(Some(generation)),
        _ if force => Ok(None),
        Err(error) => Err(refused(&format!(
            "is there already, and can not be read: {error}"
        ))),
        Ok(Err(error)) => match error.reason {
            Reason::NotAnImage | Reason::Blank => Err(refused(not_ours)),
            // A damaged image is still one.
            _ => Ok(None),
        },
    }
}

/// Grows with each image without anything being remembered: seconds since 1970, and more than the
/// image before has.
pub(super) fn next_generation(previous: Option<u32>) -> u32 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(1, |since| {
        u32::try_from(since.as_secs()).unwrap_or(u32::MAX)
    });
    previous.map_or(now, |previous| now.max(previous.saturating_add(1)))
}

/// Writes a new file beside it, readable by its owner only, and puts that in its place.
pub(super) fn write(path: &Path, image: &[u8]) -> Result<(), Failure> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let written = || -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
        file.write_all(image)?;
        file.as_file().sync_all()?;
        file.persist(path).map(drop).map_err(|error| error.error)
    };
    written().map_err(|error| Failure::Failed(format!("can not write {}: {error}", path.display())))
}
