//! A Prometheus with the configuration of docs/prometheus, on loopback, asked by
//! its HTTP API.

use core::time::Duration;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use super::files;
use crate::command::target_dir;
use crate::lab::control;
use crate::setup::Prometheus;

/// Longest wait for something to become visible.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(200);

/// What stands in the example for those who run one exporter and one board.
const EXPORTER: &str = "127.0.0.1:10115";
const BOARD: &str = "192.0.2.20:80";
const TARGETS: &str = "[fmc, chassis]";
/// As often as it takes to have a history soon.
const INTERVALS: [(&str, &str); 3] = [
    ("scrape_interval: 1m", "scrape_interval: 1s"),
    ("evaluation_interval: 30s", "evaluation_interval: 1s"),
    ("scrape_timeout: 55s", "scrape_timeout: 1s"),
];

/// A server that runs. It ends with this value.
pub(super) struct Server {
    child: Child,
    url: String,
}

impl Server {
    pub(super) fn start(prometheus: &Prometheus, exporter: &str, board: &str) -> Result<Self> {
        let folder = target_dir().join("prometheus");
        // The series of an earlier run.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        fs::copy(
            files::folder().join(files::RULES),
            folder.join(files::RULES),
        )?;
        let example = fs::read_to_string(files::folder().join("prometheus.yml"))?;
        let config = folder.join("prometheus.yml");
        fs::write(&config, placed(example, exporter, board)?)?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut child = server(prometheus, &folder, &config, port)
            .into_command()
            .stdin(Stdio::null())
            .spawn()
            .context("could not start Prometheus")?;
        let url = format!("http://127.0.0.1:{port}");
        let ready = eventually("Prometheus is ready", || {
            control::request("GET", &format!("{url}/-/ready"), "").map(drop)
        });
        if let Err(error) = ready {
            let _ = child.kill();
            return Err(error);
        }
        Ok(Self { child, url })
    }

    /// The series that an expression gives now.
    pub(super) fn query(&self, expr: &str) -> Result<Vec<Value>> {
        let data = self.get(&format!("query?query={}", escaped(expr)))?;
        series(&data["result"]).with_context(|| format!("no vector: {expr}"))
    }

    /// The labels of each series of a selector.
    pub(super) fn series(&self, selector: &str) -> Result<Vec<Value>> {
        let data = self.get(&format!("series?match[]={}", escaped(selector)))?;
        series(&data).with_context(|| format!("no list: {selector}"))
    }

    /// The rules, as it has read them.
    pub(super) fn rules(&self) -> Result<Vec<Value>> {
        let data = self.get("rules")?;
        let groups = series(&data["groups"]).context("no groups of rules")?;
        let of = |group: &Value| series(&group["rules"]).context("a group without rules");
        Ok(groups.iter().map(of).collect::<Result<Vec<_>>>()?.concat())
    }

    fn get(&self, what: &str) -> Result<Value> {
        let answer = control::request("GET", &format!("{}/api/v1/{what}", self.url), "")?;
        let mut answer: Value = serde_json::from_str(&answer).context("no JSON of Prometheus")?;
        ensure!(answer["status"] == "success", "{what}: {answer}");
        Ok(answer["data"].take())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn server(prometheus: &Prometheus, folder: &Path, config: &Path, port: u16) -> crate::command::Cmd {
    let option = |name: &str, value: &str| format!("--{name}={value}");
    prometheus.server().args([
        option("config.file", &config.to_string_lossy()),
        option("storage.tsdb.path", &folder.join("data").to_string_lossy()),
        option("web.listen-address", &format!("127.0.0.1:{port}")),
        option("log.level", "error"),
    ])
}

/// The example with other addresses, targets and intervals.
fn placed(example: String, exporter: &str, board: &str) -> Result<String> {
    let places = [
        (EXPORTER, exporter),
        (BOARD, board),
        (TARGETS, "[fmc, fxos, nowhere]"),
    ];
    let replaced = places.into_iter().chain(INTERVALS);
    replaced.into_iter().try_fold(example, |text, (from, to)| {
        ensure!(text.contains(from), "prometheus.yml does not say {from:?}");
        Ok(text.replace(from, to))
    })
}

/// Tries until it succeeds.
pub(super) fn eventually<T>(what: &str, mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    loop {
        match attempt() {
            Ok(value) => return Ok(value),
            Err(error) if start.elapsed() > PATIENCE => {
                bail!("not so within {} s: {what}: {error:#}", PATIENCE.as_secs())
            }
            Err(_) => std::thread::sleep(LOOK),
        }
    }
}

fn series(list: &Value) -> Option<Vec<Value>> {
    list.as_array().cloned()
}

/// For the query of a URL (RFC 3986, section 2).
pub(super) fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
