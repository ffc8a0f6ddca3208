//! The tokens of a session, and how old they are.

use core::time::Duration;

use super::FMC_REFRESHES;
use crate::secret::{AccessToken, RefreshToken};
use crate::time::{Instant, millis};

pub(super) struct Tokens {
    pub(super) access: AccessToken,
    pub(super) refresh: Option<RefreshToken>,
    /// `None`: the box demands no renewal.
    life: Option<Life>,
    refreshes: u8,
    /// The box has refused the access token.
    dead: bool,
    /// The box has refused it once, after it had accepted it.
    doubted: bool,
    /// When the box last accepted it.
    proved: Option<Instant>,
}

/// From when on a token is renewed, and from when on the box refuses it.
#[derive(Clone, Copy)]
pub(super) struct Life {
    born: Instant,
    due: Instant,
    end: Instant,
}

impl Life {
    /// Of a token that was `born` then; it is due when it has `lead`, or a
    /// quarter of its life, left.
    pub(super) fn new(born: Instant, length: Duration, lead: Duration) -> Self {
        let end = born.after(length);
        let length = millis(length);
        let young = length.saturating_sub(millis(lead)).max(length - length / 4);
        let due = Instant::from_millis(born.as_millis().saturating_add(young));
        Self { born, due, end }
    }
}

impl Tokens {
    pub(super) const fn new(
        access: AccessToken,
        refresh: Option<RefreshToken>,
        life: Option<Life>,
        refreshes: u8,
    ) -> Self {
        Self {
            access,
            refresh,
            life,
            refreshes,
            dead: false,
            doubted: false,
            proved: None,
        }
    }

    /// At most its whole life, even on a clock that went back.
    pub(super) fn left(&self, now: Instant) -> Option<Duration> {
        let life = self.life?;
        Some(if self.dead {
            Duration::ZERO
        } else {
            life.end - now.max(life.born)
        })
    }

    /// Whether the box would refuse the access token, as far as we know.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.dead || self.life.is_some_and(|life| life.end <= now)
    }

    /// Whether the box ended the token before its time.
    pub(super) fn is_cut_short(&self, now: Instant) -> bool {
        self.dead && self.life.is_some_and(|life| now < life.due)
    }

    /// Whether a request that starts now should renew the session first.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.dead || self.life.is_some_and(|life| life.due <= now)
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
        self.doubted = false;
    }

    pub(super) const fn mark_doubted(&mut self) {
        self.doubted = !self.dead;
    }

    pub(super) const fn clear_doubt(&mut self) {
        self.doubted = false;
    }

    pub(super) const fn is_doubted(&self) -> bool {
        self.doubted
    }

    /// Whether the box has ever accepted it.
    pub(super) const fn is_proved(&self) -> bool {
        self.proved.is_some()
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
