//! Prometheus and its `promtool`. Debian's package would start a server when it is
//! installed, so it is only unpacked, beside what cargo builds.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::{apt, is_root, on_path};
use crate::command::{Cmd, program, target_dir};

/// Where the two programs are.
pub(crate) struct Prometheus {
    /// Empty for those on the path.
    dir: PathBuf,
}

impl Prometheus {
    /// Those of the machine, or else those of Debian's package.
    pub(crate) fn find() -> Result<Self> {
        if on_path("promtool") && on_path("prometheus") {
            return Ok(Self {
                dir: PathBuf::new(),
            });
        }
        let root = target_dir().join("tools/prometheus");
        let dir = root.join("usr/bin");
        if !dir.join("promtool").is_file() {
            unpack(&root)?;
        }
        Ok(Self { dir })
    }

    pub(crate) fn promtool(&self) -> Cmd {
        program(self.dir.join("promtool"))
    }

    pub(crate) fn server(&self) -> Cmd {
        program(self.dir.join("prometheus"))
    }
}

fn unpack(root: &Path) -> Result<()> {
    if !on_path("apt-get") || !on_path("dpkg-deb") {
        bail!(
            "missing: prometheus and promtool, and this is no Debian to take them from; \
             put those of prometheus.io on the path"
        );
    }
    // What an earlier run left half done.
    let _ = fs::remove_dir_all(root);
    fs::create_dir_all(root).with_context(|| format!("could not make {}", root.display()))?;
    let download = || apt().args(["download", "prometheus"]).within(root);
    println!("   missing: prometheus and promtool: {}", download());
    if !download().succeeds() {
        if is_root() {
            apt().arg("update").run()?;
        }
        download().run()?;
    }
    let package = fs::read_dir(root)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|end| end == "deb"))
        .with_context(|| format!("apt-get has left no package in {}", root.display()))?;
    let unpack = program("dpkg-deb").arg("--extract").arg(&package).arg(root);
    unpack.run()?;
    fs::remove_file(&package).with_context(|| format!("could not remove {}", package.display()))
}
