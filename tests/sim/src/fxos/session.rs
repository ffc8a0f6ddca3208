//! `/api/login`, `/api/logout`, and the sessions behind them.

use core::time::Duration;

use hyper::header::HeaderMap;
use serde::Serialize;

use super::{Fxos, error};
use crate::answer::Answer;
use crate::clock::VirtualTime;
use crate::scenario::FxosScenario;
use crate::{random, unit::lock};

#[derive(Debug, Default)]
pub(super) struct Sessions(Vec<Session>);

#[derive(Debug, Clone)]
pub(super) struct Session {
    token: String,
    pub(super) read_only: bool,
    logged_in: VirtualTime,
    last_used: VirtualTime,
}

impl Session {
    fn is_live(&self, now: VirtualTime, switches: &FxosScenario) -> bool {
        let idle = now < self.last_used + Duration::from_secs(switches.idle_s);
        // No refresh call is documented: what is not refreshed ends.
        let refreshed = switches.refresh_period == 0
            || now < self.logged_in + Duration::from_secs(switches.refresh_period);
        idle && refreshed
    }
}

#[derive(Serialize)]
struct LoginBody<'a> {
    #[serde(rename = "refreshPeriod")]
    refresh_period: Period,
    token: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Period {
    Text(String),
    Number(u64),
}

#[derive(Serialize)]
struct LogoutBody {
    logout: &'static str,
}

impl Fxos {
    pub(super) fn login(&self, headers: &HeaderMap) -> Answer {
        let text = |name| {
            headers
                .get(name)
                .and_then(|value| core::str::from_utf8(value.as_bytes()).ok())
        };
        let switches = self.world.scenario.borrow().fxos.clone();
        let mut accounts = switches.accounts.iter();
        let account = accounts.find(|known| {
            (text("username"), text("password")) == (Some(&known.user), Some(&known.password))
        });
        let Some(account) = account.filter(|_| !self.refuses_login()) else {
            lock(&self.counts).refused_logins += 1;
            return error(400, "551", "Authentication failed", "unidentified-fail");
        };
        let now = self.world.clock.now();
        let token = random::hex_token();
        let mut sessions = lock(&self.sessions);
        sessions.0.retain(|session| session.is_live(now, &switches));
        sessions.0.push(Session {
            token: token.clone(),
            read_only: account.read_only,
            logged_in: now,
            last_used: now,
        });
        lock(&self.counts).logins += 1;
        let refresh_period = match (switches.refresh_period_as_number, switches.refresh_period) {
            (true, seconds) => Period::Number(seconds),
            (false, seconds) => Period::Text(seconds.to_string()),
        };
        let answer = Answer::json(
            200,
            &LoginBody {
                refresh_period,
                token: &token,
            },
        );
        if switches.token_header {
            answer.header("token", token)
        } else {
            answer
        }
    }

    /// Counts down `refuse_logins`.
    fn refuses_login(&self) -> bool {
        self.world.scenario.send_if_modified(|scenario| {
            let refused = scenario.fxos.refuse_logins > 0;
            scenario.fxos.refuse_logins = scenario.fxos.refuse_logins.saturating_sub(1);
            refused
        })
    }

    pub(super) fn logout(&self, headers: &HeaderMap) -> Answer {
        let Some(session) = self.session(headers) else {
            let status = if self.world.scenario.borrow().fxos.logout_400 {
                400
            } else {
                555
            };
            return error(
                status,
                "555",
                "Authorization required",
                "service-unavailable",
            );
        };
        lock(&self.sessions)
            .0
            .retain(|other| other.token != session.token);
        lock(&self.counts).revokes += 1;
        Answer::json(200, &LogoutBody { logout: "success" })
    }

    /// The live session whose token the request carries; this request counts as activity.
    pub(super) fn session(&self, headers: &HeaderMap) -> Option<Session> {
        let token = headers.get("token")?.to_str().ok()?;
        let switches = self.world.scenario.borrow().fxos.clone();
        let now = self.world.clock.now();
        let mut sessions = lock(&self.sessions);
        let session = sessions
            .0
            .iter_mut()
            .find(|session| session.token == token && session.is_live(now, &switches))?;
        session.last_used = now;
        Some(session.clone())
    }

    pub(crate) fn live_sessions(&self) -> usize {
        let switches = self.world.scenario.borrow().fxos.clone();
        let now = self.world.clock.now();
        lock(&self.sessions)
            .0
            .iter()
            .filter(|session| session.is_live(now, &switches))
            .count()
    }
}
