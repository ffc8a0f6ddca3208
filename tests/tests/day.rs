//! A day of checks, at several intervals: how often a box is logged in to. Time
//! is virtual; the sockets, TLS and keep-alive are real.

use core::time::Duration;

use oobwatch_client::core::health::{Item, Items, Report, Verdict};
use oobwatch_client::core::session::FMC_RATE;
use oobwatch_client::{Builder, Client};
use oobwatch_sim::{BoxState, Event, Scenario, What};
use oobwatch_tests::Lab;

/// In hours.
const DAY: u64 = 24;
const HOUR: u64 = 60 * MINUTE;
const MINUTE: u64 = 60;

/// How long tokens and sessions last, in seconds.
#[derive(Clone, Copy)]
struct Life {
    token: u64,
    /// A token is renewed, and a session replaced, so long before its end.
    lead: u64,
    refreshes: u64,
    session: u64,
}

const NEVER: u64 = 1 << 40;

const FMC: Life = Life {
    token: 1_800,
    lead: 45,
    refreshes: 3,
    session: NEVER,
};

/// A chassis that demands no renewal.
const FXOS: Life = Life {
    token: NEVER,
    refreshes: 0,
    ..FMC
};

/// Logins and refreshes in so many hours, if each check does what is due and no more.
fn reckoned(interval: u64, hours: u64, kept: bool, life: Life) -> (u64, u64) {
    let (mut logins, mut refreshes) = (0, 0);
    let (mut logged_in, mut born, mut left) = (0, 0, 0);
    for now in (0..hours * HOUR).step_by(usize::try_from(interval).unwrap()) {
        let is_old = now >= logged_in + life.session - life.lead;
        let is_over = now >= born + life.token && left == 0;
        if logins == 0 || !kept || is_old || is_over {
            (logged_in, born, left) = (now, now, life.refreshes);
            logins += 1;
        } else if now >= born + life.token - life.lead && left > 0 {
            (born, left) = (now, left - 1);
            refreshes += 1;
        }
    }
    (logins, refreshes)
}

/// A check of the least that there is of each product: what is asked for is no matter to a session.
async fn check(client: &Client) -> Report {
    let items = Items::NONE.with(Item::Devices).with(Item::Chassis);
    client.check_of(items, Duration::MAX).await
}

/// Checks every so many minutes, and keeps the session in between if the client
/// says so. Ends with a logout.
async fn watch(lab: &Lab, builder: Builder, minutes: u64, hours: u64) -> bool {
    let interval = Duration::from_secs(minutes * MINUTE);
    let client = builder.build().unwrap();
    let kept = client.keeps(interval);
    for _ in 0..(hours * 60).div_ceil(minutes) {
        let report = check(&client).await;
        assert_eq!((report.verdict(), report.error), (Verdict::Ok, None));
        if !kept {
            client.log_out().await.unwrap();
        }
        lab.advance(interval);
    }
    client.close().await.unwrap();
    kept
}

/// Answers of 400 and above; and nothing went where it should not.
#[track_caller]
fn failed(state: &BoxState) -> u64 {
    let strange = state.stray_credentials + state.foreign_credentials;
    assert_eq!(
        (strange, state.refused_logins, state.live_sessions),
        (0, 0, 0)
    );
    state.statuses.range(400..).map(|(_, count)| count).sum()
}

fn fmc(lab: &Lab) -> Builder {
    lab.fmc().requests_per_minute(FMC_RATE)
}

fn scenario(switches: &str) -> Scenario {
    Scenario::from_toml(switches).unwrap()
}

#[tokio::test]
async fn an_fmc_at_any_interval() {
    for (minutes, kept) in [(1, true), (7, true), (14, true), (29, false), (31, false)] {
        let lab = Lab::stepped(Scenario::default()).await;
        assert_eq!(watch(&lab, fmc(&lab), minutes, DAY).await, kept);
        let state = lab.sim.state().fmc;
        let due = reckoned(minutes * MINUTE, DAY, kept, FMC);
        assert_eq!((state.logins, state.refreshes), due, "{minutes} min");
        assert!(minutes != 1 || due == (12, 36), "the reckoning is wrong");
        assert_eq!(failed(&state), 0, "{minutes} min");
        assert!(kept || state.revokes == state.logins, "{minutes} min");
    }
}

/// The first death of a session is a surprise; no other is.
#[tokio::test]
async fn an_fmc_with_a_browser_session_timeout() {
    for (session, hours, logins) in [(3_600, 24, 24), (600, 6, 36)] {
        let lab = Lab::stepped(scenario(&format!("fmc.session_life_s = {session}"))).await;
        let client = fmc(&lab).build().unwrap();
        let (mut surprises, mut seen) = (Vec::new(), 0);
        for minute in 0..hours * 60 {
            let report = check(&client).await;
            assert_eq!((report.verdict(), report.error), (Verdict::Ok, None));
            let events = lab.sim.events(seen);
            seen = events.last().map_or(seen, |event| event.n);
            // A session that is about to end is logged out, and may be gone by then.
            let failed =
                |event: &Event| event.status >= Some(400) && event.what != What::RefusedLogout;
            if events.iter().any(failed) {
                surprises.push(minute * MINUTE);
            }
            lab.advance(Duration::from_secs(MINUTE));
        }
        client.close().await.unwrap();
        assert_eq!(surprises, [session]);
        let state = lab.sim.state().fmc;
        let due = reckoned(MINUTE, hours, true, Life { session, ..FMC });
        assert_eq!((state.logins, state.refreshes), due, "after {session} s");
        assert!(due.0 == logins, "the reckoning is wrong: {due:?}");
        failed(&state);
    }
}

#[tokio::test]
async fn a_chassis_at_any_interval() {
    for (minutes, kept) in [(1, true), (4, true), (7, false), (31, false)] {
        let lab = Lab::stepped(Scenario::default()).await;
        assert_eq!(watch(&lab, lab.fxos(), minutes, DAY).await, kept);
        let state = lab.sim.state().fxos;
        let due = reckoned(minutes * MINUTE, DAY, kept, FXOS);
        assert_eq!((state.logins, 0), due, "{minutes} min");
        assert_eq!(
            (failed(&state), state.revokes),
            (0, state.logins),
            "{minutes} min"
        );
    }
}

/// `refreshPeriod`: logged in again before the chassis ends the session, and
/// logged out before that, as session slots are few.
#[tokio::test]
async fn a_chassis_that_demands_renewal() {
    for (period, minutes, hours) in [(600, 1, 6), (630, 1, 6), (3_600, 4, 24)] {
        let lab = Lab::stepped(scenario(&format!("fxos.refresh_period = {period}"))).await;
        assert!(watch(&lab, lab.fxos(), minutes, hours).await);
        let state = lab.sim.state().fxos;
        let life = Life {
            token: period,
            session: period,
            ..FXOS
        };
        let due = reckoned(minutes * MINUTE, hours, true, life);
        assert_eq!((state.logins, 0), due, "{period} s");
        assert_eq!(failed(&state), 0, "{period} s");
    }
}

/// Each login of one ends the session of the other: neither fights for it, and
/// both say what happens.
#[tokio::test]
async fn two_monitors_on_one_account() {
    let lab = Lab::stepped(Scenario::default()).await;
    let clients = [1, 2].map(|seed| fmc(&lab).seed(seed).build().unwrap());
    let hours = 8;
    for _ in 0..hours * 60 {
        for client in &clients {
            let _ = check(client).await;
        }
        lab.advance(Duration::from_secs(MINUTE));
    }
    for client in &clients {
        let stats = client.stats();
        assert!(stats.displaced > 0, "{stats:?}");
        let handful = 5 * u32::try_from(hours).unwrap();
        assert!(stats.logins <= handful, "{stats:?}");
        client.close().await.unwrap();
    }
    assert_eq!(lab.sim.state().fmc.live_sessions, 0);
}
