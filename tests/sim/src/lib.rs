//! A simulated FMC (Firepower Management Center) and a simulated FXOS chassis, over real TLS
//! sockets, for anyone who writes a client of their REST APIs.
//!
//! The two boxes answer on addresses of their own with certificates like the real ones
//! (RSA-2048, self-issued, `CN=firepower`, no alternative name). Tokens, refreshes, one session
//! per user, error bodies, header order and letter case follow Cisco's documents and public
//! captures; what is unknown or disputed is a switch ([`Scenario`]). Time is virtual: half an
//! hour passes by [`Sim::advance`].
//!
//! The simulator shares no code with the rest of this repository: a mistake in both would hide
//! itself.
//!
//! ```no_run
//! # async fn example() -> Result<(), oobwatch_sim::Error> {
//! use core::time::Duration;
//! use oobwatch_sim::{Scenario, Sim};
//!
//! let mut scenario = Scenario::default();
//! scenario.fmc.devices = 1000;
//! scenario.fmc.health = vec!["green".into(), "red".into()];
//! let sim = Sim::builder().scenario(scenario).start().await?;
//!
//! println!("{} as {}, pin {}", sim.fmc().url, sim.fmc().user, sim.fmc().pin);
//! sim.advance(Duration::from_secs(30 * 60));
//! assert_eq!(sim.state().fmc.live_sessions, 0);
//! sim.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! The command `oobwatch-sim` is the same for scripts; see the README beside this crate.
//!
//! A box with known or suspected ways of its own is a preset ([`Preset`]):
//! `Scenario::preset("fmc-7.4.1")`.
//!
//! Where things are: `wire` has TCP, TLS, keep-alive and faults; `line` the bytes below HTTP; `link` what a connection remembers;
//! `answer` and `letter_case` the exact response head; `trouble` errors under load; `traffic` and
//! `lockout` what limits go by; `fmc` and `fxos` the two products; `control` the address that
//! scripts steer by; `state` and `events` what it tells them.

mod answer;
mod cert;
mod clock;
mod control;
mod error;
mod events;
mod fmc;
mod fxos;
mod letter_case;
mod line;
mod link;
mod lockout;
mod random;
mod scenario;
mod sim;
mod state;
mod traffic;
mod trouble;
mod unit;
mod wire;

pub use cert::Certificate;
pub use error::Error;
pub use events::{Event, What};
pub use scenario::{
    Accept, Account, Alert, Alerts, Clusters, CutRequests, DomainsStyle, EmptyList, End, EndedBy,
    Fault, FaultRule, FmcScenario, FxosScenario, HaPairs, HeaderCase, Jobs, License, Link, Lockout,
    LoginBurst, ManagedChassis, Offset, Preset, RateLimit, RefreshCap, RetryAfter, Scenario,
    SessionLimits, TlsVersions, TooMany, Trouble, Wire,
};
pub use sim::{BoxInfo, Builder, Sim};
pub use state::{BoxState, State, Upload};
