//! What each step of a story does to the world.

use super::World;
use super::caller::{Caller, State};
use crate::story::{Fate, On, Step};
use crate::trace::{Drop, Event, Millis};
use oobwatch_core::session::Class;

impl World {
    pub(super) fn take(&mut self, step: &Step) {
        let (seats, boxes) = (self.seats.len(), self.servers.len());
        match *step {
            Step::Ask { seat, class } => {
                self.ask(seat % seats, class);
                self.run_to(self.now);
            }
            Step::Burst {
                seat,
                class,
                callers,
            } => {
                for _ in 0..callers {
                    self.ask(seat % seats, class);
                }
                self.run_to(self.now);
            }
            Step::Beat { seat, every, times } => {
                for _ in 0..times {
                    self.ask(seat % seats, Class::Read);
                    self.run_to(self.now + every * 1000);
                }
            }
            Step::Pass(millis) => self.run_to(self.now + millis),
            Step::Suspend { minutes } => self.now += minutes * 60_000,
            Step::Upload { seat, after } => self.upload(seat % seats, after * 1000),
            Step::Fault {
                at_box,
                on,
                fate,
                times,
            } => {
                let faults = core::iter::repeat_n((on, fate), times);
                self.servers[at_box % boxes].faults.extend(faults);
            }
            Step::Drop { caller, how } => self.drop_one(caller, how),
            Step::Intrude { seat } => {
                let seat = self.seats[seat % seats];
                self.servers[seat.at_box].open(self.now, seat.user, None, &mut self.logins);
            }
            Step::Reboot { at_box } => {
                let at_box = at_box % boxes;
                let here = self.logins.iter_mut().filter(|l| l.at_box == at_box);
                here.for_each(|login| login.is_gone = true);
            }
            Step::Password { at_box, right } => {
                self.servers[at_box % boxes].takes_passwords = right;
            }
            Step::Reset { user } => {
                self.latches[user].reset();
                let its = (0..seats).filter(|seat| self.seats[*seat].user == user);
                its.for_each(|seat| self.refused[seat] = 0);
                self.note(Event::Reset { user });
            }
            Step::HandOver { seat } => self.hand_over(seat % seats),
            Step::Reopen { seat } => self.reopen(seat % seats),
        }
    }

    fn upload(&mut self, seat: usize, after: Millis) {
        self.ask(seat, Class::Read);
        self.run_to(self.now + after);
        let at_box = self.seats[seat].at_box;
        let slow = (On::Request, Fate::Slow(25));
        self.servers[at_box].faults.push_front(slow);
        self.ask(seat, Class::Stream);
        self.run_to(self.now + 15_000);
        self.ask(seat, Class::Read);
        self.run_to(self.now);
    }

    fn hand_over(&mut self, seat: usize) {
        self.machines[seat].session_mut().hand_over();
        self.stopped[seat] = true;
        self.note(Event::HandedOver { seat });
    }

    fn reopen(&mut self, seat: usize) {
        self.machines[seat].session_mut().reopen();
        self.stopped[seat] = false;
        let callers = self.callers.len();
        self.note(Event::Reopened { seat, callers });
    }

    /// Drops one of the callers that are not done.
    fn drop_one(&mut self, nth: usize, how: Drop) {
        let live = |caller: &usize| self.callers[*caller].is_live();
        let all: Vec<_> = (0..self.callers.len()).filter(live).collect();
        let Some(&caller) = all.get(nth % all.len().max(1)) else {
            return;
        };
        // Only what was elected has a task of its own.
        let how = match how {
            Drop::Detaches if !self.callers[caller].is_elected() => Drop::Settles,
            how => how,
        };
        self.note(Event::Dropped { caller, how });
        match how {
            Drop::Detaches => self.callers[caller].is_detached = true,
            Drop::Settles => self.give_back(caller),
            Drop::Vanishes => self.callers[caller].state = State::Vanished,
        }
    }
}

impl Caller {
    pub(super) const fn is_live(&self) -> bool {
        !self.is_detached && !matches!(self.state, State::Ended(_) | State::Vanished)
    }
}
