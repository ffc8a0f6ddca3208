//! `generatetoken`, `refreshtoken`, `revokeaccess`, and the sessions behind them.

use core::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use hyper::header::{AUTHORIZATION, HeaderMap};

use super::{Fmc, domains, error};
use crate::answer::Answer;
use crate::clock::VirtualTime;
use crate::scenario::FmcScenario;
use crate::{random, unit::lock};

const ACCESS: &str = "X-auth-access-token";
const REFRESH: &str = "X-auth-refresh-token";
const USER_UUID: &str = "fc47b914-8121-11ea-ac18-f0428d0155cd";

#[derive(Debug, Default)]
pub(super) struct Sessions(Vec<Session>);

/// What an authorised request may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rights {
    Read,
    Write,
}

#[derive(Debug, Clone)]
struct Session {
    user: String,
    read_only: bool,
    access: String,
    /// Superseded access tokens that still work, if the scenario lets them.
    old_access: Vec<(String, VirtualTime)>,
    refresh: String,
    logged_in: VirtualTime,
    /// When the access token was issued.
    issued: VirtualTime,
    refreshes: u32,
}

impl Session {
    fn accepts(&self, token: &str, now: VirtualTime, switches: &FmcScenario) -> bool {
        let life = Duration::from_secs(switches.token_life_s);
        let fresh = |issued: VirtualTime| now < issued + life;
        let current = self.access == token && fresh(self.issued);
        let old = self
            .old_access
            .iter()
            .any(|(old, issued)| old == token && fresh(*issued));
        (current || old) && self.is_in_time(now, switches)
    }

    fn can_refresh(&self, now: VirtualTime, switches: &FmcScenario) -> bool {
        self.refreshes < switches.refresh_limit && self.is_in_time(now, switches)
    }

    fn is_of_use(&self, now: VirtualTime, switches: &FmcScenario) -> bool {
        self.accepts(&self.access, now, switches) || self.can_refresh(now, switches)
    }

    /// The browser session timeout bounds API tokens too.
    fn is_in_time(&self, now: VirtualTime, switches: &FmcScenario) -> bool {
        let life = switches.session_life_s.map(Duration::from_secs);
        life.is_none_or(|life| now < self.logged_in + life)
    }
}

impl Fmc {
    pub(super) fn login(&self, headers: &HeaderMap) -> Answer {
        let account = basic_credentials(headers).and_then(|(user, password)| {
            let scenario = self.world.scenario.borrow();
            let mut accounts = scenario.fmc.accounts.iter();
            accounts
                .find(|known| known.user == user && known.password == password)
                .cloned()
        });
        let account = account.filter(|_| !self.refuses_login());
        let Some(account) = account else {
            lock(&self.counts).refused_logins += 1;
            return error(401, "FRAMEWORK", "User authentication failed.");
        };
        let switches = self.world.scenario.borrow().fmc.clone();
        let now = self.world.clock.now();
        let session = Session {
            user: account.user,
            read_only: account.read_only,
            access: random::uuid(),
            old_access: Vec::new(),
            refresh: random::uuid(),
            logged_in: now,
            issued: now,
            refreshes: 0,
        };
        lock(&self.counts).logins += 1;
        let mut sessions = lock(&self.sessions);
        sessions.0.retain(|other| other.is_of_use(now, &switches));
        if switches.one_session_per_user {
            sessions.0.retain(|other| other.user != session.user);
        }
        sessions.0.push(session.clone());
        tokens(&switches, &session, true)
    }

    /// Counts down `refuse_logins`.
    fn refuses_login(&self) -> bool {
        self.world.scenario.send_if_modified(|scenario| {
            let refused = scenario.fmc.refuse_logins > 0;
            scenario.fmc.refuse_logins = scenario.fmc.refuse_logins.saturating_sub(1);
            refused
        })
    }

    pub(super) fn refresh(&self, headers: &HeaderMap) -> Answer {
        let switches = self.world.scenario.borrow().fmc.clone();
        let now = self.world.clock.now();
        let presented = (value(headers, ACCESS), value(headers, REFRESH));
        let mut sessions = lock(&self.sessions);
        // The access token may have expired, but it must be this session's.
        let session = sessions.0.iter_mut().find(|session| {
            presented == (Some(&session.access), Some(&session.refresh))
                && session.can_refresh(now, &switches)
        });
        let Some(session) = session else {
            lock(&self.counts).refused_refreshes += 1;
            return error(401, "FRAMEWORK", "Invalid refresh token");
        };
        if switches.old_token_survives_refresh {
            session
                .old_access
                .push((session.access.clone(), session.issued));
        }
        session.access = random::uuid();
        session.refresh = random::uuid();
        session.issued = now;
        session.refreshes += 1;
        lock(&self.counts).refreshes += 1;
        tokens(&switches, session, switches.refresh_repeats_domains)
    }

    pub(super) fn revoke(&self, headers: &HeaderMap) -> Answer {
        let Some(session) = self.session(headers) else {
            return error(401, "FRAMEWORK", "Access token invalid.");
        };
        lock(&self.sessions)
            .0
            .retain(|other| other.access != session.access);
        lock(&self.counts).revokes += 1;
        Answer::empty(204)
    }

    /// What the request may do, by its access token or, where there is one, its bearer token.
    pub(super) fn authorise(&self, headers: &HeaderMap) -> Result<Rights, Answer> {
        let bearer_token = self.world.scenario.borrow().fmc.bearer_token.clone();
        let bearer = value(headers, "Authorization").and_then(|text| text.strip_prefix("Bearer "));
        match (bearer_token, bearer) {
            (Some(good), Some(given)) if given == good => return Ok(Rights::Write),
            (Some(_), Some(_)) => return Err(error(401, "FRAMEWORK", "CDO token is invalid")),
            _ => {}
        }
        match self.session(headers) {
            Some(session) if session.read_only => Ok(Rights::Read),
            Some(_) => Ok(Rights::Write),
            None => Err(error(401, "FRAMEWORK", "Access token invalid.")),
        }
    }

    /// The session whose access token the request carries.
    fn session(&self, headers: &HeaderMap) -> Option<Session> {
        let token = value(headers, ACCESS)?;
        let switches = self.world.scenario.borrow().fmc.clone();
        let now = self.world.clock.now();
        let sessions = lock(&self.sessions);
        sessions
            .0
            .iter()
            .find(|session| session.accepts(token, now, &switches))
            .cloned()
    }

    /// How many sessions are live, and how many have expired but could be refreshed.
    pub(crate) fn sessions(&self) -> (usize, usize) {
        let switches = self.world.scenario.borrow().fmc.clone();
        let now = self.world.clock.now();
        let sessions = lock(&self.sessions);
        let (live, expired): (Vec<_>, Vec<_>) = sessions
            .0
            .iter()
            .partition(|session| session.accepts(&session.access, now, &switches));
        let refreshable = expired
            .iter()
            .filter(|session| session.can_refresh(now, &switches));
        (live.len(), refreshable.count())
    }
}

/// The 204 that carries tokens.
fn tokens(switches: &FmcScenario, session: &Session, with_domains: bool) -> Answer {
    let mut answer = Answer::empty(204)
        .header(ACCESS, session.access.as_str())
        .header(REFRESH, session.refresh.as_str());
    if with_domains {
        answer = answer.header("USER_UUID", USER_UUID);
    }
    answer = answer
        .header("DOMAIN_ID", "111")
        .header("DOMAIN_UUID", domains::GLOBAL_UUID);
    if with_domains {
        answer = answer
            .header("global", domains::GLOBAL_UUID)
            .header("DOMAINS", domains::header(switches));
    }
    answer
}

/// RFC 7617: split at the first colon, so that a password may hold more of them.
fn basic_credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let text = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = text.split_once(' ')?;
    let decoded = BASE64_STANDARD.decode(encoded.trim()).ok()?;
    let decoded = String::from_utf8(decoded).ok()?;
    let (user, password) = decoded.split_once(':')?;
    scheme
        .eq_ignore_ascii_case("basic")
        .then(|| (user.into(), password.into()))
}

fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
