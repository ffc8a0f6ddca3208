//! What the exporter counts of itself.

use core::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::collections::BTreeMap;
use std::sync::Mutex;

use super::lock;

/// Numbers that only grow.
#[derive(Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add(&self) {
        self.more(1);
    }

    pub(super) fn more(&self, by: u64) {
        self.0.fetch_add(by, Ordering::Relaxed);
    }

    pub(super) fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How many there are now.
#[derive(Default)]
pub(super) struct Gauge(AtomicI64);

impl Gauge {
    /// One more, until what is returned is dropped.
    pub(super) fn enter(&self) -> Inside<'_> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Inside(self)
    }

    pub(super) fn value(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counted by a [`Gauge`].
pub(super) struct Inside<'g>(&'g Gauge);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What the exporter counts of itself.
#[derive(Default)]
pub(super) struct Counts {
    /// Scrapes that got a report: of a check that came to its end, or did not.
    pub(super) succeeded: Counter,
    pub(super) failed: Counter,
    /// Scrapes that were refused.
    pub(super) refused: Counter,
    /// Scrapes that got the report of another one's check.
    pub(super) shared: Counter,
    /// Checks that are under way.
    pub(super) in_flight: Gauge,
    /// HTTP connections, and those that were turned away.
    pub(super) connections: Gauge,
    pub(super) turned_away: Counter,
    /// Answers by status code.
    answers: Mutex<BTreeMap<u16, u64>>,
}

/// What sessions have done, all together.
#[derive(Clone, Copy, Default)]
pub(super) struct Sums {
    pub(super) logins: u64,
    pub(super) refused_logins: u64,
    pub(super) refreshes: u64,
    pub(super) logouts: u64,
    pub(super) displaced: u64,
    pub(super) orphans: u64,
}

impl Sums {
    pub(super) fn add(&mut self, stats: &oobwatch_client::core::session::Stats) {
        self.logins += u64::from(stats.logins);
        self.refused_logins += u64::from(stats.refused_logins);
        self.refreshes += u64::from(stats.refreshes);
        self.logouts += u64::from(stats.logouts);
        self.displaced += u64::from(stats.displaced);
        self.orphans += u64::from(stats.orphans);
    }
}

impl Counts {
    pub(super) fn answered(&self, status: u16) {
        *lock(&self.answers).entry(status).or_default() += 1;
    }

    pub(super) fn answers(&self) -> BTreeMap<u16, u64> {
        lock(&self.answers).clone()
    }
}
