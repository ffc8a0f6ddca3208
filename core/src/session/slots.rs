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
    /// Permits that have not come back by then are lost.
    until: Instant,
    /// The write, or stream, under way.
    write: Option<Class>,
    write_until: Instant,
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
    pub(super) fn take(&mut self, class: Class, until: Instant) {
        self.requests = self.requests.saturating_add(1);
        self.until = self.until.max(until);
        if class.writes() {
            self.write = Some(class);
            self.write_until = until;
        }
    }

    /// Whether someone may have waited for it.
    pub(super) fn give_back(&mut self, class: Class) -> bool {
        let waited_for = self.requests >= REQUESTS_MAX || class.writes();
        self.requests = self.requests.saturating_sub(1);
        self.write.take_if(|write| *write == class);
        waited_for
    }

    /// Whether a streamed request is under way.
    pub(super) const fn streams(&self) -> bool {
        matches!(self.write, Some(Class::Stream))
    }

    /// When a slot comes free at the latest.
    pub(super) fn timeout(&self) -> Option<Instant> {
        let requests = (self.requests > 0).then_some(self.until);
        let write = self.write.is_some().then_some(self.write_until);
        requests.into_iter().chain(write).min()
    }

    /// Takes the slots back from permits that were lost.
    pub(super) fn handle_timeout(&mut self, now: Instant) -> bool {
        let write = self.write.take_if(|_| self.write_until <= now).is_some();
        let requests = self.requests > 0 && self.until <= now;
        if requests {
            self.requests = 0;
        }
        write || requests
    }
}
