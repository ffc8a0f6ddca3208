//! Configurations, for the board and for the host command.

use core::fmt::Write as _;
use core::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::io;
use std::path::{Path, PathBuf};

use oobwatch_sim::{BoxInfo, Scenario, Sim};

use crate::gateway::{ADDRESS, LEASED, PREFIX};
use crate::host;

/// A box as the board knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// The management centre, known by name.
    Fmc,
    /// The chassis, known by address.
    Fxos,
}

impl Site {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Fmc, Self::Fxos];

    /// The name of the target.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fmc => "centre",
            Self::Fxos => "chassis",
        }
    }

    /// Where it is for the board. Nobody has these addresses (RFC 5737).
    #[must_use]
    pub const fn address(self) -> SocketAddrV4 {
        match self {
            Self::Fmc => SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 10), 443),
            Self::Fxos => SocketAddrV4::new(Ipv4Addr::new(198, 51, 100, 20), 443),
        }
    }

    /// Its name in the DNS, if it is known by it.
    #[must_use]
    pub const fn host_name(self) -> Option<&'static str> {
        match self {
            Self::Fmc => Some("fmc.lab.test"),
            Self::Fxos => None,
        }
    }

    /// How it is on this host.
    #[must_use]
    pub fn info(self, sim: &Sim) -> &BoxInfo {
        match self {
            Self::Fmc => sim.fmc(),
            Self::Fxos => sim.fxos(),
        }
    }

    /// What its metrics begin with.
    #[must_use]
    pub const fn scheme(self) -> &'static str {
        match self {
            Self::Fmc => "fmc",
            Self::Fxos => "fxos",
        }
    }

    /// The variable that the command finds the password in.
    pub(crate) const fn password(self) -> &'static str {
        match self {
            Self::Fmc => "FMC_PASSWORD",
            Self::Fxos => "FXOS_PASSWORD",
        }
    }
}

/// What a rig starts with.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The simulator's switches.
    pub scenario: Scenario,
    /// The boxes that the board watches.
    pub sites: Vec<Site>,
    /// An address of its own, rather than by DHCP.
    pub address: Option<Ipv4Addr>,
    /// Seconds between checks.
    pub check_every: u32,
    /// Seconds between probes.
    pub probe_every: u32,
    /// More lines for the board's `[firmware]`.
    pub firmware: String,
    /// More tables for the board's configuration.
    pub tables: String,
    /// More that the board can reach, at an address of its own and on this host.
    pub services: Vec<(SocketAddrV4, SocketAddr)>,
    /// The board starts without a configuration.
    pub is_blank: bool,
}

impl Default for Setup {
    /// Both boxes, by DHCP; logged in to every quarter of an hour, which is too
    /// seldom to keep a session, and hardly ever probed.
    fn default() -> Self {
        Self {
            scenario: Scenario::default(),
            sites: Site::ALL.to_vec(),
            address: None,
            check_every: 900,
            probe_every: 86_400,
            firmware: String::new(),
            tables: String::new(),
            services: Vec::new(),
            is_blank: false,
        }
    }
}

impl Setup {
    /// One box only.
    #[must_use]
    pub fn only(site: Site) -> Self {
        Self {
            sites: vec![site],
            ..Self::default()
        }
    }

    /// The default with other switches of the simulator.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Scenario)) -> Self {
        change(&mut self.scenario);
        self
    }

    /// Where the board is.
    #[must_use]
    pub fn board(&self) -> Ipv4Addr {
        self.address.unwrap_or(LEASED)
    }

    /// Has the command make an image for the board, and says where it is.
    pub(crate) async fn image(&self, sim: &Sim, folder: &Path) -> io::Result<PathBuf> {
        let mut text = self.network();
        for site in &self.sites {
            let file = folder.join(format!("{}.pem", site.name()));
            std::fs::write(&file, &site.info(sim).cert_pem)?;
            let address = site.address();
            let place = match site.host_name() {
                Some(name) => name.to_owned(),
                None => address.ip().to_string(),
            };
            text += &target(*site, sim, &place);
            let _ = writeln!(text, "certificate = {file:?}");
        }
        text += &self.tables;
        let config = folder.join("board.toml");
        std::fs::write(&config, text)?;
        let image = folder.join("config.bin");
        let [config, out] = [&config, &image].map(|path| path.to_string_lossy().into_owned());
        let ran = host::run(sim, folder, &["firmware-config", &config, "-o", &out]).await?;
        if ran.code != Some(0) {
            return Err(io::Error::other(format!(
                "oobwatch firmware-config: {}",
                ran.err
            )));
        }
        Ok(image)
    }

    /// A configuration for the host command, which reaches the boxes directly.
    pub(crate) fn host(&self, sim: &Sim, folder: &Path) -> io::Result<PathBuf> {
        let mut text = String::new();
        for site in &self.sites {
            let info = site.info(sim);
            text += &target(*site, sim, &info.addr.to_string());
            let _ = writeln!(text, "pins = ['{}']", info.pin);
        }
        let config = folder.join("host.toml");
        std::fs::write(&config, text)?;
        Ok(config)
    }

    fn network(&self) -> String {
        let Self {
            check_every,
            probe_every,
            firmware,
            ..
        } = self;
        let mut text = format!(
            "[firmware]\ncheck_every = {check_every}\nprobe_every = {probe_every}\n{firmware}\n"
        );
        if let Some(address) = self.address {
            let _ = writeln!(
                text,
                "address = '{address}/{PREFIX}'\ngateway = '{ADDRESS}'\nname_servers = ['{ADDRESS}']"
            );
        }
        text
    }
}

fn target(site: Site, sim: &Sim, place: &str) -> String {
    let (name, scheme, password) = (site.name(), site.scheme(), site.password());
    let user = &site.info(sim).user;
    format!(
        "[credentials.{name}]\nuser = {user:?}\npassword_env = '{password}'\n\
         [targets.{name}]\nurl = '{scheme}://{place}'\ncredentials = '{name}'\n"
    )
}
