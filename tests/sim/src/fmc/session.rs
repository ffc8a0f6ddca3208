//! The sessions of the management centre, and how they end.

use core::time::Duration;
use std::collections::{BTreeMap, HashSet};

use crate::clock::VirtualTime;
use crate::scenario::{FmcScenario, RefreshCap};
use crate::state::BoxState;

#[derive(Debug, Default)]
pub(super) struct Sessions {
    pub(super) all: Vec<Session>,
    /// Every token that was ever issued.
    issued: HashSet<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) user: String,
    pub(super) read_only: bool,
    pub(super) access: String,
    /// Superseded access tokens that still work, if the scenario lets them.
    pub(super) old_access: Vec<(String, VirtualTime)>,
    pub(super) refresh: String,
    pub(super) logged_in: VirtualTime,
    /// When the access token was issued.
    pub(super) issued: VirtualTime,
    /// Of the latest request that was accepted.
    pub(super) last_used: VirtualTime,
    pub(super) refreshes: u32,
    /// The access token is dead before its time.
    pub(super) spent: bool,
    /// Whether a request has carried the access token.
    pub(super) used: bool,
}

impl Session {
    pub(super) fn accepts(&self, token: &str, now: VirtualTime, switches: &FmcScenario) -> bool {
        let life = Duration::from_secs(switches.token_life_s);
        let fresh = |issued: VirtualTime| now < issued + life;
        let current = self.access == token && !self.spent && fresh(self.issued);
        let old = self
            .old_access
            .iter()
            .any(|(old, issued)| old == token && fresh(*issued));
        (current || old) && self.is_in_time(now, switches)
    }

    fn is_live(&self, now: VirtualTime, switches: &FmcScenario) -> bool {
        self.accepts(&self.access, now, switches)
    }

    /// Whether its tokens are still good for a refresh, the number of refreshes aside.
    pub(super) fn may_refresh(&self, now: VirtualTime, switches: &FmcScenario) -> bool {
        self.is_in_time(now, switches)
            && (switches.refresh_after_expiry || self.is_live(now, switches))
    }

    pub(super) fn has_refresh_left(&self, switches: &FmcScenario) -> bool {
        switches.refresh_cap == RefreshCap::Unlimited || self.refreshes < switches.refresh_limit
    }

    fn can_refresh(&self, now: VirtualTime, switches: &FmcScenario) -> bool {
        self.may_refresh(now, switches) && self.has_refresh_left(switches)
    }

    fn is_of_use(&self, now: VirtualTime, switches: &FmcScenario) -> bool {
        self.is_live(now, switches) || self.can_refresh(now, switches)
    }

    /// The browser session timeout bounds API tokens too.
    fn is_in_time(&self, now: VirtualTime, switches: &FmcScenario) -> bool {
        let within = |since: VirtualTime, life: Option<u64>| {
            life.is_none_or(|life| now < since + Duration::from_secs(life))
        };
        within(self.logged_in, switches.session_life_s) && within(self.last_used, switches.idle_s)
    }

    /// Its access tokens are dead; what is left is a refresh.
    fn spend(&mut self) {
        self.spent = true;
        self.old_access.clear();
    }
}

impl Sessions {
    /// Drops those that have ended by age; how many there were.
    pub(super) fn expire(&mut self, now: VirtualTime, switches: &FmcScenario) -> u64 {
        let before = self.all.len();
        self.all.retain(|session| session.is_of_use(now, switches));
        (before - self.all.len()) as u64
    }

    /// Drops those of one user; how many there were.
    pub(super) fn displace(&mut self, user: &str) -> u64 {
        let before = self.all.len();
        self.all.retain(|session| session.user != user);
        (before - self.all.len()) as u64
    }

    /// Ends the session of an access token: for good, or so that it can still be refreshed.
    pub(super) fn end(&mut self, access: &str, refreshable: bool) {
        let index = self.all.iter().position(|one| one.access == access);
        match index {
            Some(index) if refreshable => self.all[index].spend(),
            Some(index) => drop(self.all.remove(index)),
            None => {}
        }
    }

    /// Whether one more session of this user is over the limits.
    pub(super) fn are_full(&self, user: &str, now: VirtualTime, switches: &FmcScenario) -> bool {
        let limits = &switches.session_limits;
        let live = self.all.iter().filter(|one| one.is_live(now, switches));
        let (own, total) = live.fold((0, 0), |(own, total), one| {
            (own + usize::from(one.user == user), total + 1)
        });
        (limits.per_user != 0 && own >= limits.per_user)
            || (limits.total != 0 && total >= limits.total)
    }

    /// Remembers the tokens of a session as issued.
    pub(super) fn issue(&mut self, access: &str, refresh: &str) {
        self.issued.insert(access.into());
        self.issued.insert(refresh.into());
    }

    pub(super) fn has_issued(&self, token: &str) -> bool {
        self.issued.contains(token)
    }

    /// The session that accepts a token, which counts as used.
    pub(super) fn use_token(
        &mut self,
        token: &str,
        now: VirtualTime,
        switches: &FmcScenario,
    ) -> Option<Session> {
        let mut sessions = self.all.iter_mut();
        let session = sessions.find(|session| session.accepts(token, now, switches))?;
        session.used |= session.access == token;
        session.last_used = now;
        Some(session.clone())
    }

    pub(super) fn describe(&self, state: &mut BoxState, now: VirtualTime, switches: &FmcScenario) {
        let (live, expired): (Vec<_>, Vec<_>) = self
            .all
            .iter()
            .filter(|session| session.is_of_use(now, switches))
            .partition(|session| session.is_live(now, switches));
        let mut by_user = BTreeMap::<_, usize>::new();
        for session in &live {
            *by_user.entry(session.user.clone()).or_default() += 1;
        }
        state.live_sessions = live.len();
        state.expired_sessions = expired.len();
        let unused = live.iter().chain(&expired).filter(|one| !one.used);
        state.orphaned_sessions = unused.count();
        state.lapsed_sessions += (self.all.len() - live.len() - expired.len()) as u64;
        state.sessions_by_user = by_user;
    }
}
