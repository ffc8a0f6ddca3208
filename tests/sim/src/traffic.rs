//! How much comes at once and per minute: what rate limits and the state's peaks go by.

use core::time::Duration;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use crate::clock::VirtualTime;
use crate::scenario::RateLimit;
use crate::unit::lock;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

#[derive(Debug, Default)]
pub(crate) struct Traffic(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// Requests of the last minute.
    recent: VecDeque<VirtualTime>,
    /// Those among them that no limit refused.
    admitted: VecDeque<VirtualTime>,
    /// Logins of the last hour.
    logins: VecDeque<VirtualTime>,
    /// Connections so far.
    accepted: u64,
    connections: usize,
    requests: usize,
    writes: usize,
    peaks: Peaks,
}

/// The most there has been of each.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Peaks {
    pub(crate) connections: usize,
    pub(crate) per_minute: usize,
    pub(crate) logins_per_hour: usize,
    pub(crate) requests: usize,
    pub(crate) writes: usize,
}

/// An open connection.
#[derive(Debug)]
pub(crate) struct Connected {
    traffic: Arc<Traffic>,
    /// Counted from 1.
    pub(crate) number: u64,
    /// How many were open when this one came, itself included.
    rank: usize,
}

/// A request that has not been answered.
#[derive(Debug)]
pub(crate) struct Underway {
    traffic: Arc<Traffic>,
    writes: bool,
}

/// A limit was reached; room again after so long.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooMuch(pub(crate) Duration);

impl Traffic {
    pub(crate) fn connect(self: &Arc<Self>) -> Connected {
        let mut inner = lock(&self.0);
        inner.accepted += 1;
        inner.connections += 1;
        inner.peaks.connections = inner.peaks.connections.max(inner.connections);
        Connected {
            traffic: Arc::clone(self),
            number: inner.accepted,
            rank: inner.connections,
        }
    }

    /// Counts a request for as long as the guard lives.
    pub(crate) fn request(self: &Arc<Self>, now: VirtualTime, writes: bool) -> Underway {
        let mut inner = lock(&self.0);
        expire(&mut inner.recent, now, MINUTE);
        inner.recent.push_back(now);
        inner.requests += 1;
        inner.writes += usize::from(writes);
        let peaks = inner.peaks;
        inner.peaks = Peaks {
            per_minute: peaks.per_minute.max(inner.recent.len()),
            requests: peaks.requests.max(inner.requests),
            writes: peaks.writes.max(inner.writes),
            ..peaks
        };
        Underway {
            traffic: Arc::clone(self),
            writes,
        }
    }

    /// Whether the limits let this request through. Those refused do not count towards the
    /// minute's.
    pub(crate) fn admit(
        &self,
        limit: &RateLimit,
        connected: &Connected,
        underway: &Underway,
        now: VirtualTime,
    ) -> Result<(), TooMuch> {
        let mut inner = lock(&self.0);
        let over = |limit: usize, count| limit != 0 && count > limit;
        let connections = inner.connections.min(connected.rank);
        if over(limit.connections, connections)
            || over(limit.parallel, inner.requests)
            || (underway.writes && over(limit.parallel_writes, inner.writes))
        {
            return Err(TooMuch(Duration::from_secs(1)));
        }
        expire(&mut inner.admitted, now, MINUTE);
        if over(limit.per_minute, inner.admitted.len() + 1) {
            let oldest = inner.admitted.front().copied().unwrap_or(now);
            return Err(TooMuch((oldest + MINUTE).saturating_sub(now)));
        }
        inner.admitted.push_back(now);
        Ok(())
    }

    /// Requests of the last minute, the present one included.
    pub(crate) fn in_last_minute(&self, now: VirtualTime) -> usize {
        let mut inner = lock(&self.0);
        expire(&mut inner.recent, now, MINUTE);
        inner.recent.len()
    }

    /// Counts a login, refused or not.
    pub(crate) fn login(&self, now: VirtualTime) {
        let mut inner = lock(&self.0);
        expire(&mut inner.logins, now, HOUR);
        inner.logins.push_back(now);
        inner.peaks.logins_per_hour = inner.peaks.logins_per_hour.max(inner.logins.len());
    }

    /// Peaks begin anew, from what there is now. `rate_limit` goes on as it was, `login_burst` counts
    /// anew.
    pub(crate) fn reset_peaks(&self) {
        let mut inner = lock(&self.0);
        inner.recent.clear();
        inner.logins.clear();
        inner.peaks = Peaks {
            connections: inner.connections,
            requests: inner.requests,
            writes: inner.writes,
            ..Peaks::default()
        };
    }

    pub(crate) fn open_connections(&self) -> usize {
        lock(&self.0).connections
    }

    pub(crate) fn peaks(&self) -> Peaks {
        lock(&self.0).peaks
    }
}

fn expire(times: &mut VecDeque<VirtualTime>, now: VirtualTime, age: Duration) {
    while times.front().is_some_and(|first| *first + age <= now) {
        times.pop_front();
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        lock(&self.traffic.0).connections -= 1;
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        let mut inner = lock(&self.traffic.0);
        inner.requests -= 1;
        inner.writes -= usize::from(self.writes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn any_sixty_seconds_hold_no_more_than_the_limit() {
        let limit = RateLimit {
            per_minute: 3,
            ..RateLimit::default()
        };
        let traffic = Arc::new(Traffic::default());
        let connected = traffic.connect();
        let ask = |second: u32| {
            let now = SECOND * second;
            let underway = traffic.request(now, false);
            traffic.admit(&limit, &connected, &underway, now)
        };
        assert_eq!([ask(0), ask(10), ask(20)], [Ok(()), Ok(()), Ok(())]);
        assert_eq!(ask(30), Err(TooMuch(SECOND * 30)));
        assert_eq!([ask(59), ask(60)], [Err(TooMuch(SECOND)), Ok(())]);
        assert_eq!(traffic.peaks().per_minute, 5);
    }

    #[test]
    fn what_is_over_the_limit_at_once_is_the_newest() {
        let limit = RateLimit {
            connections: 1,
            parallel_writes: 1,
            ..RateLimit::default()
        };
        let traffic = Arc::new(Traffic::default());
        let (first, second) = (traffic.connect(), traffic.connect());
        let writing = traffic.request(SECOND, true);
        assert!(traffic.admit(&limit, &first, &writing, SECOND).is_ok());
        assert!(traffic.admit(&limit, &second, &writing, SECOND).is_err());
        let another = traffic.request(SECOND, true);
        assert!(traffic.admit(&limit, &first, &another, SECOND).is_err());
        drop((first, writing));
        assert!(traffic.admit(&limit, &second, &another, SECOND).is_ok());
        assert_eq!(traffic.peaks().connections, 2);
    }
}
