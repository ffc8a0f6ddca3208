//! Which documents there are, and how one is read.

use std::path::{Path, PathBuf};

/// A document.
pub(crate) struct Page {
    /// From the root of the repository, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("the package is in tests/")
        .to_owned()
}

/// Folders that hold no document of ours.
const NOT_OURS: [&str; 3] = ["target", ".git", "node_modules"];

/// Every document of the repository, in order.
pub(crate) fn all() -> Vec<Page> {
    let mut paths = Vec::new();
    collect(&root(), &mut paths);
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        let path = path.strip_prefix(root()).unwrap();
        Page {
            path: path.to_str().unwrap().replace('\\', "/"),
            text,
        }
    };
    paths.into_iter().map(read).collect()
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && !NOT_OURS.contains(&name) {
            collect(&path, into);
        } else if name.ends_with(".md") {
            into.push(path);
        }
    }
}

impl Page {
    /// Whether it belongs to the book, and not only to the repository.
    pub(crate) fn in_book(&self) -> bool {
        self.path.starts_with("docs/")
    }

    /// `PATH:LINE` of an offset.
    pub(crate) fn place(&self, offset: usize) -> String {
        let line = 1 + self.text[..offset].matches('\n').count();
        format!("{}:{line}", self.path)
    }
}
