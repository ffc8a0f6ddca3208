//! A task that hangs, with a session open.

use oobwatch_rig::{Rig, Setup, Site};

/// This one takes the watchdog's ten seconds: its clock is not ours to move.
#[tokio::test]
async fn the_watchdog_resets_a_board_that_hangs_and_the_session_is_counted() {
    let setup = Setup {
        check_every: 30,
        ..Setup::only(Site::Fmc)
    };
    let mut rig = Rig::start(setup).await;
    rig.checked(1).await;
    rig.cycle().await;
    assert_eq!(
        rig.state(Site::Fmc).live_sessions,
        1,
        "kept from check to check"
    );
    rig.hang_board().await;
    let metrics = rig.concluded().await;
    let count = |name| metrics.get(&format!("oobwatch_board_{name}"));
    assert_eq!(count("resets_total{reason=\"watchdog\"}"), Some(1.0));
    assert_eq!(count("resets_total{reason=\"power_on\"}"), Some(1.0));
    assert_eq!(count("orphaned_sessions_total"), Some(1.0));
    assert_eq!(metrics.own(Site::Fmc, "verdict"), Some(0.0));
    // The box has ended the session that was left behind with the next login.
    let state = rig.state(Site::Fmc);
    assert_eq!(
        (state.logins, state.displaced_sessions, state.live_sessions),
        (2, 1, 1)
    );
}
