//! The world of a story: boxes, sessions, callers, and the only clock.

mod caller;
mod flight;
mod interpret;

use oobwatch_core::Instant;
use oobwatch_core::latch::Latch;
use oobwatch_core::session::Class;

use caller::{Caller, State};

use crate::machine::{Home, Machine, Make};
use crate::server::Server;
use crate::story::{HOSTS, Seat, Story, USERS};
use crate::trace::{Asker, BoxLogin, End, Event, Millis, SeatEnd, Trace};

/// Steps at one instant, after which somebody must be going round in circles.
const SPIN: usize = 2_000;
/// Long enough for every lease and every patience to end.
const CALM: Millis = 10 * 60_000;
/// Who was displaced over and over stays away for so long at most.
const DISPLACED: Millis = 90 * 60_000;

pub(crate) struct World {
    now: Millis,
    servers: Vec<Server>,
    seats: Vec<Seat>,
    machines: Vec<Box<dyn Machine>>,
    stopped: Vec<bool>,
    /// Logins that were refused since one was accepted, or the latch reset.
    refused: Vec<usize>,
    latches: Vec<Latch>,
    callers: Vec<Caller>,
    logins: Vec<BoxLogin>,
    trace: Trace,
}

impl World {
    pub(crate) fn new(story: &Story, make: Make) -> Self {
        let servers = story.boxes.iter().enumerate();
        let homes = story.seats.iter().enumerate().map(|(id, seat)| Home {
            id: u32::try_from(id).unwrap_or(0) + 1,
            product: story.boxes[seat.at_box].product,
            host: HOSTS[seat.at_box],
            user: USERS[seat.user].0,
            password: USERS[seat.user].1,
        });
        Self {
            now: 0,
            servers: servers
                .map(|(place, plan)| Server::new(place, *plan))
                .collect(),
            machines: homes.map(make).collect(),
            stopped: vec![false; story.seats.len()],
            refused: vec![0; story.seats.len()],
            seats: story.seats.clone(),
            latches: vec![Latch::new(), Latch::new()],
            callers: Vec::new(),
            logins: Vec::new(),
            trace: Trace {
                plans: story.seats.iter().map(|s| story.boxes[s.at_box]).collect(),
                users: story.seats.iter().map(|seat| seat.user).collect(),
                ..Trace::default()
            },
        }
    }

    /// Plays the story to its end, and says what happened.
    pub(crate) fn play(mut self, story: &Story) -> Trace {
        for step in &story.steps {
            self.take(step);
        }
        self.calm_down();
        self.finish()
    }

    /// No more faults: whoever waits must come to an end.
    fn calm_down(&mut self) {
        for server in &mut self.servers {
            server.faults.clear();
            server.takes_passwords = true;
        }
        self.run_to(self.now + CALM);
    }

    /// Every session makes a last read, and logs out.
    fn finish(mut self) -> Trace {
        let works: Vec<bool> = (0..self.seats.len()).map(|s| self.should_work(s)).collect();
        let reads = self.last_reads(&works);
        for seat in 0..self.seats.len() {
            self.ask(seat, Class::Logout);
        }
        self.run_to(self.now + 60_000);
        self.trace.seats = (0..self.seats.len())
            .map(|seat| SeatEnd {
                stats: self.machines[seat].stats(),
                is_open: self.machines[seat].session().is_open(),
                should_work: works[seat],
                last_read: self.callers[reads[seat]].end(),
            })
            .collect();
        for server in &self.servers {
            server.note_left(self.now, None, &mut self.logins);
        }
        self.trace.logins = self.logins;
        self.trace
    }

    /// One read of every session; and again for a while, as one that was
    /// displaced stays away.
    fn last_reads(&mut self, works: &[bool]) -> Vec<usize> {
        let seats = 0..self.seats.len();
        let mut reads: Vec<_> = seats.map(|seat| self.ask(seat, Class::Read)).collect();
        self.run_to(self.now + CALM);
        for _ in 0..DISPLACED / CALM {
            for (seat, read) in reads.iter_mut().enumerate() {
                let done = self.callers[*read].end() == Some(End::Delivered(200));
                if works[seat] && !done {
                    *read = self.ask(seat, Class::Read);
                }
            }
            if reads.iter().all(|read| self.callers[*read].end().is_some()) {
                break;
            }
            self.run_to(self.now + CALM);
        }
        reads
    }

    /// Whether nothing stands in the way of a session: not a logout, not a
    /// refused password, nor another session that ends it.
    fn should_work(&self, seat: usize) -> bool {
        let Seat { at_box, user } = self.seats[seat];
        let here = self.seats.iter();
        let rivals = here.filter(|other| (other.at_box, other.user) == (at_box, user));
        let is_alone = rivals.count() == 1 || !self.servers[at_box].plan.one_per_user;
        let is_refused = self.latches[user].refusals() > 0 || self.refused[seat] > 1;
        is_alone && !self.stopped[seat] && !is_refused
    }

    /// Lets everything happen that is due until then.
    fn run_to(&mut self, until: Millis) {
        let mut steps = 0;
        loop {
            self.take_turns();
            match self.next_due().filter(|due| *due <= until) {
                Some(due) if due > self.now => (self.now, steps) = (due, 0),
                Some(_) => steps += 1,
                None => break,
            }
            if steps > SPIN {
                self.note(Event::Spun);
                break;
            }
            self.fire();
        }
        self.now = self.now.max(until);
    }

    fn next_due(&self) -> Option<Millis> {
        let callers = self.callers.iter().filter_map(Caller::due);
        let leases = self.machines.iter().filter_map(|m| m.poll_timeout());
        callers.chain(leases.map(Instant::as_millis)).min()
    }

    /// Does what is due now.
    fn fire(&mut self) {
        let now = Instant::from_millis(self.now);
        for machine in &mut self.machines {
            if machine.poll_timeout().is_some_and(|due| due <= now) {
                machine.handle_timeout(now);
            }
        }
        for caller in 0..self.callers.len() {
            if self.callers[caller]
                .due()
                .is_some_and(|due| due <= self.now)
            {
                self.advance(caller);
            }
        }
    }

    /// Everybody who may ask does, until all wait for something.
    fn take_turns(&mut self) {
        for _ in 0..SPIN {
            let Some(caller) = (0..self.callers.len()).find(|caller| self.is_ready(*caller)) else {
                return;
            };
            self.turn(caller);
        }
        self.note(Event::Spun);
        self.callers.iter_mut().for_each(Caller::give_up);
    }

    fn is_ready(&self, caller: usize) -> bool {
        match &self.callers[caller].state {
            State::Asks => true,
            State::Waits { epoch, .. } => *epoch != self.epoch(self.callers[caller].seat),
            _ => false,
        }
    }

    /// Moves when those who wait for a session or its credential should ask again.
    fn epoch(&self, seat: usize) -> (u32, u32) {
        let latch = &self.latches[self.seats[seat].user];
        (self.machines[seat].epoch(), latch.epoch())
    }

    fn ask(&mut self, seat: usize, class: Class) -> usize {
        let caller = self.callers.len();
        self.trace.callers.push(Asker {
            seat,
            class,
            since: self.now,
        });
        self.callers.push(Caller::new(seat, class));
        caller
    }

    fn end(&mut self, caller: usize, end: End) {
        self.callers[caller].state = State::Ended(end);
        self.note(Event::Ended { caller, end });
    }

    fn note(&mut self, event: Event) {
        self.trace.log.push((self.now, event));
    }
}
