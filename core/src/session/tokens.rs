//! The tokens of a session, and how old they are.

use core::time::Duration;

use super::FMC_REFRESHES;
use crate::secret::{AccessToken, RefreshToken};
use crate::time::{Instant, millis};

pub(super) struct Tokens {
    pub(super) access: AccessToken,
    pub(super) refresh: Option<RefreshToken>,
    born: Instant,
    /// `None`: the box demands no renewal.
    life: Option<Duration>,
    refreshes: u8,
    /// The box has refused the access token.
    dead: bool,
    /// When the box last accepted it.
    proved: Option<Instant>,
}

impl Tokens {
    pub(super) const fn new(
        access: AccessToken,
        refresh: Option<RefreshToken>,
        born: Instant,
        life: Option<Duration>,
        refreshes: u8,
    ) -> Self {
        Self {
            access,
            refresh,
            born,
            life,
            refreshes,
            dead: false,
            proved: None,
        }
    }

    pub(super) fn left(&self, now: Instant) -> Option<Duration> {
        let life = self.life?;
        Some(if self.dead {
            Duration::ZERO
        } else {
            // As instants: subtracting durations keeps a panic branch.
            (self.born.after(life) - now).min(life)
        })
    }

    /// Whether the box would refuse the access token, as far as we know.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.dead || self.life.is_some_and(|life| self.born.after(life) <= now)
    }

    /// Whether a request that starts now should renew the session first: no
    /// more than `lead`, or a quarter of its life, is left.
    pub(super) fn is_due(&self, now: Instant, lead: Duration) -> bool {
        let due = |life| {
            let end = self.born.after(life);
            let left = end.as_millis().saturating_sub(now.as_millis());
            left <= millis(lead).min(millis(life) / 4)
        };
        self.dead || self.life.is_some_and(due)
    }

    pub(super) fn refreshes_left(&self) -> u8 {
        match self.refresh {
            Some(_) => FMC_REFRESHES.saturating_sub(self.refreshes),
            None => 0,
        }
    }

    pub(super) const fn refreshes(&self) -> u8 {
        self.refreshes
    }

    pub(super) const fn mark_dead(&mut self) {
        self.dead = true;
    }

    pub(super) const fn mark_proved(&mut self, now: Instant) {
        self.proved = Some(now);
    }

    /// The refresh token may have been used up: there is no second try.
    pub(super) fn drop_refresh(&mut self) {
        self.refresh = None;
    }

    pub(super) fn proved_within(&self, now: Instant, window: Duration) -> bool {
        self.proved.is_some_and(|at| now <= at.after(window))
    }
}
