//! The exporter as a process, and what it costs.

use core::fmt;
use core::time::Duration;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::boxes::Fleet;

/// An exporter that runs.
pub(crate) struct Exporter {
    child: Child,
    pub(crate) address: String,
}

/// What a process uses, by the kernel's own account.
#[derive(Clone, Copy)]
pub(crate) struct Usage {
    /// User and system.
    pub(crate) cpu: Duration,
    /// Bytes.
    pub(crate) resident: u64,
    files: usize,
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let megabytes = self.resident as f64 / 1e6;
        write!(
            f,
            "{megabytes:.1} MB resident, {} files open, {:.1?} of processor time",
            self.files, self.cpu
        )
    }
}

impl Exporter {
    pub(crate) async fn start(command: &Path, fleet: &Fleet) -> Self {
        let mut child = Command::new(command)
            .args([
                "exporter",
                "--listen",
                "127.0.0.1:0",
                "--log-format",
                "json",
            ])
            .env_clear()
            .env("OOBWATCH_CONFIG", fleet.config())
            .env("OOBWATCH_STATE_DIR", fleet.folder.path().join("state"))
            .env("RUST_LOG", "error,oobwatch::exporter=info")
            .env("PASSWORD", &fleet.password)
            .env("CHASSIS_PASSWORD", &fleet.chassis_password)
            .env("OTHER_PASSWORD", "not the right one")
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the exporter starts");
        let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        let address = loop {
            let line = lines.next_line().await.expect("its log is text");
            let line = line.expect("it says where it listens");
            if let Some((_, rest)) = line.split_once("\"address\":\"") {
                break rest.split('"').next().unwrap_or_default().to_owned();
            }
            println!("{line}");
        };
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                if !line.contains("\"level\":\"info\"") {
                    println!("{line}");
                }
            }
        });
        Self { child, address }
    }

    pub(crate) fn usage(&self) -> Usage {
        let process = format!("/proc/{}", self.child.id().expect("it runs"));
        let read = |name| std::fs::read_to_string(format!("{process}/{name}")).expect("Linux");
        let stat = read("stat");
        let (_, fields) = stat.rsplit_once(')').expect("a name in brackets");
        let fields: Vec<&str> = fields.split_whitespace().collect();
        // In hundredths of a second on all platforms of Linux (proc(5), times(2)).
        let ticks: u64 = [11, 12]
            .map(|place: usize| fields[place].parse::<u64>().expect("ticks"))
            .iter()
            .sum();
        let status = read("status");
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes =
            resident.and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok());
        Usage {
            cpu: Duration::from_millis(ticks * 10),
            resident: kibibytes.expect("memory") * 1024,
            files: std::fs::read_dir(format!("{process}/fd"))
                .expect("files")
                .count(),
        }
    }

    /// Ends it by SIGTERM, and says how long that took.
    pub(crate) async fn end(mut self) -> Duration {
        let pid = self.child.id().expect("it runs").to_string();
        let start = Instant::now();
        let told = Command::new("kill").arg(pid).status().await;
        assert!(told.is_ok_and(|status| status.success()));
        let status = self.child.wait().await.expect("it ends");
        assert_eq!(status.code(), Some(0));
        start.elapsed()
    }
}

/// Builds the command as it is released, and says where it is.
pub(crate) fn build() -> PathBuf {
    let itself = std::env::current_exe().expect("this program has a path");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = std::process::Command::new(cargo);
    // What cargo told this program about itself would build things anew.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            build.env_remove(name);
        }
    }
    build.args(["build", "--quiet", "--release", "--package", "oobwatch"]);
    assert!(build.status().expect("cargo starts").success());
    let folder = itself.parent().and_then(Path::parent);
    folder.expect("target/release").join("oobwatch")
}
