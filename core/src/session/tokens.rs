//! The tokens of a session, and how old they are.

use core::time::Duration;

use super::FMC_REFRESHES;
use crate::secret::{AccessToken, RefreshToken};
use crate::time::{Instant, millis};

pub(super) struct Tokens {
    pub(super) access: AccessToken,
    pub(super) refresh: Option<RefreshToken>,
    /// When the access token was asked for.
    born: Instant,
    /// When the login was.
    opened: Instant,
    /// `None`: the box demands no renewal.
    life: Option<Life>,
    refreshes: u8,
    /// The box has refused the access token.
    dead: bool,
    /// The box has refused it once, after it had accepted it.
    doubted: bool,
    /// Whether it came from elsewhere, where the box may have accepted it.
    adopted: bool,
    /// When the box last accepted it.
    proved: Option<Instant>,
}

/// How old a session is: what has to be kept beside its tokens to
/// [adopt](super::Session::adopt) it elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Ages {
    /// Since the access token was asked for. Where that is unknown,
    /// [`Duration::MAX`]: it is renewed before it is used.
    pub token: Duration,
    /// Since the login.
    pub session: Duration,
    /// Refreshes since the login.
    pub refreshes: u8,
}

/// From when on a token is renewed, and from when on the box refuses it.
#[derive(Clone, Copy)]
pub(super) struct Life {
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
        Self { due, end }
    }
}

impl Tokens {
    /// Tokens that the box gave at `born`; a new login, until
    /// [`renewed`](Self::renewed) says otherwise.
    pub(super) const fn new(
        access: AccessToken,
        refresh: Option<RefreshToken>,
        born: Instant,
        life: Option<Life>,
    ) -> Self {
        Self {
            access,
            refresh,
            born,
            opened: born,
            life,
            refreshes: 0,
            dead: false,
            doubted: false,
            adopted: false,
            proved: None,
        }
    }

    /// The same, of a session that was opened then and refreshed so often.
    pub(super) const fn renewed(mut self, opened: Instant, refreshes: u8) -> Self {
        self.opened = opened;
        self.refreshes = refreshes;
        self
    }

    pub(super) const fn adopted(mut self) -> Self {
        self.adopted = true;
        self
    }

    pub(super) const fn opened(&self) -> Instant {
        self.opened
    }

    pub(super) fn ages(&self, now: Instant) -> Ages {
        Ages {
            token: now - self.born,
            session: now - self.opened,
            refreshes: self.refreshes,
        }
    }

    /// At most its whole life, even on a clock that went back.
    pub(super) fn left(&self, now: Instant) -> Option<Duration> {
        let life = self.life?;
        Some(if self.dead {
            Duration::ZERO
        } else {
            life.end - now.max(self.born)
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

    /// Whether the box has ever accepted it, as far as we know.
    pub(super) const fn is_proved(&self) -> bool {
        self.proved.is_some() || self.adopted
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
