//! How much is sent at once, and in a minute; and who stays away.

use core::time::Duration;

use oobwatch_core::product::Product;
use oobwatch_core::session::Class;

use super::ensure;
use crate::model::{LEASE, Newest, walk};
use crate::trace::{Drop, Event, Kind, LOGIN, Millis, REFRESH, Sent, Told, Trace};

/// What an FMC takes in a minute.
const RATE: usize = 120;
const MINUTE: Duration = Duration::from_secs(60);
/// Minutes that a browser session timeout is usually set to; and how near to one
/// a session may have ended for that.
const TIMEOUTS: [Millis; 5] = [10, 15, 20, 30, 60];
const SLACK: Millis = 150_000;
/// Requests at once, beside one login, refresh, logout or probe.
const AT_ONCE: usize = 9;

/// In any minute, whenever it begins.
pub(super) fn no_minute_sees_more_than_the_rate(trace: &Trace) -> Result<(), String> {
    for seat in 0..trace.seats.len() {
        let its = trace.sent.iter().filter(|sent| sent.seat == seat);
        let times: Vec<Millis> = its.map(|sent| sent.at).collect();
        let minute = millis(MINUTE);
        let over = times.windows(RATE + 1).find(|w| w[RATE] < w[0] + minute);
        let is_fmc = trace.plans[seat].product == Product::Fmc;
        ensure(over.is_none() || !is_fmc, || {
            format!("session {seat} sends more than {RATE} requests from {over:?} on")
        })?;
    }
    Ok(())
}

pub(super) fn at_most_nine_requests_at_once(trace: &Trace) -> Result<(), String> {
    at_once(trace, AT_ONCE, |kind| matches!(kind, Kind::Request(_)))
}

/// A stream is one, too.
pub(super) fn one_write_at_a_time(trace: &Trace) -> Result<(), String> {
    at_once(trace, 1, |kind| {
        matches!(kind, Kind::Request(Class::Write | Class::Stream))
    })
}

/// At most so many of them are under way in one session, from when they leave
/// until they are settled or dropped.
fn at_once(trace: &Trace, most: usize, counts: fn(Kind) -> bool) -> Result<(), String> {
    let mut running: Vec<&Sent> = Vec::new();
    for (at, event) in &trace.log {
        running.retain(|sent| *at < sent.admitted + LEASE);
        match *event {
            Event::Sent(place) if counts(trace.sent[place].kind) => {
                let sent = &trace.sent[place];
                running.extend((*at < sent.admitted + LEASE).then_some(sent));
                let count = running.iter().filter(|r| r.seat == sent.seat).count();
                ensure(count <= most, || {
                    let seat = sent.seat;
                    format!("session {seat} has {count} requests under way at {at} ms")
                })?;
            }
            Event::Settled(sent, _) => running.retain(|r| r.caller != trace.sent[sent].caller),
            Event::Dropped { caller, how } if how != Drop::Detaches => {
                running.retain(|r| r.caller != caller);
            }
            _ => {}
        }
    }
    Ok(())
}

/// Where another login of the same user has ended the session before its time,
/// and no age can have, the next login is at least one interval later.
pub(super) fn who_was_displaced_stays_away(trace: &Trace) -> Result<(), String> {
    walk(trace, |at, event, known| match *event {
        Event::Admitted { seat, kind, .. } if kind == LOGIN => {
            let certain = trace.plans[seat].browser_timeout.is_none();
            let newest = known[seat].token.filter(|_| certain);
            let heard = newest.and_then(|newest| displaced_at(trace, newest, at));
            ensure(
                heard.is_none_or(|heard| at >= heard + millis(MINUTE)),
                || format!("session {seat} is displaced, and logs in again at {at} ms"),
            )
        }
        _ => Ok(()),
    })
}

/// When a session could know that it was displaced: when it was told so first,
/// or a refresh was refused; and nothing else is to be thought of.
fn displaced_at(trace: &Trace, newest: Newest, before: Millis) -> Option<Millis> {
    let login = &trace.logins[newest.token.login];
    let its = trace.sent.iter().filter(|sent| {
        let token = sent.token().map(|token| token.login);
        token == Some(newest.token.login) && sent.was_told(|told| told == Told::TokenRefused)
    });
    let told = its.filter_map(|sent| Some((sent.kind != REFRESH, sent.told?.0)));
    let (_, heard) = told.filter(|(_, at)| *at <= before).min()?;
    let alive = newest.accepted.unwrap_or(login.renewed);
    let ages = alive.saturating_sub(login.at + SLACK)..=heard + SLACK - login.at;
    let mut usual = TIMEOUTS.iter().map(|minutes| minutes * millis(MINUTE));
    let of_age = usual.any(|age| ages.contains(&age));
    let other = of_age || newest.is_due(heard) || newest.refresh_was_lost();
    (login.is_displaced && !other).then_some(heard)
}

fn millis(duration: Duration) -> Millis {
    u64::try_from(duration.as_millis()).unwrap_or(Millis::MAX)
}
