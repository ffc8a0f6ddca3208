//! The tokens of a session, and how old they are.

use core::time::Duration;

use super::FMC_REFRESHES;
use crate::secret::{AccessToken, RefreshToken};
use crate::time::Instant;

pub(super) struct Tokens {
    pub(super) access: AccessToken,
    pub(super) refresh: Option<RefreshToken>,
    /// When the session was asked for.
    login: Instant,
    /// When the access token was asked for.
    born: Instant,
    /// When the box last accepted a token of the session.
    alive: Instant,
    /// `None`: the box demands no renewal.
    life: Option<Life>,
    refreshes: u8,
    /// The box has refused the access token.
    dead: bool,
    /// The box has refused it once, after it had accepted it.
    doubted: bool,
    /// The box has accepted it.
    proved: bool,
    /// It came from elsewhere, where the box may have accepted it.
    adopted: bool,
    /// A refresh was sent, and its reply was lost.
    refresh_lost: bool,
}

/// At which ages an access token is renewed, and refused, in milliseconds.
#[derive(Clone, Copy)]
pub(super) struct Life {
    due: u32,
    end: u32,
}

impl Life {
    /// A life of that length in milliseconds, whose token is due when it has `lead`, or a
    /// quarter of its life, left.
    pub(super) const fn new(end: u32, lead: u32) -> Self {
        let (early, least) = (end.saturating_sub(lead), end - end / 4);
        let due = if early > least { early } else { least };
        Self { due, end }
    }
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

impl Tokens {
    /// Tokens that were asked for then.
    pub(super) const fn new(
        access: AccessToken,
        refresh: Option<RefreshToken>,
        life: Option<Life>,
        born: Instant,
    ) -> Self {
        Self {
            access,
            refresh,
            login: born,
            born,
            alive: born,
            life,
            refreshes: 0,
            dead: false,
            doubted: false,
            proved: false,
            adopted: false,
            refresh_lost: false,
        }
    }

    /// Of a session that was opened then, and refreshed so often.
    pub(super) const fn refreshed(mut self, login: Instant, refreshes: u8) -> Self {
        self.login = login;
        self.refreshes = refreshes;
        self
    }

    pub(super) const fn adopted(mut self) -> Self {
        self.adopted = true;
        self
    }

    pub(super) const fn login(&self) -> Instant {
        self.login
    }

    pub(super) const fn born(&self) -> Instant {
        self.born
    }

    /// When the box last accepted a token of the session.
    pub(super) const fn alive(&self) -> Instant {
        self.alive
    }

    pub(super) const fn refreshes(&self) -> u8 {
        self.refreshes
    }

    pub(super) fn ages(&self, now: Instant) -> Ages {
        Ages {
            token: now - self.born,
            session: now - self.login,
            refreshes: self.refreshes,
        }
    }

    /// At most its whole life, even on a clock that went back.
    pub(super) fn left(&self, now: Instant) -> Option<Duration> {
        let age = self.age(now);
        let left = self.life?.end.saturating_sub(age);
        let left = if self.dead { 0 } else { left };
        Some(Duration::from_millis(left.into()))
    }

    fn age(&self, now: Instant) -> u32 {
        now.since(self.born)
    }

    /// Whether the box would refuse the access token, as far as we know.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.dead || self.life.is_some_and(|life| life.end <= self.age(now))
    }

    /// Whether the box ended the token before its time.
    pub(super) fn is_cut_short(&self, now: Instant) -> bool {
        self.dead && self.life.is_none_or(|life| self.age(now) < life.due)
    }

    /// Whether a request that starts now should renew the session first.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.dead || self.life.is_some_and(|life| life.due <= self.age(now))
    }

    pub(super) fn refreshes_left(&self) -> u8 {
        match self.refresh {
            Some(_) => FMC_REFRESHES.saturating_sub(self.refreshes),
            None => 0,
        }
    }

    pub(super) const fn mark_dead(&mut self) {
        self.dead = true;
        self.doubted = false;
    }

    pub(super) const fn is_dead(&self) -> bool {
        self.dead
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

    pub(super) const fn is_adopted(&self) -> bool {
        self.adopted
    }

    /// Whether the box has ever accepted the access token, as far as we know.
    pub(super) const fn is_proved(&self) -> bool {
        self.proved || self.adopted
    }

    pub(super) const fn mark_proved(&mut self, now: Instant) {
        self.proved = true;
        self.alive = now;
    }

    /// The refresh token may have been used up: there is no second try.
    pub(super) fn drop_refresh(&mut self) {
        self.refresh = None;
    }

    /// The same, and the box may have renewed the session for nobody.
    pub(super) fn lose_refresh(&mut self) {
        self.refresh_lost = true;
        self.drop_refresh();
    }

    /// Whether tokens of this session may be alive that nobody knows.
    pub(super) const fn is_refresh_lost(&self) -> bool {
        self.refresh_lost
    }

    pub(super) const fn proved_within(&self, now: Instant, window: u32) -> bool {
        self.proved && now.as_millis() <= self.alive.plus(window).as_millis()
    }
}
