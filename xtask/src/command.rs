//! Other programs: run so that a failure says how to repeat it.

use core::fmt;
use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};

/// A program with its arguments, started in the root of the repository.
pub(crate) struct Cmd {
    shown: String,
    command: Command,
}

/// `cargo`, the one that runs this program.
pub(crate) fn cargo(subcommand: &str) -> Cmd {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut cmd = Cmd {
        shown: "cargo".to_owned(),
        command: Command::new(cargo),
    };
    cmd.start_at_root();
    cmd.arg(subcommand)
}

/// Any other program.
pub(crate) fn program(name: impl AsRef<OsStr>) -> Cmd {
    let shown = quoted(name.as_ref());
    let mut cmd = Cmd {
        shown,
        command: Command::new(name),
    };
    cmd.start_at_root();
    cmd
}

impl Cmd {
    /// A nested cargo must not see what cargo told this program about itself:
    /// build scripts that watch it would run again.
    fn start_at_root(&mut self) {
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
                self.command.env_remove(name.as_ref());
            }
        }
        self.command.current_dir(root());
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.shown.push(' ');
        self.shown.push_str(&quoted(arg.as_ref()));
        self.command.arg(arg);
        self
    }

    pub(crate) fn args<S: AsRef<OsStr>>(self, args: impl IntoIterator<Item = S>) -> Self {
        args.into_iter().fold(self, Self::arg)
    }

    /// Starts it in another folder, and shows that.
    pub(crate) fn within(mut self, dir: &Path) -> Self {
        let shown = dir.strip_prefix(root()).unwrap_or(dir);
        self.shown = format!("cd {} && {}", quoted(shown.as_os_str()), self.shown);
        self.command.current_dir(dir);
        self
    }

    /// Sets a variable, and shows it.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.shown = format!("{name}={} {}", quoted(value.as_ref()), self.shown);
        self.command.env(name, value);
        self
    }

    /// Sets a variable that is shown nowhere.
    pub(crate) fn secret_env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs it with its output passed on.
    pub(crate) fn run(mut self) -> Result<()> {
        let status = self.command.stdin(Stdio::null()).status();
        let status = status.with_context(|| format!("could not start: {}", self.shown))?;
        if !status.success() {
            bail!("{status}; to repeat it:\n    {}", self.shown);
        }
        Ok(())
    }

    /// Runs it and keeps its output, whatever its exit code.
    pub(crate) fn output(&mut self) -> Result<Output> {
        let output = self.command.stdin(Stdio::null()).output();
        output.with_context(|| format!("could not start: {}", self.shown))
    }

    /// Runs it quietly with `input` on its standard input; what it printed, if it fails.
    pub(crate) fn feed(mut self, input: &str) -> Result<()> {
        let piped = self.command.stdin(Stdio::piped());
        let piped = piped.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = piped.with_context(|| format!("could not start: {}", self.shown))?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes())?;
        }
        let output = child.wait_with_output()?;
        let [said, complained] = [output.stdout, output.stderr];
        let said =
            String::from_utf8_lossy(&said).into_owned() + &String::from_utf8_lossy(&complained);
        if !output.status.success() || !said.is_empty() {
            bail!("{}: {}\n{said}", self.shown, output.status);
        }
        Ok(())
    }

    /// Runs it quietly and gives what it printed.
    pub(crate) fn read(mut self) -> Result<String> {
        let output = self.output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("{said}{}; to repeat it:\n    {}", output.status, self.shown);
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Whether it can be started and succeeds. Says nothing.
    pub(crate) fn succeeds(mut self) -> bool {
        self.output().is_ok_and(|output| output.status.success())
    }

    /// For what is not a matter of waiting until it ends.
    pub(crate) fn into_command(self) -> Command {
        self.command
    }
}

impl fmt::Display for Cmd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    here.as_deref()
        .and_then(Path::parent)
        .unwrap_or(Path::new("."))
        .to_owned()
}

/// Where cargo builds the workspace.
pub(crate) fn target_dir() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// `arg` as a shell would take it.
fn quoted(arg: &OsStr) -> String {
    let arg = arg.to_string_lossy();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@".contains(c);
    if !arg.is_empty() && arg.chars().all(is_plain) {
        arg.into_owned()
    } else {
        format!("'{}'", arg.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_pasted() {
        let cmd = cargo("doc")
            .args(["--no-deps", "it's"])
            .env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(
            cmd.to_string(),
            r"RUSTDOCFLAGS='-D warnings' cargo doc --no-deps 'it'\''s'"
        );
    }

    #[test]
    fn secrets_are_not_shown() {
        assert_eq!(program("true").secret_env("TOKEN", "x").to_string(), "true");
    }
}
