//! One request on its way: the driving loop of an adapter, a step at a time.

use oobwatch_core::Instant;
use oobwatch_core::error::{Error, TransportError};
use oobwatch_core::exchange::{AuthOutcome, Lost, Outcome};
use oobwatch_core::session::{Admit, AuthNext, AuthPermit, Class, Next, Permit, Stop, Ticket};

use super::World;
use super::flight::Flight;
use crate::trace::{End, Event, Kind, Millis};

/// To connect takes so long; a session may move on meanwhile.
pub(super) const CONNECT: Millis = 30;

pub(super) struct Caller {
    pub(super) seat: usize,
    pub(super) class: Class,
    pub(super) ticket: Ticket,
    probe: Option<Ticket>,
    pub(super) state: State,
    /// Its future is gone; the exchange that it was elected for goes on.
    pub(super) is_detached: bool,
}

pub(super) enum State {
    Asks,
    Waits { epoch: (u32, u32), until: Millis },
    Sleeps(Millis),
    Connects(Leave, Millis),
    InFlight(Flight),
    Ended(End),
    Vanished,
}

/// What a caller was admitted with, and when.
pub(super) struct Leave {
    pub(super) grant: Grant,
    pub(super) admitted: Millis,
    /// A second time, as the first connection was stale.
    pub(super) again: bool,
}

pub(super) enum Grant {
    Auth(AuthPermit),
    Own(Permit),
    Probe(Permit),
}

impl Caller {
    pub(super) const fn new(seat: usize, class: Class) -> Self {
        Self {
            seat,
            class,
            ticket: Ticket::new(class),
            probe: None,
            state: State::Asks,
            is_detached: false,
        }
    }

    /// When something happens to it by itself.
    pub(super) fn due(&self) -> Option<Millis> {
        match &self.state {
            State::Waits { until, .. } => Some(*until),
            State::Sleeps(until) | State::Connects(_, until) => Some(*until),
            State::InFlight(flight) => Some(flight.due),
            State::Asks | State::Ended(_) | State::Vanished => None,
        }
    }

    pub(super) const fn end(&self) -> Option<End> {
        match self.state {
            State::Ended(end) => Some(end),
            _ => None,
        }
    }

    /// Whether it does something for everybody.
    pub(super) fn is_elected(&self) -> bool {
        let leave = match &self.state {
            State::Connects(leave, _) => leave,
            State::InFlight(flight) => &flight.leave,
            _ => return false,
        };
        matches!(leave.grant, Grant::Auth(_))
    }

    /// Out of a circle.
    pub(super) fn give_up(&mut self) {
        if matches!(self.state, State::Asks | State::Waits { .. }) {
            self.state = State::Vanished;
        }
    }

    pub(super) fn kind(&self, grant: &Grant) -> Kind {
        match grant {
            Grant::Auth(permit) => Kind::Auth(permit.kind()),
            Grant::Own(_) => Kind::Request(self.class),
            Grant::Probe(_) => Kind::Probe,
        }
    }
}

impl World {
    /// A caller asks its session.
    pub(super) fn turn(&mut self, caller: usize) {
        let now = Instant::from_millis(self.now);
        let Caller { seat, class, .. } = self.callers[caller];
        self.stopped[seat] |= class == Class::Logout;
        let latch = &mut self.latches[self.seats[seat].user];
        let admit = self.machines[seat].admit(now, &mut self.callers[caller].ticket, latch);
        let grant = match admit {
            Admit::Go(permit) => Grant::Own(permit),
            Admit::Probe(permit) => Grant::Probe(permit),
            Admit::Authenticate(permit) => Grant::Auth(permit),
            Admit::Wait { until, why } => {
                let (epoch, until) = (self.epoch(seat), until.as_millis());
                self.callers[caller].state = State::Waits { epoch, until };
                let why = Some(why);
                return self.note(Event::Waits { caller, why, until });
            }
            Admit::Stop(Stop::LoggedOut) if class == Class::Logout => {
                return self.end(caller, End::LoggedOut);
            }
            Admit::Stop(stop) => return self.end(caller, End::Stopped(stop)),
        };
        let kind = self.callers[caller].kind(&grant);
        self.note(Event::Admitted { caller, seat, kind });
        let leave = Leave {
            grant,
            admitted: self.now,
            again: false,
        };
        self.callers[caller].state = State::Connects(leave, self.now + CONNECT);
    }

    /// What is due happens to a caller.
    pub(super) fn advance(&mut self, caller: usize) {
        let state = core::mem::replace(&mut self.callers[caller].state, State::Asks);
        match state {
            State::Connects(leave, _) => self.send(caller, leave),
            State::InFlight(flight) => self.receive(caller, flight),
            State::Waits { .. } | State::Sleeps(_) | State::Asks => {}
            State::Ended(_) | State::Vanished => self.callers[caller].state = state,
        }
    }

    /// Nothing has left.
    pub(super) fn unsent(&mut self, caller: usize, leave: Leave, error: Error) {
        self.note(Event::Unsent { caller });
        self.settle_lost(caller, leave.grant, error, false);
    }

    fn settle_lost(&mut self, caller: usize, grant: Grant, error: Error, may_have_reached: bool) {
        let lost = Lost {
            error,
            may_have_reached,
            stale: false,
        };
        match grant {
            Grant::Auth(permit) => self.settle_auth(caller, permit, AuthOutcome::Lost(lost)),
            Grant::Own(permit) => self.settle(caller, permit, false, Outcome::Lost(lost)),
            Grant::Probe(permit) => self.settle(caller, permit, true, Outcome::Lost(lost)),
        }
    }

    pub(super) fn settle(
        &mut self,
        caller: usize,
        permit: Permit,
        is_probe: bool,
        outcome: Outcome,
    ) {
        let now = Instant::from_millis(self.now);
        let Caller {
            seat,
            ref mut ticket,
            ref mut probe,
            ..
        } = self.callers[caller];
        let ticket = match is_probe {
            true => probe.get_or_insert_with(|| ticket.probe()),
            false => ticket,
        };
        let delivered = match &outcome {
            Outcome::Response(response) => Ok(response.status),
            Outcome::Lost(_) => Err(()),
        };
        let next = self.machines[seat].settle(now, permit, ticket, outcome);
        match (next, delivered) {
            (Next::Again, _) => self.callers[caller].state = State::Asks,
            (Next::AgainAt(at), _) => {
                let until = at.as_millis();
                self.callers[caller].state = State::Sleeps(until);
                let why = None;
                self.note(Event::Waits { caller, why, until });
            }
            (Next::Deliver, Ok(_)) if is_probe => self.callers[caller].state = State::Asks,
            (Next::Deliver, Ok(status)) => self.end(caller, End::Delivered(status)),
            (Next::Ambiguous(_), _) => self.end(caller, End::Ambiguous),
            (Next::Fail(_), _) | (Next::Deliver, Err(())) => self.end(caller, End::Failed),
        }
    }

    pub(super) fn settle_auth(&mut self, caller: usize, permit: AuthPermit, outcome: AuthOutcome) {
        let now = Instant::from_millis(self.now);
        let seat = self.callers[caller].seat;
        let latch = &mut self.latches[self.seats[seat].user];
        let next = self.machines[seat].settle_auth(now, permit, outcome, latch);
        match next {
            _ if self.callers[caller].is_detached => self.callers[caller].state = State::Vanished,
            AuthNext::Continue => self.callers[caller].state = State::Asks,
            AuthNext::Closed => self.end(caller, End::LoggedOut),
            AuthNext::Fail(_) => self.end(caller, End::Failed),
        }
    }

    /// A dropped caller's guard settles what it held.
    pub(super) fn give_back(&mut self, caller: usize) {
        let state = core::mem::replace(&mut self.callers[caller].state, State::Vanished);
        let dropped = TransportError::Dropped.into();
        match state {
            State::Connects(leave, _) => {
                self.settle_lost(caller, leave.grant, dropped, false);
            }
            State::InFlight(flight) => {
                self.settle_lost(caller, flight.leave.grant, dropped, true);
            }
            _ => {}
        }
        self.callers[caller].state = State::Vanished;
    }
}
