//! Simulated boxes, and the configuration that names them.

use core::fmt::Write as _;
use core::net::{Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::collections::HashMap;
use std::path::PathBuf;

use oobwatch_sim::{Accept, Fault, FaultRule, Scenario, Sim, TlsVersions, Wire};

/// Below the ports that the system gives to connections.
const FMC_PORT: u16 = 20_001;
const FXOS_PORT: u16 = 20_002;
const CONTROL_PORT: u16 = 20_003;

/// How a box is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Well,
    /// Nobody listens.
    Refused,
    /// Accepts connections, and says nothing.
    Silent,
    /// Shows another certificate than the pinned one.
    OtherCertificate,
    /// Refuses the password.
    OtherPassword,
    /// Shows a web page.
    WebPage,
}

impl Kind {
    pub(crate) const ALL: [Self; 6] = [
        Self::Well,
        Self::Refused,
        Self::Silent,
        Self::OtherCertificate,
        Self::OtherPassword,
        Self::WebPage,
    ];

    /// Of the FMC and the chassis in a place. One box in a hundred fails.
    fn of(place: usize, boxes: Boxes) -> (Self, Self) {
        if boxes == Boxes::Refuse {
            return (Self::OtherPassword, Self::OtherPassword);
        }
        let hundred = place / 100;
        let [_, failing @ ..] = Self::ALL;
        let failing = failing[hundred % failing.len()];
        match (place % 100, hundred % 2) {
            (50, 0) => (failing, Self::Well),
            (50, _) => (Self::Well, failing),
            _ => (Self::Well, Self::Well),
        }
    }
}

/// How the boxes of a fleet are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Boxes {
    /// They answer at once, but for one in a hundred, which fails.
    Fast,
    /// The same, and each request takes so long.
    Slow(Duration),
    /// All refuse the one password: somebody has changed it.
    Refuse,
}

/// Of all boxes together.
#[derive(Default)]
pub(crate) struct Seen {
    /// Sessions that are open.
    pub(crate) open: usize,
    pub(crate) logins: u64,
    pub(crate) refused: u64,
}

/// Boxes, two by two: an FMC and a chassis.
pub(crate) struct Fleet {
    sims: Vec<Sim>,
    kinds: HashMap<String, Kind>,
    pub(crate) names: Vec<String>,
    pub(crate) password: String,
    pub(crate) chassis_password: String,
    /// With the configuration and the state.
    pub(crate) folder: tempfile::TempDir,
}

impl Fleet {
    pub(crate) async fn start(targets: usize, boxes: Boxes) -> Self {
        let mut fleet = Self {
            sims: Vec::new(),
            kinds: HashMap::new(),
            names: Vec::new(),
            password: String::new(),
            chassis_password: String::new(),
            folder: tempfile::tempdir().expect("a folder"),
        };
        let mut config = String::new();
        for place in (0..targets).step_by(2) {
            fleet.pair(place, boxes, &mut config).await;
        }
        std::fs::write(fleet.config(), config).expect("a configuration");
        fleet
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join("oobwatch.toml")
    }

    async fn pair(&mut self, place: usize, boxes: Boxes, config: &mut String) {
        let (fmc, fxos) = Kind::of(place, boxes);
        let mut scenario = Scenario {
            // What the boxes speak.
            tls: TlsVersions::Tls12,
            ..Scenario::default()
        };
        scenario.fmc.wire = wire(fmc, boxes);
        scenario.fxos.wire = wire(fxos, boxes);
        scenario.fmc.devices = 10;
        let sim = Sim::builder()
            .scenario(scenario)
            .fmc_addr(address(place, FMC_PORT))
            .fxos_addr(address(place, FXOS_PORT))
            .control_addr(address(place, CONTROL_PORT))
            .start()
            .await
            .expect("a simulator starts");
        if place == 0 {
            self.password.clone_from(&sim.fmc().password);
            self.chassis_password.clone_from(&sim.fxos().password);
            for (name, user, variable) in [
                ("fmc", &sim.fmc().user, "PASSWORD"),
                ("fxos", &sim.fxos().user, "CHASSIS_PASSWORD"),
                ("other", &"somebody-else".to_owned(), "OTHER_PASSWORD"),
            ] {
                let _ = writeln!(
                    config,
                    "[credentials.{name}]\nuser = {user:?}\npassword_env = {variable:?}"
                );
            }
        }
        for (scheme, kind, info) in [("fmc", fmc, sim.fmc()), ("fxos", fxos, sim.fxos())] {
            let name = format!("{scheme}-{place:05}");
            let mut addr = info.addr;
            if kind == Kind::Refused {
                addr.set_port(1);
            }
            let pin = match kind {
                Kind::OtherCertificate => format!("sha256:{}", "0".repeat(64)),
                _ => info.pin.clone(),
            };
            let credentials = if kind == Kind::OtherPassword {
                "other"
            } else {
                scheme
            };
            let _ = writeln!(
                config,
                "[targets.{name}]\nurl = \"{scheme}://{addr}\"\ncredentials = \"{credentials}\"\npins = [\"{pin}\"]"
            );
            self.kinds.insert(name.clone(), kind);
            self.names.push(name);
        }
        self.sims.push(sim);
    }

    pub(crate) fn kind(&self, name: &str) -> Kind {
        self.kinds[name]
    }

    /// What all boxes together have seen up to now.
    pub(crate) fn seen(&self) -> Seen {
        let states = self.sims.iter().map(Sim::state);
        let boxes = states.flat_map(|state| [state.fmc, state.fxos]);
        boxes.fold(Seen::default(), |seen, state| Seen {
            open: seen.open + state.live_sessions,
            logins: seen.logins + state.logins,
            refused: seen.refused + state.refused_logins,
        })
    }

    pub(crate) async fn stop(self) {
        for sim in self.sims {
            sim.shutdown().await;
        }
    }
}

fn wire(kind: Kind, boxes: Boxes) -> Wire {
    let fault = match (kind, boxes) {
        (Kind::WebPage, _) => Some(Fault::Html { status: 200 }),
        (_, Boxes::Slow(delay)) => Some(Fault::Delay {
            ms: u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
        }),
        (_, Boxes::Fast | Boxes::Refuse) => None,
    };
    Wire {
        accept: match kind {
            Kind::Silent => Accept::Silent,
            _ => Accept::Normal,
        },
        faults: fault
            .map(|fault| FaultRule::new("", fault))
            .into_iter()
            .collect(),
        ..Wire::default()
    }
}

/// `127.1.x.y`: one for each pair.
fn address(place: usize, port: u16) -> SocketAddr {
    let pair = u16::try_from(place / 2).expect("fewer pairs than addresses");
    let [high, low] = pair.to_be_bytes();
    (Ipv4Addr::new(127, 1, high, low), port).into()
}
