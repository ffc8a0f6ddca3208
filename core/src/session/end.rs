//! How sessions end without us, what is learned from it, and what of that
//! outlives the program.

use core::time::Duration;

use super::learned::Span;
use super::overload::next_random;
use super::{FXOS_IDLE, Session, Stats, displaced, learned};
use crate::product::Product;
use crate::time::{Instant, short};

/// What a session has learned about its box and account, for its next life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// The age at which the box ends access tokens, if it is not the documented
    /// one.
    pub token_age: Option<Duration>,
    /// The age at which the box ends sessions, refreshed or not: its browser
    /// session timeout.
    pub session_age: Option<Duration>,
    /// How often in a row another login of the same user has ended the session.
    pub displaced: u8,
    /// For how long no login goes out because of that.
    pub stays_away: Duration,
}

impl Memory {
    /// What of it still holds when it has been kept for so long.
    #[must_use]
    pub fn later(self, by: Duration) -> Self {
        let learned = |age: Option<Duration>| age.filter(|_| short(by) < learned::GOOD_FOR);
        let recent = short(by.saturating_sub(self.stays_away)) < displaced::WINDOW;
        Self {
            token_age: learned(self.token_age),
            session_age: learned(self.session_age),
            displaced: if recent { self.displaced } else { 0 },
            stays_away: self.stays_away.saturating_sub(by),
        }
    }
}

impl Session {
    /// What the session would have to learn again.
    #[must_use]
    pub fn memory(&self, now: Instant) -> Memory {
        let recent = self.displaced.is_recent(now);
        Memory {
            token_age: self.learned.token.age(),
            session_age: self.learned.session.age(),
            displaced: if recent { self.displaced.times } else { 0 },
            stays_away: self.displaced.until - now,
        }
    }

    /// Begins with what an earlier session on the same box and account has
    /// learned.
    pub fn remember(&mut self, now: Instant, memory: Memory) {
        self.learned
            .restore(now, memory.token_age, memory.session_age);
        self.displaced.times = memory.displaced;
        self.displaced.until = now.after(memory.stays_away);
    }

    /// Whether a session that is used once in each `interval` is better kept
    /// open in between than closed: it would not be idle for half of what the
    /// box allows.
    #[must_use]
    pub fn keeps(&self, interval: Duration) -> bool {
        let idle = match self.product {
            Product::CdFmc => return true,
            Product::Fmc => self.rules.token_life,
            Product::Fxos => short(FXOS_IDLE),
        };
        let learned = [self.learned.token.millis(), self.learned.session.millis()];
        let idle = learned.into_iter().flatten().fold(idle, u32::min);
        short(interval) < idle / 2
    }

    /// For how long no login goes out, as another one of the same user has ended
    /// the session.
    pub(super) fn stays_away(&self, now: Instant) -> Option<Duration> {
        Some(self.displaced.until - now).filter(|wait| !wait.is_zero())
    }

    /// Whether the session will soon be older than the box lets sessions get.
    pub(super) fn is_too_old(&self, now: Instant) -> bool {
        let age = self.tokens.as_ref().map(|tokens| now.since(tokens.login()));
        let learned = self.learned.session.millis();
        age.zip(learned).is_some_and(|(age, end)| {
            let lead = self.rules.lead.min(end / 4);
            age >= end.saturating_sub(lead)
        })
    }

    /// Lets go of tokens that neither open nor renew anything.
    pub(super) fn bury_if_over(&mut self, now: Instant) {
        let over = |tokens: &super::Tokens| tokens.is_over(now) && tokens.refreshes_left() == 0;
        if self.product != Product::CdFmc && self.tokens.as_ref().is_some_and(over) {
            self.bury(now);
        }
    }

    /// The session is over: counts it, and finds out what ended it.
    pub(super) fn bury(&mut self, now: Instant) {
        let Some(tokens) = self.tokens.take() else {
            return;
        };
        self.generation = self.generation.wrapping_add(1);
        Stats::count(match tokens.is_refresh_lost() {
            true => &mut self.stats.orphans,
            false => &mut self.stats.ended,
        });
        // A refresh whose reply was lost may have ended the old token: that says
        // nothing of the box.
        if !tokens.is_dead() || tokens.is_refresh_lost() {
            return;
        }
        let of_age = match self.product {
            Product::CdFmc | Product::Fmc => {
                let calm = !self.displaced.is_recent(now);
                let span = Span::new(tokens.login(), tokens.alive(), now);
                self.learned.session_died(now, span, calm)
            }
            // Of an adopted one, nobody knows the `refreshPeriod`.
            Product::Fxos => {
                tokens.is_adopted() || now.since(tokens.alive()) >= short(FXOS_IDLE) / 2
            }
        };
        if tokens.is_cut_short(now) && !of_age {
            self.displaced(now);
        }
    }

    fn displaced(&mut self, now: Instant) {
        Stats::count(&mut self.stats.displaced);
        self.learned.session.forget();
        let random = next_random(&mut self.random);
        // A chassis forgets a token now and then: the first new login is free.
        let free = u8::from(self.product == Product::Fxos);
        let interval = self.rules.interval;
        self.displaced.again(now, interval, free, random);
    }

    /// The box has ended an access token, but not the session.
    pub(super) fn learn_token_age(&mut self, now: Instant) {
        let dead = |tokens: &&super::Tokens| tokens.is_cut_short(now) && tokens.is_proved();
        if let Some(tokens) = self.tokens.as_ref().filter(dead) {
            let span = Span::new(tokens.born(), tokens.alive(), now);
            self.learned.token_died(now, span);
        }
    }
}
