//! The `oobwatch` command, run as its users run it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::sim::{Announced, Boxes, demo_dir};
use crate::command::{Cmd, program, target_dir};

/// A box that is not there: nobody listens on that port.
const NOWHERE: &str = "[targets.nowhere]\nurl = \"fmc://127.0.0.1:1\"\ncredentials = \"fmc\"\n";
const ACCESS_ENV: &str = "OOBWATCH_ACCESS_TOKEN";
const REFRESH_ENV: &str = "OOBWATCH_REFRESH_TOKEN";

/// The command with a configuration of its own. Passwords go by environment.
pub(crate) struct Oobwatch {
    config: PathBuf,
    /// What it remembers is none of the user's own.
    state: PathBuf,
    passwords: Vec<(&'static str, String)>,
}

/// Tokens of a session that is left open.
pub(crate) struct Kept {
    access: String,
    refresh: Option<String>,
}

impl Oobwatch {
    /// The variable with the password of the FMC.
    pub(crate) const FMC_PASSWORD: &str = "DEMO_FMC";
    /// The one with that of the FMC's second account.
    pub(crate) const SESSION_PASSWORD: &str = "DEMO_FMC_SESSION";
    /// The one with that of the chassis.
    pub(crate) const FXOS_PASSWORD: &str = "DEMO_FXOS";

    /// Writes a configuration for the simulated boxes.
    pub(crate) fn for_boxes(boxes: &Boxes) -> Result<Self> {
        let session = boxes.fmc_session();
        let entries = [
            ("fmc", "fmc", Self::FMC_PASSWORD, &boxes.fmc),
            ("fmc-session", "fmc", Self::SESSION_PASSWORD, &session),
            ("fxos", "fxos", Self::FXOS_PASSWORD, &boxes.fxos),
        ];
        let mut text: String = entries
            .iter()
            .map(|(name, scheme, env, at)| entry(name, scheme, env, at))
            .collect();
        text += NOWHERE;
        let config = demo_dir()?.join("oobwatch.toml");
        fs::write(&config, text)
            .with_context(|| format!("could not write {}", config.display()))?;
        let state = demo_dir()?.join("state");
        if state.exists() {
            fs::remove_dir_all(&state)
                .with_context(|| format!("could not remove {}", state.display()))?;
        }
        let passwords = entries
            .map(|(_, _, env, at)| (env, at.password.clone()))
            .to_vec();
        Ok(Self {
            config,
            state,
            passwords,
        })
    }

    /// Logs in and leaves the session open.
    pub(crate) fn token(&self, target: &str) -> Result<String> {
        self.run(
            self.command(&["token", target, "--keep", "--format", "env"]),
            Show::Names,
        )
    }

    /// Checks a box; anything but OK is an error.
    pub(crate) fn check(&self, target: &str) -> Result<()> {
        self.run(self.command(&["check", target]), Show::All)
            .map(drop)
    }

    /// What a check says of boxes, whatever their health.
    pub(crate) fn report(&self, targets: &[&str], format: &str) -> Result<String> {
        let check = self.command(&["check", "--format", format]);
        let output = check.args(targets).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Exchanges both tokens for new ones.
    pub(crate) fn refresh(&self, target: &str, kept: &Kept) -> Result<String> {
        let refresh = kept
            .refresh
            .as_deref()
            .context("the login gave no refresh token")?;
        let command = self
            .command(&["token", "refresh", target, "--access-token-env", ACCESS_ENV])
            .args(["--refresh-token-env", REFRESH_ENV, "--format", "env"])
            .secret_env(ACCESS_ENV, &kept.access)
            .secret_env(REFRESH_ENV, refresh);
        self.run(command, Show::Names)
    }

    /// Logs a session out.
    pub(crate) fn revoke(&self, target: &str, kept: &Kept) -> Result<()> {
        let command = self
            .command(&["token", "revoke", target, "--access-token-env", ACCESS_ENV])
            .secret_env(ACCESS_ENV, &kept.access);
        self.run(command, Show::All).map(drop)
    }

    /// Makes the configuration image of a board.
    pub(crate) fn firmware_config(&self, config: &Path, image: &Path) -> Result<()> {
        let [config, image] = [config, image].map(Path::to_string_lossy);
        let arguments = ["firmware-config", &config, "-o", &image];
        self.run(self.command(&arguments), Show::All).map(drop)
    }

    pub(super) fn command(&self, args: &[&str]) -> Cmd {
        let path = target_dir().join("debug").join("oobwatch");
        let command = program(path).args(args);
        let config = self.config.to_string_lossy();
        self.passwords.iter().fold(
            command
                .secret_env("OOBWATCH_CONFIG", &config)
                .secret_env("OOBWATCH_STATE_DIR", &self.state.to_string_lossy()),
            |command, (name, password)| command.secret_env(name, password),
        )
    }

    fn run(&self, mut command: Cmd, show: Show) -> Result<String> {
        println!(
            "\n$ {}",
            command
                .to_string()
                .replace(&*target_dir().join("debug/").to_string_lossy(), "")
        );
        let output = command.output()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
        match show {
            Show::All => print!("{said}"),
            Show::Names => said.lines().for_each(|line| println!("{}", masked(line))),
        }
        if !output.status.success() {
            bail!("{command}: {}", output.status);
        }
        Ok(said)
    }
}

/// How much of an output is repeated.
#[derive(Clone, Copy)]
enum Show {
    All,
    /// What stands before `=`.
    Names,
}

fn entry(name: &str, scheme: &str, password_env: &str, at: &Announced) -> String {
    let authority = at
        .url
        .split_once("://")
        .map_or(at.url.as_str(), |(_, rest)| rest);
    let (authority, user, pin) = (authority.trim_end_matches('/'), &at.user, &at.pin);
    format!(
        "[credentials.{name}]\nuser = {user:?}\npassword_env = {password_env:?}\n\n\
         [targets.{name}]\nurl = \"{scheme}://{authority}\"\ncredentials = {name:?}\npins = [{pin:?}]\n\n"
    )
}

impl Kept {
    /// Reads the output of `--format env`: lines such as `NAME=VALUE`.
    pub(crate) fn of(output: &str) -> Result<Self> {
        let value = |end: &str| {
            let mut lines = output.lines().filter_map(|line| line.split_once('='));
            let (_, value) = lines.find(|(name, _)| name.ends_with(end))?;
            Some(value.trim_matches(['\'', '"']).to_owned())
        };
        let refresh = value("REFRESH_TOKEN");
        let access = value("ACCESS_TOKEN");
        Ok(Self {
            access: access.context("the login gave no access token")?,
            refresh,
        })
    }
}

fn masked(line: &str) -> String {
    match line.split_once('=') {
        Some((name, _)) => format!("{name}=…"),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_read_from_lines_for_a_shell() {
        let kept = Kept::of("export X_ACCESS_TOKEN='a=b'\nexport X_REFRESH_TOKEN=c\n").unwrap();
        assert_eq!(
            (kept.access.as_str(), kept.refresh.as_deref()),
            ("a=b", Some("c"))
        );
        assert!(Kept::of("DOMAIN_UUID=1\n").is_err());
        assert_eq!(masked("export A='secret'"), "export A=…");
    }
}
