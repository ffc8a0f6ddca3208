//! Requests that are sent once too often, or too early.

use oobwatch_core::Instant;
use oobwatch_core::exchange::{AuthOutcome, Outcome};
use oobwatch_core::latch::Latch;
use oobwatch_core::session::{AuthKind, AuthNext, AuthPermit, Class, Next, Permit, Ticket};

use super::{Base, base, has_status, is_lost};
use crate::machine::Machine;

/// The session is told; then the request goes again, whatever it says.
fn again_if(
    repeats: bool,
    base: &mut Base,
    now: Instant,
    permit: Permit,
    ticket: &mut Ticket,
    outcome: &Outcome,
) -> Next {
    let next = base.session.settle(now, permit, ticket, outcome);
    if !repeats {
        return next;
    }
    *ticket = Ticket::new(ticket.class());
    Next::Again
}

macro_rules! repeats {
    ($(#[$doc:meta])* $name:ident: $when:expr) => {
        $(#[$doc])*
        pub(super) struct $name(pub(super) Base, pub(super) ());

        impl Machine for $name {
            base!();

            fn settle(
                &mut self,
                now: Instant,
                permit: Permit,
                ticket: &mut Ticket,
                outcome: Outcome,
            ) -> Next {
                let when: fn(Class, &Outcome) -> bool = $when;
                let repeats = when(ticket.class(), &outcome);
                again_if(repeats, &mut self.0, now, permit, ticket, &outcome)
            }
        }
    };
}

repeats! {
    /// A write whose answer did not come is sent again.
    RepeatsLostWrites: |class, outcome| class == Class::Write && is_lost(outcome)
}

repeats! {
    /// A write that a busy box may have begun is sent again.
    RepeatsLateWrites: |class, outcome| class == Class::Write && has_status(outcome, &[500, 504])
}

repeats! {
    /// A stream that was turned away is sent again.
    RepeatsStreams: |class, outcome| class == Class::Stream && has_status(outcome, &[401, 429, 503])
}

repeats! {
    /// A read is sent until an answer comes.
    RepeatsLostReads: |class, outcome| class == Class::Read && is_lost(outcome)
}

/// Every time that a box is busy is the first.
pub(super) struct WaitsWithoutEnd(pub(super) Base, pub(super) ());

impl Machine for WaitsWithoutEnd {
    base!();

    fn settle(
        &mut self,
        now: Instant,
        permit: Permit,
        ticket: &mut Ticket,
        outcome: Outcome,
    ) -> Next {
        let next = self.0.session.settle(now, permit, ticket, &outcome);
        if matches!(next, Next::AgainAt(_)) {
            *ticket = Ticket::new(ticket.class());
        }
        next
    }
}

/// Waits as long as it pleases.
pub(super) struct IgnoresRetryAfter(pub(super) Base, pub(super) ());

impl Machine for IgnoresRetryAfter {
    base!();

    fn settle(
        &mut self,
        now: Instant,
        permit: Permit,
        ticket: &mut Ticket,
        mut outcome: Outcome,
    ) -> Next {
        if let Outcome::Response(response) = &mut outcome {
            response.retry_after = None;
        }
        self.0.session.settle(now, permit, ticket, &outcome)
    }
}

/// A logout that was turned away is not for now, and so not at all.
pub(super) struct GivesUpLogouts(pub(super) Base, pub(super) ());

impl Machine for GivesUpLogouts {
    base!();

    fn settle_auth(
        &mut self,
        now: Instant,
        permit: AuthPermit,
        mut outcome: AuthOutcome,
        latch: &mut Latch,
    ) -> AuthNext {
        let is_logout = permit.kind() == AuthKind::Logout;
        if let AuthOutcome::Response(response) = &mut outcome
            && is_logout
            && matches!(response.status, 429 | 503)
        {
            response.status = 404;
        }
        self.0.session.settle_auth(now, permit, outcome, latch)
    }
}
