//! How often a password is tried, and what becomes of every login.

use super::ensure;
use crate::model::{LEASE, walk};
use crate::story::USERS;
use crate::trace::{Event, Kind, LOGIN, Millis, Sent, Told, Trace};

/// Between the first refusal and the second try; and how long a credential that
/// was accepted is taken for right.
const MINUTE: Millis = 60_000;

/// What a credential has met with.
#[derive(Clone, Copy, Default)]
struct Record {
    /// Since it was accepted last, or reset.
    refusals: usize,
    first: Millis,
    accepted: Option<Millis>,
}

/// The known exception: logins that were sent side by side within a minute of
/// the credential being accepted somewhere. Answers that came after the lease
/// of their login had run out are not counted either: another was let in.
pub(super) fn at_most_two_refusals_per_credential(trace: &Trace) -> Result<(), String> {
    records(trace, |at, event, record| match event {
        Event::Admitted { .. } => ensure(record.refusals < 2, || {
            format!("a credential that was refused twice is tried at {at} ms")
        }),
        Event::Settled(sent, _) => {
            let admitted = trace.sent[*sent].admitted;
            let side_by_side = record.accepted.is_some_and(|a| admitted < a + MINUTE);
            let late = trace.late_logins(*at);
            ensure(record.refusals < 2 || side_by_side || late, || {
                format!("a credential is refused a 3rd time at {at} ms")
            })
        }
        _ => Ok(()),
    })
}

pub(super) fn the_second_try_is_a_minute_later(trace: &Trace) -> Result<(), String> {
    records(trace, |at, event, record| {
        let admitted = matches!(event, Event::Admitted { .. });
        let early = record.refusals == 1 && *at < record.first + MINUTE;
        ensure(!(admitted && early), || {
            let first = record.first;
            format!("a credential that was refused at {first} ms is tried again at {at} ms")
        })
    })
}

/// Walks the logins that are admitted and refused, with the record before each.
fn records(
    trace: &Trace,
    check: impl Fn(&Millis, &Event, Record) -> Result<(), String>,
) -> Result<(), String> {
    let mut records = [Record::default(); USERS.len()];
    for (at, event) in &trace.log {
        match *event {
            Event::Admitted { seat, kind, .. } if kind == LOGIN => {
                check(at, event, records[trace.users[seat]])?;
            }
            Event::Settled(sent, told) if trace.sent[sent].kind == LOGIN => {
                let record = &mut records[trace.sent[sent].user];
                match told {
                    Told::LoginRefused => {
                        check(at, event, *record)?;
                        record.refusals += 1;
                        if record.refusals == 1 {
                            record.first = *at;
                        }
                    }
                    Told::Granted(_) => {
                        *record = Record {
                            accepted: Some(*at),
                            ..Record::default()
                        };
                    }
                    _ => {}
                }
            }
            Event::Reset { user } => records[user] = Record::default(),
            _ => {}
        }
    }
    Ok(())
}

impl Trace {
    /// Whether a login that was settled by then had outlived its lease.
    fn late_logins(&self, at: Millis) -> bool {
        self.sent.iter().any(|sent| {
            let settled = sent.told.map(|(when, _)| when).filter(|when| *when <= at);
            sent.kind == LOGIN && settled.is_some_and(|when| when >= sent.admitted + LEASE)
        })
    }
}

/// Never two logins, refreshes or logouts of one session at once.
pub(super) fn single_flight(trace: &Trace) -> Result<(), String> {
    walk(trace, |at, event, known| match *event {
        Event::Admitted {
            seat,
            caller,
            kind: Kind::Auth(kind),
        } => {
            let other = known[seat].auth.filter(|f| at < f.since + LEASE);
            let other = other.filter(|flight| flight.caller != caller);
            ensure(other.is_none(), || {
                format!("{kind:?} of session {seat} beside another at {at} ms")
            })
        }
        _ => Ok(()),
    })
}

pub(super) fn one_probe_at_a_time(trace: &Trace) -> Result<(), String> {
    walk(trace, |at, event, known| match *event {
        Event::Admitted {
            seat,
            kind: Kind::Probe,
            ..
        } => ensure(known[seat].probes.is_empty(), || {
            format!("session {seat} probes twice at {at} ms")
        }),
        _ => Ok(()),
    })
}

/// By its own count: a login ends in a logout, was ended by the box, was handed
/// over, or is an orphan.
pub(super) fn every_login_is_accounted_for(trace: &Trace) -> Result<(), String> {
    for (seat, end) in trace.seats.iter().enumerate() {
        let (tried, certain) = logins_of(trace, seat);
        let stats = end.stats;
        let closed = stats.logouts + stats.ended + stats.orphans + stats.handed_over;
        let counted = usize::try_from(closed).unwrap_or(usize::MAX) + usize::from(end.is_open);
        ensure((certain..=tried).contains(&counted), || {
            format!("session {seat} logged in {certain} to {tried} times, and counts {stats:?}")
        })?;
    }
    Ok(())
}

/// Logins that were elected, and those of them that opened a session or may have.
fn logins_of(trace: &Trace, seat: usize) -> (usize, usize) {
    // One that was dropped is never settled.
    let may_be_open = |sent: &&Sent| {
        let told = sent.told.map(|(_, told)| told);
        told.is_none_or(|told| matches!(told, Told::Granted(_) | Told::Lost))
    };
    let ours = trace.sent.iter().filter(|sent| sent.seat == seat);
    let open = ours
        .filter(|sent| sent.kind == LOGIN)
        .filter(may_be_open)
        .count();
    let elected = trace.log.iter().filter(|(_, event)| match event {
        Event::Admitted { seat: at, kind, .. } => *at == seat && *kind == LOGIN,
        _ => false,
    });
    (elected.count(), open)
}

/// By the count of the boxes: sessions that are open when another one is opened,
/// or at the end, are orphans, or handed over, or their token was refused when
/// it was good.
pub(super) fn no_session_is_left_behind(trace: &Trace) -> Result<(), String> {
    for (seat, end) in trace.seats.iter().enumerate() {
        let logins = trace.logins.iter().enumerate();
        let left = logins
            .filter(|(place, login)| {
                login.seat == Some(seat) && login.is_left && !was_refused(trace, *place)
            })
            .count();
        let known = end.stats.orphans + end.stats.handed_over;
        ensure(left <= usize::try_from(known).unwrap_or(usize::MAX), || {
            format!("session {seat} left {left} sessions open, and knows of {known}")
        })?;
    }
    Ok(())
}

fn was_refused(trace: &Trace, login: usize) -> bool {
    let its = |sent: &&Sent| sent.token().is_some_and(|token| token.login == login);
    let mut its = trace.sent.iter().filter(its);
    its.any(|sent| sent.was_told(|told| told == Told::TokenRefused))
}
