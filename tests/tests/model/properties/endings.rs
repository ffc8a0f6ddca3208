//! How requests and sessions end.

use super::ensure;
use crate::model::walk;
use crate::trace::{End, Event, LOGOUT, Trace};

/// Nor after the tokens were handed over. What was admitted before may leave
/// until the logout is done.
pub(super) fn nothing_is_sent_after_logout(trace: &Trace) -> Result<(), String> {
    walk(trace, |at, event, known| {
        let (seat, kind, late) = match *event {
            Event::Admitted { seat, kind, .. } => (seat, kind, known[seat].is_closing),
            Event::Sent(sent) => {
                let sent = &trace.sent[sent];
                (sent.seat, sent.kind, known[sent.seat].is_closed)
            }
            _ => return Ok(()),
        };
        ensure(!late || kind == LOGOUT, || {
            format!("{kind:?} of session {seat} at {at} ms, after its logout")
        })
    })
}

/// Whoever was dropped, whatever was lost: once the boxes answer again, every
/// request comes to its end.
pub(super) fn everybody_comes_to_an_end(trace: &Trace) -> Result<(), String> {
    for caller in 0..trace.callers.len() {
        let over = trace.log.iter().any(|(_, event)| match event {
            Event::Ended { caller: ended, .. } => *ended == caller,
            Event::Dropped { caller: gone, .. } => *gone == caller,
            _ => false,
        });
        ensure(over, || format!("caller {caller} waits for ever"))?;
    }
    Ok(())
}

pub(super) fn nobody_goes_round_in_circles(trace: &Trace) -> Result<(), String> {
    let spun = trace
        .log
        .iter()
        .find(|(_, event)| matches!(event, Event::Spun));
    spun.map_or(Ok(()), |(at, _)| Err(format!("no end at {at} ms")))
}

/// Once the boxes answer again, a read is answered; unless the session was
/// closed, or its password refused.
pub(super) fn a_session_recovers(trace: &Trace) -> Result<(), String> {
    for (seat, end) in trace.seats.iter().enumerate() {
        let works = end.last_read == Some(End::Delivered(200));
        ensure(works || !end.should_work, || {
            format!("session {seat} does not recover: {:?}", end.last_read)
        })?;
    }
    Ok(())
}
