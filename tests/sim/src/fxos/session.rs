//! `/api/login`, `/api/logout`, and the sessions behind them.

use core::time::Duration;
use std::collections::HashSet;

use hyper::header::HeaderMap;
use serde::Serialize;

use super::{Fxos, error};
use crate::answer::Answer;
use crate::clock::VirtualTime;
use crate::events::What;
use crate::scenario::{Account, EndedBy, FxosScenario};
use crate::state::BoxState;
use crate::unit::lock;

#[derive(Debug, Default)]
pub(super) struct Sessions {
    all: Vec<Session>,
    /// Every token that was ever issued.
    issued: HashSet<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Session {
    token: String,
    pub(super) user: String,
    pub(super) read_only: bool,
    logged_in: VirtualTime,
    last_used: VirtualTime,
    /// Whether a request has carried the token.
    used: bool,
}

impl Session {
    fn is_live(&self, now: VirtualTime, switches: &FxosScenario) -> bool {
        let idle = now < self.last_used + Duration::from_secs(switches.idle_s);
        let within = |life| now < self.logged_in + Duration::from_secs(life);
        // No refresh call is documented: what is not refreshed ends.
        let refreshed = switches.refresh_period == 0 || within(switches.refresh_period);
        idle && refreshed && switches.session_life_s.is_none_or(within)
    }
}

impl Sessions {
    fn live(&self, now: VirtualTime, switches: &FxosScenario) -> impl Iterator<Item = &Session> {
        self.all
            .iter()
            .filter(move |one| one.is_live(now, switches))
    }

    fn are_full(&self, user: &str, now: VirtualTime, switches: &FxosScenario) -> bool {
        let limits = &switches.session_limits;
        let own = self.live(now, switches).filter(|one| one.user == user);
        (limits.per_user != 0 && own.count() >= limits.per_user)
            || (limits.total != 0 && self.live(now, switches).count() >= limits.total)
    }
}

/// Why there is no session.
enum Refusal {
    BadPassword,
    Locked,
    TooMany,
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
        let switches = self.switches();
        let mut accounts = switches.accounts.iter();
        let known = accounts.find(|known| text("username") == Some(&known.user));
        let right = |account: &Account| text("password") == Some(&account.password);
        let outcome = match known {
            Some(account) => self.check(account, right(account), &switches),
            None => Err(Refusal::BadPassword),
        };
        match (outcome, known) {
            (Ok(()), Some(account)) => self.open(account, &switches),
            (outcome, _) => {
                lock(&self.shared.counts).refused_logins += 1;
                refused(&outcome, &switches)
                    .what(What::RefusedLogin)
                    .user(known.map(|account| account.user.as_str()))
            }
        }
    }

    /// Everything that may stand between an account and a session.
    fn check(
        &self,
        account: &Account,
        right: bool,
        switches: &FxosScenario,
    ) -> Result<(), Refusal> {
        let now = self.world.clock.now();
        let mut lockouts = lock(&self.lockouts);
        if lockouts.is_locked(&account.user, &switches.lockout, now) {
            return Err(Refusal::Locked);
        }
        if !right {
            lockouts.failed(&account.user, &switches.lockout, now);
            return Err(Refusal::BadPassword);
        }
        if self.refuses_login() {
            return Err(Refusal::BadPassword);
        }
        if lock(&self.sessions).are_full(&account.user, now, switches) {
            return Err(Refusal::TooMany);
        }
        lockouts.succeeded(&account.user);
        Ok(())
    }

    fn open(&self, account: &Account, switches: &FxosScenario) -> Answer {
        let now = self.world.clock.now();
        self.expire();
        let token = lock(&self.world.tokens).hex_token();
        let mut sessions = lock(&self.sessions);
        sessions.issued.insert(token.clone());
        sessions.all.push(Session {
            token: token.clone(),
            user: account.user.clone(),
            read_only: account.read_only,
            logged_in: now,
            last_used: now,
            used: false,
        });
        lock(&self.shared.counts).logins += 1;
        let refresh_period = match (switches.refresh_period_as_number, switches.refresh_period) {
            (true, seconds) => Period::Number(seconds),
            (false, seconds) => Period::Text(seconds.to_string()),
        };
        let body = LoginBody {
            refresh_period,
            token: &token,
        };
        let answer = Answer::json(200, &body)
            .what(What::Login)
            .user(Some(&account.user));
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
            lock(&self.shared.counts).refused_revokes += 1;
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
            )
            .what(What::RefusedLogout);
        };
        lock(&self.sessions)
            .all
            .retain(|other| other.token != session.token);
        lock(&self.shared.counts).revokes += 1;
        Answer::json(200, &LogoutBody { logout: "success" })
            .what(What::Logout)
            .user(Some(&session.user))
    }

    /// The live session whose token the request carries; this request counts as activity.
    pub(super) fn session(&self, headers: &HeaderMap) -> Option<Session> {
        let token = headers.get("token")?.to_str().ok()?;
        let switches = self.switches();
        let now = self.world.clock.now();
        let mut sessions = lock(&self.sessions);
        let session = sessions
            .all
            .iter_mut()
            .find(|session| session.token == token && session.is_live(now, &switches))?;
        session.last_used = now;
        session.used = true;
        Some(session.clone())
    }

    /// All sessions end out of the blue.
    pub(crate) fn end_sessions(&self) {
        self.expire();
        let mut sessions = lock(&self.sessions);
        lock(&self.shared.counts).ended_sessions += sessions.all.len() as u64;
        sessions.all.clear();
    }

    /// The session of a request ends, if it has one.
    pub(crate) fn end_session(&self, headers: &HeaderMap, by: EndedBy) {
        let Some(ended) = self.session(headers) else {
            return;
        };
        let mut sessions = lock(&self.sessions);
        sessions.all.retain(|other| other.token != ended.token);
        let mut counts = lock(&self.shared.counts);
        match by {
            EndedBy::Box => counts.ended_sessions += 1,
            EndedBy::Login => counts.displaced_sessions += 1,
            EndedBy::Expiry => counts.lapsed_sessions += 1,
        }
    }

    /// Counts, and forgets, the sessions that have ended by age.
    pub(crate) fn expire(&self) {
        let (now, switches) = (self.world.clock.now(), self.switches());
        let mut sessions = lock(&self.sessions);
        let before = sessions.all.len();
        sessions.all.retain(|one| one.is_live(now, &switches));
        let lapsed = before - sessions.all.len();
        lock(&self.shared.counts).lapsed_sessions += lapsed as u64;
    }

    /// Fills in what is known of sessions and accounts.
    pub(crate) fn describe(&self, state: &mut BoxState) {
        let switches = self.switches();
        let now = self.world.clock.now();
        let sessions = lock(&self.sessions);
        for session in sessions.live(now, &switches) {
            let user = session.user.clone();
            *state.sessions_by_user.entry(user).or_default() += 1;
            state.live_sessions += 1;
            state.orphaned_sessions += usize::from(!session.used);
        }
        state.lapsed_sessions += (sessions.all.len() - state.live_sessions) as u64;
        state.locked_accounts = lock(&self.lockouts).locked(&switches.lockout, now);
    }

    /// Headers with a token that was not issued here, the user of no account, or what only an FMC
    /// takes.
    pub(crate) fn foreign_headers(&self, headers: &HeaderMap) -> Vec<&'static str> {
        let text = |name| headers.get(name).map(|value| value.to_str().ok());
        let sessions = lock(&self.sessions);
        let foreign_token = text("token")
            .is_some_and(|token| token.is_none_or(|token| !sessions.issued.contains(token)));
        let accounts = self.switches().accounts;
        let foreign_user = text("username").is_some_and(|user| {
            !accounts
                .iter()
                .any(|known| user == Some(known.user.as_str()))
        });
        let is_foreign = |name: &str| match name {
            "token" => foreign_token,
            "username" => foreign_user,
            _ => headers.contains_key(name),
        };
        let mut names = vec!["token", "username", "authorization", "cookie"];
        names.extend(["X-auth-access-token", "X-auth-refresh-token"]);
        names.push("proxy-authorization");
        names.retain(|name| is_foreign(name));
        names
    }
}

fn refused(outcome: &Result<(), Refusal>, switches: &FxosScenario) -> Answer {
    match outcome {
        Err(Refusal::Locked) if !switches.lockout.text.is_empty() => {
            error(400, "551", &switches.lockout.text, "unidentified-fail")
        }
        // A guess, after UCS Manager, whose object model FXOS shares.
        Err(Refusal::TooMany) => error(
            400,
            "572",
            "User reached maximum session limit",
            "unidentified-fail",
        ),
        _ => error(400, "551", "Authentication failed", "unidentified-fail"),
    }
}
