//! One session on one box, shared by all its connections.
//!
//! A caller asks to be admitted ([`Session::admit`]), does what the answer says
//! with an [`exchange`](crate::exchange), and settles what came of it. The
//! session decides when to log in, refresh, log out, send again or stop; it
//! holds tokens, but no password and no bytes of a message, and is told the
//! time.
//!
//! What lives elsewhere: how requests look ([`crate::exchange`]), when to check
//! what ([`crate::check`]).

mod admit;
mod displaced;
mod elect;
mod end;
mod learned;
mod overload;
mod pace;
mod permit;
mod rules;
mod settle;
mod settle_auth;
mod slots;
mod stats;
mod tokens;

#[cfg(test)]
mod tests;

use core::time::Duration;

use crate::error::{ConfigError, Error};
use crate::health::SessionFacts;
use crate::origin::{Origin, OriginTag};
use crate::product::Product;
use crate::secret::{AccessToken, RefreshToken};
use crate::text::Text;
use crate::time::Instant;

pub use admit::{Admit, Class, Stop, Ticket, Wait};
pub use end::Memory;
pub use pace::{FMC_RATE, FMC_RATE_7_4_1};
pub use permit::{AuthKind, AuthPermit, Permit};
pub use rules::Rules;
pub use settle::Next;
pub use settle_auth::{AuthNext, Came};
pub use slots::REQUESTS_MAX;
pub use stats::Stats;
pub use tokens::Ages;

use displaced::Displaced;
use learned::Learned;
use pace::Pace;
use permit::Flight;
use rules::Kept;
use slots::Slots;
use tokens::{Life, Tokens};

/// Life of an FMC access token, counted from the request that brought it (FMC
/// REST quick start, Authentication from a REST API Client).
pub const FMC_TOKEN_LIFE: Duration = Duration::from_secs(30 * 60);

/// How often one FMC login can be refreshed (same source).
pub const FMC_REFRESHES: u8 = 3;

/// How long a session of `product` can stay open that nobody uses any more.
///
/// On an FMC its token dies. A chassis ends it when it was idle: after ten
/// minutes by default, an hour at most unless that is switched off (FXOS CLI
/// configuration guide, session timeouts).
#[must_use]
pub const fn unattended_life(product: Product) -> Duration {
    match product {
        Product::CdFmc | Product::Fmc => FMC_TOKEN_LIFE,
        Product::Fxos => Duration::from_secs(60 * 60),
    }
}

/// The Global domain, which has this UUID on every FMC; a cloud-delivered FMC
/// has no other.
pub const GLOBAL_DOMAIN: &str = "e276abec-e0f2-11e3-8169-6d9ed49b625f";

/// A chassis ends a session that was idle for so long (FXOS, default of the
/// session timeout).
pub const FXOS_IDLE: Duration = Duration::from_secs(10 * 60);

/// A token session: its tokens, their age, and who is renewing them.
pub struct Session {
    origin: OriginTag,
    product: Product,
    id: u32,
    rules: Kept,
    tokens: Option<Tokens>,
    domain: Text<36>,
    flight: Option<Flight>,
    /// The last flight that failed, and how: those who waited for it share it.
    failed: Option<(u32, Error)>,
    stopped: Option<Stop>,
    /// Logins that this box has refused since it accepted one, or since the
    /// latch was reset for the so-manieth time.
    refused: u8,
    latch_resets: u8,
    /// The last login that was due was not let through by the latch.
    held_back: bool,
    slots: Slots,
    pace: Pace,
    learned: Learned,
    displaced: Displaced,
    /// The box asked for patience until then.
    busy_until: Instant,
    busy_status: u16,
    auth_waits: u8,
    random: u32,
    generation: u32,
    epoch: u32,
    stats: Stats,
}

/// What a microcontroller has to keep per box.
#[cfg(target_pointer_width = "32")]
const _: () = assert!(size_of::<Session>() <= 576);

impl Session {
    /// A session on the box at `origin`, not logged in. `id` tells it from the
    /// caller's other sessions: a permit of one is refused by another. It also
    /// seeds the jitter of waits.
    #[must_use]
    pub fn new(origin: &Origin<'_>, id: u32, rules: Rules) -> Self {
        let domain = match origin.product() {
            Product::CdFmc => Text::from(GLOBAL_DOMAIN),
            Product::Fmc | Product::Fxos => Text::new(),
        };
        let rate = match origin.product() {
            Product::CdFmc | Product::Fmc => rules.rate,
            Product::Fxos => 0,
        };
        Self {
            origin: origin.tag(),
            product: origin.product(),
            id,
            rules: Kept::new(&rules),
            tokens: None,
            domain,
            flight: None,
            failed: None,
            stopped: None,
            refused: 0,
            latch_resets: 0,
            held_back: false,
            slots: Slots::default(),
            pace: Pace::new(rate),
            learned: Learned::default(),
            displaced: Displaced::default(),
            busy_until: Instant::default(),
            busy_status: 0,
            auth_waits: 0,
            random: id,
            generation: 0,
            epoch: 0,
            stats: Stats::default(),
        }
    }

    /// Takes over tokens that were obtained elsewhere, that long ago. Without its
    /// refresh token, an FMC session counts as one whose last refresh was lost.
    pub fn adopt(
        &mut self,
        now: Instant,
        ages: Ages,
        access: AccessToken,
        refresh: Option<RefreshToken>,
    ) {
        let life = (self.product == Product::Fmc).then(|| self.life());
        let born = now.before(ages.token);
        let login = born.min(now.before(ages.session));
        let complete = refresh.is_some() || self.product != Product::Fmc;
        let mut tokens = Tokens::new(access, refresh, life, born)
            .refreshed(login, ages.refreshes)
            .adopted();
        if !complete {
            tokens.lose_refresh();
        }
        if now - Instant::default() < ages.token {
            // Older than the clock can tell.
            tokens.mark_dead();
        }
        self.tokens = Some(tokens);
        self.generation = self.generation.wrapping_add(1);
        self.stopped = None;
        self.wake();
    }

    /// How old the session is, for whoever keeps its tokens.
    #[must_use]
    pub fn ages(&self, now: Instant) -> Option<Ages> {
        Some(self.tokens.as_ref()?.ages(now))
    }

    /// Lets go of the tokens without a logout, for a caller that has taken them
    /// elsewhere. Nothing is admitted any more.
    pub fn hand_over(&mut self) {
        if self.tokens.take().is_some() {
            Stats::count(&mut self.stats.handed_over);
        }
        self.stopped = Some(Stop::LoggedOut);
        self.generation = self.generation.wrapping_add(1);
        self.wake();
    }

    /// Makes the domain `uuid` the one that `{domainUUID}` in a path stands for.
    ///
    /// # Errors
    /// [`ConfigError::DomainMissing`] if it is no UUID: only a login lists names.
    pub fn use_domain(&mut self, uuid: &str) -> Result<(), ConfigError> {
        let fits = |(place, byte): (usize, u8)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        };
        if uuid.len() != 36 || !uuid.bytes().enumerate().all(fits) {
            return Err(ConfigError::DomainMissing);
        }
        self.domain = Text::from(uuid);
        Ok(())
    }

    /// Takes note of the box's version, such as `7.4.1 (build 172)`: an FMC of
    /// 7.4.1 or later takes more requests a minute.
    pub fn saw_version(&mut self, version: &str) {
        let mut parts = version
            .split(|c: char| !c.is_ascii_digit())
            .map(|part| part.parse::<u16>().unwrap_or(0));
        let mut part = || parts.next().unwrap_or(0);
        if (part(), part(), part()) >= (7, 4, 1) {
            self.pace.raise(FMC_RATE_7_4_1);
        }
    }

    /// Lets a session that was logged out log in again. Refusals are not
    /// forgotten.
    pub fn reopen(&mut self) {
        self.stopped.take_if(|stop| *stop == Stop::LoggedOut);
        self.failed = None;
        self.wake();
    }

    /// When [`handle_timeout`](Self::handle_timeout) has something to do.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let flight = self.flight.as_ref().map(Flight::lease_end);
        flight.into_iter().chain(self.slots.timeout()).min()
    }

    /// Moves whenever waiters should ask again.
    #[must_use]
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The product that the session is on.
    #[must_use]
    pub const fn product(&self) -> Product {
        self.product
    }

    /// The UUID of the session's domain, once it is known. FMC only.
    #[must_use]
    pub fn domain(&self) -> Option<&str> {
        self.domain.as_str().filter(|uuid| !uuid.is_empty())
    }

    /// Whether there are tokens that the box should still know.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.tokens.is_some()
    }

    /// Whether the tokens are of no more use: the box refuses the access token,
    /// as far as we know, and it can not be refreshed. Also if there are none.
    #[must_use]
    pub fn is_spent(&self, now: Instant) -> bool {
        let spent = |tokens: &Tokens| tokens.is_over(now) && tokens.refreshes_left() == 0;
        self.tokens.as_ref().is_none_or(spent)
    }

    /// Whether a login, refresh or logout is under way.
    #[must_use]
    pub const fn is_authenticating(&self) -> bool {
        self.flight.is_some()
    }

    /// Whether tokens came in after the caller had logged out.
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        self.is_open() && self.stopped == Some(Stop::LoggedOut)
    }

    /// Why nothing is admitted any more, if so.
    #[must_use]
    pub const fn stopped(&self) -> Option<Stop> {
        self.stopped
    }

    /// How long the access token has left by the session's reckoning.
    #[must_use]
    pub fn token_left(&self, now: Instant) -> Option<Duration> {
        self.tokens.as_ref()?.left(now)
    }

    /// How often the session can still be refreshed.
    #[must_use]
    pub fn refreshes_left(&self) -> u8 {
        self.tokens.as_ref().map_or(0, Tokens::refreshes_left)
    }

    /// The tokens, for the one output that is meant to show them.
    #[must_use]
    pub fn tokens(&self) -> Option<(&AccessToken, Option<&RefreshToken>)> {
        self.tokens
            .as_ref()
            .map(|tokens| (&tokens.access, tokens.refresh.as_ref()))
    }

    /// What a report says about the session.
    #[must_use]
    pub fn facts(&self, now: Instant) -> SessionFacts {
        let renewable = self.product == Product::Fmc && self.tokens.is_some();
        SessionFacts {
            logins: self.stats.logins,
            refused: self.stats.refused_logins,
            refreshes: self.stats.refreshes,
            refreshes_left: renewable.then(|| self.refreshes_left()),
            token_left: self.token_left(now),
            displaced: self.stats.displaced,
            stays_away: self.stays_away(now),
            token_age: self.learned.token.age(),
            session_age: self.learned.session.age(),
            locked_out: self.refused > 0
                || self.held_back
                || matches!(self.stopped, Some(Stop::Refused(Error::Peer(_)))),
        }
    }

    /// What the session has done so far.
    #[must_use]
    pub const fn stats(&self) -> Stats {
        self.stats
    }

    /// The access token, for a permit of this session on its own box.
    pub(crate) fn lend_access(
        &self,
        origin: OriginTag,
        permit: &Permit,
    ) -> Result<Option<&AccessToken>, ConfigError> {
        if origin != self.origin {
            Err(ConfigError::OtherOrigin)
        } else if permit.session != self.id || permit.generation != self.generation {
            Err(ConfigError::StalePermit)
        } else if self.flight.as_ref().is_some_and(Flight::logs_out) {
            // It was let go before, and comes too late: nothing follows a logout.
            Err(ConfigError::StalePermit)
        } else {
            Ok(self.tokens.as_ref().map(|tokens| &tokens.access))
        }
    }

    /// Both tokens, for the elected renewer on the session's own box.
    pub(crate) fn lend_tokens(
        &self,
        origin: OriginTag,
        permit: &AuthPermit,
    ) -> Result<Option<(&AccessToken, Option<&RefreshToken>)>, ConfigError> {
        let flight = self.flight.as_ref();
        let is_current = flight.is_some_and(|flight| flight.is_of(self.id, permit));
        // Closed since: only a logout may still leave.
        let is_over = self.stopped.is_some() && permit.kind != AuthKind::Logout;
        if origin != self.origin {
            Err(ConfigError::OtherOrigin)
        } else if !is_current || is_over {
            Err(ConfigError::StalePermit)
        } else {
            Ok(self.tokens())
        }
    }

    /// Life of the next FMC access token.
    fn life(&self) -> Life {
        let length = self.rules.token_life;
        let learned = self.learned.token.millis();
        Life::new(
            learned.map_or(length, |age| age.min(length)),
            self.rules.lead,
        )
    }

    fn wake(&mut self) {
        self.epoch = self.epoch.wrapping_add(1);
    }
}
