//! The reference model: what a session ought to know, told again from the trace.
//!
//! Written from the rules, not from the code of `core`, as plainly as it goes.
//! Properties walk the log; before each event they see what every session knew.

use oobwatch_core::product::Product;
use oobwatch_core::session::{AuthKind, Class};

use crate::server::{REFRESHES, TOKEN_LIFE};
use crate::trace::{Drop, End, Event, Kind, Millis, Token, Told, Trace};

/// A login, refresh or logout that nobody has settled counts as lost after that.
pub(crate) const LEASE: Millis = 180_000;
/// A token with less than this left is renewed when a request is due.
pub(crate) const LEAD: Millis = 45_000;

/// What one session knows.
#[derive(Clone, Default)]
pub(crate) struct Known {
    pub(crate) token: Option<Newest>,
    /// The login, refresh or logout that is under way.
    pub(crate) auth: Option<Flight>,
    /// Probes that are under way: who, and since when.
    pub(crate) probes: Vec<(usize, Millis)>,
    /// The box has asked everybody for patience until then.
    pub(crate) quiet_until: Millis,
    /// Somebody has asked for a logout, or taken the tokens; and nobody has
    /// opened the session again.
    pub(crate) is_closing: bool,
    /// The same, and it is done.
    pub(crate) is_closed: bool,
    /// Callers before this one were there when it was opened again.
    opened_by: usize,
}

#[derive(Clone, Copy)]
pub(crate) struct Flight {
    pub(crate) caller: usize,
    pub(crate) kind: AuthKind,
    pub(crate) since: Millis,
    has_left: bool,
}

/// The newest access token of a session.
#[derive(Clone, Copy)]
pub(crate) struct Newest {
    pub(crate) token: Token,
    /// By the clock. A chassis may demand a new login, or not.
    ends: Option<Millis>,
    is_fmc: bool,
    pub(crate) accepted: Option<Millis>,
    /// Refused for good: by a probe, or before it was ever accepted.
    pub(crate) is_dead: bool,
    /// The refresh token was refused, or may have been used up.
    refresh_is_over: bool,
    /// It was refused, not lost: the box has ended the session.
    pub(crate) refused: bool,
}

impl Newest {
    pub(crate) fn is_over(&self, now: Millis) -> bool {
        self.ends.is_some_and(|ends| now >= ends)
    }

    pub(crate) fn is_due(&self, now: Millis) -> bool {
        self.is_over(now + LEAD)
    }

    /// A refresh was lost: what the box says of this token says little.
    pub(crate) const fn refresh_was_lost(&self) -> bool {
        self.refresh_is_over && !self.refused
    }

    pub(crate) fn can_refresh(&self) -> bool {
        self.is_fmc && self.token.refreshes < REFRESHES && !self.refresh_is_over
    }
}

/// Walks a trace. `check` sees what all sessions knew before each event.
pub(crate) fn walk(
    trace: &Trace,
    mut check: impl FnMut(Millis, &Event, &[Known]) -> Result<(), String>,
) -> Result<(), String> {
    let mut known = vec![Known::default(); trace.seats.len()];
    for (at, event) in &trace.log {
        known.iter_mut().for_each(|known| known.expire(*at));
        check(*at, event, &known)?;
        learn(&mut known, trace, *at, event);
    }
    Ok(())
}

fn learn(all: &mut [Known], trace: &Trace, at: Millis, event: &Event) {
    match *event {
        Event::Admitted { caller, seat, kind } => {
            let closes = trace.callers[caller].class == Class::Logout;
            all[seat].is_closing |= closes && caller >= all[seat].opened_by;
            all[seat].admit(at, caller, kind);
        }
        Event::Ended {
            caller,
            end: End::LoggedOut,
        } => {
            let known = &mut all[trace.callers[caller].seat];
            if caller >= known.opened_by {
                known.close();
            }
        }
        Event::Sent(sent) => {
            let sent = &trace.sent[sent];
            if let Some(flight) = all[sent.seat].flight_of(sent.caller) {
                flight.has_left = true;
            }
        }
        Event::Settled(sent, told) => all[trace.sent[sent].seat].settle(at, trace, sent, told),
        Event::Unsent { caller } => all.iter_mut().for_each(|known| known.fail(caller)),
        // One that vanished is under way until its lease runs out.
        Event::Dropped {
            caller,
            how: Drop::Settles,
        } => {
            all.iter_mut().for_each(|known| known.fail(caller));
        }
        Event::HandedOver { seat } => {
            all[seat].token = None;
            all[seat].close();
        }
        Event::Reopened { seat, callers } => {
            all[seat].opened_by = callers;
            all[seat].is_closing = false;
            all[seat].is_closed = false;
        }
        _ => {}
    }
}

impl Known {
    fn admit(&mut self, at: Millis, caller: usize, kind: Kind) {
        match kind {
            Kind::Auth(kind) => {
                self.auth = Some(Flight {
                    caller,
                    kind,
                    since: at,
                    has_left: false,
                });
            }
            Kind::Probe => self.probes.push((caller, at)),
            Kind::Request(_) => {}
        }
    }

    fn flight_of(&mut self, caller: usize) -> Option<&mut Flight> {
        self.auth.as_mut().filter(|flight| flight.caller == caller)
    }

    /// Nothing of it is under way any more.
    fn forget(&mut self, caller: usize) {
        self.auth = self.auth.filter(|flight| flight.caller != caller);
        self.probes.retain(|probe| probe.0 != caller);
    }

    /// It ends without an answer. A logout is given up, even if it never left.
    fn fail(&mut self, caller: usize) {
        let lost = |flight: &&mut Flight| flight.has_left || flight.kind == AuthKind::Logout;
        let lost = self.flight_of(caller).filter(lost);
        let lost = lost.map(|flight| flight.kind);
        self.forget(caller);
        self.lose(lost);
    }

    const fn close(&mut self) {
        self.is_closing = true;
        self.is_closed = true;
    }

    /// A lease has run out.
    fn expire(&mut self, at: Millis) {
        self.probes.retain(|probe| at < probe.1 + LEASE);
        let over = self.auth.filter(|flight| at >= flight.since + LEASE);
        if let Some(flight) = over {
            self.auth = None;
            self.lose(Some(flight.kind));
        }
    }

    fn lose(&mut self, flight: Option<AuthKind>) {
        match flight {
            Some(AuthKind::Refresh) => self.end_refreshes(false),
            Some(AuthKind::Logout) => self.token = None,
            Some(AuthKind::Login) | None => {}
        }
    }

    fn end_refreshes(&mut self, refused: bool) {
        if let Some(newest) = &mut self.token {
            newest.refresh_is_over = true;
            newest.refused |= refused;
        }
    }

    fn settle(&mut self, at: Millis, trace: &Trace, sent: usize, told: Told) {
        let sent = &trace.sent[sent];
        self.forget(sent.caller);
        if let Told::Busy {
            holds: Some(holds), ..
        } = told
        {
            self.quiet_until = self.quiet_until.max(at + holds);
        }
        let plan = trace.plans[sent.seat];
        let life = match plan.product {
            Product::Fxos => plan.refresh_period.map(|seconds| seconds * 1000),
            _ => Some(TOKEN_LIFE),
        };
        match (sent.kind, told) {
            // Too late: somebody else may have done it since.
            (Kind::Auth(_), _) if at >= sent.admitted + LEASE => {}
            // Handed over meanwhile.
            (Kind::Auth(AuthKind::Refresh), Told::Granted(_)) if self.token.is_none() => {}
            (Kind::Auth(_), Told::Granted(token)) => {
                self.token = Some(Newest {
                    token,
                    ends: life.map(|life| sent.admitted + life),
                    is_fmc: plan.product == Product::Fmc,
                    accepted: None,
                    is_dead: false,
                    refresh_is_over: false,
                    refused: false,
                });
            }
            (Kind::Auth(AuthKind::Logout), _) => self.token = None,
            (Kind::Auth(_), Told::Busy { .. }) => {}
            (Kind::Auth(AuthKind::Refresh), told) => {
                self.end_refreshes(!matches!(told, Told::Lost));
            }
            (Kind::Auth(AuthKind::Login), _) => {}
            (kind, told) => self.hear(at, sent.token(), kind, told),
        }
    }

    /// What an answer says about the token that it was asked with.
    fn hear(&mut self, at: Millis, with: Option<Token>, kind: Kind, told: Told) {
        let newest = self.token.as_mut().filter(|t| Some(t.token) == with);
        let Some(newest) = newest else { return };
        match told {
            Told::Accepted(_) => newest.accepted = Some(at),
            Told::TokenRefused => {
                newest.is_dead |= kind == Kind::Probe || newest.accepted.is_none();
            }
            _ => {}
        }
    }
}
