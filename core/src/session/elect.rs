//! One caller does it for all: a login, a refresh, a logout, or the probe that
//! tells whether the token is still good.

use core::time::Duration;

use super::permit::Flight;
use super::{Admit, AuthKind, AuthPermit, Class, Session, Stop, Ticket, Wait};
use crate::error::{Error, PeerError};
use crate::latch::{Latch, Leave, REFUSALS_MAX};
use crate::time::Instant;

/// How often one request has the session logged out: a busy box may turn the
/// first of them away.
const LOGOUTS_MAX: u8 = 4;

/// What a latched credential is told as.
const REFUSED: Error = Error::Peer(PeerError::LoginRefused);

impl Session {
    /// One caller finds out for all whether the token is still good.
    pub(super) fn elect_probe(&mut self, now: Instant, ticket: &Ticket) -> Admit {
        if let Some(ready) = self.over_budget(now, true) {
            return self.queue(now, ticket, ready, Wait::Budget);
        }
        self.take_off(now, AuthKind::Refresh, ticket.class, true);
        Admit::Probe(self.permit(None))
    }

    pub(super) fn elect_login(
        &mut self,
        now: Instant,
        ticket: &Ticket,
        latch: &mut Latch,
    ) -> Admit {
        self.heed_reset(latch);
        if self.refused >= REFUSALS_MAX && latch.refusals() < REFUSALS_MAX {
            // Another box may accept what this one does not.
            return Admit::Stop(Stop::Refused(REFUSED));
        }
        if now < self.displaced.until {
            return self.stay_back(now, ticket, self.displaced.until, Wait::Displaced);
        }
        if let Some(ready) = self.over_budget(now, true) {
            return self.queue(now, ticket, ready, Wait::Budget);
        }
        let leave = latch.ask(now, Duration::from_millis(self.rules.auth_lease.into()));
        self.held_back = matches!(leave, Leave::Latched | Leave::NotBefore(_));
        match leave {
            Leave::Go => self.elect(now, AuthKind::Login, ticket.class, Instant::MAX),
            Leave::Wait(until) => self.queue(now, ticket, until, Wait::Credential),
            Leave::Latched | Leave::NotBefore(_) => Admit::Stop(Stop::Refused(REFUSED)),
        }
    }

    /// The operator has changed the credential, or the account: what this box
    /// has refused before counts no more.
    pub(super) fn heed_reset(&mut self, latch: &Latch) {
        if self.latch_resets != latch.resets() {
            self.latch_resets = latch.resets();
            self.refused = 0;
        }
    }

    pub(super) fn elect_refresh(&mut self, now: Instant, ticket: &Ticket) -> Admit {
        match self.over_budget(now, true) {
            Some(ready) => self.queue(now, ticket, ready, Wait::Budget),
            None => self.elect(now, AuthKind::Refresh, ticket.class, Instant::MAX),
        }
    }

    /// A logout goes at once, whatever the box has said to others. One that it
    /// turned away goes again when the box is ready, if the caller can wait.
    pub(super) fn elect_logout(&mut self, now: Instant, ticket: &mut Ticket) -> Admit {
        let latest = ticket.deadline(now, self.rules.patience);
        let again = ticket.logouts > 0 && now < self.busy_until;
        if again && self.busy_until <= latest {
            let (until, why) = (self.busy_until, Wait::Busy);
            return Admit::Wait { until, why };
        }
        ticket.logouts = ticket.logouts.saturating_add(1);
        let is_last = ticket.logouts >= LOGOUTS_MAX;
        let latest = if is_last { Instant::default() } else { latest };
        self.elect(now, AuthKind::Logout, ticket.class, latest)
    }

    /// It may be put off until `latest`.
    fn elect(&mut self, now: Instant, kind: AuthKind, class: Class, latest: Instant) -> Admit {
        let flight = self.take_off(now, kind, class, false);
        Admit::Authenticate(AuthPermit {
            session: self.id,
            flight,
            kind,
            elected: now,
            latest,
        })
    }

    /// The number of the flight that begins.
    fn take_off(&mut self, now: Instant, kind: AuthKind, class: Class, probe: bool) -> u32 {
        self.pace.take(now);
        let number = self.epoch;
        self.flight = Some(Flight {
            number,
            kind,
            lease_end: now.plus(self.rules.auth_lease),
            closing: class == Class::Logout,
            probe,
        });
        number
    }
}
