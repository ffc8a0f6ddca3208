//! What one `oobwatch check` of an FMC costs as a process, beside a Python
//! client that does the same: `cargo bench -p oobwatch-tests --bench one_shot`.
//!
//! The simulator runs in this program, so its work is in no figure.

mod cost;

use std::path::{Path, PathBuf};
use std::process::Command;

use cost::Cost;
use oobwatch_sim::{Scenario, Sim, TlsVersions};

const RUNS: usize = 20;
const PEER: &str = include_str!("peer.py");

/// What is measured, and how much of its time is the start of the program.
struct Subject<'a> {
    name: &'a str,
    start: Vec<&'a str>,
    check: Vec<&'a str>,
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.split_first() {
        Some((first, command)) if first == cost::MEASURE => cost::measure(command),
        _ if args.iter().any(|arg| arg == "--bench") => bench(),
        // `cargo test --benches`: nothing here is a test.
        _ => {}
    }
}

#[tokio::main(worker_threads = 2)]
async fn bench() {
    let command = build();
    for devices in [30, 3_000] {
        let scenario = Scenario {
            // What the boxes speak.
            tls: TlsVersions::Tls12,
            ..Scenario::default()
        };
        table(&command, scenario, devices).await;
    }
}

async fn table(command: &Path, mut scenario: Scenario, devices: usize) {
    scenario.fmc.devices = devices;
    let sim = Sim::builder().scenario(scenario).start().await;
    let sim = sim.expect("the simulator starts");
    let fmc = sim.fmc();
    let files = tempfile::tempdir().expect("a folder");
    let (script, certificate) = (files.path().join("peer.py"), files.path().join("fmc.pem"));
    std::fs::write(&script, PEER).expect("a script");
    std::fs::write(&certificate, &fmc.cert_pem).expect("a certificate");

    let target = format!("fmc://{}@{}", fmc.user, fmc.addr);
    let (host, port) = (fmc.addr.ip().to_string(), fmc.addr.port().to_string());
    // What it remembers is none of the user's own.
    let state = files.path().join("state");
    let [command, script, certificate, state] = [command, &script, &certificate, &state]
        .map(|path| path.to_str().expect("paths of this program are UTF-8"));
    let mut subjects = vec![Subject {
        name: "oobwatch check --pin",
        start: vec![command, "--version"],
        check: vec![
            command,
            "check",
            &target,
            "--pin",
            &fmc.pin,
            "--password-env",
            "PASSWORD",
            "--state-dir",
            state,
        ],
    }];
    let python = python();
    match &python {
        Some(python) => subjects.push(Subject {
            name: "python3, standard library",
            start: vec![python, "-c", ""],
            check: vec![python, script, &host, &port, &fmc.user, certificate],
        }),
        None => println!("python3 is not installed: nothing to compare with"),
    }
    println!("FMC with {devices} devices, TLS 1.2; median of {RUNS} runs");
    println!(
        "{:<28} {:>10} {:>10} {:>12} {:>10}",
        "", "CPU", "start", "beyond it", "memory"
    );
    for subject in &subjects {
        println!("{}", row(subject, &fmc.password));
    }
    let state = sim.state().fmc;
    assert_eq!(
        (state.logins, state.live_sessions),
        ((subjects.len() * RUNS) as u64, 0)
    );
    sim.shutdown().await;
}

fn row(subject: &Subject<'_>, password: &str) -> String {
    let runs = |command: &[&str]| {
        let runs: Vec<Cost> = (0..RUNS).map(|_| Cost::of(command, password)).collect();
        Cost::median(&runs)
    };
    let (start, check) = (runs(&subject.start), runs(&subject.check));
    let millis = |micros: i64| format!("{:.1} ms", micros as f64 / 1e3);
    format!(
        "{:<28} {:>10} {:>10} {:>12} {:>10}",
        subject.name,
        millis(check.cpu),
        millis(start.cpu),
        millis(check.cpu - start.cpu),
        format!("{:.1} MB", check.memory as f64 * 1024.0 / 1e6),
    )
}

/// The interpreter itself: what is found by its name may be a script that looks
/// for it.
fn python() -> Option<String> {
    let mut asked = Command::new("python3");
    asked.args(["-c", "import sys; print(sys.executable)"]);
    let output = asked.output().ok()?;
    let found = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(found)
}

/// Builds the command as it is released, and says where it is.
fn build() -> PathBuf {
    let itself = std::env::current_exe().expect("this program has a path");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
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
