//! Passwords that are tried too often.

use core::time::Duration;

use oobwatch_core::Instant;
use oobwatch_core::exchange::AuthOutcome;
use oobwatch_core::latch::Latch;
use oobwatch_core::session::{Admit, AuthNext, AuthPermit, Ticket};

use super::{Base, base};
use crate::machine::Machine;

/// Every try is the first one.
pub(super) struct ForgetsRefusals(pub(super) Base, pub(super) Latch);

impl Machine for ForgetsRefusals {
    base!();

    fn admit(&mut self, now: Instant, ticket: &mut Ticket, _: &mut Latch) -> Admit {
        self.1.reset();
        self.0.session.admit(now, ticket, &mut self.1)
    }

    fn settle_auth(
        &mut self,
        now: Instant,
        permit: AuthPermit,
        outcome: AuthOutcome,
        _: &mut Latch,
    ) -> AuthNext {
        self.0
            .session
            .settle_auth(now, permit, outcome, &mut self.1)
    }
}

/// Does not wait for a minute before the second try.
pub(super) struct TriesAgainAtOnce(pub(super) Base, pub(super) ());

impl Machine for TriesAgainAtOnce {
    base!();

    fn admit(&mut self, now: Instant, ticket: &mut Ticket, latch: &mut Latch) -> Admit {
        if latch.refusals() == 1 {
            let long_ago = now.before(Duration::from_secs(61));
            *latch = Latch::restored(1, long_ago);
        }
        self.0.session.admit(now, ticket, latch)
    }
}
