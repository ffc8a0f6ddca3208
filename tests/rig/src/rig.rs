//! The boxes, the board, and the time that passes for both.

use core::time::Duration;
use std::io;
use std::path::PathBuf;

use oobwatch_sim::{BoxState, Scenario, Sim};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use crate::board::{Board, made_before};
use crate::config::{Setup, Site};
use crate::gateway::{Gateway, Service};
use crate::host::{self, Ran};
use crate::metrics::Metrics;

/// Longest wait for something that only takes what a busy machine takes.
const PATIENCE: Duration = Duration::from_secs(60);
/// Seconds that a check and its logout may take, whatever happens.
const LONGEST: u32 = 300;
/// How often the board has started, by reason.
const STARTS: &str = "oobwatch_board_resets_total";
/// Between two looks.
const LOOK: Duration = Duration::from_millis(10);

/// A simulator and a board that watches its boxes.
pub struct Rig {
    /// The boxes.
    pub sim: Sim,
    /// The board.
    pub board: Board,
    services: Vec<(Site, Service)>,
    _more: Vec<Service>,
    setup: Setup,
    /// The configuration image.
    pub config: PathBuf,
    /// How often each box was to be checked so far.
    cycles: u32,
    folder: TempDir,
}

impl Rig {
    /// Starts the simulator and boots a board.
    ///
    /// # Panics
    /// If one of them does not start.
    pub async fn start(setup: Setup) -> Self {
        let sim = Sim::builder()
            .scenario(setup.scenario.clone())
            .start()
            .await;
        Self::with(sim.expect("the simulator starts"), setup).await
    }

    /// Boots a board for the boxes of `sim`.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn with(sim: Sim, setup: Setup) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = setup.image(&sim, folder.path()).await.expect("an image");
        let image = made_before("OOBWATCH_RIG_FIRMWARE");
        let loaded = Some(config.as_path()).filter(|_| !setup.is_blank);
        let (mut gateway, cable) = Gateway::start().expect("sockets");
        let mut services = Vec::new();
        for site in setup.sites.iter().copied() {
            let address = site.address();
            let name = site
                .host_name()
                .map(|name| (name.to_owned(), *address.ip()));
            gateway.names().table.extend(name);
            services.push((site, gateway.serve(address, site.info(&sim).addr)));
        }
        let mut more = Vec::new();
        for (address, to) in setup.services.iter().copied() {
            more.push(gateway.serve(address, to));
        }
        let ends = (gateway, cable);
        let booted = Board::boot(&image, loaded, ends, setup.board(), folder.path()).await;
        let board = booted.unwrap_or_else(|error| panic!("{error}"));
        Self {
            sim,
            board,
            services,
            _more: more,
            setup,
            config,
            cycles: 1,
            folder,
        }
    }

    /// Types a line at the board's console, and waits for what comes of it: all
    /// that was written since, once `wanted` is in it.
    ///
    /// # Panics
    /// If it does not come.
    pub async fn type_in(&mut self, text: &str, wanted: &str) -> String {
        let before = self.board.serial.to_string().len();
        let typed = self.board.type_in(text).await;
        typed.expect("the board is there");
        let start = Instant::now();
        loop {
            let said = self.board.serial.to_string().split_off(before);
            if said.contains(wanted) {
                return said;
            }
            assert!(start.elapsed() < PATIENCE, "no {wanted:?} in {said}");
            sleep(LOOK).await;
        }
    }

    /// Lets so much time pass, for boxes and board. What is due by then has happened
    /// after it, as far as nobody else has to answer.
    ///
    /// # Panics
    /// If the board is gone.
    pub async fn leap(&mut self, seconds: u64) {
        let by = Duration::from_secs(seconds);
        self.sim.advance(by);
        let obeyed = self.board.leap(by).await;
        obeyed.unwrap_or_else(|error| panic!("{error}\n{}", self.board.serial));
    }

    /// Resets the board, and waits until it is up again.
    ///
    /// # Panics
    /// If it does not come up.
    pub async fn reset_board(&mut self) {
        let before = self.starts().await;
        self.board.reset().await.expect("the board is there");
        self.is_up_again(before).await;
    }

    /// Has the board hang, and waits until its watchdog has reset it, and it is up
    /// again.
    ///
    /// # Panics
    /// If it does not come up.
    pub async fn hang_board(&mut self) {
        let before = self.starts().await;
        self.board.hang().await.expect("the board is there");
        self.is_up_again(before).await;
    }

    async fn starts(&self) -> f64 {
        self.until(|_| true).await.sum(STARTS)
    }

    async fn is_up_again(&mut self, before: f64) {
        self.until(|metrics| metrics.sum(STARTS) > before).await;
        self.cycles = 1;
    }

    /// What the board's `/metrics` says.
    ///
    /// # Errors
    /// The board does not answer.
    pub async fn metrics(&self) -> io::Result<Metrics> {
        self.board.get("/metrics").await.map(Metrics::new)
    }

    /// Waits until the metrics are as they should, and gives them.
    ///
    /// # Panics
    /// If they do not get so.
    #[track_caller]
    pub fn until(&self, wanted: impl Fn(&Metrics) -> bool) -> impl Future<Output = Metrics> {
        let from = core::panic::Location::caller();
        async move {
            let start = Instant::now();
            loop {
                let metrics = self.metrics().await;
                match metrics {
                    Ok(metrics) if wanted(&metrics) => return metrics,
                    last if start.elapsed() > PATIENCE => self.give_up(from, &last),
                    _ => sleep(LOOK).await,
                }
            }
        }
    }

    /// Waits until something is so.
    ///
    /// # Panics
    /// If it does not get so.
    #[track_caller]
    pub fn until_so(&self, wanted: impl Fn(&Self) -> bool) -> impl Future<Output = ()> {
        let from = core::panic::Location::caller();
        async move {
            let start = Instant::now();
            while !wanted(self) {
                if start.elapsed() > PATIENCE {
                    self.give_up(from, &self.metrics().await);
                }
                sleep(LOOK).await;
            }
        }
    }

    fn give_up(&self, from: &core::panic::Location<'_>, last: &io::Result<Metrics>) -> ! {
        let metrics = match last {
            Ok(metrics) => metrics.text().to_owned(),
            Err(error) => error.to_string(),
        };
        panic!(
            "{from}: it did not happen\n== console\n{}\n== /metrics\n{metrics}\n== simulator\n{:#?}",
            self.board.serial,
            self.sim.state(),
        );
    }

    /// Waits until each box has been checked so often since the board's start, and
    /// the report is there.
    pub async fn checked(&self, times: u32) -> Metrics {
        self.until(|metrics| self.are_checked(metrics, times)).await
    }

    /// Lets the time of a check pass, and waits for it.
    pub async fn cycle(&mut self) -> Metrics {
        self.begin_cycle().await;
        self.concluded().await
    }

    /// Lets the time of a check pass, and does not wait for it.
    pub async fn begin_cycle(&mut self) {
        self.begin_cycle_in(self.setup.check_every).await;
    }

    /// The same, where a part of that time has passed already.
    pub async fn begin_cycle_in(&mut self, seconds: u32) {
        self.cycles += 1;
        self.leap(seconds.into()).await;
    }

    /// Lets so much time pass, in which a check falls due, and waits for it.
    pub async fn cycle_in(&mut self, seconds: u32) -> Metrics {
        self.begin_cycle_in(seconds).await;
        self.concluded().await
    }

    /// Waits for the report of the check that has begun.
    pub async fn concluded(&self) -> Metrics {
        self.checked(self.cycles).await
    }

    /// The same, and lets time pass meanwhile, second by second.
    ///
    /// # Panics
    /// If it takes longer than any check may.
    pub async fn concluded_in_time(&mut self) -> Metrics {
        for _ in 0..LONGEST {
            let metrics = self.metrics().await;
            match metrics {
                Ok(metrics) if self.are_checked(&metrics, self.cycles) => return metrics,
                _ => self.leap(1).await,
            }
        }
        self.concluded().await
    }

    fn are_checked(&self, metrics: &Metrics, times: u32) -> bool {
        let young = f64::from(self.setup.check_every);
        self.setup.sites.iter().all(|site| {
            let checks = metrics.of(site.name(), "oobwatch_checks_total");
            let age = metrics.own(*site, "check_age_seconds");
            checks >= Some(times.into()) && age.is_some_and(|age| age < young)
        })
    }

    /// What the simulator counted.
    #[must_use]
    pub fn state(&self, site: Site) -> BoxState {
        let state = self.sim.state();
        match site {
            Site::Fmc => state.fmc,
            Site::Fxos => state.fxos,
        }
    }

    /// Changes the simulator's switches.
    ///
    /// # Panics
    /// If they can not be so.
    pub fn change(&self, change: impl FnOnce(&mut Scenario)) {
        let mut scenario = self.sim.scenario();
        change(&mut scenario);
        self.sim
            .set_scenario(scenario)
            .expect("switches that can be");
    }

    /// Where connections to a box lead.
    ///
    /// # Panics
    /// If the board does not watch it.
    #[must_use]
    pub fn service(&self, site: Site) -> &Service {
        let found = self.services.iter().find(|(of, _)| *of == site);
        &found.expect("a box that is watched").1
    }

    /// Checks the boxes by the host command.
    ///
    /// # Panics
    /// If it can not be started.
    pub async fn host_check(&self, format: &str) -> Ran {
        let config = self
            .setup
            .host(&self.sim, self.folder.path())
            .expect("a file");
        let config = config.to_string_lossy().into_owned();
        let mut arguments = vec!["--config", &config, "check", "--format", format];
        arguments.extend(self.setup.sites.iter().map(|site| site.name()));
        let ran = host::run(&self.sim, self.folder.path(), &arguments).await;
        ran.expect("the command starts")
    }
}
