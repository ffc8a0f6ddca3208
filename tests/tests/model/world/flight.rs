//! One attempt over one connection: bytes out, bytes in.

use oobwatch_core::error::{Error, TransportError};
use oobwatch_core::exchange::{
    Answer, AuthExchange, AuthOutcome, Discard, Exchange, Lost, Outcome, Progress, Request, probe,
};
use oobwatch_core::http::Method;
use oobwatch_core::session::Class;

use super::World;
use super::caller::{CONNECT, Caller, Grant, Leave, State};
use crate::server::Reply;
use crate::story::{Fate, HOSTS};
use crate::trace::{Event, Millis, Sent, Told};
use crate::wire::Head;

/// An answer takes so long, unless the story says otherwise.
const ANSWER: Millis = 100;
/// An answer is waited for so long.
const TIMEOUT: Millis = 30_000;

/// A request that has left.
pub(super) struct Flight {
    pub(super) leave: Leave,
    running: Running,
    sent: usize,
    pub(super) due: Millis,
    reply: Result<Reply, Lost>,
}

/// What comes back, and after how long.
struct Coming {
    reply: Result<Reply, Lost>,
    executed: bool,
    takes: Millis,
}

impl Coming {
    fn lost(error: TransportError, stale: bool, takes: Millis) -> Self {
        let lost = Lost {
            error: error.into(),
            may_have_reached: true,
            stale,
        };
        Self {
            reply: Err(lost),
            executed: false,
            takes,
        }
    }
}

enum Running {
    Auth(Box<AuthExchange<'static>>),
    Plain(Box<Exchange>),
}

impl World {
    /// The connection is there, or not: the request leaves.
    pub(super) fn send(&mut self, caller: usize, leave: Leave) {
        let Caller {
            seat, ref ticket, ..
        } = self.callers[caller];
        let kind = self.callers[caller].kind(&leave.grant);
        let fresh = match &leave.grant {
            Grant::Auth(permit) => permit.wants_fresh_connection() || leave.again,
            Grant::Own(_) | Grant::Probe(_) => ticket.wants_fresh_connection(),
        };
        let fate = self.servers[self.seats[seat].at_box].fault(kind, fresh);
        if fate == Some(Fate::NoConnection) {
            return self.unsent(caller, leave, TransportError::ConnectRefused.into());
        }
        match self.encode(caller, &leave.grant) {
            Ok((running, head)) => self.fly(caller, leave, running, &Head::parse(&head), fate),
            Err(error) => self.unsent(caller, leave, error),
        }
    }

    fn fly(
        &mut self,
        caller: usize,
        leave: Leave,
        running: Running,
        head: &Head,
        fate: Option<Fate>,
    ) {
        let seat = self.callers[caller].seat;
        let host = self.machines[seat].dials();
        let to = HOSTS.iter().position(|known| *known == host);
        let sent = self.trace.sent.len();
        self.note(Event::Sent(sent));
        let coming = self.reply(seat, to, head, fate);
        self.trace.sent.push(Sent {
            at: self.now,
            admitted: leave.admitted,
            caller,
            seat,
            user: self.seats[seat].user,
            kind: self.callers[caller].kind(&leave.grant),
            home: self.seats[seat].at_box,
            to,
            executed: coming.executed,
            path: head.path.clone(),
            secrets: head.secrets.clone(),
            told: None,
        });
        self.callers[caller].state = State::InFlight(Flight {
            leave,
            running,
            sent,
            due: self.now + coming.takes,
            reply: coming.reply,
        });
    }

    fn encode(&self, caller: usize, grant: &Grant) -> Result<(Running, Vec<u8>), Error> {
        let Caller { seat, class, .. } = self.callers[caller];
        let machine = &self.machines[seat];
        let path = format!("/api/things/{caller}");
        match grant {
            Grant::Auth(permit) => {
                let (exchange, head) = machine.start_auth(permit)?;
                Ok((Running::Auth(Box::new(exchange)), head))
            }
            Grant::Own(permit) => {
                let request = match class {
                    Class::Read | Class::Logout => Request::get(&path),
                    Class::Write | Class::Stream => Request::json(Method::Post, &path, 0),
                };
                let (exchange, head) = machine.start(permit, &request)?;
                Ok((Running::Plain(Box::new(exchange)), head))
            }
            Grant::Probe(permit) => {
                let (exchange, head) = machine.start(permit, &probe(machine.home().product))?;
                Ok((Running::Plain(Box::new(exchange)), head))
            }
        }
    }

    /// What comes back to a request.
    fn reply(&mut self, seat: usize, to: Option<usize>, head: &Head, fate: Option<Fate>) -> Coming {
        let server = match (to, fate) {
            (_, Some(Fate::Stale)) => return Coming::lost(TransportError::Closed, true, ANSWER),
            (Some(to), fate) if fate != Some(Fate::RequestLost) => &self.servers[to],
            _ => return Coming::lost(TransportError::FirstByteTimeout, false, TIMEOUT),
        };
        let reply = server.answer(self.now, head, seat, fate, &mut self.logins);
        let executed = reply.executed;
        match fate {
            Some(Fate::ReplyLost) => Coming {
                executed,
                ..Coming::lost(TransportError::Truncated, false, ANSWER)
            },
            fate => Coming {
                reply: Ok(reply),
                executed,
                takes: match fate {
                    Some(Fate::Slow(seconds)) => seconds * 1000,
                    _ => ANSWER,
                },
            },
        }
    }

    /// What came back, or that nothing did, is settled.
    pub(super) fn receive(&mut self, caller: usize, flight: Flight) {
        if let (Err(lost), Grant::Auth(permit)) = (&flight.reply, &flight.leave.grant)
            && permit.goes_again(lost)
            && !flight.leave.again
        {
            let leave = Leave {
                again: true,
                ..flight.leave
            };
            self.callers[caller].state = State::Connects(leave, self.now + CONNECT);
            return;
        }
        let told = flight.reply.as_ref().map_or(Told::Lost, |reply| reply.told);
        self.trace.sent[flight.sent].told = Some((self.now, told));
        self.note(Event::Settled(flight.sent, told));
        self.count_refusals(caller, told);
        let bytes = flight.reply.map(|reply| reply.bytes);
        let split = [1, 7, usize::MAX][flight.sent % 3];
        match (flight.running, flight.leave.grant) {
            (Running::Auth(mut exchange), Grant::Auth(permit)) => {
                let read = bytes.and_then(|bytes| read(&mut *exchange, &bytes, split));
                let outcome = read.map_or_else(AuthOutcome::Lost, |()| exchange.finish());
                self.settle_auth(caller, permit, outcome);
            }
            (Running::Plain(mut exchange), grant) => {
                let read = bytes.and_then(|bytes| read(&mut *exchange, &bytes, split));
                let outcome = read.map_or_else(Outcome::Lost, |()| exchange.finish());
                match grant {
                    Grant::Own(permit) => self.settle(caller, permit, false, outcome),
                    Grant::Probe(permit) => self.settle(caller, permit, true, outcome),
                    Grant::Auth(_) => unreachable!("an auth permit starts no plain exchange"),
                }
            }
            (Running::Auth(_), _) => unreachable!("a plain permit starts no auth exchange"),
        }
    }

    fn count_refusals(&mut self, caller: usize, told: Told) {
        let refused = &mut self.refused[self.callers[caller].seat];
        match told {
            Told::LoginRefused => *refused += 1,
            Told::Granted(_) => *refused = 0,
            _ => {}
        }
    }
}

/// Pushes an answer, in pieces.
fn read(exchange: &mut impl Answer, bytes: &[u8], split: usize) -> Result<(), Lost> {
    let lost = |error| Lost {
        error,
        may_have_reached: true,
        stale: false,
    };
    for piece in bytes.chunks(split.min(bytes.len())) {
        if exchange.push(piece, &mut Discard).map_err(lost)? == Progress::Done {
            return Ok(());
        }
    }
    exchange.eof().map_err(lost)
}
