//! What is settled is gone.
use oobwatch_core::exchange::Outcome;
use oobwatch_core::session::{Permit, Session, Ticket};
use oobwatch_core::time::Instant;

pub fn case(
    session: &mut Session,
    now: Instant,
    permit: Permit,
    ticket: &mut Ticket,
    outcome: &Outcome,
) {
    let _ = session.settle(now, permit, ticket, outcome);
    let _ = session.settle(now, permit, ticket, outcome); //~ E0382
}
