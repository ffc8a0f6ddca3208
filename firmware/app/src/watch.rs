//! When to check which target: one at a time, each at its own two cadences.
//!
//! A probe costs no login: TCP, TLS, and HTTP answers. A check goes through the
//! whole of [`Check`]. A report that is worse than what was told last is
//! confirmed after the time of a probe rather than that of a check; a box that
//! answers again is checked at once. Webhooks are posted to in between.

use core::pin::pin;
use core::time::Duration;

use embassy_futures::select::select;
use embassy_time::{Duration as Work, with_timeout};
use oobwatch_core::check::Check;
use oobwatch_core::error::{Error, TransportError};
use oobwatch_core::exchange::{Discard, Reach};
use oobwatch_core::health::{Layer, Observed, Report, Timings};
use oobwatch_core::session::Session;
use oobwatch_core::time::Instant;
use oobwatch_image::Trust;
use oobwatch_io::exchange::{Body, Outgoing, run};
use oobwatch_io::{Connection, Deadlines, Home as _, Timer as _, drive};

use crate::clock::{self, wait};
use crate::home::BoardHome;
use crate::load::timed;
use crate::{Dial, State, Target, webhook};

/// For all of a check but the logout: a login, and a list of some megabytes.
const CHECK: Duration = Duration::from_secs(180);
/// For a logout.
const LOGOUT: Duration = Duration::from_secs(30);
/// How long a box may take to answer a probe.
const PROBE: Deadlines = Deadlines {
    first_byte: Duration::from_secs(20),
    total: Duration::from_secs(30),
};
/// The longest sleep: so often the supervisor hears of this task.
const NAP: Duration = Duration::from_secs(10);
/// Between two looks at whether checks may begin again.
const HELD: Duration = Duration::from_millis(500);

/// Watches the targets of `state` until [`State::close`] is called, and then logs
/// out. A network that is down is a finding like any other.
pub async fn watch<D: Dial>(state: &State, dial: &D) -> ! {
    let mut has_posted = false;
    while !state.closing.is_asked() {
        state.progress.watch.set();
        let now = clock::now();
        if state.is_held() {
            clock::sleep_until(now.after(HELD)).await;
            continue;
        }
        let due = next(state.targets);
        let free_until = due.map_or(Instant::MAX, |(at, ..)| at);
        // Between two posts, a check that is due has its turn.
        let owes_check = core::mem::take(&mut has_posted) && free_until <= now;
        if let Some(post) = webhook::turn(state, now, free_until).filter(|_| !owes_check) {
            post.send(state, dial).await;
            has_posted = true;
            continue;
        }
        match due {
            Some((at, target, job)) if at <= now => match job {
                Job::Check => check(state, target, dial).await,
                Job::Probe => probe(state, target, dial).await,
            },
            _ => {
                let nap = free_until.min(now.after(NAP));
                let nap = nap.min(webhook::wakes_at(state, now));
                select(clock::sleep_until(nap), state.closing.asked()).await;
            }
        }
    }
    close(state, dial).await
}

/// Ends all sessions, and says so.
async fn close<D: Dial>(state: &State, dial: &D) -> ! {
    for target in state.targets {
        state.progress.watch.set();
        if target.session.borrow().is_open() {
            log_out(&BoardHome::new(state, target, dial)).await;
        }
    }
    state.closing.done();
    loop {
        state.progress.watch.set();
        clock::sleep_until(clock::now().after(NAP)).await;
    }
}

/// What is done with a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Job {
    Check,
    Probe,
}

/// What is due next. Of two things at the same time a check, which is a probe, too.
fn next(targets: &[Target]) -> Option<(Instant, &Target, Job)> {
    let jobs = targets.iter().flat_map(|target| {
        let check = (target.check_at.get(), target, Job::Check);
        let probe = (target.probe_at.get(), target, Job::Probe);
        [check, probe]
    });
    jobs.min_by_key(|(at, ..)| *at)
}

/// The check with its login, and what follows from it.
async fn check<D: Dial>(state: &State, target: &Target, dial: &D) {
    let start = clock::now();
    let home = BoardHome::new(state, target, dial);
    home.with_session(Session::reopen);
    let mut check = Check::new(target.product()).only(target.items());
    let patient_until = start.after(Check::patience(CHECK));
    let mut work = Work::from_ticks(0);
    let late = {
        let checked = pin!(oobwatch_io::check(&home, &mut check, patient_until));
        let checked = timed(checked, |took| work += took);
        with_timeout(wait(CHECK), checked).await
    };
    state.load.of_check(work);
    if late.is_err() {
        check.handle(Err(TransportError::Timeout.into()));
    }
    conclude(state, &home, check, start);
    let keeps = home.with_session(|session| session.keeps(target.check_every()));
    // Out of reach, the token is kept: the next check logs out.
    if !keeps && !target.with_report(clock::now(), |report| report.is_some_and(was_cut_off)) {
        log_out(&home).await;
    }
    note_session(&home);
    // With its logout, as who reads the count may want to know what is over.
    target.checks.set(target.checks.get().saturating_add(1));
    let next = start.after(target.check_every());
    target.check_at.set(if target.standing.get().is_in_doubt() {
        next.min(clock::now().after(target.probe_every()))
    } else {
        next
    });
    target
        .probe_at
        .set(clock::now().after(target.probe_every()));
}

/// Ends the session of `home`. What comes of it is in the record of the session.
async fn log_out<D: Dial>(home: &BoardHome<'_, D>) {
    let end = clock::now().after(LOGOUT);
    let _ = with_timeout(wait(LOGOUT), drive::log_out_until(home, end)).await;
    note_session(home);
}

/// Writes down whether the session is open.
fn note_session<D: Dial>(home: &BoardHome<'_, D>) {
    let open = home.with_session(|session| session.is_open());
    let _ = home.keep(false, open);
}

/// The probe without a login. A box that does not answer is a report of its own.
async fn probe<D: Dial>(state: &State, target: &Target, dial: &D) {
    let start = clock::now();
    target.probes.set(target.probes.get().saturating_add(1));
    let home = BoardHome::new(state, target, dial);
    match reach(&home).await {
        Ok(()) => {
            if target.with_report(start, |report| report.is_some_and(was_out_of_reach)) {
                target.check_at.set(clock::now());
            }
        }
        Err(error) => fail(state, &home, error, start),
    }
    target.probe_at.set(start.after(target.probe_every()));
}

fn was_cut_off(report: &Report) -> bool {
    report.stopped_at().is_some_and(|layer| layer < Layer::Http)
}

fn was_out_of_reach(report: &Report) -> bool {
    report
        .stopped_at()
        .is_some_and(|layer| layer <= Layer::Http)
}

/// Makes the report of a box that can not be reached.
#[inline(never)]
fn fail<D: Dial>(state: &State, home: &BoardHome<'_, D>, error: Error, start: Instant) {
    let mut check = Check::new(home.target().product());
    check.handle(Err(error));
    conclude(state, home, check, start);
}

/// Takes in the report of `check` and wakes those who tell of it.
// A function of its own: a report is large for the stack below a task.
#[inline(never)]
fn conclude<D: Dial>(state: &State, home: &BoardHome<'_, D>, check: Check, start: Instant) {
    let target = home.target();
    state.load.of_handshake(home.way().tls_work);
    let report = check.finish(observed(state, home, start));
    if target.conclude(clock::now(), report) {
        state.changed(target);
    }
}

/// Whether the box answers a request that says nothing of us.
async fn reach<D: Dial>(home: &BoardHome<'_, D>) -> Result<(), Error> {
    let stream = home.dial().await?;
    let mut connection = Connection {
        stream,
        reused: false,
    };
    let mut room = [0; 640];
    let (mut reach, head) = Reach::start(&home.origin(), &mut room)?;
    let request = Outgoing {
        room: &mut room,
        head,
        body: Body::<&[u8]>::Bytes(b""),
    };
    let ran = run(
        home,
        PROBE,
        &mut connection,
        request,
        &mut reach,
        &mut Discard,
    )
    .await;
    ran.map_err(|lost| lost.error)
}

fn observed<D: Dial>(state: &State, home: &BoardHome<'_, D>, start: Instant) -> Observed {
    let target = home.target();
    let (way, total) = (home.way(), clock::millis_since(start));
    let spent = [way.resolve, way.connect, way.tls]
        .into_iter()
        .flatten()
        .sum();
    Observed {
        timings: Timings {
            resolve: way.resolve,
            connect: way.connect,
            tls: way.tls,
            request: Some(total.saturating_sub(spent)),
            total: Some(total),
        },
        session: target.session.borrow().facts(home.now()),
        certificate_days: way.tls.and_then(|_| certificate_days(state, target)),
        age: None,
    }
}

/// Days left on the certificate that the box has just shown. Of one that an
/// authority has issued the board knows nothing but that.
fn certificate_days(state: &State, target: &Target) -> Option<i32> {
    match target.config.trust {
        Trust::Authority { .. } => None,
        Trust::Pinned { certificate, next } => {
            let next = next.filter(|_| target.uses_next.get());
            state
                .wall
                .days_until(next.unwrap_or(certificate).not_after())
        }
    }
}
