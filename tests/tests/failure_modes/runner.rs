//! Plays one failure mode: a simulator, clients of it, what they are asked to do.

use core::time::Duration;

use oobwatch_client::core::health::Report;
use oobwatch_client::core::session::FMC_RATE;
use oobwatch_client::{Builder, Client, ClientError, Credential, Timeouts};
use oobwatch_sim::{BoxState, Scenario};
use oobwatch_tests::Lab;

/// One way to fail.
#[derive(Clone, Debug)]
pub(crate) struct Mode {
    pub(crate) name: String,
    /// The box.
    pub(crate) on: Product,
    /// Switches of the simulator.
    pub(crate) scenario: Scenario,
    pub(crate) asks: Vec<Ask>,
    /// How many clients are asked, one after the other. They share a credential.
    pub(crate) clients: usize,
    pub(crate) password: Option<&'static str>,
    /// How long a box may be silent, by a real clock.
    pub(crate) silence: Duration,
    /// Logins are refused for the number of sessions, and not for the password.
    pub(crate) is_full: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Product {
    /// With a bearer token in place of a password.
    CdFmc,
    Fmc,
    Fxos,
}

/// What is asked of the client, or happens to it.
#[derive(Clone, Debug)]
pub(crate) enum Ask {
    /// A health check.
    Check,
    /// GET.
    Read(&'static str),
    /// POST, of a network.
    Write,
    /// All pages of the devices.
    List,
    /// So many seconds go by.
    Pass(u64),
    /// So many seconds go by for the box, and the client does not know.
    Hidden(u64),
    /// Somebody else logs in with the account.
    OtherLogin,
    /// Somebody else tries the account with a wrong password.
    OtherGuess,
    /// Somebody else logs out with our tokens.
    Revoke,
    /// All sessions end, as after a restart of the box.
    Restart,
    /// So often, so many seconds apart.
    Every(u64, u32, Vec<Self>),
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) asks: Vec<Ask>,
    pub(crate) clients: usize,
    pub(crate) counts: Counts,
    /// Seconds that the client waited by itself.
    pub(crate) waited: u64,
    /// What the caller saw, in the order of its first time, and how often.
    pub(crate) saw: Vec<(String, u32)>,
}

/// From the simulator, but for the orphans, which only the client can know.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counts {
    pub(crate) logins: u64,
    pub(crate) refused_logins: u64,
    pub(crate) refreshes: u64,
    pub(crate) refused_refreshes: u64,
    pub(crate) requests: u64,
    pub(crate) stray: u64,
    pub(crate) left: usize,
    pub(crate) orphans: u32,
}

struct Play<'m> {
    mode: &'m Mode,
    lab: Lab,
    clients: Vec<Client>,
    others: Vec<Client>,
    /// Seconds that went by because the mode says so.
    passed: u64,
    saw: Vec<(String, u32)>,
}

pub(crate) async fn run(mode: &Mode) -> Row {
    let lab = Lab::stepped(mode.scenario.clone()).await;
    let mut play = Play::new(mode, lab);
    play.all(&mode.asks).await;
    for client in &play.clients {
        if let Err(error) = client.close().await {
            see(&mut play.saw, format!("logout: {}", said(&error)));
        }
    }
    play.into_row().await
}

impl<'m> Play<'m> {
    fn new(mode: &'m Mode, lab: Lab) -> Self {
        let info = match mode.on {
            Product::CdFmc | Product::Fmc => lab.sim.fmc(),
            Product::Fxos => lab.sim.fxos(),
        };
        let password = mode.password.unwrap_or(&info.password);
        let credential = Credential::new(info.user.clone(), password.to_owned());
        let mut timeouts = Timeouts::default();
        timeouts.first_byte = mode.silence;
        let clients = (0..mode.clients).map(|seed| {
            let builder = match mode.on {
                Product::CdFmc => builder(mode, &lab),
                Product::Fmc | Product::Fxos => builder(mode, &lab).credential(credential.clone()),
            };
            let builder = builder.seed(u32::try_from(seed).unwrap() + 1);
            builder.timeouts(timeouts).build().unwrap()
        });
        let clients = clients.collect();
        let (others, saw) = (Vec::new(), Vec::new());
        Self {
            mode,
            lab,
            clients,
            others,
            passed: 0,
            saw,
        }
    }

    async fn all(&mut self, asks: &[Ask]) {
        for ask in asks {
            match ask {
                Ask::Every(seconds, times, asks) => {
                    for _ in 0..*times {
                        Box::pin(self.all(asks)).await;
                        self.pass(*seconds);
                    }
                }
                Ask::Pass(seconds) => self.pass(*seconds),
                Ask::Hidden(seconds) => {
                    self.passed += seconds;
                    self.lab.advance_boxes(Duration::from_secs(*seconds));
                }
                Ask::Restart => {
                    self.lab.sim.end_fmc_sessions();
                    self.lab.sim.end_fxos_sessions();
                }
                Ask::OtherLogin | Ask::OtherGuess => self.other(ask).await,
                Ask::Revoke => {
                    let tokens = self.clients[0].tokens().expect("a session");
                    let refresh = tokens.refresh.expect("a refresh token");
                    let thief = self.lab.fmc_with_tokens(&tokens.access, &refresh);
                    thief.close().await.unwrap();
                }
                _ => {
                    for client in &self.clients {
                        see(&mut self.saw, ask_one(client, ask).await);
                    }
                }
            }
        }
    }

    fn pass(&mut self, seconds: u64) {
        self.passed += seconds;
        self.lab.advance(Duration::from_secs(seconds));
    }

    async fn other(&mut self, ask: &Ask) {
        let builder = builder(self.mode, &self.lab);
        let other = match ask {
            Ask::OtherGuess => {
                let user = match self.mode.on {
                    Product::CdFmc | Product::Fmc => &self.lab.sim.fmc().user,
                    Product::Fxos => &self.lab.sim.fxos().user,
                };
                builder.login(user, "guess".to_owned())
            }
            _ => builder,
        };
        let other = other.build().unwrap();
        let done = other.log_in().await;
        assert_eq!(done.is_ok(), matches!(ask, Ask::OtherLogin));
        self.others.push(other);
    }

    /// What others did is taken off; their sessions end.
    async fn into_row(self) -> Row {
        let state = self.state();
        let others = || self.others.iter().map(Client::stats);
        let their_logins: u64 = others().map(|stats| u64::from(stats.logins)).sum();
        let their_refused: u64 = others().map(|stats| u64::from(stats.refused_logins)).sum();
        for other in &self.others {
            other.close().await.unwrap();
        }
        let left = self.state();
        let revoked = count(&self.mode.asks, &|ask| matches!(ask, Ask::Revoke));
        let requests: u64 = state.requests.values().sum();
        let counts = Counts {
            logins: state.logins - their_logins,
            refused_logins: state.refused_logins - their_refused,
            refreshes: state.refreshes,
            refused_refreshes: state.refused_refreshes,
            requests: requests - their_logins - their_refused - revoked,
            stray: match self.mode.on {
                // A bearer token that is refused is foreign to the box.
                Product::CdFmc => state.stray_credentials,
                _ => state.stray_credentials + state.foreign_credentials,
            },
            left: left.live_sessions,
            orphans: self
                .clients
                .iter()
                .map(|client| client.stats().orphans)
                .sum(),
        };
        let clock = Duration::from_millis(self.lab.sim.state().clock_ms);
        Row {
            name: self.mode.name.clone(),
            asks: self.mode.asks.clone(),
            clients: self.mode.clients,
            counts,
            waited: (clock - Duration::from_secs(self.passed)).as_secs(),
            saw: self.saw,
        }
    }

    fn state(&self) -> BoxState {
        let state = self.lab.sim.state();
        match self.mode.on {
            Product::CdFmc | Product::Fmc => state.fmc,
            Product::Fxos => state.fxos,
        }
    }
}

fn builder(mode: &Mode, lab: &Lab) -> Builder {
    match mode.on {
        Product::CdFmc => lab.cdfmc(mode.password.unwrap_or("sim-bearer-token")),
        Product::Fmc => lab.fmc().requests_per_minute(FMC_RATE),
        Product::Fxos => lab.fxos(),
    }
}

fn count(asks: &[Ask], which: &dyn Fn(&Ask) -> bool) -> u64 {
    let of = |ask: &Ask| match ask {
        Ask::Every(_, times, asks) => u64::from(*times) * count(asks, which),
        ask => u64::from(which(ask)),
    };
    asks.iter().map(of).sum()
}

async fn ask_one(client: &Client, ask: &Ask) -> String {
    let done = match ask {
        Ask::Read(path) => client.get(path).await.map(|reply| reply.status.to_string()),
        Ask::Write => {
            let path = "/api/fmc_config/v1/domain/{domainUUID}/object/networks";
            let body = serde_json::json!({"name": "n", "type": "Network", "value": "192.0.2.0/24"});
            client
                .post(path, &body)
                .await
                .map(|reply| reply.status.to_string())
        }
        Ask::List => {
            let path = "/api/fmc_config/v1/domain/{domainUUID}/devices/devicerecords?expanded=true";
            let items = client.get_pages::<serde_json::Value>(path).await;
            items.map(|items| format!("{} items", items.len()))
        }
        _ => Ok(verdict(&client.check().await)),
    };
    done.unwrap_or_else(|error| said(&error))
}

fn verdict(report: &Report) -> String {
    let verdict = report.verdict().as_str();
    match (report.stopped_at(), report.error) {
        (Some(layer), Some(error)) => {
            format!(
                "{verdict} at {}: {}",
                layer.as_str(),
                first_part(&error.to_string())
            )
        }
        _ => verdict.to_owned(),
    }
}

fn said(error: &ClientError) -> String {
    first_part(&error.to_string())
}

/// What happened; the advice after the semicolon is for people in trouble.
fn first_part(text: &str) -> String {
    text.split(';').next().unwrap_or_default().to_owned()
}

fn see(saw: &mut Vec<(String, u32)>, what: String) {
    match saw.iter_mut().find(|(seen, _)| *seen == what) {
        Some((_, times)) => *times += 1,
        None => saw.push((what, 1)),
    }
}
