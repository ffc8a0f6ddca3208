//! At which ages this box ends tokens and sessions: learned from when they died.
//!
//! A death says little by itself, as another login of the same user ends a
//! session just the same. One counts only if it came, to within two minutes, at
//! an age that browser session timeouts are usually set to; where the session
//! was displaced not long ago, it takes two of those in a row. At any other age
//! it takes three. What was learned is forgotten when a session dies before that
//! age, and after a day, as timeouts get changed.

use core::time::Duration;

use crate::time::{Instant, short};

/// Ages in seconds that a browser session timeout is usually set to; 60 minutes
/// is how an FMC comes.
const USUAL: [u16; 5] = [600, 900, 1_200, 1_800, 3_600];

/// How well an age has to be known to be taken for a usual one, in seconds.
const NARROW: u16 = 120;

/// Deaths in a row at the same age that count whatever the age.
const ENOUGH: u8 = 3;

/// A box takes a while to notice that a session is too old, in seconds.
const SLACK: u16 = 30;

/// No box ends what is younger than this because of its age, in seconds.
const LEAST: u16 = 600;

/// In milliseconds.
pub(super) const GOOD_FOR: u32 = 24 * 60 * 60 * 1_000;

/// The two ages, in seconds.
#[derive(Default)]
pub(super) struct Learned {
    pub(super) token: Lifetime,
    pub(super) session: Lifetime,
    until: Instant,
}

/// How old something gets.
#[derive(Default)]
pub(super) struct Lifetime {
    /// In seconds; zero: nothing was learned.
    age: u16,
    /// Within which the last deaths all were.
    deaths: Span,
    /// How many these are.
    count: u8,
}

/// The age at which something was last seen alive, and that at which it was
/// found dead, in seconds.
#[derive(Clone, Copy, Default)]
pub(super) struct Span {
    from: u16,
    to: u16,
}

impl Learned {
    /// Forgets what was learned too long ago.
    pub(super) fn expire(&mut self, now: Instant) {
        if self.until <= now {
            self.token.age = 0;
            self.session.age = 0;
        }
    }

    pub(super) fn token_died(&mut self, now: Instant, span: Span) {
        if self.token.died(span, true) {
            self.until = now.plus(GOOD_FOR);
        }
    }

    /// Whether it is clear now that the session died of its age. `calm`: it was
    /// not displaced lately.
    pub(super) fn session_died(&mut self, now: Instant, span: Span, calm: bool) -> bool {
        let learned = self.session.died(span, calm);
        if learned {
            self.until = now.plus(GOOD_FOR);
        }
        learned
    }

    /// What an earlier process has learned.
    pub(super) fn restore(
        &mut self,
        now: Instant,
        token: Option<Duration>,
        session: Option<Duration>,
    ) {
        let age =
            |learned: Option<Duration>| learned.map_or(0, |age| seconds(short(age)).max(LEAST));
        self.token.age = age(token);
        self.session.age = age(session);
        self.until = now.plus(GOOD_FOR);
    }
}

impl Lifetime {
    pub(super) fn age(&self) -> Option<Duration> {
        (self.age > 0).then(|| Duration::from_secs(self.age.into()))
    }

    pub(super) fn millis(&self) -> Option<u32> {
        (self.age > 0).then(|| u32::from(self.age) * 1_000)
    }

    /// Forgets an age that something did not get to.
    pub(super) const fn forget(&mut self) {
        self.age = 0;
    }

    fn died(&mut self, span: Span, calm: bool) -> bool {
        (self.deaths, self.count) = match span.common(self.deaths) {
            Some(common) => (common, self.count.saturating_add(1)),
            None => (span, 1),
        };
        if span.from < self.age && self.age <= span.to.saturating_add(SLACK) {
            return true;
        }
        let usual = self.deaths.usual();
        let age = match self.count {
            ENOUGH.. => Some(usual.unwrap_or(self.deaths.from)),
            2 => usual,
            _ => usual.filter(|_| calm),
        };
        let age = age.filter(|&age| age >= LEAST);
        self.age = age.unwrap_or(self.age);
        age.is_some()
    }
}

impl Span {
    /// Of something that began then, and was last accepted, and found dead, then.
    pub(super) fn new(began: Instant, alive: Instant, dead: Instant) -> Self {
        Self {
            from: seconds(alive.since(began)),
            to: seconds(dead.since(began)).saturating_add(1),
        }
    }

    /// The usual age within it, if it is narrow enough to tell.
    fn usual(self) -> Option<u16> {
        let narrow = self.to.saturating_sub(self.from) <= NARROW;
        let within = |age: &u16| self.from < age.saturating_add(SLACK) && *age <= self.to;
        USUAL.into_iter().find(within).filter(|_| narrow)
    }

    fn common(self, other: Self) -> Option<Self> {
        let from = self.from.max(other.from);
        let to = self.to.min(other.to);
        (from < to).then_some(Self { from, to })
    }
}

fn seconds(millis: u32) -> u16 {
    u16::try_from(millis / 1_000).unwrap_or(u16::MAX)
}
