//! Days of checks: how often a box is logged in to, against what arithmetic says.

use oobwatch_core::product::Product;
use oobwatch_core::session::Class;

use crate::machine::Real;
use crate::model::LEAD;
use crate::server::{REFRESHES, TOKEN_LIFE};
use crate::story::{BoxPlan, Seat, Step, Story};
use crate::trace::{End, Event, Kind, LOGIN, Millis, REFRESH, Told, Trace};
use crate::world::World;

const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;

const FMC: BoxPlan = BoxPlan {
    product: Product::Fmc,
    one_per_user: true,
    browser_timeout: None,
    refresh_period: None,
};

/// One check every so many minutes, for a day, by each of some sessions of one
/// account.
fn day(plan: BoxPlan, minutes: Millis, sessions: usize) -> Trace {
    let every = minutes * MINUTE;
    let pause = every / u64::try_from(sessions).expect("a few");
    let check = |seat| {
        let class = Class::Read;
        [Step::Ask { seat, class }, Step::Pass(pause)]
    };
    let story = Story {
        boxes: vec![plan],
        seats: vec![Seat { at_box: 0, user: 0 }; sessions],
        steps: (0..DAY.div_ceil(every))
            .flat_map(|_| (0..sessions).flat_map(check))
            .collect(),
    };
    World::new(&story, Real::machine).play(&story)
}

/// When a session was told to do that, in the day.
fn times(trace: &Trace, seat: usize, of: Kind) -> Vec<Millis> {
    let is_it = |event: &Event| matches!(event, Event::Admitted { seat: at, kind, .. } if (*at, *kind) == (seat, of));
    let log = trace
        .log
        .iter()
        .filter(|(at, event)| *at < DAY && is_it(event));
    log.map(|(at, _)| *at).collect()
}

/// When checks of the day failed.
fn failures(trace: &Trace) -> Vec<Millis> {
    let failed =
        |event: &Event| matches!(event, Event::Ended { end, .. } if *end != End::Delivered(200));
    let log = trace
        .log
        .iter()
        .filter(|(at, event)| *at < DAY && failed(event));
    log.map(|(at, _)| *at).collect()
}

/// What the documents say: a token lives for 30 minutes, and is renewed three
/// times when a check finds it with less than the lead left, or over.
fn reckoned(every: Millis) -> (usize, usize) {
    let (mut logins, mut refreshes) = (0, 0);
    let (mut born, mut left) = (None, 0);
    for now in (0..DAY).step_by(usize::try_from(every).expect("a few minutes")) {
        let age = born.map(|born| now - born);
        match age {
            Some(age) if age + LEAD < TOKEN_LIFE => {}
            Some(_) if left > 0 => {
                refreshes += 1;
                (born, left) = (Some(now), left - 1);
            }
            Some(age) if age < TOKEN_LIFE => {}
            _ => {
                logins += 1;
                (born, left) = (Some(now), REFRESHES);
            }
        }
    }
    (logins, refreshes)
}

#[test]
fn a_day_of_checks_is_what_arithmetic_says() {
    assert_eq!(reckoned(MINUTE), (12, 36));
    for minutes in [1, 7, 29, 31] {
        let trace = day(FMC, minutes, 1);
        let did = (
            times(&trace, 0, LOGIN).len(),
            times(&trace, 0, REFRESH).len(),
        );
        println!("every {minutes} min: {} logins, {} refreshes", did.0, did.1);
        assert_eq!(did, reckoned(minutes * MINUTE), "every {minutes} min");
        assert_eq!(failures(&trace), [], "every {minutes} min");
        assert!(trace.logins.iter().all(|login| !login.is_left));
    }
}

/// The first death is a surprise. From then on a login comes before the box ends
/// the session.
#[test]
fn a_browser_timeout_surprises_once() {
    for minutes in [10, 60] {
        let plan = BoxPlan {
            browser_timeout: Some(minutes),
            ..FMC
        };
        let trace = day(plan, 1, 1);
        let refused = |sent: &&crate::trace::Sent| sent.was_told(|t| t == Told::TokenRefused);
        let dead: Vec<_> = trace
            .sent
            .iter()
            .filter(refused)
            .map(|sent| sent.at)
            .collect();
        let logins = times(&trace, 0, LOGIN).len();
        println!("timeout of {minutes} min: {logins} logins, refused at {dead:?}");
        let first = minutes * MINUTE;
        assert!(
            dead.iter().all(|at| (first..first + MINUTE).contains(at)),
            "{dead:?}"
        );
        assert!(failures(&trace).is_empty(), "{:?}", failures(&trace));
        assert!(trace.logins.iter().all(|login| !login.is_left));
    }
}

/// Two programs use one account: each login ends the other's session.
#[test]
fn a_war_of_logins_is_a_few_an_hour() {
    let trace = day(FMC, 1, 2);
    for seat in 0..2 {
        let logins = times(&trace, seat, LOGIN);
        let most = (0..24).map(|hour| {
            let within = |at: &&Millis| (hour * HOUR..(hour + 1) * HOUR).contains(*at);
            logins.iter().filter(within).count()
        });
        let most = most.max().unwrap_or(0);
        println!(
            "session {seat} of two: {} logins, {most} in an hour",
            logins.len()
        );
        assert!(most <= 6, "session {seat} logs in {most} times in an hour");
        assert!(trace.seats[seat].stats.displaced > 0);
    }
}
