//! Tokens that are renewed too often, too early or too late.

use core::time::Duration;

use oobwatch_core::Instant;
use oobwatch_core::error::TransportError;
use oobwatch_core::exchange::{AuthOutcome, Lost, Outcome};
use oobwatch_core::latch::Latch;
use oobwatch_core::session::{
    Admit, AuthKind, AuthNext, AuthPermit, Class, FMC_REFRESHES, FMC_TOKEN_LIFE, Next, Permit,
    Ticket,
};

use super::{Base, base, has_status};
use crate::machine::Machine;

/// Every refresh is taken for a login.
pub(super) struct CountsNoRefreshes(pub(super) Base, pub(super) ());

impl Machine for CountsNoRefreshes {
    base!();

    fn settle_auth(
        &mut self,
        now: Instant,
        permit: AuthPermit,
        outcome: AuthOutcome,
        latch: &mut Latch,
    ) -> AuthNext {
        let refreshed = permit.kind() == AuthKind::Refresh;
        let refreshed = refreshed && matches!(outcome, AuthOutcome::Granted(_));
        let next = self.0.session.settle_auth(now, permit, outcome, latch);
        if refreshed {
            self.0.believe(now, Duration::ZERO, 0);
        }
        next
    }
}

/// Refreshes at half time, to be on the safe side.
pub(super) struct RefreshesEarly(pub(super) Base, pub(super) ());

impl Machine for RefreshesEarly {
    base!();

    fn admit(&mut self, now: Instant, ticket: &mut Ticket, latch: &mut Latch) -> Admit {
        let left = self.0.session.token_left(now);
        let refreshes = FMC_REFRESHES - self.0.session.refreshes_left();
        if left.is_some_and(|left| left < FMC_TOKEN_LIFE / 2) && !self.0.session.is_authenticating()
        {
            self.0.believe(now, FMC_TOKEN_LIFE, refreshes);
        }
        self.0.session.admit(now, ticket, latch)
    }
}

/// What most clients do.
pub(super) struct RefreshesOnEvery401(pub(super) Base, pub(super) ());

impl Machine for RefreshesOnEvery401 {
    base!();

    fn settle(
        &mut self,
        now: Instant,
        permit: Permit,
        ticket: &mut Ticket,
        outcome: Outcome,
    ) -> Next {
        let refreshes = FMC_REFRESHES - self.0.session.refreshes_left();
        let next = self.0.session.settle(now, permit, ticket, &outcome);
        if has_status(&outcome, &[401]) && next == Next::Again {
            self.0.believe(now, FMC_TOKEN_LIFE, refreshes);
        }
        next
    }
}

/// Logs in when the last token has little left, rather than nothing.
pub(super) struct WastesTheLastToken(pub(super) Base, pub(super) ());

impl Machine for WastesTheLastToken {
    base!();

    fn admit(&mut self, now: Instant, ticket: &mut Ticket, latch: &mut Latch) -> Admit {
        let session = &self.0.session;
        let little = |left: Duration| left < Duration::from_secs(60);
        let is_last = session.refreshes_left() == 0 && !session.is_authenticating();
        if is_last && session.token_left(now).is_some_and(little) {
            self.0.believe(now, FMC_TOKEN_LIFE, FMC_REFRESHES);
        }
        self.0.session.admit(now, ticket, latch)
    }
}

/// Logs in whenever a token is over.
pub(super) struct NeverRefreshes(pub(super) Base, pub(super) ());

impl Machine for NeverRefreshes {
    base!();

    fn settle_auth(
        &mut self,
        now: Instant,
        permit: AuthPermit,
        outcome: AuthOutcome,
        latch: &mut Latch,
    ) -> AuthNext {
        let next = self.0.session.settle_auth(now, permit, outcome, latch);
        self.0.believe(now, Duration::ZERO, FMC_REFRESHES);
        next
    }
}

/// Takes a stream for a read.
pub(super) struct StreamsUnproved(pub(super) Base, pub(super) ());

impl Machine for StreamsUnproved {
    base!();

    fn admit(&mut self, now: Instant, ticket: &mut Ticket, latch: &mut Latch) -> Admit {
        if ticket.class() == Class::Stream {
            *ticket = Ticket::new(Class::Read);
        }
        self.0.session.admit(now, ticket, latch)
    }
}

/// Forgets a stream as soon as it is under way.
pub(super) struct RefreshesUnderStreams(pub(super) Base, pub(super) ());

impl Machine for RefreshesUnderStreams {
    base!();

    fn admit(&mut self, now: Instant, ticket: &mut Ticket, latch: &mut Latch) -> Admit {
        match self.0.session.admit(now, ticket, latch) {
            Admit::Go(permit) if ticket.class() == Class::Stream => {
                let unsent = Outcome::Lost(Lost {
                    error: TransportError::Dropped.into(),
                    may_have_reached: false,
                    stale: false,
                });
                let _ = self.0.session.settle(now, permit, ticket, &unsent);
                *ticket = Ticket::new(Class::Read);
                self.0.session.admit(now, ticket, latch)
            }
            admit => admit,
        }
    }
}
