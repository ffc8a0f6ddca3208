//! No answer of the core can be dropped without a word.
#![deny(unused_must_use)]
use oobwatch_core::exchange::{Answer, AuthExchange, AuthOutcome, Discard, Exchange, Outcome};
use oobwatch_core::latch::Latch;
use oobwatch_core::session::{AuthPermit, Permit, Session, Ticket};
use oobwatch_core::time::Instant;

pub struct One {
    pub permit: Permit,
    pub elected: AuthPermit,
    pub outcome: Outcome,
    pub granted: AuthOutcome,
    pub exchange: Exchange,
    pub auth: AuthExchange<'static>,
}

pub fn case(session: &mut Session, latch: &mut Latch, ticket: &mut Ticket, one: fn() -> One) {
    let now = Instant::from_millis(0);
    session.admit(now, ticket, latch); //~ unused_must_use
    session.settle(now, one().permit, ticket, &one().outcome); //~ unused_must_use
    session.settle_auth(now, one().elected, one().granted, latch); //~ unused_must_use
    latch.ask(now, core::time::Duration::ZERO); //~ unused_must_use
    one().exchange.push(b"", &mut Discard); //~ unused_must_use
    one().exchange.push(b"", &mut Discard).unwrap(); //~ unused_must_use
    one().exchange.finish(); //~ unused_must_use
    one().auth.finish(); //~ unused_must_use
    let _ = (session, latch, ticket, one, now);
}
