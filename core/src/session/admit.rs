//! May this request go now, and if not, what comes first?

use core::fmt;

use super::slots::Slot;
use super::{AuthKind, AuthPermit, Permit, Session};
use crate::error::{Error, PeerError, ResourceError};
use crate::latch::Latch;
use crate::product::Product;
use crate::time::Instant;

/// A streamed request goes only on a token that the box accepted this recently,
/// in milliseconds: it can not be sent again.
const STREAM_PROOF: u32 = 60_000;

/// A streamed request holds off renewals for so many milliseconds at most.
const STREAM_LEASE: u32 = 2 * 60 * 60 * 1_000;

/// What kind of request asks to be admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Class {
    /// Ends the session. Nothing is admitted after it.
    Logout,
    /// Reads only; may be sent again.
    Read,
    /// Writes a body that can be read once only; never sent again.
    Stream,
    /// Changes something; sent again only if it can not have arrived.
    Write,
}

impl Class {
    /// Whether an FMC would refuse another of the kind beside it.
    pub(super) const fn writes(self) -> bool {
        matches!(self, Self::Stream | Self::Write)
    }
}

/// One request on its way through the session: made once per request, shown at
/// every [`admit`](Session::admit) and [`settle`](Session::settle) of it.
#[derive(Debug)]
pub struct Ticket {
    pub(super) class: Class,
    pub(super) waited_for: Option<u32>,
    pub(super) refusals: u8,
    pub(super) overtaken: u8,
    pub(super) resent: bool,
    pub(super) waits: u8,
    pub(super) logouts: u8,
    pub(super) since: Option<Instant>,
    end: Instant,
}

impl Ticket {
    /// A ticket for one request.
    #[must_use]
    pub const fn new(class: Class) -> Self {
        Self {
            class,
            waited_for: None,
            refusals: 0,
            overtaken: 0,
            resent: false,
            waits: 0,
            logouts: 0,
            since: None,
            end: Instant::MAX,
        }
    }

    /// The same for a request that waits for nothing past `end`, whatever
    /// patience there is: it belongs to something that must be done by then.
    #[must_use]
    pub const fn until(mut self, end: Instant) -> Self {
        self.end = end;
        self
    }

    /// A ticket for the probe that comes before this request goes: it waits no
    /// longer than the request does.
    #[must_use]
    pub const fn probe(&self) -> Self {
        let mut probe = Self::new(Class::Read).until(self.end);
        probe.since = self.since;
        probe
    }

    /// What kind of request it is for.
    #[must_use]
    pub const fn class(&self) -> Class {
        self.class
    }

    /// Until when the request waits for the box.
    pub(super) fn deadline(&self, now: Instant, patience: u32) -> Instant {
        self.since.unwrap_or(now).plus(patience).min(self.end)
    }

    /// Whether the request must not go over a connection that was used before.
    #[must_use]
    pub const fn wants_fresh_connection(&self) -> bool {
        self.resent
    }
}

/// The session's answer to a request that asks to go.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub enum Admit {
    /// Send it, then [`settle`](Session::settle).
    Go(Permit),
    /// First read the product's [probe](crate::exchange::probe) with this
    /// permit and settle that with its own [`Ticket::probe`], the same for all
    /// probes of this request; then ask again.
    Probe(Permit),
    /// You are elected: do this for everybody, then
    /// [`settle_auth`](Session::settle_auth) and ask again.
    Authenticate(AuthPermit),
    /// Ask again when the [epoch](Session::epoch) has moved, or at that time.
    Wait {
        /// When to ask again at the latest.
        until: Instant,
        /// What is waited for.
        why: Wait,
    },
    /// The request will not be sent.
    Stop(Stop),
}

/// What a request waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Wait {
    /// Another caller logs in, refreshes, logs out, or finds out whether the
    /// token is still good.
    Authenticating,
    /// The box has asked for patience.
    Busy,
    /// The requests of the last minute are as many as the box takes.
    Budget,
    /// As many requests are under way as the box takes.
    Connections,
    /// Another session tries the same credential.
    Credential,
    /// Another login of the same user has ended the session: no login for a
    /// while.
    Displaced,
    /// A write is under way: the box takes one at a time.
    Write,
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Authenticating => "a login, refresh, logout or probe that is under way",
            Self::Busy => "a box that is busy",
            Self::Budget => "its turn, as the box takes only so many requests a minute",
            Self::Connections => "its turn, as the box takes only ten connections",
            Self::Credential => "another box to answer a login with the same credential",
            Self::Displaced => "the end of the pause after another login of the same user",
            Self::Write => "a write that is under way",
        })
    }
}

/// Why a session admits nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Stop {
    /// The session was logged out, or there was none to log out.
    LoggedOut,
    /// The tokens are used up, and there is no password to log in with.
    NoCredentials,
    /// A box refused the credentials, and it is too early to try them once more,
    /// or the [`Latch`] has closed. Or the session can not be used, as the domain
    /// that was asked for is not there.
    Refused(Error),
    /// The login that this request waited for failed.
    Failed(Error),
}

impl Stop {
    /// The error to report, where there is one.
    #[must_use]
    pub const fn error(self) -> Option<Error> {
        match self {
            Self::Refused(error) | Self::Failed(error) => Some(error),
            Self::NoCredentials => Some(Error::Peer(PeerError::Unauthorized)),
            Self::LoggedOut => None,
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LoggedOut => f.write_str("the session is logged out"),
            Self::NoCredentials => f.write_str(
                "the tokens are used up and there are no credentials to log in with; obtain new tokens",
            ),
            Self::Refused(error) | Self::Failed(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for Stop {}

enum Plan {
    Use,
    Authenticate(AuthKind),
    Probe,
    Stop(Stop),
}

impl Session {
    /// Asks for leave to send the request of `ticket`.
    ///
    /// `latch` is that of the credential that the session logs in with.
    pub fn admit(&mut self, now: Instant, ticket: &mut Ticket, latch: &mut Latch) -> Admit {
        self.handle_timeout(now);
        ticket.since.get_or_insert(now);
        if ticket.class == Class::Logout {
            self.stopped.get_or_insert(Stop::LoggedOut);
        }
        if let Some((number, error)) = self.failed
            && ticket.waited_for == Some(number)
            && ticket.class != Class::Logout
        {
            return Admit::Stop(Stop::Failed(error));
        }
        if let Some(flight) = &self.flight {
            ticket.waited_for = Some(flight.number);
            return self.queue(now, ticket, flight.lease_end, Wait::Authenticating);
        }
        self.bury_if_over(now);
        if ticket.class != Class::Logout && self.stopped.is_none() && now < self.busy_until {
            return self.stay_back(now, ticket, self.busy_until, Wait::Busy);
        }
        match self.plan(now, ticket.class) {
            Plan::Use => self.go(now, ticket),
            Plan::Probe => self.elect_probe(now, ticket),
            Plan::Authenticate(AuthKind::Login) => self.elect_login(now, ticket, latch),
            Plan::Authenticate(AuthKind::Refresh) => self.elect_refresh(now, ticket),
            Plan::Authenticate(AuthKind::Logout) => self.elect_logout(now, ticket),
            Plan::Stop(stop) => Admit::Stop(stop),
        }
    }

    /// Waits for what the box wants, as long as there is patience: not at all,
    /// if it will not be enough.
    pub(super) fn stay_back(
        &self,
        now: Instant,
        ticket: &Ticket,
        until: Instant,
        why: Wait,
    ) -> Admit {
        if until <= ticket.deadline(now, self.rules.patience) {
            return Admit::Wait { until, why };
        }
        let error = match why {
            Wait::Displaced => PeerError::Displaced,
            _ => PeerError::Overloaded(self.busy_status),
        };
        Admit::Stop(Stop::Failed(error.into()))
    }

    /// Waits for other requests of our own, until `until` at most, and not for
    /// ever: a login may take its lease, and the box some patience.
    pub(super) fn queue(&self, now: Instant, ticket: &Ticket, until: Instant, why: Wait) -> Admit {
        let patience = self.rules.patience.saturating_add(self.rules.auth_lease);
        let deadline = ticket.deadline(now, patience);
        if deadline <= now {
            let error = ResourceError::Queue(why);
            return Admit::Stop(Stop::Failed(error.into()));
        }
        let until = until.min(deadline);
        Admit::Wait { until, why }
    }

    /// Until when the budget does not allow a request, if so.
    pub(super) fn over_budget(&self, now: Instant, authenticates: bool) -> Option<Instant> {
        Some(self.pace.ready_at(authenticates)).filter(|&ready| now < ready)
    }

    /// The one place that decides between using, renewing and ending a session.
    fn plan(&self, now: Instant, class: Class) -> Plan {
        if class == Class::Logout {
            return match self.tokens {
                Some(_) => Plan::Authenticate(AuthKind::Logout),
                None => Plan::Stop(Stop::LoggedOut),
            };
        }
        if let Some(stop) = self.stopped {
            return Plan::Stop(stop);
        }
        if self.product == Product::CdFmc {
            return Plan::Use;
        }
        let login = match self.rules.can_login {
            true => Plan::Authenticate(AuthKind::Login),
            false => Plan::Stop(Stop::NoCredentials),
        };
        let Some(tokens) = &self.tokens else {
            return login;
        };
        if tokens.is_doubted() {
            return Plan::Probe;
        }
        let held_off = self.slots.streams() && !tokens.is_over(now);
        if !held_off && self.rules.can_login && self.is_too_old(now) {
            // A refresh would be for nothing: the box is about to end the session.
            Plan::Authenticate(AuthKind::Logout)
        } else if held_off || !tokens.is_due(now) {
            Plan::Use
        } else if tokens.refreshes_left() > 0 {
            Plan::Authenticate(AuthKind::Refresh)
        } else if self.product == Product::Fxos {
            // A chassis has few session slots: give this one back before the next login.
            Plan::Authenticate(AuthKind::Logout)
        } else {
            // The last token is used to its end. Then it is buried, and a login comes.
            Plan::Use
        }
    }

    fn go(&mut self, now: Instant, ticket: &Ticket) -> Admit {
        let class = ticket.class;
        if let Some(why) = self.slots.wait(class) {
            let until = self.slots.timeout().unwrap_or(now);
            return self.queue(now, ticket, until, why);
        }
        let proved = |tokens: &super::Tokens| tokens.proved_within(now, STREAM_PROOF);
        let needs_proof = class == Class::Stream && self.product != Product::CdFmc;
        if needs_proof && !self.tokens.as_ref().is_some_and(proved) {
            return self.elect_probe(now, ticket);
        }
        if let Some(ready) = self.over_budget(now, false) {
            return self.queue(now, ticket, ready, Wait::Budget);
        }
        self.pace.take(now);
        let lease = match class {
            Class::Stream => STREAM_LEASE,
            Class::Logout | Class::Read | Class::Write => self.rules.auth_lease,
        };
        let slot = self.slots.take(class, now.plus(lease));
        Admit::Go(self.permit(Some(slot)))
    }

    pub(super) const fn permit(&self, slot: Option<Slot>) -> Permit {
        Permit {
            session: self.id,
            generation: self.generation,
            probe: slot.is_none(),
            slot,
        }
    }
}
