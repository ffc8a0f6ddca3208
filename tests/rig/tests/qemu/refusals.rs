//! A password that is refused: two logins, a minute apart by the board's clock,
//! and then none until somebody sees to it, whatever else happens to the board.

use oobwatch_rig::{Metrics, Rig, Setup, Site};
use oobwatch_sim::What;

/// A box that takes no password, looked at every half minute.
async fn refusing() -> Rig {
    let setup = Setup {
        check_every: 30,
        ..Setup::only(Site::Fmc)
    };
    Rig::start(setup.with(|all| all.fmc.refuse_logins = 1_000)).await
}

/// Logins that the box has refused, refusals that the board shows, and whether it
/// says that it has stopped.
fn found(rig: &Rig, metrics: &Metrics) -> (u64, Option<f64>, Option<f64>) {
    let refusals = metrics.of(Site::Fmc.name(), "oobwatch_credential_refusals");
    let locked_out = metrics.own(Site::Fmc, "auth_locked_out");
    (rig.state(Site::Fmc).refused_logins, refusals, locked_out)
}

#[tokio::test]
async fn a_refused_password_is_tried_twice_a_minute_apart_and_no_more() {
    let mut rig = refusing().await;
    let first = rig.checked(1).await;
    assert_eq!(found(&rig, &first), (1, Some(1.0), Some(1.0)));
    assert_eq!(first.own(Site::Fmc, "check_level"), Some(6.0));
    assert_eq!(first.own(Site::Fmc, "verdict"), Some(3.0));
    let too_soon = rig.cycle().await;
    assert_eq!(found(&rig, &too_soon), (1, Some(1.0), Some(1.0)));
    rig.cycle().await;
    for _ in 0..10 {
        let metrics = rig.cycle().await;
        assert_eq!(found(&rig, &metrics), (2, Some(2.0), Some(1.0)));
    }
    let events = rig.sim.events(0);
    let refused = events
        .iter()
        .filter(|event| event.what == What::RefusedLogin);
    let times: Vec<_> = refused.map(|event| event.clock_ms).collect();
    assert!(times[1] - times[0] >= 60_000, "{times:?}");

    rig.reset_board().await;
    for _ in 0..4 {
        let metrics = rig.concluded().await;
        assert_eq!(found(&rig, &metrics), (2, Some(2.0), Some(1.0)));
        rig.begin_cycle().await;
    }
}

#[tokio::test]
async fn a_reset_between_the_two_tries_makes_no_third() {
    let mut rig = refusing().await;
    rig.checked(1).await;
    rig.reset_board().await;
    let metrics = rig.concluded().await;
    assert_eq!(
        found(&rig, &metrics).1,
        Some(1.0),
        "the first was not forgotten"
    );
    for _ in 0..5 {
        rig.cycle().await;
    }
    rig.reset_board().await;
    for _ in 0..5 {
        rig.concluded().await;
        rig.begin_cycle().await;
    }
    let metrics = rig.concluded().await;
    assert_eq!(found(&rig, &metrics), (2, Some(2.0), Some(1.0)));
    let resets = metrics.get("oobwatch_board_resets_total{reason=\"software\"}");
    assert_eq!(resets, Some(2.0));
}
