//! What came of a request can not be taken for what came of a login.
use oobwatch_core::exchange::{AuthOutcome, Outcome};
use oobwatch_core::latch::Latch;
use oobwatch_core::session::{AuthPermit, Permit, Session};
use oobwatch_core::time::Instant;

pub struct Request(Permit, Outcome);

pub struct Login(AuthPermit, AuthOutcome);

pub fn case(session: &mut Session, now: Instant, latch: &mut Latch, a: Request, b: Login) {
    let (mut permit, mut outcome) = (b.0, b.1);
    permit = a.0; //~ E0308
    outcome = a.1; //~ E0308
    let _ = session.settle_auth(now, permit, outcome, latch);
}
