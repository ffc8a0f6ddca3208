//! When tokens are renewed, and how often.

use std::collections::HashMap;

use oobwatch_core::session::Class;

use super::ensure;
use crate::model::{Known, walk};
use crate::server::REFRESHES;
use crate::trace::{Event, Found, Kind, LOGIN, Millis, REFRESH, Told, Trace};

/// Clocks of the two sides may differ by that much.
const SLACK: Millis = 1_000;

/// Refreshes that were turned away, by a busy box or with a redirect, are not
/// counted.
pub(super) fn at_most_three_refreshes_per_login(trace: &Trace) -> Result<(), String> {
    let mut tried: HashMap<usize, usize> = HashMap::new();
    for (at, event) in &trace.log {
        let &Event::Sent(place) = event else { continue };
        let sent = &trace.sent[place];
        let turned_away =
            sent.was_told(|told| matches!(told, Told::Busy { .. } | Told::Other(302)));
        for found in &sent.secrets {
            if let (Found::Refresh(token), false) = (found, turned_away) {
                let tries = tried.entry(token.login).or_default();
                *tries += 1;
                ensure(*tries <= REFRESHES, || {
                    format!("login {} is refreshed a 4th time at {at} ms", token.login)
                })?;
            }
        }
    }
    Ok(())
}

/// Neither by an idle timer nor because of a 401 that was the request's own.
pub(super) fn refreshed_only_when_due(trace: &Trace) -> Result<(), String> {
    admitted(trace, REFRESH, |at, known| {
        known
            .token
            .is_none_or(|t| t.is_due(at + SLACK) || t.is_dead)
    })
}

/// The last token is used to its end; a chassis is logged out first.
pub(super) fn a_good_token_is_not_replaced(trace: &Trace) -> Result<(), String> {
    admitted(trace, LOGIN, |at, known| {
        known
            .token
            .is_none_or(|t| t.is_dead || t.refused || t.is_over(at + SLACK))
    })
}

pub(super) fn refreshed_before_logging_in(trace: &Trace) -> Result<(), String> {
    admitted(trace, LOGIN, |_, known| {
        known.token.is_none_or(|t| !t.can_refresh())
    })
}

/// It can not be sent again, so it goes on a token that was accepted within the
/// last minute.
pub(super) fn a_stream_is_preceded_by_an_accepted_read(trace: &Trace) -> Result<(), String> {
    admitted(trace, Kind::Request(Class::Stream), |at, known| {
        let accepted = known.token.and_then(|token| token.accepted);
        accepted.is_some_and(|accepted| at <= accepted + 60_000)
    })
}

pub(super) fn a_running_stream_holds_off_renewals(trace: &Trace) -> Result<(), String> {
    let mut running: Vec<(usize, usize)> = Vec::new();
    walk(trace, |at, event, known| {
        match *event {
            Event::Admitted {
                seat,
                caller,
                kind: Kind::Request(Class::Stream),
            } => running.push((seat, caller)),
            Event::Settled(sent, _) => running.retain(|r| r.1 != trace.sent[sent].caller),
            Event::Unsent { caller } | Event::Dropped { caller, .. } => {
                running.retain(|r| r.1 != caller);
            }
            Event::Admitted { seat, kind, .. } if kind == REFRESH => {
                let is_needed = known[seat].token.is_none_or(|t| t.is_dead || t.is_over(at));
                let streams = running.iter().any(|r| r.0 == seat);
                return ensure(is_needed || !streams, || {
                    format!("session {seat} refreshes under a running stream at {at} ms")
                });
            }
            _ => {}
        }
        Ok(())
    })
}

/// Whether the session had a reason, whenever something of that kind is admitted.
fn admitted(
    trace: &Trace,
    of: Kind,
    has_reason: impl Fn(Millis, &Known) -> bool,
) -> Result<(), String> {
    walk(trace, |at, event, known| match *event {
        Event::Admitted { seat, kind, .. } if kind == of => {
            ensure(has_reason(at, &known[seat]), || {
                format!("session {seat} is told to {kind:?} at {at} ms")
            })
        }
        _ => Ok(()),
    })
}
