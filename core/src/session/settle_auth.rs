//! What came of a login, a refresh or a logout, and what that means for the
//! session and for the credential.

use super::overload;
use super::settle::STALE;
use super::tokens::{Ages, Life, Tokens};
use super::{AuthKind, AuthPermit, Class, Session, Stats, Stop};
use crate::error::{Error, PeerError, TransportError};
use crate::exchange::{AuthOutcome, Domain, Grant, Response};
use crate::latch::Latch;
use crate::product::Product;
use crate::secret::{AccessToken, RefreshToken};
use crate::time::Instant;

/// What the elected caller does after a login, refresh or logout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum AuthNext {
    /// Ask to be admitted again.
    Continue,
    /// The session is logged out.
    Closed,
    /// It failed, for this caller and for those who waited for it.
    Fail(Error),
}

impl Session {
    /// Settles a login, refresh or logout. `latch` is that of the credential.
    pub fn settle_auth(
        &mut self,
        now: Instant,
        permit: AuthPermit,
        outcome: AuthOutcome,
        latch: &mut Latch,
    ) -> AuthNext {
        let outcome = outcome.seen_from(self.origin);
        let flight = self.flight.take_if(|flight| flight.is_of(self.id, &permit));
        // One that did not go out, and whose lease had run out, says nothing about
        // the login that the latch waits for now.
        let unsent = matches!(outcome, AuthOutcome::Lost(lost) if !lost.may_have_reached);
        if permit.kind == AuthKind::Login && (flight.is_some() || !unsent) {
            tell(latch, now, self.product, &outcome);
            self.heed_reset(latch);
        }
        let Some(flight) = flight else {
            return self.settle_late(permit.kind, &outcome);
        };
        self.wake();
        if matches!(outcome, AuthOutcome::Lost(lost) if lost.error == STALE) {
            // Stopped before it left: whoever asks again is told why.
            return AuthNext::Continue;
        }
        if let Some(until) = self.auth_is_put_off(now, &outcome) {
            self.busy_until = self.busy_until.max(until);
            self.pace.slow_down(now);
            if self.busy_until <= permit.latest {
                return AuthNext::Continue;
            }
        }
        self.auth_waits = 0;
        let next = match permit.kind {
            AuthKind::Login => self.settle_login(now, permit.elected, outcome),
            AuthKind::Logout => self.settle_logout(&outcome, flight.closing),
            AuthKind::Refresh => self.settle_refresh(now, permit.elected, outcome),
        };
        if let AuthNext::Fail(error) = next {
            self.failed = Some((flight.number, error));
        }
        next
    }

    /// Until when a login, refresh or logout has to wait, if the box is too busy
    /// for it. Nothing has been used up then: it is done again later.
    fn auth_is_put_off(&mut self, now: Instant, outcome: &AuthOutcome) -> Option<Instant> {
        let AuthOutcome::Response(response) = outcome else {
            return None;
        };
        let patient = self.rules.patience > 0 && !response.is_success();
        overload::busy(self.product, Class::Read, response).filter(|_| patient)?;
        let random = overload::next_random(&mut self.random);
        let wait = overload::wait(response, self.auth_waits, random);
        self.auth_waits = self.auth_waits.saturating_add(1);
        self.busy_status = response.status;
        Some(now.plus(wait))
    }

    /// The lease had run out and the flight was counted as lost. A login that
    /// comes in all the same is one more session that nobody will close.
    fn settle_late(&mut self, kind: AuthKind, outcome: &AuthOutcome) -> AuthNext {
        let opened = match outcome {
            AuthOutcome::Granted(_) => true,
            AuthOutcome::Response(_) => false,
            AuthOutcome::Lost(lost) => lost.may_have_reached,
        };
        if kind == AuthKind::Login && !opened {
            self.stats.orphans = self.stats.orphans.saturating_sub(1);
        }
        AuthNext::Fail(TransportError::Dropped.into())
    }

    fn settle_login(&mut self, now: Instant, sent: Instant, outcome: AuthOutcome) -> AuthNext {
        match outcome {
            AuthOutcome::Granted(grant) => {
                Stats::count(&mut self.stats.logins);
                self.refused = 0;
                self.learned.expire(now);
                self.accept(sent, grant, sent, 0)
            }
            AuthOutcome::Response(response) => {
                let error = login_error(self.product, &response);
                if is_refusal(error) {
                    Stats::count(&mut self.stats.refused_logins);
                    self.refused = self.refused.saturating_add(1);
                }
                AuthNext::Fail(error.into())
            }
            AuthOutcome::Lost(lost) => {
                if lost.may_have_reached {
                    Stats::count(&mut self.stats.orphans);
                }
                AuthNext::Fail(lost.error)
            }
        }
    }

    fn settle_refresh(&mut self, now: Instant, sent: Instant, outcome: AuthOutcome) -> AuthNext {
        let Some(tokens) = self.tokens.as_mut() else {
            return AuthNext::Continue;
        };
        match outcome {
            AuthOutcome::Granted(grant) => {
                let (login, refreshes) = (tokens.login(), tokens.refreshes());
                Stats::count(&mut self.stats.refreshes);
                self.learn_token_age(now);
                self.accept(sent, grant, login, refreshes.saturating_add(1))
            }
            AuthOutcome::Response(response) if response.status == 401 => {
                // The box has ended the session: a login comes next.
                Stats::count(&mut self.stats.refused_refreshes);
                tokens.mark_dead();
                self.bury(now);
                AuthNext::Continue
            }
            AuthOutcome::Response(response) if response.is_success() || tokens.is_over(now) => {
                // No tokens came, or it can not be refreshed, for whatever reason.
                Stats::count(&mut self.stats.refused_refreshes);
                tokens.drop_refresh();
                AuthNext::Continue
            }
            AuthOutcome::Response(response) => AuthNext::Fail(unexpected(&response).into()),
            AuthOutcome::Lost(lost) if lost.may_have_reached => {
                // It counts as used. The old access token is tried once more,
                // then comes a login.
                tokens.lose_refresh();
                if tokens.is_over(now) {
                    AuthNext::Continue
                } else {
                    AuthNext::Fail(lost.error)
                }
            }
            AuthOutcome::Lost(lost) => AuthNext::Fail(lost.error),
        }
    }

    /// Done, or already gone (FMC 401, FXOS 555), or given up.
    fn settle_logout(&mut self, outcome: &AuthOutcome, closing: bool) -> AuthNext {
        let known = !self.tokens.as_ref().is_some_and(Tokens::is_refresh_lost);
        let counter = match outcome {
            AuthOutcome::Response(response) if response.is_success() => &mut self.stats.logouts,
            AuthOutcome::Response(response) if is_gone(response) && known => &mut self.stats.ended,
            _ => &mut self.stats.orphans,
        };
        // Handed over meanwhile, they are counted already.
        if self.tokens.take().is_some() {
            Stats::count(counter);
        }
        self.generation = self.generation.wrapping_add(1);
        match (outcome, closing) {
            (_, false) => AuthNext::Continue,
            (AuthOutcome::Lost(lost), true) => AuthNext::Fail(lost.error),
            (AuthOutcome::Response(response), true)
                if !response.is_success() && !is_gone(response) =>
            {
                AuthNext::Fail(unexpected(response).into())
            }
            (_, true) => AuthNext::Closed,
        }
    }

    /// Takes in tokens that were asked for then, of a session that was opened at
    /// `login` and refreshed so often.
    fn accept(&mut self, sent: Instant, grant: Grant, login: Instant, refreshes: u8) -> AuthNext {
        let life = match self.product {
            Product::CdFmc | Product::Fmc => Some(self.life()),
            Product::Fxos => grant
                .refresh_period
                .filter(|&s| s > 0)
                // The box takes no less than a minute; a shorter one would be over
                // before the first request.
                .map(|s| Life::new(s.max(60).saturating_mul(1_000), self.rules.lead)),
        };
        let tokens = Tokens::new(grant.access, grant.refresh, life, sent);
        self.tokens = Some(tokens.refreshed(login, refreshes));
        self.generation = self.generation.wrapping_add(1);
        match grant.domain {
            Domain::Unknown => {}
            // A refresh names the user's own domain; the choice made at login stands.
            Domain::Uuid(_) if refreshes > 0 && !self.domain.is_empty() => {}
            Domain::Uuid(uuid) => self.domain = uuid,
            Domain::Failed(error) => {
                self.stopped = Some(Stop::Refused(error.into()));
                return AuthNext::Fail(error.into());
            }
        }
        AuthNext::Continue
    }

    /// Settles a login or refresh that was not needed: another process of the
    /// caller's had renewed the session, that long ago. Nothing was sent.
    pub fn settle_adopted(
        &mut self,
        now: Instant,
        permit: AuthPermit,
        ages: Ages,
        access: AccessToken,
        refresh: Option<RefreshToken>,
        latch: &mut Latch,
    ) -> AuthNext {
        if permit.kind == AuthKind::Login {
            latch.undecided();
        }
        let flight = self.flight.take_if(|flight| flight.is_of(self.id, &permit));
        if flight.is_none() {
            return AuthNext::Fail(TransportError::Dropped.into());
        }
        // Closed in the meantime: the session is its other holders'.
        if let Some(stop) = self.stopped {
            self.wake();
            return stop.error().map_or(AuthNext::Closed, AuthNext::Fail);
        }
        self.adopt(now, ages, access, refresh);
        AuthNext::Continue
    }

    /// Gives up flights and requests whose lease has run out.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.slots.handle_timeout(now) {
            self.wake();
        }
        let Some(flight) = self.flight.take_if(|flight| flight.lease_end <= now) else {
            return;
        };
        self.wake();
        if flight.probe {
            return;
        }
        match flight.kind {
            AuthKind::Login => Stats::count(&mut self.stats.orphans),
            AuthKind::Logout => {
                if self.tokens.take().is_some() {
                    Stats::count(&mut self.stats.orphans);
                }
            }
            AuthKind::Refresh => {
                if let Some(tokens) = self.tokens.as_mut() {
                    tokens.lose_refresh();
                }
            }
        }
        self.generation = self.generation.wrapping_add(1);
        self.failed = Some((flight.number, TransportError::Dropped.into()));
    }
}

/// What a login, refresh or logout came to, for whoever keeps records of
/// sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Came {
    /// Tokens came; or the session is gone, as it should be.
    Done,
    /// The box refused the credential, or the tokens.
    Refused,
    /// The box was not asked, or said no for another reason.
    Nothing,
    /// It may have taken effect, and nobody knows.
    Unknown,
}

impl AuthOutcome {
    /// What a login, refresh or logout on `product` came to.
    #[must_use]
    pub fn came(&self, product: Product, kind: AuthKind) -> Came {
        match (kind, self) {
            (_, Self::Granted(_)) => Came::Done,
            (_, Self::Lost(lost)) if lost.may_have_reached => Came::Unknown,
            (_, Self::Lost(_)) => Came::Nothing,
            (AuthKind::Logout, Self::Response(response)) => {
                if response.is_success() || is_gone(response) {
                    Came::Done
                } else {
                    Came::Nothing
                }
            }
            (AuthKind::Login, Self::Response(response)) => {
                if is_refusal(login_error(product, response)) {
                    Came::Refused
                } else {
                    Came::Nothing
                }
            }
            (AuthKind::Refresh, Self::Response(response)) => {
                if response.status == 401 || response.is_success() {
                    Came::Refused
                } else {
                    Came::Nothing
                }
            }
        }
    }
}

/// Tells the latch what came of a login.
fn tell(latch: &mut Latch, now: Instant, product: Product, outcome: &AuthOutcome) {
    match outcome {
        AuthOutcome::Granted(_) => latch.accepted(now),
        AuthOutcome::Response(response) if is_refusal(login_error(product, response)) => {
            latch.refused(now);
        }
        AuthOutcome::Lost(lost) if !lost.may_have_reached => latch.undecided(),
        AuthOutcome::Response(_) | AuthOutcome::Lost(_) => latch.unanswered(),
    }
}

/// Success without tokens counts too: whatever it is, trying again at once does
/// not help.
const fn is_refusal(error: PeerError) -> bool {
    matches!(error, PeerError::LoginRefused | PeerError::NoTokens)
}

/// What a login that brought no tokens means.
fn login_error(product: Product, response: &Response) -> PeerError {
    let refused = match product {
        Product::CdFmc | Product::Fmc => response.status == 401,
        Product::Fxos => response.status == 400 && response.error.code == Some(551),
    };
    if refused {
        PeerError::LoginRefused
    } else if response.is_success() && !response.html {
        PeerError::NoTokens
    } else {
        unexpected(response)
    }
}

fn is_gone(response: &Response) -> bool {
    response.status == 401
        || response.status == 555
        || (response.status == 400 && matches!(response.error.code, Some(552 | 555)))
}

const fn unexpected(response: &Response) -> PeerError {
    if response.is_redirect() {
        PeerError::Redirect(response.status)
    } else if response.html {
        PeerError::WebPage(response.status)
    } else {
        PeerError::AuthStatus(response.status)
    }
}
