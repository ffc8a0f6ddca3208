//! Days of checks on boxes that go wrong at random, in virtual time, and what
//! has to hold all the while. The same seed is the same days again.

mod trouble;

use core::fmt;
use core::time::Duration;

use oobwatch_client::core::health::Verdict;
use oobwatch_client::core::session::FMC_RATE;
use oobwatch_client::{Client, Credential, Timeouts};
use oobwatch_sim::{BoxState, Scenario};

use crate::Lab;
use trouble::Random;

const MINUTE: Duration = Duration::from_secs(60);

/// What a box does changes after so many minutes at most.
const SPELL: u64 = 60;

/// After some spells there is nothing wrong for so many minutes, at the end of
/// which all has to be well: longer than a client stays away from a box.
const CALM: u64 = 150;

/// What a soak came to.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Summary {
    /// Virtual hours.
    pub hours: u64,
    /// Checks of both boxes.
    pub checks: u64,
    /// Those that found the box well.
    pub ok: u64,
    /// Times the boxes changed their ways.
    pub spells: u64,
    /// Logins that brought tokens, by the boxes' count, as all that follows.
    pub logins: u64,
    /// Logins that were refused.
    pub refused_logins: u64,
    /// Refreshes that brought tokens.
    pub refreshes: u64,
    /// Requests.
    pub requests: u64,
    /// Sessions that the clients know they could not close.
    pub orphans: u64,
    /// Sessions that were left in the end.
    pub left: usize,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} virtual hours, {} spells of trouble, {} checks ({} OK), {} requests, \
             {} logins and {} refused, {} refreshes, {} orphans counted, {} sessions left",
            self.hours,
            self.spells,
            self.checks,
            self.ok,
            self.requests,
            self.logins,
            self.refused_logins,
            self.refreshes,
            self.orphans,
            self.left
        )
    }
}

/// One box and its client.
struct Watch {
    client: Client,
    credential: Credential,
    /// The boxes' count of refused logins when the credential was last reset.
    refused_before: u64,
    /// What the last check found wrong.
    wrong: Option<String>,
}

struct Soak {
    lab: Lab,
    elsewhere: Lab,
    random: Random,
    watches: [Watch; 2],
    summary: Summary,
}

/// Checks both boxes every minute for so many virtual hours.
///
/// # Errors
/// What did not hold, and when.
pub async fn run(seed: u64, hours: u64) -> Result<Summary, String> {
    let mut soak = Soak::new(seed).await;
    let mut minutes = 0;
    while minutes < hours * 60 {
        let at = |broken| format!("seed {seed}, from hour {}: {broken}", minutes / 60);
        let spent = soak.spell().await.map_err(at)?;
        minutes += spent;
    }
    soak.summary.hours = minutes / 60;
    let end = soak.end().await;
    end.map_err(|broken| format!("seed {seed}, in the end: {broken}"))
}

impl Soak {
    async fn new(seed: u64) -> Self {
        let lab = Lab::stepped(Scenario::default()).await;
        let elsewhere = Lab::stepped(Scenario::default()).await;
        let watch = |info: &oobwatch_sim::BoxInfo, builder: oobwatch_client::Builder| {
            let credential = Credential::new(info.user.clone(), info.password.clone());
            let builder = builder.credential(credential.clone()).seed(1);
            let builder = builder.requests_per_minute(FMC_RATE);
            let client = builder.timeouts(Timeouts::default());
            Watch {
                client: client.build().expect("a client"),
                credential,
                refused_before: 0,
                wrong: None,
            }
        };
        let watches = [
            watch(lab.sim.fmc(), lab.fmc()),
            watch(lab.sim.fxos(), lab.fxos()),
        ];
        Self {
            lab,
            elsewhere,
            random: Random::new(seed),
            watches,
            summary: Summary::default(),
        }
    }

    /// Some trouble, or none for long enough that all has to be well after it.
    /// How many minutes that took.
    async fn spell(&mut self) -> Result<u64, String> {
        let calm = self.random.percent(20);
        let origin = self.elsewhere.sim.fmc().url.clone();
        let (scenario, minutes) = if calm {
            let manual_clock = true;
            (
                Scenario {
                    manual_clock,
                    ..Scenario::default()
                },
                CALM,
            )
        } else {
            let minutes = 1 + self.random.below(SPELL);
            (trouble::scenario(&mut self.random, &origin), minutes)
        };
        self.operator_resets();
        self.lab
            .sim
            .set_scenario(scenario)
            .map_err(|error| error.to_string())?;
        self.summary.spells += u64::from(!calm);
        for _ in 0..minutes {
            if !calm {
                self.event();
            }
            self.minute().await;
        }
        let broken = self.broken().or_else(|| {
            let ill = self.watches.iter().find_map(|watch| watch.wrong.as_ref());
            let ill = ill.filter(|_| calm)?;
            Some(format!(
                "nothing is wrong with the box, and yet a check says {ill}"
            ))
        });
        broken.map_or(Ok(minutes), Err)
    }

    /// Now and then something happens to the boxes.
    fn event(&mut self) {
        match self.random.below(400) {
            0 => self.lab.sim.end_fmc_sessions(),
            1 => self.lab.sim.end_fxos_sessions(),
            2 => self.lab.advance_boxes(MINUTE * 10),
            _ => {}
        }
    }

    async fn minute(&mut self) {
        for watch in &mut self.watches {
            let report = watch.client.check().await;
            let is_ok = report.verdict() == Verdict::Ok;
            self.summary.checks += 1;
            self.summary.ok += u64::from(is_ok);
            watch.wrong = (!is_ok).then(|| {
                let session = report.observed.session;
                format!(
                    "{}: {:?}, {session:?}",
                    report.verdict().as_str(),
                    report.error
                )
            });
        }
        self.lab.advance(MINUTE);
    }

    /// A credential that was refused twice is tried no more until someone has
    /// looked at it.
    fn operator_resets(&mut self) {
        let state = self.lab.sim.state();
        for (watch, state) in self.watches.iter_mut().zip([state.fmc, state.fxos]) {
            if watch.credential.refusals() > 1 {
                watch.credential.reset();
            }
            watch.refused_before = state.refused_logins;
        }
    }

    /// What does not hold, if so.
    fn broken(&self) -> Option<String> {
        let state = self.lab.sim.state();
        let elsewhere = self.elsewhere.sim.state();
        let visits = elsewhere.fmc.connections + elsewhere.fxos.connections;
        if visits > 0 {
            return Some(format!(
                "{visits} connections to where a redirect or link led"
            ));
        }
        let boxes = self.watches.iter().zip([&state.fmc, &state.fxos]);
        boxes
            .into_iter()
            .find_map(|(watch, state)| watch.broken(state))
    }

    /// Logs out of boxes with nothing wrong.
    async fn end(mut self) -> Result<Summary, String> {
        let manual_clock = true;
        let calm = Scenario {
            manual_clock,
            ..Scenario::default()
        };
        self.lab
            .sim
            .set_scenario(calm)
            .map_err(|error| error.to_string())?;
        for watch in &self.watches {
            watch
                .client
                .close()
                .await
                .map_err(|error| error.to_string())?;
            self.summary.orphans += u64::from(watch.client.stats().orphans);
        }
        let state = self.lab.sim.state();
        for state in [state.fmc, state.fxos] {
            self.summary.logins += state.logins;
            self.summary.refused_logins += state.refused_logins;
            self.summary.refreshes += state.refreshes;
            self.summary.requests += state.requests.values().sum::<u64>();
            self.summary.left += state.live_sessions;
        }
        let left = u64::try_from(self.summary.left).unwrap_or(u64::MAX);
        if left > self.summary.orphans {
            return Err(format!(
                "{left} sessions are left that were not counted: {}",
                self.summary
            ));
        }
        self.broken().map_or(Ok(self.summary), Err)
    }
}

impl Watch {
    fn broken(&self, state: &BoxState) -> Option<String> {
        let strange = state.stray_credentials + state.foreign_credentials;
        let refused = state.refused_logins - self.refused_before;
        if strange > 0 {
            Some(format!(
                "{strange} requests with a credential that was out of place"
            ))
        } else if refused > 2 {
            Some(format!(
                "{refused} refused logins, and nobody had reset the latch"
            ))
        } else if state.refreshes > 3 * state.logins {
            Some(format!(
                "{} refreshes of {} logins",
                state.refreshes, state.logins
            ))
        } else if state.peak_connections > 10 || state.peak_parallel_writes > 1 {
            Some("more connections or writes at a time than a box takes".to_owned())
        } else {
            None
        }
    }
}
