//! The README's commands, run as they stand, and a Go program as its reader might write one.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use oobwatch_sim::{EndedBy, Fault, FaultRule, Scenario, Sim};

const README: &str = include_str!("../../README.md");

/// The fenced blocks of one language.
fn blocks(language: &str) -> Vec<&'static str> {
    let opening = format!("```{language}\n");
    let after = README.split(opening.as_str()).skip(1);
    after
        .filter_map(|text| text.split("\n```").next())
        .collect()
}

/// A directory whose `cargo` is the command under test, so that nothing is built here.
fn with_cargo(dir: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let command = env!("CARGO_BIN_EXE_oobwatch-sim");
    let script = format!(
        "#!/bin/sh\nwhile [ $# -gt 0 ] && [ \"$1\" != -- ]; do shift; done\n\
         [ $# -gt 0 ] && shift\nexec '{command}' \"$@\"\n"
    );
    let cargo = dir.join("cargo");
    fs::write(&cargo, script).unwrap();
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn run_blocks(dir: &Path) -> Output {
    let guard = "set -eu\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n";
    let script = guard.to_owned() + &blocks("sh").join("\n");
    let path = std::env::var("PATH").unwrap();
    Command::new("bash")
        .args(["-c", &script])
        .current_dir(dir)
        .env("PATH", format!("{}:{path}", dir.display()))
        // The simulator is on loopback, whatever proxy this machine uses.
        .env("NO_PROXY", "*")
        .env("no_proxy", "*")
        .output()
        .expect("bash is there")
}

#[test]
fn the_readmes_commands_do_what_it_says() {
    let dir = tempfile::tempdir().unwrap();
    with_cargo(dir.path());
    let scripts = blocks("python");
    assert_eq!(scripts.len(), 1, "check.py");
    fs::write(dir.path().join("check.py"), scripts[0]).unwrap();
    let output = run_blocks(dir.path());
    let (out, errors) = (text(&output.stdout), text(&output.stderr));
    assert!(
        output.status.success(),
        "is jq installed (apt-get install -y jq)? {errors}\n{out}"
    );
    let mut rest = out.as_str();
    for expected in [
        "['green', 'green', 'green']",
        "['green', 'red', 'green', 'red']",
        "HTTP 503",
        r#""logins": 3,"#,
        r#""revokes": 3,"#,
        r#""live_sessions": 0,"#,
        r#""what":"logout""#,
        r#""name":"FTDv-Edge1""#,
        "faultInst",
        r#""logout":"success""#,
        "[1,1,1,0]",
        "[1,0,1,0]",
    ] {
        let at = rest.find(expected);
        let at = at.unwrap_or_else(|| panic!("{expected} is missing, or too early: {out}"));
        rest = &rest[at + expected.len()..];
    }
    assert!(!out.contains("\"error\""), "{out}");
}

/// Built by `go`, which may not download anything.
fn go_client(dir: &Path) -> Option<std::path::PathBuf> {
    let client = dir.join("client");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/go/main.go");
    let build = Command::new("go")
        .args(["build", "-o", client.to_str().unwrap(), source])
        .env("GOCACHE", dir.join("cache"))
        .env("GOPROXY", "off")
        .env("GOTOOLCHAIN", "local")
        .env("GO111MODULE", "off")
        .output();
    match build {
        Ok(built) => {
            assert!(built.status.success(), "{}", text(&built.stderr));
            Some(client)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => panic!("go: {error}"),
    }
}

async fn go(client: &Path, preset: &str) -> Sim {
    let mut scenario = Scenario::preset(preset).unwrap();
    scenario.manual_clock = true;
    scenario.fmc.devices = 25;
    let expiry = Fault::EndSession {
        by: EndedBy::Expiry,
    };
    scenario.fmc.wire.faults = vec![FaultRule {
        skip: 1,
        ..FaultRule::new("/api/fmc_config", expiry).times(1)
    }];
    let sim = Sim::builder().scenario(scenario).start().await.unwrap();
    let mut command = Command::new(client);
    let fmc = sim.fmc();
    command.args([&fmc.url, &fmc.user, &fmc.password]);
    let output = tokio::task::spawn_blocking(move || command.output());
    let output = output.await.unwrap().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "devices: 25\n", "{preset}");
    sim
}

#[tokio::test]
async fn a_go_program_works_against_it_unchanged() {
    let dir = tempfile::tempdir().unwrap();
    let Some(client) = go_client(dir.path()) else {
        println!("skipped: go is not installed (apt-get install -y golang-go)");
        return;
    };
    for preset in ["fmc-6.2.3", "fmc-7.4.1", "fmc-10"] {
        let state = go(&client, preset).await.state().fmc;
        assert_eq!((state.logins, state.refreshes, state.revokes), (1, 1, 1));
        assert_eq!((state.live_sessions, state.expired_sessions), (0, 0));
        assert_eq!((state.statuses[&401], state.stray_credentials), (1, 0));
    }
}
