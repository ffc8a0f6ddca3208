//! What goes wrong between the board and a box. Each ends at the layer where it
//! is, within the deadline of that; the next check is well again; and no session
//! stays whose token had arrived.

mod certificate;
mod network;
mod server;
mod size;

use oobwatch_rig::{Metrics, Rig, Setup, Site};

/// Where a check stopped, and with what verdict.
type Found = (Stopped, Verdict);

/// How many layers were passed: `fmc_check_level`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stopped {
    Link = 0,
    Address = 1,
    Name = 2,
    Tcp = 3,
    Tls = 4,
    Http = 5,
    Nowhere = 9,
}

/// `fmc_verdict`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Ok = 0,
    Critical = 2,
    Unknown = 3,
}

const WELL: Found = (Stopped::Nowhere, Verdict::Ok);

/// A board that has found its FMC well.
async fn well(setup: Setup) -> Rig {
    let rig = Rig::start(setup).await;
    assert_found(&rig.checked(1).await, WELL);
    rig
}

#[track_caller]
fn assert_found(metrics: &Metrics, found: Found) {
    assert_found_at(Site::Fmc, metrics, found);
}

#[track_caller]
fn assert_found_at(site: Site, metrics: &Metrics, (stopped, verdict): Found) {
    let found = ["check_level", "verdict"].map(|name| metrics.own(site, name));
    let expected = [stopped as u8, verdict as u8].map(|value| Some(f64::from(value)));
    assert_eq!(found, expected, "expected {stopped:?}, {verdict:?}");
}

/// The next check is well, and no session is left.
async fn recovers(rig: &mut Rig) {
    assert_found(&rig.cycle().await, WELL);
    nothing_left(rig);
}

#[track_caller]
fn nothing_left(rig: &Rig) {
    let state = rig.state(Site::Fmc);
    let left = state.live_sessions + state.expired_sessions;
    assert_eq!(
        (left, state.displaced_sessions, state.lapsed_sessions),
        (0, 0, 0),
        "{state:#?}"
    );
}

/// The check takes so long and no longer: its deadline is between `not_yet` and
/// `by_then` seconds from now. The difference is what a busy machine may take.
async fn ends_between(rig: &mut Rig, not_yet: u64, by_then: u64) -> Metrics {
    rig.leap(not_yet).await;
    let young = f64::from(u32::try_from(not_yet).unwrap());
    let metrics = rig.metrics().await.unwrap();
    let age = metrics.own(Site::Fmc, "check_age_seconds");
    assert!(
        age > Some(young),
        "the check has ended before its deadline: {age:?}"
    );
    rig.leap(by_then - not_yet).await;
    rig.concluded().await
}
