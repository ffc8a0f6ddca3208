//! How often a request is sent, and when it is not.

use oobwatch_core::session::{Class, Wait};

use super::ensure;
use crate::model::{LEASE, walk};
use crate::trace::{End, Event, Kind, LOGOUT, Millis, Sent, Told, Trace};

/// How long a request waits for a busy box.
const PATIENCE: Millis = 120_000;
/// How often a busy box can turn a logout of one caller away.
const LOGOUTS: usize = 4;
/// Waits are longer than what the box asks for by less than that.
const JITTER: Millis = 250;

/// After an attempt whose answer was lost, or one that a busy box may have begun.
pub(super) fn a_write_that_may_have_arrived_is_not_repeated(trace: &Trace) -> Result<(), String> {
    for caller in 0..trace.callers.len() {
        let mut may_have_arrived = false;
        for sent in own(trace, caller, Class::Write) {
            ensure(!may_have_arrived, || {
                format!("the write of caller {caller} is repeated at {} ms", sent.at)
            })?;
            may_have_arrived = !sent.was_told(|told| match told {
                Told::Busy { status, .. } => matches!(status, 429 | 503 | 400),
                told => told == Told::TokenRefused,
            });
        }
    }
    Ok(())
}

/// By the count of the boxes.
pub(super) fn a_write_is_done_once(trace: &Trace) -> Result<(), String> {
    for caller in 0..trace.callers.len() {
        let done = own(trace, caller, Class::Write).filter(|sent| sent.executed);
        let done = done.count();
        ensure(done <= 1, || {
            format!("the write of caller {caller} is done {done} times")
        })?;
    }
    Ok(())
}

pub(super) fn a_stream_is_sent_once(trace: &Trace) -> Result<(), String> {
    for caller in 0..trace.callers.len() {
        let times = own(trace, caller, Class::Stream).count();
        ensure(times <= 1, || {
            format!("the stream of caller {caller} is sent {times} times")
        })?;
    }
    Ok(())
}

pub(super) fn a_lost_read_is_repeated_once(trace: &Trace) -> Result<(), String> {
    for caller in 0..trace.callers.len() {
        let lost =
            own(trace, caller, Class::Read).filter(|sent| sent.was_told(|told| told == Told::Lost));
        let lost = lost.count();
        ensure(lost <= 2, || {
            format!("the read of caller {caller} was lost {lost} times")
        })?;
    }
    Ok(())
}

/// A 429 holds off all requests of a session but a logout.
pub(super) fn a_busy_box_is_left_alone(trace: &Trace) -> Result<(), String> {
    walk(trace, |at, event, known| match *event {
        Event::Admitted { seat, kind, .. } if kind != LOGOUT => {
            let until = known[seat].quiet_until;
            ensure(at >= until, || {
                format!("session {seat} sends a {kind:?} at {at} ms to a box busy until {until}")
            })
        }
        _ => Ok(()),
    })
}

pub(super) fn nobody_waits_beyond_their_patience(trace: &Trace) -> Result<(), String> {
    for (_, event) in &trace.log {
        let &Event::Waits { caller, why, until } = event else {
            continue;
        };
        // The box is not busy with what we do ourselves.
        let patience = match why {
            None | Some(Wait::Busy | Wait::Displaced) => PATIENCE,
            Some(_) => PATIENCE + LEASE,
        };
        let end = trace.callers[caller].since + patience;
        ensure(until <= end, || {
            format!("caller {caller} is to wait until {until} ms, and can until {end}")
        })?;
    }
    Ok(())
}

/// A logout that a busy box turns away goes again: not for ever, and as long as
/// its caller can wait. No wait is longer than a minute, but by what the box asks.
pub(super) fn a_logout_that_was_turned_away_goes_again(trace: &Trace) -> Result<(), String> {
    walk(trace, |at, event, known| {
        let &Event::Ended { caller, end } = event else {
            return Ok(());
        };
        let asker = trace.callers[caller];
        let logouts = trace.sent.iter();
        let logouts: Vec<_> = logouts
            .filter(|sent| sent.caller == caller && sent.kind == LOGOUT)
            .collect();
        let is_busy = |sent: &Sent| sent.was_told(|told| matches!(told, Told::Busy { .. }));
        let turned_away = logouts.iter().filter(|sent| is_busy(sent)).count();
        ensure(turned_away <= LOGOUTS, || {
            format!("caller {caller} was turned away {turned_away} times")
        })?;
        // The last one may have found no connection.
        let is_unsent = |(_, event): &(_, Event)| matches!(event, Event::Unsent { caller: unsent } if *unsent == caller);
        let gives_up = asker.class == Class::Logout && end == End::Failed;
        let gives_up = gives_up
            && logouts.last().is_some_and(|sent| is_busy(sent))
            && !trace.log.iter().any(is_unsent);
        let ready = known[asker.seat].quiet_until.max(at + 60_000) + JITTER;
        let may = !gives_up || turned_away == LOGOUTS || ready >= asker.since + PATIENCE;
        ensure(may, || {
            format!("caller {caller} gives up at {at} ms, turned away {turned_away} times")
        })
    })
}

/// The attempts at a caller's own request.
fn own(trace: &Trace, caller: usize, class: Class) -> impl Iterator<Item = &Sent> {
    let all = trace.sent.iter();
    all.filter(move |sent| sent.caller == caller && sent.kind == Kind::Request(class))
}
