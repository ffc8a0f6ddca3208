//! The session against a scripted box, in virtual time.

mod adopted;
mod ages;
mod busy;
mod credential;
mod examples;
mod model;
mod probe;
mod room;
mod schedule;

use std::string::{String, ToString as _};
use std::vec::Vec;

use super::*;
use crate::error::TransportError;
use crate::exchange::{AuthOutcome, Domain, ErrorBody, Grant, Lost, Outcome, Response};
use crate::latch::Latch;

/// For tests that are not about the credential: its latch is always open.
impl Session {
    pub(crate) fn admit_alone(&mut self, now: Instant, ticket: &mut Ticket) -> Admit {
        self.admit(now, ticket, &mut Latch::new())
    }

    pub(crate) fn settle_auth_alone(
        &mut self,
        now: Instant,
        permit: AuthPermit,
        outcome: AuthOutcome,
    ) -> AuthNext {
        self.settle_auth(now, permit, outcome, &mut Latch::new())
    }
}

/// An FMC by the book: 30 minutes, three refreshes, one session. Written from
/// the documents, not from the session's code.
pub(super) struct ScriptedFmc {
    live: Option<Live>,
    issued: u32,
    /// The browser session timeout, in milliseconds since the login.
    pub(super) session_life: u64,
    pub(super) token_life: u64,
    pub(super) logins: u32,
    pub(super) refreshes: u32,
    pub(super) fourth_refreshes: u32,
    pub(super) revokes: u32,
    pub(super) refused: u32,
    revoked: Vec<String>,
}

struct Live {
    access: String,
    refresh: String,
    login: u64,
    since: u64,
    refreshes: u32,
}

const LIFE_MS: u64 = 1_800_000;

impl ScriptedFmc {
    pub(super) const fn new() -> Self {
        Self {
            live: None,
            issued: 0,
            session_life: u64::MAX,
            token_life: LIFE_MS,
            logins: 0,
            refreshes: 0,
            fourth_refreshes: 0,
            revokes: 0,
            refused: 0,
            revoked: Vec::new(),
        }
    }

    fn issue(&mut self, now: u64, login: u64, refreshes: u32) -> AuthOutcome {
        self.issued += 1;
        let (access, refresh) = (
            std::format!("a{}", self.issued),
            std::format!("r{}", self.issued),
        );
        let grant = grant(&access, &refresh);
        self.live = Some(Live {
            access,
            refresh,
            login,
            since: now,
            refreshes,
        });
        grant
    }

    pub(super) fn login(&mut self, now: u64) -> AuthOutcome {
        self.logins += 1;
        self.issue(now, now, 0)
    }

    pub(super) fn refresh(&mut self, now: u64, access: &str, refresh: &str) -> AuthOutcome {
        self.end_old(now);
        match &self.live {
            Some(live) if live.access == access && live.refresh == refresh => {
                if live.refreshes == 3 {
                    self.fourth_refreshes += 1;
                    return AuthOutcome::Response(status(401));
                }
                let refreshes = live.refreshes + 1;
                self.refreshes += 1;
                let login = live.login;
                self.issue(now, login, refreshes)
            }
            _ => AuthOutcome::Response(status(401)),
        }
    }

    pub(super) fn revoke(&mut self, access: &str) -> AuthOutcome {
        self.revoked.push(access.to_string());
        if self.live.take_if(|live| live.access == access).is_some() {
            self.revokes += 1;
            return AuthOutcome::Response(status(204));
        }
        AuthOutcome::Response(status(401))
    }

    pub(super) fn request(&mut self, now: u64, access: &str) -> Outcome {
        self.end_old(now);
        let good = self
            .live
            .as_ref()
            .is_some_and(|live| live.access == access && now < live.since + self.token_life);
        self.refused += u32::from(!good);
        Outcome::Response(status(if good { 200 } else { 401 }))
    }

    fn end_old(&mut self, now: u64) {
        let end = |live: &mut Live| now >= live.login.saturating_add(self.session_life);
        self.live.take_if(end);
    }

    pub(super) fn is_revoked(&self, access: &str) -> bool {
        self.revoked.iter().any(|gone| gone == access)
    }

    /// What another client's login with the same user does.
    pub(super) fn displace(&mut self) {
        self.live = None;
    }

    pub(super) const fn live_sessions(&self) -> usize {
        if self.live.is_some() { 1 } else { 0 }
    }

    /// Carries out what an elected caller was told to do.
    pub(super) fn authenticate(
        &mut self,
        session: &Session,
        permit: &AuthPermit,
        now: u64,
    ) -> AuthOutcome {
        let tokens = session.tokens();
        match (permit.kind(), tokens) {
            (AuthKind::Login, _) => self.login(now),
            (AuthKind::Logout, Some((access, _))) => self.revoke(access.expose_secret()),
            (AuthKind::Refresh, Some((access, Some(refresh)))) => {
                self.refresh(now, access.expose_secret(), refresh.expose_secret())
            }
            _ => panic!("elected without the tokens that it takes"),
        }
    }
}

pub(super) fn status(status: u16) -> Response {
    Response {
        status,
        ..Response::default()
    }
}

pub(super) fn grant(access: &str, refresh: &str) -> AuthOutcome {
    AuthOutcome::Granted(Grant {
        origin: fmc_session().origin,
        access: AccessToken::new(access).unwrap(),
        refresh: Some(RefreshToken::new(refresh).unwrap()),
        refresh_period: None,
        domain: Domain::Uuid(Text::from(GLOBAL_DOMAIN)),
        user: Text::new(),
        domain_id: Text::new(),
        date: None,
    })
}

pub(super) fn fmc_session() -> Session {
    Session::new(
        &Origin::new(Product::Fmc, "fmc.example").unwrap(),
        7,
        Rules::default(),
    )
}

pub(super) fn fxos_session() -> Session {
    Session::new(
        &Origin::new(Product::Fxos, "chassis.example").unwrap(),
        9,
        Rules::default(),
    )
}

pub(super) const fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

pub(super) fn elect(session: &mut Session, now: u64) -> AuthPermit {
    match session.admit_alone(at(now), &mut Ticket::new(Class::Read)) {
        Admit::Authenticate(permit) => permit,
        other => panic!("{other:?}"),
    }
}

pub(super) fn open(session: &mut Session, now: u64) {
    let permit = elect(session, now);
    let AuthOutcome::Granted(mut grant) = grant("a", "r") else {
        unreachable!()
    };
    grant.origin = session.origin;
    if session.product() == Product::Fxos {
        grant.refresh = None;
    }
    let next = session.settle_auth_alone(at(now), permit, AuthOutcome::Granted(grant));
    assert_eq!(next, AuthNext::Continue);
}

pub(super) fn go(session: &mut Session, now: u64, ticket: &mut Ticket) -> Permit {
    match session.admit_alone(at(now), ticket) {
        Admit::Go(permit) => permit,
        other => panic!("{other:?}"),
    }
}

pub(super) fn with_code(status: u16, code: u16) -> Response {
    Response {
        status,
        error: ErrorBody {
            code: Some(code),
            ..ErrorBody::default()
        },
        ..Response::default()
    }
}

pub(super) fn lost(may_have_reached: bool, stale: bool) -> Outcome {
    Outcome::Lost(Lost {
        error: TransportError::Closed.into(),
        may_have_reached,
        stale,
    })
}
