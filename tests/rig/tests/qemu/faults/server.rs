//! A box that is silent, breaks off, is busy.

use oobwatch_rig::{Setup, Site};
use oobwatch_sim::{Accept, End, Fault, FaultRule, RetryAfter, TooMany};

use super::{Stopped, Verdict, WELL, assert_found, ends_between, nothing_left, recovers, well};

const DEVICES: &str = "/api/fmc_config/v1/domain";
const READS: &str = "/api/fmc_config";

#[tokio::test]
async fn the_server_does_not_shake_hands() {
    let mut rig = well(Setup::only(Site::Fmc)).await;
    rig.change(|all| all.fmc.wire.accept = Accept::Silent);
    let before = rig.state(Site::Fmc).connections;
    rig.begin_cycle().await;
    rig.until_so(|rig| rig.state(Site::Fmc).connections > before)
        .await;
    let metrics = ends_between(&mut rig, 15, 21).await;
    assert_found(&metrics, (Stopped::Tls, Verdict::Critical));
    rig.change(|all| all.fmc.wire.accept = Accept::Normal);
    recovers(&mut rig).await;
}

#[tokio::test]
async fn the_server_does_not_answer() {
    let mut rig = well(Setup::only(Site::Fmc)).await;
    rig.change(|all| all.fmc.wire.faults = vec![FaultRule::new(READS, Fault::Silent)]);
    let before = reads(&rig.state(Site::Fmc));
    rig.begin_cycle().await;
    rig.until_so(|rig| reads(&rig.state(Site::Fmc)) > before + 1)
        .await;
    let metrics = ends_between(&mut rig, 25, 31).await;
    assert_found(&metrics, (Stopped::Http, Verdict::Critical));
    nothing_left(&rig);
    rig.change(|all| all.fmc.wire.faults.clear());
    recovers(&mut rig).await;
}

fn reads(state: &oobwatch_sim::BoxState) -> u64 {
    state.classes.get("read").copied().unwrap_or_default()
}

/// A read that broke is sent once more, so it takes two to fail.
#[tokio::test]
async fn the_connection_is_reset_in_the_middle_of_a_list() {
    let mut rig = well(Setup::only(Site::Fmc)).await;
    let cut = Fault::Cut {
        after: 600,
        end: End::Reset,
    };
    let rule = FaultRule::new(DEVICES, cut);
    rig.change(|all| all.fmc.wire.faults = vec![rule.clone().times(1)]);
    recovers(&mut rig).await;
    rig.change(|all| all.fmc.wire.faults = vec![rule.times(2)]);
    assert_found(&rig.cycle().await, (Stopped::Http, Verdict::Critical));
    nothing_left(&rig);
    recovers(&mut rig).await;
}

/// An idle connection that the box has closed is no failure.
#[tokio::test]
async fn the_kept_connection_is_gone() {
    let mut rig = well(Setup::only(Site::Fmc)).await;
    let gone = FaultRule::new(READS, Fault::Close).times(1);
    rig.change(|all| all.fmc.wire.faults = vec![gone]);
    let before = reads(&rig.state(Site::Fmc));
    assert_found(&rig.cycle().await, WELL);
    assert_eq!(
        reads(&rig.state(Site::Fmc)),
        before + 3,
        "two reads, one of them twice"
    );
    nothing_left(&rig);
}

#[tokio::test]
async fn the_box_is_too_busy_for_anything() {
    let mut rig = well(Setup::only(Site::Fmc)).await;
    let storm = Fault::TooMany {
        shape: TooMany::default(),
        retry_after: RetryAfter::default(),
        retry_after_s: 0,
    };
    rig.change(|all| all.fmc.wire.faults = vec![FaultRule::new(READS, storm)]);
    let before = rig.state(Site::Fmc);
    rig.begin_cycle().await;
    let metrics = rig.concluded_in_time().await;
    assert_found(&metrics, (Stopped::Http, Verdict::Unknown));
    let after = rig.state(Site::Fmc);
    let sent = reads(&after) - reads(&before);
    assert!((2..=8).contains(&sent), "{sent} reads in a storm");
    assert_eq!(after.logins, before.logins + 1);
    nothing_left(&rig);
    rig.change(|all| all.fmc.wire.faults.clear());
    recovers(&mut rig).await;
}
