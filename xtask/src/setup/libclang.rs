//! Whether libclang, which makes Rust bindings of C headers, is on this machine.
//! It is a library that is loaded by name: no program on `PATH` shows it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Where `clang-sys` looks on Linux, to two directories below.
const ROOTS: [&str; 5] = [
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/local/lib64",
];
const DEPTH: u32 = 2;

/// Whether the build of the bindings will find it. Elsewhere than on Linux, that
/// build has to say so itself.
pub(super) fn is_there() -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    match std::env::var_os("LIBCLANG_PATH").map(PathBuf::from) {
        Some(file) if file.is_file() => true,
        Some(dir) => holds(&dir, 0),
        None => ROOTS.iter().any(|root| holds(Path::new(root), DEPTH)),
    }
}

/// Whether it is in `dir`, or so many directories below.
fn holds(dir: &Path, depth: u32) -> bool {
    let Ok(entries) = dir.read_dir() else {
        return false;
    };
    entries.filter_map(Result::ok).any(|entry| {
        let path = entry.path();
        is_name(&entry.file_name()) && path.is_file()
            || depth > 0 && path.is_dir() && holds(&path, depth - 1)
    })
}

/// `libclang.so`, `libclang-14.so`, `libclang.so.1`; not `libclang-cpp.so`, which
/// is another library.
fn is_name(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let Some(rest) = name.strip_prefix("libclang") else {
        return false;
    };
    let Some((version, _)) = rest.split_once(".so") else {
        return false;
    };
    !version.contains("cpp") && (version.is_empty() || version.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_is_told_from_its_neighbours() {
        for name in [
            "libclang.so",
            "libclang.so.1",
            "libclang-14.so",
            "libclang-14.so.13",
        ] {
            assert!(is_name(name.as_ref()), "{name}");
        }
        for name in [
            "libclang-cpp.so.14",
            "libclangAST.a",
            "libclangd.so",
            "libc.so",
        ] {
            assert!(!is_name(name.as_ref()), "{name}");
        }
    }
}
