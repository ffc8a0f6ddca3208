//! `oobwatch-sim`: the simulator for scripts.

use core::net::SocketAddr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use oobwatch_sim::{BoxInfo, Preset, Scenario, Sim, TlsVersions};
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};

/// Simulated FMC and FXOS chassis for testing clients of their REST APIs.
///
/// Prints one line of JSON when ready: where the boxes are, an account for each, how to trust
/// them, and the control address. Ends on SIGTERM or Ctrl-C.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Address of the FMC; port 0 is any that is free
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:0")]
    fmc: SocketAddr,
    /// Address of the chassis
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:0")]
    fxos: SocketAddr,
    /// Address of the control interface: plain HTTP, no password, so keep it on loopback
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:0")]
    control: SocketAddr,
    /// TLS versions on offer: 1.2, 1.3 or both [default: the scenario's, or both]
    #[arg(long, value_name = "VERSION", value_parser = tls_versions)]
    tls: Option<TlsVersions>,
    /// Named boxes to start from; may be given more than once
    #[arg(long, value_name = "NAME")]
    preset: Vec<String>,
    /// List the presets, and end
    #[arg(long, exclusive = true)]
    list_presets: bool,
    /// Switches, in TOML; see the README
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// Where to write the certificates; they stay there [default: a temporary directory]
    #[arg(long, value_name = "DIR")]
    cert_dir: Option<PathBuf>,
}

fn tls_versions(text: &str) -> Result<TlsVersions, String> {
    match text {
        "1.2" => Ok(TlsVersions::Tls12),
        "1.3" => Ok(TlsVersions::Tls13),
        "both" => Ok(TlsVersions::Both),
        _ => Err("expected 1.2, 1.3 or both".into()),
    }
}

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("oobwatch-sim: {text}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), String> {
    if arguments.list_presets {
        return list_presets();
    }
    let signals = |kind| signal(kind).map_err(|error| format!("cannot wait for signals: {error}"));
    let mut terminate = signals(SignalKind::terminate())?;
    let mut interrupt = signals(SignalKind::interrupt())?;
    let scenario = scenario(&arguments)?;
    let sim = Sim::builder()
        .scenario(scenario)
        .fmc_addr(arguments.fmc)
        .fxos_addr(arguments.fxos)
        .control_addr(arguments.control)
        .start()
        .await
        .map_err(|error| error.to_string())?;

    let certificates = CertificateDir::open(arguments.cert_dir)?;
    let ready = json!({
        "fmc": description(sim.fmc(), "fmc", &certificates)?,
        "fxos": description(sim.fxos(), "fxos", &certificates)?,
        "control": sim.control_url(),
    });
    writeln!(std::io::stdout(), "{ready}")
        .map_err(|error| format!("cannot write to standard output: {error}"))?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    sim.shutdown().await;
    Ok(())
}

/// Presets first, then the file upon them, then the options.
fn scenario(arguments: &Arguments) -> Result<Scenario, String> {
    let mut presets = arguments.preset.iter();
    let base = presets.try_fold(Scenario::default(), |base, name| base.with_preset(name));
    let base = base.map_err(|error| error.to_string())?;
    let mut scenario = match &arguments.scenario {
        None => base,
        Some(file) => {
            let text = std::fs::read_to_string(file)
                .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
            let upon_presets = if arguments.preset.is_empty() {
                Scenario::from_toml(&text)
            } else {
                base.with_toml(&text)
            };
            upon_presets.map_err(|error| format!("{}: {error}", file.display()))?
        }
    };
    if let Some(tls) = arguments.tls {
        scenario.tls = tls;
        scenario.fmc.wire.tls = None;
        scenario.fxos.wire.tls = None;
    }
    Ok(scenario)
}

fn list_presets() -> Result<(), String> {
    let mut out = std::io::stdout().lock();
    for preset in Preset::all() {
        writeln!(out, "{:28}{}", preset.name, preset.about())
            .map_err(|error| format!("cannot write to standard output: {error}"))?;
    }
    Ok(())
}

/// Where certificates are written: removed at the end unless the caller chose it.
enum CertificateDir {
    Temporary(tempfile::TempDir),
    Chosen(PathBuf),
}

impl CertificateDir {
    fn open(chosen: Option<PathBuf>) -> Result<Self, String> {
        let Some(dir) = chosen else {
            return tempfile::Builder::new()
                .prefix("oobwatch-sim-")
                .tempdir()
                .map(Self::Temporary)
                .map_err(|error| format!("cannot make a temporary directory: {error}"));
        };
        std::fs::create_dir_all(&dir)
            .map_err(|error| format!("cannot make {}: {error}", dir.display()))?;
        Ok(Self::Chosen(dir))
    }

    fn path(&self) -> &Path {
        match self {
            Self::Temporary(dir) => dir.path(),
            Self::Chosen(dir) => dir,
        }
    }

    fn write(&self, name: &str, pem: &str) -> Result<PathBuf, String> {
        let file = self.path().join(name);
        std::fs::write(&file, pem)
            .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
        Ok(file)
    }
}

fn description(info: &BoxInfo, name: &str, dir: &CertificateDir) -> Result<Value, String> {
    let cert_file = dir.write(&format!("{name}.pem"), &info.cert_pem)?;
    let mut description = json!({
        "url": info.url,
        "user": info.user,
        "password": info.password,
        "pin": info.pin,
        "spki_pin": info.spki_pin,
        "cert_file": cert_file,
    });
    if let Some(ca_pem) = &info.ca_pem {
        description["ca_file"] = json!(dir.write(&format!("{name}-ca.pem"), ca_pem)?);
    }
    Ok(description)
}
