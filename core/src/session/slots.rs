//! How many requests are under way: an FMC takes ten connections from one
//! address (FMC REST API labs, Rate Limiting), and one write at a time
//! (Terraform provider for FMC, bulk resources).

use super::{Class, Wait};
use crate::time::Instant;

/// Requests under way at a time. The tenth connection is for the login, refresh,
/// logout or probe.
pub const REQUESTS_MAX: u8 = 9;

#[derive(Default)]
pub(super) struct Slots {
    requests: u8,
    /// Permits that have not come back by then are lost, but for a stream's.
    until: Instant,
    /// How often that has happened.
    lapses: u8,
    /// The write, or stream, under way.
    write: Option<Class>,
    write_until: Instant,
    write_lapses: u8,
}

/// A place among the requests under way. It tells whether its lease ran out
/// meanwhile: then it is somebody else's.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Slot {
    class: Class,
    lapses: u8,
    write_lapses: u8,
}

impl Slots {
    /// What a request of `class` has to wait for.
    pub(super) const fn wait(&self, class: Class) -> Option<Wait> {
        if self.requests >= REQUESTS_MAX {
            Some(Wait::Connections)
        } else if class.writes() && self.write.is_some() {
            Some(Wait::Write)
        } else {
            None
        }
    }

    /// For a request that gives its slot back before `until`.
    pub(super) fn take(&mut self, class: Class, until: Instant) -> Slot {
        self.requests = self.requests.saturating_add(1);
        if class != Class::Stream {
            self.until = self.until.max(until);
        }
        if class.writes() {
            self.write = Some(class);
            self.write_until = until;
        }
        Slot {
            class,
            lapses: self.lapses,
            write_lapses: self.write_lapses,
        }
    }

    /// Whether someone may have waited for it.
    pub(super) fn give_back(&mut self, slot: &Slot) -> bool {
        let mut waited_for = false;
        let is_ours = match slot.class {
            Class::Stream => slot.write_lapses == self.write_lapses,
            Class::Logout | Class::Read | Class::Write => slot.lapses == self.lapses,
        };
        if is_ours {
            waited_for = self.requests >= REQUESTS_MAX;
            self.requests = self.requests.saturating_sub(1);
        }
        if slot.class.writes() && slot.write_lapses == self.write_lapses {
            self.write = None;
            waited_for = true;
        }
        waited_for
    }

    /// Whether a streamed request is under way.
    pub(super) const fn streams(&self) -> bool {
        matches!(self.write, Some(Class::Stream))
    }

    /// How many of the requests are streams.
    fn streaming(&self) -> u8 {
        self.streams().into()
    }

    /// When a slot comes free at the latest.
    pub(super) fn timeout(&self) -> Option<Instant> {
        let requests = (self.requests > self.streaming()).then_some(self.until);
        let write = self.write.is_some().then_some(self.write_until);
        requests.into_iter().chain(write).min()
    }

    /// Takes the slots back from permits that were lost.
    pub(super) fn handle_timeout(&mut self, now: Instant) -> bool {
        let streaming = self.streaming();
        let write = self.write.take_if(|_| self.write_until <= now).is_some();
        if write {
            self.write_lapses = self.write_lapses.wrapping_add(1);
            self.requests = self.requests.saturating_sub(streaming);
        }
        let streaming = self.streaming();
        let requests = self.requests > streaming && self.until <= now;
        if requests {
            self.requests = streaming;
            self.lapses = self.lapses.wrapping_add(1);
        }
        write || requests
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_back_late_gives_nothing_back() {
        let (mut slots, at) = (Slots::default(), Instant::from_millis);
        let late = slots.take(Class::Write, at(10));
        assert_eq!(slots.wait(Class::Write), Some(Wait::Write));
        assert!(slots.handle_timeout(at(10)));
        assert_eq!(slots.wait(Class::Write), None);
        let next = slots.take(Class::Write, at(20));
        assert!(!slots.give_back(&late));
        assert_eq!(slots.wait(Class::Write), Some(Wait::Write));
        assert!(slots.give_back(&next));
        assert_eq!((slots.wait(Class::Write), slots.timeout()), (None, None));
    }
}
