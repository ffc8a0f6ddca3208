//! What came of a request, and what its caller does next.

use core::time::Duration;

use super::overload::{self, Busy};
use super::permit::Flight;
use super::{Class, Permit, Session, Stop, Ticket};
use crate::error::{ConfigError, Error, PeerError, TransportError};
use crate::exchange::{Lost, Outcome, Response};
use crate::product::Product;
use crate::time::Instant;

/// How often one request may find its token renewed under way.
const OVERTAKEN_MAX: u8 = 4;

/// A token that is younger than this is as likely to be good as one that the
/// box has accepted.
const NEW: Duration = Duration::from_secs(60);

/// What an exchange says that could not start, as its token had been renewed.
pub(super) const STALE: Error = Error::Config(ConfigError::StalePermit);

/// What the caller does after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Next {
    /// The answer is the request's own: hand it on.
    Deliver,
    /// Ask to be admitted again, with the same ticket.
    Again,
    /// The same, but not before that time.
    AgainAt(Instant),
    /// The request may have taken effect, or not: it is not safe to repeat.
    Ambiguous(Error),
    /// The request has failed.
    Fail(Error),
}

impl Session {
    /// Settles a request. Every [`Permit`] comes back here, or is lost: then it
    /// costs nothing but, for a stream, its lease.
    pub fn settle(
        &mut self,
        now: Instant,
        permit: Permit,
        ticket: &mut Ticket,
        outcome: &Outcome,
    ) -> Next {
        if permit.session != self.id {
            return Next::Fail(ConfigError::StalePermit.into());
        }
        let slot = permit.slot.as_ref();
        if slot.is_some_and(|slot| self.slots.give_back(slot)) {
            self.wake();
        }
        if permit.probe {
            self.end_probe();
        }
        match outcome {
            Outcome::Response(response) => self.settle_response(now, &permit, ticket, response),
            Outcome::Lost(lost) if lost.error == STALE => overtaken(ticket),
            Outcome::Lost(lost) => settle_lost(ticket, lost),
        }
    }

    fn settle_response(
        &mut self,
        now: Instant,
        permit: &Permit,
        ticket: &mut Ticket,
        response: &Response,
    ) -> Next {
        let current = permit.generation == self.generation;
        if overload::busy(self.product, Class::Read, response).is_some() {
            return self.settle_busy(now, permit, ticket, response);
        }
        if permit.probe && current {
            self.clear_doubt();
        }
        if !self.refuses_token(response) {
            let next = deliver(response);
            // A redirect or a web page is not the API's answer to the token.
            let proves = current && next == Next::Deliver;
            if let Some(tokens) = self.tokens.as_mut().filter(|_| proves) {
                tokens.mark_proved(now);
            }
            return next;
        }
        if self.product == Product::CdFmc {
            return self.bearer_refused(ticket);
        }
        // What crosses a logout on the way is refused because of it.
        if !current || self.flight.as_ref().is_some_and(Flight::logs_out) {
            return match ticket.class {
                // Its body is spent.
                Class::Stream => Next::Fail(STALE),
                _ => overtaken(ticket),
            };
        }
        ticket.refusals = ticket.refusals.saturating_add(1);
        if ticket.refusals > 1 {
            // A token that is good was refused as well: the answer is about the request.
            return Next::Fail(PeerError::Unauthorized.into());
        }
        if let Some(tokens) = self.tokens.as_mut() {
            // A token that was accepted before, or that is new, may still be good:
            // what was refused is then this request. A probe tells, and costs
            // neither a refresh nor a login.
            let may_be_good = tokens.is_proved() || tokens.ages(now).token < NEW;
            if may_be_good && !permit.probe {
                tokens.mark_doubted();
            } else {
                tokens.mark_dead();
            }
        }
        self.wake();
        match ticket.class {
            Class::Stream => Next::Fail(PeerError::Unauthorized.into()),
            _ => Next::Again,
        }
    }

    /// Whatever comes of the probe, nobody waits for it any more. If nothing
    /// came of it, the next caller probes.
    pub(super) fn end_probe(&mut self) {
        if self.flight.take_if(|flight| flight.probe).is_some() {
            self.wake();
        }
    }

    fn clear_doubt(&mut self) {
        if let Some(tokens) = self.tokens.as_mut() {
            tokens.clear_doubt();
        }
    }

    /// The answer of a busy box says nothing about the token: a probe that got
    /// one is made again, as long as there is patience. Then the request that it
    /// was for can not go.
    fn settle_busy(
        &mut self,
        now: Instant,
        permit: &Permit,
        ticket: &mut Ticket,
        response: &Response,
    ) -> Next {
        match self.put_off(now, ticket, response) {
            Some(next) => next,
            None if permit.probe => Next::Fail(PeerError::Overloaded(response.status).into()),
            None => deliver(response),
        }
    }

    /// Has the request wait if the box is too busy for it, and there is time. If
    /// the box is too busy for anything, the others wait too.
    fn put_off(&mut self, now: Instant, ticket: &mut Ticket, response: &Response) -> Option<Next> {
        let busy = overload::busy(self.product, ticket.class, response)?;
        let random = overload::next_random(&mut self.random);
        let until = now.plus(overload::wait(response, ticket.waits, random));
        ticket.waits = ticket.waits.saturating_add(1);
        if busy == Busy::Box {
            self.busy_until = self.busy_until.max(until);
            self.busy_status = response.status;
            self.pace.slow_down(now);
        }
        let in_time = until <= ticket.deadline(now, self.rules.patience);
        (in_time && ticket.class != Class::Stream).then_some(Next::AgainAt(until))
    }

    /// cdFMC answers 401 now and then to a good token: one more try.
    fn bearer_refused(&mut self, ticket: &mut Ticket) -> Next {
        ticket.refusals = ticket.refusals.saturating_add(1);
        if ticket.refusals == 1 && ticket.class == Class::Read {
            return Next::Again;
        }
        let error = PeerError::BearerRefused.into();
        self.stopped = Some(Stop::Refused(error));
        self.wake();
        Next::Fail(error)
    }

    /// Whether an answer is about the token rather than the request: 401 from
    /// an FMC, 400 with error code 552 from a chassis.
    const fn refuses_token(&self, response: &Response) -> bool {
        match self.product {
            Product::CdFmc | Product::Fmc => response.status == 401,
            Product::Fxos => response.status == 400 && matches!(response.error.code, Some(552)),
        }
    }
}

/// The token was renewed before this request was sent.
fn overtaken(ticket: &mut Ticket) -> Next {
    ticket.overtaken = ticket.overtaken.saturating_add(1);
    if ticket.overtaken <= OVERTAKEN_MAX {
        Next::Again
    } else {
        Next::Fail(STALE)
    }
}

fn deliver(response: &Response) -> Next {
    if response.is_redirect() {
        Next::Fail(PeerError::Redirect(response.status).into())
    } else if response.html {
        Next::Fail(PeerError::WebPage(response.status).into())
    } else {
        Next::Deliver
    }
}

/// A read goes again once if the connection broke, wherever it did, but not if
/// time ran out: that would take as long again.
fn settle_lost(ticket: &mut Ticket, lost: &Lost) -> Next {
    let repeatable = match ticket.class {
        Class::Read => lost.stale || has_broken(lost.error),
        Class::Write => lost.stale && !lost.may_have_reached,
        Class::Logout | Class::Stream => false,
    };
    if repeatable && !ticket.resent {
        ticket.resent = true;
        return Next::Again;
    }
    match ticket.class {
        Class::Stream | Class::Write if lost.may_have_reached => Next::Ambiguous(lost.error),
        _ => Next::Fail(lost.error),
    }
}

/// Whether there was a connection, and the box, or something on the way, ended
/// it.
const fn has_broken(error: Error) -> bool {
    use TransportError::{Closed, Io, Truncated};
    matches!(error, Error::Transport(Closed | Io | Truncated))
}
