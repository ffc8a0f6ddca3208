//! What is settled is gone: the permit, and the tokens that came.
use oobwatch_core::exchange::AuthOutcome;
use oobwatch_core::latch::Latch;
use oobwatch_core::session::{AuthPermit, Session};
use oobwatch_core::time::Instant;

pub fn case(
    session: &mut Session,
    now: Instant,
    two: [AuthPermit; 2],
    outcome: AuthOutcome,
    latch: &mut Latch,
) {
    let [one, other] = two;
    let _ = session.settle_auth(now, one, outcome, latch);
    let _ = session.settle_auth(now, other, outcome, latch); //~ E0382
}
