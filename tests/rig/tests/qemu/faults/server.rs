//! A box that is silent, breaks off, is busy.

use oobwatch_rig::{Rig, Setup, Site};
use oobwatch_sim::{Accept, End, Fault, FaultRule, RetryAfter, TooMany};

use super::{
    Stopped, Verdict, WELL, assert_found, assert_found_at, ends_between, nothing_left, recovers,
    well,
};

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

/// A chassis has few sessions: whatever happens to a check, it logs out.
#[tokio::test]
async fn a_chassis_breaks_off_in_every_way() {
    let mut rig = Rig::start(Setup::only(Site::Fxos)).await;
    rig.checked(1).await;
    for fault in [
        Fault::Cut {
            after: 150,
            end: End::Fin,
        },
        Fault::Close,
        Fault::CutJson,
    ] {
        let mut rule = FaultRule::new("/api", fault.clone());
        rule.method = Some("GET".into());
        rig.change(|all| all.fxos.wire.faults = vec![rule]);
        let metrics = rig.cycle().await;
        let stopped = metrics.own(Site::Fxos, "check_level");
        assert!(stopped < Some(9.0), "{fault:?}: {stopped:?}");
        assert_eq!(rig.state(Site::Fxos).live_sessions, 0, "{fault:?}");
        rig.change(|all| all.fxos.wire.faults.clear());
        let metrics = rig.cycle().await;
        assert_found_at(Site::Fxos, &metrics, WELL);
    }
    let state = rig.state(Site::Fxos);
    assert_eq!(
        (state.logins, state.revokes, state.live_sessions),
        (7, 7, 0)
    );
}

/// Nobody can close a session whose token has not arrived: it is counted. The next
/// login of the user ends it.
#[tokio::test]
async fn the_answer_to_a_login_is_lost() {
    let mut rig = well(Setup::only(Site::Fmc)).await;
    let lost = FaultRule::new("/api/fmc_platform/v1/auth/generatetoken", Fault::LostReply);
    rig.change(|all| all.fmc.wire.faults = vec![lost.times(1)]);
    let metrics = rig.cycle().await;
    assert_found(&metrics, (Stopped::Http, Verdict::Critical));
    let orphans = metrics.get("oobwatch_board_orphaned_sessions_total");
    assert_eq!(orphans, Some(1.0));
    assert_eq!(rig.state(Site::Fmc).logins, 2, "a login is not repeated");
    assert_found(&rig.cycle().await, WELL);
    let state = rig.state(Site::Fmc);
    assert_eq!(
        (state.logins, state.revokes, state.live_sessions),
        (3, 2, 0),
        "{state:#?}"
    );
}

/// An idle connection that the box has closed is no failure.
#[tokio::test]
async fn the_kept_connection_is_gone() {
    let mut rig = well(Setup::only(Site::Fmc)).await;
    let gone = FaultRule::new(READS, Fault::Close).times(1);
    rig.change(|all| all.fmc.wire.faults = vec![gone]);
    let first = reads(&rig.state(Site::Fmc));
    assert_found(&rig.cycle().await, WELL);
    assert_eq!(
        reads(&rig.state(Site::Fmc)),
        2 * first + 1,
        "the same reads, one of them twice"
    );
    nothing_left(&rig);
}

fn storm(path: &str) -> FaultRule {
    let fault = Fault::TooMany {
        shape: TooMany::default(),
        retry_after: RetryAfter::default(),
        retry_after_s: 0,
    };
    FaultRule::new(path, fault)
}

#[tokio::test]
async fn the_box_is_too_busy_for_reads() {
    let mut rig = well(Setup::only(Site::Fmc)).await;
    rig.change(|all| all.fmc.wire.faults = vec![storm(READS)]);
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

#[tokio::test]
async fn the_box_is_too_busy_for_anything() {
    let mut rig = well(Setup::only(Site::Fmc)).await;
    rig.change(|all| all.fmc.wire.faults = vec![storm("")]);
    let before = total(&rig);
    rig.begin_cycle().await;
    let metrics = rig.concluded_in_time().await;
    assert_found(&metrics, (Stopped::Http, Verdict::Unknown));
    let sent = total(&rig) - before;
    assert!((1..=8).contains(&sent), "{sent} requests in a storm");
    nothing_left(&rig);
    rig.change(|all| all.fmc.wire.faults.clear());
    recovers(&mut rig).await;
}

fn total(rig: &Rig) -> u64 {
    rig.state(Site::Fmc).requests.values().sum()
}
