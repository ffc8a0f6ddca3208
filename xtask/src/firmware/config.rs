//! A configuration image on its way onto a board.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use oobwatch_image::{Image, REGION_LEN};

/// An image that a board will take. It holds passwords: it is read, never shown.
pub(super) struct Config {
    pub(super) path: PathBuf,
    pub(super) bytes: Vec<u8>,
}

impl Config {
    /// Reads and checks the image at `path`, if there is to be one.
    pub(super) fn read(path: Option<&Path>) -> Result<Option<Self>> {
        let Some(path) = path else { return Ok(None) };
        let path = std::path::absolute(path)?;
        let bytes =
            fs::read(&path).with_context(|| format!("could not read {}", path.display()))?;
        let image = Image::parse(&bytes).map(|image| image.targets().len());
        let targets = image.with_context(|| {
            format!(
                "{} is no configuration that a board would take; \
                 `oobwatch firmware-config` makes them",
                path.display()
            )
        })?;
        if bytes.len() > REGION_LEN {
            bail!(
                "{} is longer than the {REGION_LEN} bytes that a board keeps",
                path.display()
            );
        }
        println!("   {}: {targets} targets", path.display());
        Ok(Some(Self { path, bytes }))
    }
}
