//! The command and its control address.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use oobwatch_sim::{Fault, FaultRule, Preset};
use serde_json::{Value, json};

const COMMAND: &str = env!("CARGO_BIN_EXE_oobwatch-sim");

/// The command, running, and what it said when it was ready.
struct Running {
    child: Child,
    ready: Value,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(COMMAND)
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        Self { child, ready }
    }

    fn control(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let address = self.ready["control"]
            .as_str()
            .unwrap()
            .trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (
            head[9..12].parse().unwrap(),
            serde_json::from_str(body).unwrap(),
        )
    }

    /// SIGTERM, which Rust's standard library can not send.
    fn terminate(mut self) -> std::process::ExitStatus {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
        self.child.wait().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already gone in the good case.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn one_line_tells_everything_and_sigterm_ends_it_without_a_trace() {
    let running = Running::start(&["--tls", "1.2"]);
    for name in ["fmc", "fxos"] {
        let info = &running.ready[name];
        for member in ["url", "user", "password", "pin", "spki_pin", "cert_file"] {
            assert!(info[member].is_string(), "{name}.{member}");
        }
        assert!(
            info["url"]
                .as_str()
                .unwrap()
                .starts_with("https://127.0.0.1:")
        );
    }
    let file = running.ready["fmc"]["cert_file"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        std::fs::read_to_string(&file)
            .unwrap()
            .starts_with("-----BEGIN CERTIFICATE-----")
    );
    assert!(running.terminate().success());
    assert!(!Path::new(&file).exists());
}

#[test]
fn time_switches_and_counts_are_under_control() {
    let running = Running::start(&[]);
    let (status, scenario) = running.control("GET", "/scenario", "");
    assert_eq!(
        (status, &scenario["fmc"]["token_life_s"]),
        (200, &json!(1800))
    );
    let patch = r#"{"manual_clock": true, "fmc": {"devices": 7, "health": ["red"]}}"#;
    assert_eq!(running.control("POST", "/scenario", patch).0, 200);
    assert_eq!(
        running.control("GET", "/scenario", "").1["fmc"]["devices"],
        7
    );
    let before = running.control("GET", "/state", "").1["clock_ms"]
        .as_u64()
        .unwrap();
    assert_eq!(running.control("POST", "/advance?seconds=1800", "").0, 200);
    let (_, state) = running.control("GET", "/state", "");
    assert_eq!(state["clock_ms"].as_u64().unwrap(), before + 1_800_000);
    for member in [
        "logins",
        "refused_logins",
        "refreshes",
        "revokes",
        "live_sessions",
        "requests",
    ] {
        assert!(state["fmc"].get(member).is_some() && state["fxos"].get(member).is_some());
    }
    assert_eq!(running.control("POST", "/release", "").0, 200);
}

#[test]
fn the_control_address_says_what_is_wrong() {
    let running = Running::start(&[]);
    for (method, path, body, status, named) in [
        ("POST", "/scenario", "{", 400, "not JSON"),
        (
            "POST",
            "/scenario",
            r#"{"fmc":{"tokenlife":1}}"#,
            400,
            "tokenlife",
        ),
        ("POST", "/scenario", r#"{"tls":"1.2"}"#, 400, "`tls`"),
        ("POST", "/advance", "", 400, "seconds=N"),
        ("POST", "/advance?seconds=-1", "", 400, "seconds=N"),
        ("GET", "/stat", "", 404, "/state"),
        ("GET", "/events?since=x", "", 400, "since=N"),
        ("POST", "/end-sessions?box=ftd", "", 400, "box=fmc"),
        (
            "POST",
            "/scenario",
            r#"{"preset":"fmc-99"}"#,
            400,
            "fmc-7.2",
        ),
        ("POST", "/scenario", r#"{"preset":7}"#, 400, "`preset`"),
    ] {
        let (answered, error) = running.control(method, path, body);
        assert_eq!(answered, status, "{path}");
        assert!(error["error"].as_str().unwrap().contains(named), "{error}");
    }
}

#[test]
fn a_scenario_file_and_a_certificate_directory_are_used() {
    let dir = tempfile::tempdir().unwrap();
    let scenario = dir.path().join("scenario.toml");
    let text = "[fmc]\naccounts = [{ user = \"u\", password = \"p\" }]\n\
                [fmc.wire.certificate]\nca_issued = true\nnames = [\"127.0.0.1\"]\n";
    std::fs::write(&scenario, text).unwrap();
    let certificates = dir.path().join("certs");
    let arguments = [
        "--scenario",
        scenario.to_str().unwrap(),
        "--cert-dir",
        certificates.to_str().unwrap(),
    ];
    let running = Running::start(&arguments);
    assert_eq!(running.ready["fmc"]["user"], "u");
    let ca = running.ready["fmc"]["ca_file"].as_str().unwrap().to_owned();
    assert!(running.ready["fxos"].get("ca_file").is_none());
    assert!(running.terminate().success());
    assert!(Path::new(&ca).starts_with(&certificates) && Path::new(&ca).exists());
}

#[test]
fn presets_are_listed_and_started_from() {
    let output = Command::new(COMMAND)
        .arg("--list-presets")
        .output()
        .unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && listed.lines().count() == Preset::all().len());
    assert!(listed.contains("fmc-7.4.1") && listed.contains("300 requests a minute"));

    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("scenario.toml");
    std::fs::write(&file, "preset = \"fxos-busy\"\n[fmc]\ndevices = 9\n").unwrap();
    let file = file.to_str().unwrap();
    let running = Running::start(&["--preset", "fmc-7.4.1", "--scenario", file]);
    let (_, scenario) = running.control("GET", "/scenario", "");
    assert_eq!(scenario["fmc"]["rate_limit"]["per_minute"], 300);
    assert_eq!(scenario["fmc"]["devices"], 9);
    assert_eq!(scenario["fxos"]["session_limits"]["per_user"], 4);
    assert_eq!(scenario["fxos"]["wire"]["tls"], "1.2");

    let patch = r#"{"preset": ["fmc-6.2.3", "fxos-2.x"], "fmc": {"devices": 2}}"#;
    assert_eq!(running.control("POST", "/scenario", patch).0, 200);
    let (_, scenario) = running.control("GET", "/scenario", "");
    assert_eq!(scenario["fmc"]["rate_limit"]["per_minute"], 120);
    assert_eq!(scenario["fmc"]["devices"], 2);
    assert_eq!(
        scenario["fmc"]["wire"]["tls"],
        Value::Null,
        "fixed at the start"
    );
    assert_eq!(scenario["fxos"]["session_limits"]["per_user"], 0);
}

#[test]
fn what_can_not_be_done_is_one_clear_line() {
    let dir = tempfile::tempdir().unwrap();
    let scenario = dir.path().join("bad.toml");
    std::fs::write(&scenario, "[fmc]\ndevicez = 3\n").unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for (arguments, named) in [
        (["--scenario", scenario.to_str().unwrap()], "devicez"),
        (["--scenario", "no-such-file.toml"], "no-such-file.toml"),
        (["--fxos", &taken], "fxos"),
        (["--tls", "1.1"], "1.2, 1.3 or both"),
        (["--fmc", "nowhere"], "--fmc"),
        (["--preset", "fmc-99"], "fmc-overloaded"),
    ] {
        let output = Command::new(COMMAND).args(arguments).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && output.stdout.is_empty());
        assert!(text.contains(named), "{text}");
    }
}

#[test]
fn the_documents_name_every_switch_and_preset() {
    fn names(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    found.push(name.clone());
                    names(value, found);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| names(item, found)),
            _ => {}
        }
    }
    let readme = concat!(
        include_str!("../../README.md"),
        include_str!("../../SWITCHES.md")
    );
    let mut scenario = oobwatch_sim::Scenario::default();
    scenario.fmc.wire.faults = vec![FaultRule {
        method: Some("GET".into()),
        probability: Some(0.5),
        ..FaultRule::new("", Fault::Close).times(1)
    }];
    scenario.fmc.alerts.more = vec![oobwatch_sim::Alert {
        device: Some(0),
        ..oobwatch_sim::Alert::default()
    }];
    let mut found = Vec::new();
    names(&serde_json::to_value(scenario).unwrap(), &mut found);
    for name in found {
        let documented = ["`{", "`", ".", ", "].iter().any(|before| {
            let mut after = ["`", ",", "}", "="].iter();
            after.any(|after| readme.contains(&format!("{before}{name}{after}")))
        });
        let section = ["fmc", "fxos", "wire", "certificate"].contains(&name.as_str());
        assert!(documented || section, "switch {name} is not in SWITCHES.md");
    }
    for preset in Preset::all() {
        let line = format!("| `{}` | {} |", preset.name, preset.about());
        assert!(readme.contains(&line), "{line}");
    }
}

#[test]
fn the_tests_that_prove_the_switches_exist() {
    let tests = [
        include_str!("evidence.rs"),
        include_str!("faults.rs"),
        include_str!("fmc.rs"),
        include_str!("fxos.rs"),
        include_str!("limits.rs"),
        include_str!("managed.rs"),
        include_str!("parts.rs"),
        include_str!("presets.rs"),
        include_str!("switches.rs"),
        include_str!("wire.rs"),
    ];
    let switches = include_str!("../../SWITCHES.md");
    let (_, table) = switches
        .split_once("| behaviour | switch | test |")
        .unwrap();
    let rows = table
        .lines()
        .filter(|line| line.starts_with("| ") && line.ends_with(" |"));
    let mut named = 0;
    for row in rows {
        let cells: Vec<&str> = row.split(" | ").collect();
        assert_eq!(cells.len(), 3, "{row}");
        for test in cells[2].split('`').skip(1).step_by(2) {
            let line = format!("\nasync fn {test}() {{");
            let there = tests.iter().any(|file| file.contains(&line));
            assert!(there, "no test is named {test}");
            named += 1;
        }
    }
    assert!(named > 60, "{named}");
}
