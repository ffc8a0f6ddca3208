//! Programs that must not compile: what the types keep, and not care.
//!
//! Each file of `compile_fail/` is a small program with a line too many, or
//! several, which end in `//~` and the code of the error that they must give. A
//! case holds if the compiler reports these errors on these lines and no other,
//! and if the program compiles without them: so it can not fail for another
//! reason, such as a name that has changed. The compiler's words are not looked
//! at: they change from release to release.
//!
//! Cases in `compile_fail/defmt/` are for the feature of that name.
#![cfg(not(miri))]

use core::sync::atomic::{AtomicUsize, Ordering};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::{env, fs, thread};

use serde_json::Value;

#[test]
fn the_types_keep_what_they_are_for() {
    let (compiler, cases) = (Compiler::new(), cases());
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    wrong.lock().unwrap().extend(judge(&compiler, case).err());
                }
            });
        }
    });
    let (count, wrong) = (cases.len(), wrong.into_inner().unwrap());
    assert!(count > 10, "the cases are gone");
    assert!(wrong.is_empty(), "of {count} cases:\n{}", wrong.join("\n"));
}

fn cases() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compile_fail");
    let defmt = cfg!(feature = "defmt").then(|| directory.join("defmt"));
    let directories = [Some(directory), defmt].into_iter().flatten();
    let entries = directories.flat_map(|directory| fs::read_dir(directory).unwrap());
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.is_file()).collect()
}

/// Says what is wrong with a case, if anything.
fn judge(compiler: &Compiler, path: &Path) -> Result<(), String> {
    let name = path.file_name().unwrap().to_string_lossy();
    let program = fs::read_to_string(path).unwrap();
    let (mut twin, mut expected) = (String::new(), Vec::new());
    for (number, line) in (1..).zip(program.lines()) {
        match line.split_once("//~") {
            Some((_, code)) => expected.push((code.trim().to_owned(), vec![number])),
            None => twin.push_str(line),
        }
        twin.push('\n');
    }
    if expected.is_empty() {
        return Err(format!("{name}: no line ends in //~ and an error"));
    }
    let found = compiler.errors(&format!("twin_{name}"), &twin);
    if !found.is_empty() {
        return Err(format!(
            "{name}: does not compile without the marked lines: {found:?}"
        ));
    }
    let found = compiler.errors(&name, &program);
    if found != expected {
        return Err(format!("{name}: expected {expected:?}, found {found:?}"));
    }
    Ok(())
}

/// The compiler that has built the core, and what it has built.
struct Compiler {
    libraries: Vec<(&'static str, PathBuf)>,
    scratch: PathBuf,
}

impl Compiler {
    /// Asks cargo, for which there is nothing left to build.
    fn new() -> Self {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
        cargo.args(["build", "--package=oobwatch-core", "--lib", "--offline"]);
        cargo.args(["--quiet", "--message-format=json"]);
        let mut libraries = vec!["oobwatch_core"];
        if cfg!(feature = "defmt") {
            cargo.arg("--features=defmt");
            libraries.push("defmt");
        }
        let output = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{output:?}");
        let built = |name| library(&output.stdout, name).expect("cargo says where it is");
        let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile_fail");
        fs::create_dir_all(&scratch).unwrap();
        Self {
            libraries: libraries
                .into_iter()
                .map(|name| (name, built(name)))
                .collect(),
            scratch,
        }
    }

    /// The errors in `program`, and the lines that they are on.
    fn errors(&self, name: &str, program: &str) -> Vec<(String, Vec<u64>)> {
        let source = self.scratch.join(name);
        fs::write(&source, program).unwrap();
        let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or("rustc".into()));
        rustc.args(["--edition=2024", "--crate-type=lib", "--emit=metadata"]);
        rustc.args(["--error-format=json", "--out-dir"]);
        rustc.arg(&self.scratch).arg(&source);
        for (name, library) in &self.libraries {
            let directory = library.parent().unwrap();
            rustc
                .arg("--extern")
                .arg(with(&format!("{name}="), library));
            rustc.arg("-L").arg(with("dependency=", directory));
        }
        let output = rustc.output().unwrap();
        let mut errors: Vec<_> = messages(&output.stderr)
            .filter(|message| message["level"] == "error")
            .map(|error| (code(&error), lines(&error)))
            // The last message counts the others.
            .filter(|(_, lines)| !lines.is_empty())
            .collect();
        errors.sort_by_key(|(_, lines)| lines.first().copied());
        let (succeeded, clean) = (output.status.success(), errors.is_empty());
        assert_eq!(succeeded, clean, "{name}: {output:?}");
        errors
    }
}

fn with(prefix: &str, path: &Path) -> OsString {
    let mut text = OsString::from(prefix);
    text.push(path);
    text
}

/// Where cargo has put the library `name`.
fn library(messages_of_cargo: &[u8], name: &str) -> Option<PathBuf> {
    let named = messages(messages_of_cargo).filter(|message| message["target"]["name"] == name);
    let files = named.filter_map(|message| message["filenames"].as_array().cloned());
    let mut files = files
        .flatten()
        .map(|file| PathBuf::from(file.as_str().unwrap()));
    files.find(|file| file.extension().is_some_and(|end| end == "rmeta"))
}

fn messages(output: &[u8]) -> impl Iterator<Item = Value> {
    let lines = output.split(|&byte| byte == b'\n');
    lines.filter_map(|line| serde_json::from_slice(line).ok())
}

/// Such as `E0382`, or the name of a lint; a syntax error has none.
fn code(error: &Value) -> String {
    let code = error["code"]["code"].as_str();
    code.unwrap_or("syntax").to_owned()
}

fn lines(error: &Value) -> Vec<u64> {
    let spans = error["spans"].as_array().into_iter().flatten();
    let primary = spans.filter(|span| span["is_primary"] == true);
    primary
        .filter_map(|span| span["line_start"].as_u64())
        .collect()
}
