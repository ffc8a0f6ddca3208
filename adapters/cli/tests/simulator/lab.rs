//! A simulator, and runs of the command.

use core::time::Duration;
use std::process::{Output, Stdio};

use oobwatch_sim::{BoxInfo, Scenario, Sim, State};
use tokio::process::Command;

/// A simulator, and the command in a home without a configuration.
pub(crate) struct Lab {
    pub(crate) sim: Sim,
    pub(crate) home: tempfile::TempDir,
}

/// What a run of the command came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Lab {
    pub(crate) async fn new(change: impl FnOnce(&mut Scenario)) -> Self {
        let mut scenario = Scenario::default();
        change(&mut scenario);
        let sim = Sim::builder().scenario(scenario).start().await.unwrap();
        let home = tempfile::tempdir().unwrap();
        Self { sim, home }
    }

    /// `fmc://user@127.0.0.1:PORT`.
    pub(crate) fn fmc(&self) -> String {
        format!("fmc://{}@{}", self.sim.fmc().user, self.sim.fmc().addr)
    }

    /// `fxos://user@127.0.0.1:PORT`.
    pub(crate) fn fxos(&self) -> String {
        format!("fxos://{}@{}", self.sim.fxos().user, self.sim.fxos().addr)
    }

    /// The command with both passwords in its environment, and both pins.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_oobwatch"));
        command
            .env_clear()
            .env("HOME", self.home.path())
            .env("RUST_BACKTRACE", "1")
            .env("PASSWORD", &self.sim.fmc().password)
            .env("CHASSIS_PASSWORD", &self.sim.fxos().password)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Where the command remembers things in this home.
    /// Changes what was written down about all boxes: so time passes for runs,
    /// whose clock is the system's.
    pub(crate) fn rewrite_boxes(&self, member: &str, value: &serde_json::Value) {
        let boxes = std::fs::read_dir(self.state_dir().join("boxes")).unwrap();
        for path in boxes.map(|entry| entry.unwrap().path()) {
            let text = std::fs::read_to_string(&path).unwrap();
            let mut record: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_ne!(&record[member], value, "nothing changes");
            record[member] = value.clone();
            std::fs::write(&path, record.to_string()).unwrap();
        }
    }

    pub(crate) fn state_dir(&self) -> std::path::PathBuf {
        self.home.path().join(".local/state/oobwatch")
    }

    /// Runs a command for the FMC: `arguments`, then its pin and password.
    pub(crate) async fn on_fmc(&self, arguments: &[&str]) -> Ran {
        self.run(&with(arguments, self.sim.fmc(), "PASSWORD")).await
    }

    /// The same for the chassis.
    pub(crate) async fn on_fxos(&self, arguments: &[&str]) -> Ran {
        self.run(&with(arguments, self.sim.fxos(), "CHASSIS_PASSWORD"))
            .await
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().await.unwrap())
    }

    /// The same so many times at once.
    pub(crate) async fn on_fmc_at_once(&self, count: usize, arguments: &[&str]) -> Vec<Ran> {
        let arguments = with(arguments, self.sim.fmc(), "PASSWORD");
        let mut runs = tokio::task::JoinSet::new();
        for _ in 0..count {
            runs.spawn(self.command(&arguments).output());
        }
        let done = runs.join_all().await.into_iter();
        done.map(|output| Ran::of(output.unwrap())).collect()
    }

    /// Starts a command for a box, waits until so many answers are held back,
    /// and kills it; then lets the answers go.
    pub(crate) async fn killed(&self, arguments: &[&str], seen: impl Fn(&State) -> bool) {
        let mut child = self.command(arguments).spawn().unwrap();
        self.until(seen).await;
        child.kill().await.unwrap();
        self.sim.release();
        self.until(|state| state.fmc.held + state.fxos.held == 0)
            .await;
    }

    /// Waits until the boxes have seen something, ten seconds at most.
    pub(crate) async fn until(&self, seen: impl Fn(&State) -> bool) {
        for _ in 0..10_000 {
            if seen(&self.sim.state()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        panic!("it was not seen: {:?}", self.sim.state());
    }

    /// A configuration of both boxes, as `fmc1` and `chassis1`; the path to it.
    pub(crate) fn config(&self) -> String {
        let (fmc, fxos) = (self.sim.fmc(), self.sim.fxos());
        let text = format!(
            "[credentials.f]\nuser = {:?}\npassword_env = 'PASSWORD'\n\
             [credentials.x]\nuser = {:?}\npassword_env = 'CHASSIS_PASSWORD'\n\
             [targets.fmc1]\nurl = 'fmc://{}'\ncredentials = 'f'\ndomain = 'North'\npins = ['{}']\n\
             [targets.chassis1]\nurl = 'fxos://{}'\ncredentials = 'x'\npins = ['{}']\n",
            fmc.user, fxos.user, fmc.addr, fmc.pin, fxos.addr, fxos.spki_pin
        );
        let path = self.home.path().join("oobwatch.toml");
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

/// `arguments`, and how to trust and log in to a box.
pub(crate) fn with<'a>(
    arguments: &[&'a str],
    info: &'a BoxInfo,
    password: &'a str,
) -> Vec<&'a str> {
    let access = ["--pin", &info.pin, "--password-env", password];
    [arguments, &access].concat()
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// What was printed, if all went well and nothing was complained about.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(
            (self.code, self.err.as_str()),
            (Some(0), ""),
            "{}",
            self.out
        );
        self.out
    }

    /// The one line of a failure with that exit code.
    #[track_caller]
    pub(crate) fn line(&self, code: i32) -> &str {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.err.lines().count(), 1, "{self:?}");
        let line = self.err.trim_end();
        assert!(line.starts_with("oobwatch: "), "{self:?}");
        line
    }
}
