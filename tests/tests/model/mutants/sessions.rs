//! Sessions that are opened twice, left open, or never come to an end.

use oobwatch_core::Error;
use oobwatch_core::Instant;
use oobwatch_core::error::TransportError;
use oobwatch_core::exchange::{AuthExchange, AuthOutcome, Exchange, Request};
use oobwatch_core::latch::Latch;
use oobwatch_core::session::{
    Admit, AuthNext, AuthPermit, Class, Permit, Stats, Stop, Ticket, Wait,
};

use super::{Base, Second, base};
use crate::machine::{Machine, start_auth};

/// Those who should wait for a login make one of their own.
pub(super) struct LogsInTwice(pub(super) Base, pub(super) Second);

impl Machine for LogsInTwice {
    base!();

    fn admit(&mut self, now: Instant, ticket: &mut Ticket, latch: &mut Latch) -> Admit {
        match self.0.session.admit(now, ticket, latch) {
            Admit::Wait {
                why: Wait::Authenticating,
                ..
            } => self.1.of(self.0.home).admit(now, ticket, &mut Latch::new()),
            admit => admit,
        }
    }

    fn start_auth(&self, permit: &AuthPermit) -> Result<(AuthExchange<'static>, Vec<u8>), Error> {
        let second = self
            .1
            .0
            .as_ref()
            .map(|s| start_auth(s, &self.0.home, permit));
        second
            .and_then(Result::ok)
            .map_or_else(|| start_auth(&self.0.session, &self.0.home, permit), Ok)
    }

    fn settle_auth(
        &mut self,
        now: Instant,
        permit: AuthPermit,
        outcome: AuthOutcome,
        latch: &mut Latch,
    ) -> AuthNext {
        let second = self.1.of(self.0.home);
        match start_auth(second, &self.0.home, &permit) {
            Ok(_) => second.settle_auth(now, permit, outcome, latch),
            Err(_) => self.0.session.settle_auth(now, permit, outcome, latch),
        }
    }
}

/// Those who should wait for a probe make one of their own.
pub(super) struct ProbesTwice(pub(super) Base, pub(super) Second);

impl Machine for ProbesTwice {
    base!();

    fn admit(&mut self, now: Instant, ticket: &mut Ticket, latch: &mut Latch) -> Admit {
        match self.0.session.admit(now, ticket, latch) {
            Admit::Wait {
                why: Wait::Authenticating,
                ..
            } if ticket.class() == Class::Stream && self.0.session.is_open() => {
                self.1.twin(&self.0, now);
                self.1.of(self.0.home).admit(now, ticket, latch)
            }
            admit => admit,
        }
    }

    fn start(&self, permit: &Permit, request: &Request<'_>) -> Result<(Exchange, Vec<u8>), Error> {
        self.1.start_either(&self.0, permit, request)
    }
}

/// Does not tell of logins that nobody can close.
pub(super) struct CountsNoOrphans(pub(super) Base, pub(super) ());

impl Machine for CountsNoOrphans {
    base!();

    fn stats(&self) -> Stats {
        let mut stats = self.0.session.stats();
        stats.orphans = 0;
        stats
    }
}

/// Leaves sessions to their end.
pub(super) struct NeverLogsOut(pub(super) Base, pub(super) bool);

impl Machine for NeverLogsOut {
    base!();

    fn admit(&mut self, now: Instant, ticket: &mut Ticket, latch: &mut Latch) -> Admit {
        self.1 |= ticket.class() == Class::Logout;
        match self.1 {
            true => Admit::Stop(Stop::LoggedOut),
            false => self.0.session.admit(now, ticket, latch),
        }
    }
}

/// Opens what was closed, for the next request.
pub(super) struct LogsInAfterLogout(pub(super) Base, pub(super) ());

impl Machine for LogsInAfterLogout {
    base!();

    fn admit(&mut self, now: Instant, ticket: &mut Ticket, latch: &mut Latch) -> Admit {
        if self.0.session.stopped() == Some(Stop::LoggedOut) {
            self.0.session.reopen();
        }
        self.0.session.admit(now, ticket, latch)
    }
}

/// Waits for ever for a login whose caller was dropped: leases have no end.
pub(super) struct WaitsForTheDropped(pub(super) Base, pub(super) Option<Instant>);

impl Machine for WaitsForTheDropped {
    base!();

    fn admit(&mut self, now: Instant, ticket: &mut Ticket, latch: &mut Latch) -> Admit {
        let since = match self.0.session.is_authenticating() {
            true => self.1.unwrap_or(now),
            false => now,
        };
        self.1 = Some(since);
        self.0.session.admit(since, ticket, latch)
    }

    fn handle_timeout(&mut self, _: Instant) {}

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }
}

/// Has callers wait until now.
pub(super) struct WaitsNoTime(pub(super) Base, pub(super) ());

impl Machine for WaitsNoTime {
    base!();

    fn admit(&mut self, now: Instant, ticket: &mut Ticket, latch: &mut Latch) -> Admit {
        match self.0.session.admit(now, ticket, latch) {
            Admit::Wait { why, .. } => Admit::Wait { until: now, why },
            admit => admit,
        }
    }
}

/// One lost login, and it is over.
pub(super) struct GivesUp(pub(super) Base, pub(super) bool);

impl Machine for GivesUp {
    base!();

    fn admit(&mut self, now: Instant, ticket: &mut Ticket, latch: &mut Latch) -> Admit {
        match self.1 && ticket.class() != Class::Logout {
            true => Admit::Stop(Stop::Failed(TransportError::Dropped.into())),
            false => self.0.session.admit(now, ticket, latch),
        }
    }

    fn settle_auth(
        &mut self,
        now: Instant,
        permit: AuthPermit,
        outcome: AuthOutcome,
        latch: &mut Latch,
    ) -> AuthNext {
        self.1 |= matches!(outcome, AuthOutcome::Lost(_));
        self.0.session.settle_auth(now, permit, outcome, latch)
    }
}
