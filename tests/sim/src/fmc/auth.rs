//! `generatetoken`, `refreshtoken`, `revokeaccess`, and who may ask for anything else.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use hyper::header::{AUTHORIZATION, HeaderMap};

use super::session::Session;
use super::{Fmc, domains, error};
use crate::answer::Answer;
use crate::events::What;
use crate::scenario::{Account, EndedBy, FmcScenario, RefreshCap};
use crate::state::BoxState;
use crate::unit::lock;

const ACCESS: &str = "X-auth-access-token";
const REFRESH: &str = "X-auth-refresh-token";
const USER_UUID: &str = "fc47b914-8121-11ea-ac18-f0428d0155cd";

/// Whose request it is, and what it may do.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// Nobody's, if it came with a bearer token.
    pub(super) user: Option<String>,
    pub(super) read_only: bool,
}

/// Why there is no session.
#[derive(Debug)]
enum Refusal {
    BadPassword,
    Locked,
    Other,
}

impl Fmc {
    pub(super) async fn login_after_latency(&self, headers: &HeaderMap) -> Answer {
        let latency = self.world.scenario.borrow().fmc.login_latency_ms;
        if latency > 0 {
            let latency = core::time::Duration::from_millis(latency);
            self.world.clock.sleep(latency).await;
        }
        self.login(headers)
    }

    fn login(&self, headers: &HeaderMap) -> Answer {
        let switches = self.switches();
        let given = basic_credentials(headers);
        let mut accounts = switches.accounts.iter();
        let known = match &given {
            Some((user, _)) => accounts.find(|known| known.user == *user),
            None if switches.login_by_token => {
                let user = self.caller(headers, &switches).map(|session| session.user);
                accounts.find(|known| Some(&known.user) == user.as_ref())
            }
            None => None,
        };
        let right = |account: &Account| {
            let password = given.as_ref().map(|(_, password)| password);
            password.is_none_or(|password| account.password == *password)
        };
        let outcome = match known {
            Some(account) => self.check(account, right(account), &switches),
            None => Err(Refusal::BadPassword),
        };
        match (outcome, known) {
            (Ok(()), Some(account)) => self.open(account, &switches),
            (outcome, _) => {
                lock(&self.shared.counts).refused_logins += 1;
                let text = match outcome {
                    Err(Refusal::Locked) if !switches.lockout.text.is_empty() => {
                        &switches.lockout.text
                    }
                    _ => "User authentication failed.",
                };
                unauthorized(&switches, text)
                    .what(What::RefusedLogin)
                    .user(known.map(|account| account.user.as_str()))
            }
        }
    }

    /// Everything that may stand between an account and a session.
    fn check(&self, account: &Account, right: bool, switches: &FmcScenario) -> Result<(), Refusal> {
        let now = self.world.clock.now();
        let mut lockouts = lock(&self.lockouts);
        if lockouts.is_locked(&account.user, &switches.lockout, now) {
            return Err(Refusal::Locked);
        }
        if !right {
            lockouts.failed(&account.user, &switches.lockout, now);
            return Err(Refusal::BadPassword);
        }
        if self.refuses_login() || self.is_in_burst(switches) {
            return Err(Refusal::Other);
        }
        let mut sessions = lock(&self.sessions);
        let lapsed = sessions.expire(now, switches);
        lock(&self.shared.counts).lapsed_sessions += lapsed;
        if !switches.one_session_per_user && sessions.are_full(&account.user, now, switches) {
            return Err(Refusal::Other);
        }
        lockouts.succeeded(&account.user);
        Ok(())
    }

    fn open(&self, account: &Account, switches: &FmcScenario) -> Answer {
        let now = self.world.clock.now();
        let (access, refresh) = self.new_tokens();
        let session = Session {
            user: account.user.clone(),
            read_only: account.read_only,
            access,
            old_access: Vec::new(),
            refresh,
            logged_in: now,
            issued: now,
            last_used: now,
            refreshes: 0,
            spent: false,
            used: false,
        };
        let mut sessions = lock(&self.sessions);
        let mut counts = lock(&self.shared.counts);
        counts.logins += 1;
        if switches.one_session_per_user {
            counts.displaced_sessions += sessions.displace(&session.user);
        }
        sessions.issue(&session.access, &session.refresh);
        sessions.all.push(session.clone());
        tokens(switches, &session, true)
            .what(What::Login)
            .user(Some(&account.user))
    }

    fn new_tokens(&self) -> (String, String) {
        let mut source = lock(&self.world.tokens);
        (source.uuid(), source.uuid())
    }

    /// Counts down `refuse_logins`.
    fn refuses_login(&self) -> bool {
        self.world.scenario.send_if_modified(|scenario| {
            let refused = scenario.fmc.refuse_logins > 0;
            scenario.fmc.refuse_logins = scenario.fmc.refuse_logins.saturating_sub(1);
            refused
        })
    }

    /// Whether a right password is refused for the requests of the last minute.
    fn is_in_burst(&self, switches: &FmcScenario) -> bool {
        let rule = &switches.login_burst;
        let requests = self.shared.traffic.in_last_minute(self.world.clock.now());
        let mut left = lock(&self.burst_refusals_left);
        // The login itself is among the requests.
        let is_burst = rule.requests != 0 && requests > rule.requests;
        *left = is_burst
            .then(|| left.unwrap_or(rule.refusals).checked_sub(1))
            .flatten();
        left.is_some()
    }

    pub(super) fn refresh(&self, headers: &HeaderMap) -> Answer {
        let switches = self.switches();
        let now = self.world.clock.now();
        let presented = (value(headers, ACCESS), value(headers, REFRESH));
        let mut sessions = lock(&self.sessions);
        // The access token may have expired, but it must be this session's.
        let session = sessions.all.iter_mut().find(|session| {
            presented == (Some(&session.access), Some(&session.refresh))
                && session.may_refresh(now, &switches)
        });
        let session = match session {
            None => return self.refuse_refresh(&switches, false),
            Some(session) if !session.has_refresh_left(&switches) => {
                return self.refuse_refresh(&switches, true);
            }
            Some(session) => session,
        };
        if switches.old_token_survives_refresh {
            session
                .old_access
                .push((session.access.clone(), session.issued));
        }
        (session.access, session.refresh) = self.new_tokens();
        session.issued = now;
        session.last_used = now;
        session.refreshes += 1;
        session.spent = false;
        session.used = false;
        let session = session.clone();
        sessions.issue(&session.access, &session.refresh);
        lock(&self.shared.counts).refreshes += 1;
        tokens(&switches, &session, switches.refresh_repeats_domains)
            .what(What::Refresh)
            .user(Some(&session.user))
    }

    fn refuse_refresh(&self, switches: &FmcScenario, capped: bool) -> Answer {
        lock(&self.shared.counts).refused_refreshes += 1;
        let answer = if capped && switches.refresh_cap == RefreshCap::NoTokens {
            Answer::empty(204)
        } else {
            unauthorized(switches, &switches.refresh_error)
        };
        answer.what(What::RefusedRefresh)
    }

    pub(super) fn revoke(&self, headers: &HeaderMap) -> Answer {
        let switches = self.switches();
        let Some(session) = self.caller(headers, &switches) else {
            lock(&self.shared.counts).refused_revokes += 1;
            return unauthorized(&switches, &switches.access_error).what(What::RefusedLogout);
        };
        let refreshable = switches.refresh_token_survives_revoke;
        lock(&self.sessions).end(&session.access, refreshable);
        lock(&self.shared.counts).revokes += 1;
        Answer::empty(204)
            .what(What::Logout)
            .user(Some(&session.user))
    }

    /// Who asks, by access token or, where there is one, by bearer token.
    pub(super) fn authorise(
        &self,
        headers: &HeaderMap,
        switches: &FmcScenario,
    ) -> Result<Caller, Answer> {
        let refused = |text| Err(unauthorized(switches, text).what(What::Unauthorized));
        match (&switches.bearer_token, bearer(headers)) {
            (Some(good), Some(given)) if given == good => {
                return Ok(Caller {
                    user: None,
                    read_only: false,
                });
            }
            (Some(_), Some(_)) => return refused(&switches.bearer_error),
            _ => {}
        }
        match self.caller(headers, switches) {
            Some(session) => Ok(Caller {
                user: Some(session.user),
                read_only: session.read_only,
            }),
            None => refused(&switches.access_error),
        }
    }

    /// The session whose access token the request carries.
    fn caller(&self, headers: &HeaderMap, switches: &FmcScenario) -> Option<Session> {
        let token = value(headers, ACCESS)?;
        let now = self.world.clock.now();
        lock(&self.sessions).use_token(token, now, switches)
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
        let Some(session) = self.caller(headers, &self.switches()) else {
            return;
        };
        lock(&self.sessions).end(&session.access, by == EndedBy::Expiry);
        let mut counts = lock(&self.shared.counts);
        match by {
            EndedBy::Box => counts.ended_sessions += 1,
            EndedBy::Login => counts.displaced_sessions += 1,
            EndedBy::Expiry => {}
        }
    }

    /// Counts, and forgets, the sessions that have ended by age.
    pub(crate) fn expire(&self) {
        let now = self.world.clock.now();
        let lapsed = lock(&self.sessions).expire(now, &self.switches());
        lock(&self.shared.counts).lapsed_sessions += lapsed;
    }

    /// Fills in what is known of sessions and accounts.
    pub(crate) fn describe(&self, state: &mut BoxState) {
        let switches = self.switches();
        let now = self.world.clock.now();
        lock(&self.sessions).describe(state, now, &switches);
        state.locked_accounts = lock(&self.lockouts).locked(&switches.lockout, now);
    }

    /// Headers with a token or a cookie that was not issued here, or the user of no account.
    pub(crate) fn foreign_headers(&self, headers: &HeaderMap) -> Vec<&'static str> {
        let switches = self.switches();
        let sessions = lock(&self.sessions);
        let foreign_token = |name: &str| {
            let token = headers.get(name).map(|token| token.to_str().ok());
            token.is_some_and(|token| token.is_none_or(|token| !sessions.has_issued(token)))
        };
        let known = match (basic_credentials(headers), bearer(headers)) {
            (Some((user, _)), _) => switches.accounts.iter().any(|known| known.user == user),
            (None, Some(token)) => {
                switches.bearer_token.as_deref() == Some(token) || sessions.has_issued(token)
            }
            (None, None) => false,
        };
        let is_foreign = |name: &str| match name {
            ACCESS | REFRESH => foreign_token(name),
            "authorization" => headers.contains_key(AUTHORIZATION) && !known,
            _ => headers.contains_key(name),
        };
        let mut names = vec![ACCESS, REFRESH, "authorization", "cookie"];
        names.extend(["token", "username", "password", "proxy-authorization"]);
        names.retain(|name| is_foreign(name));
        names
    }
}

/// 401.
fn unauthorized(switches: &FmcScenario, text: &str) -> Answer {
    let answer = if switches.bare_401 {
        Answer::empty(401)
    } else {
        error(401, "FRAMEWORK", text)
    };
    if switches.www_authenticate {
        answer.header("WWW-Authenticate", "Basic realm=\"FMC\"")
    } else {
        answer
    }
}

/// The 204 that carries tokens.
fn tokens(switches: &FmcScenario, session: &Session, with_domains: bool) -> Answer {
    let mut answer = Answer::empty(switches.token_status)
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

fn bearer(headers: &HeaderMap) -> Option<&str> {
    value(headers, "Authorization")?.strip_prefix("Bearer ")
}

fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
