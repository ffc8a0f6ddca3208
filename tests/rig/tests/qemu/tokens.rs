//! The life of an FMC token: half an hour, for board and box alike, a minute in
//! this test.

use oobwatch_rig::{Rig, Setup, Site};
use oobwatch_sim::What;

/// Logins and refreshes so far.
fn counts(rig: &Rig) -> (u64, u64) {
    let state = rig.state(Site::Fmc);
    (state.logins, state.refreshes)
}

/// A check is due every 40 s. At an age of 1,720 s a token outlives it; at one of
/// 1,760 s it does not, by the lead of 45 s.
#[tokio::test]
async fn a_token_is_refreshed_in_time_three_times_and_then_comes_a_login() {
    let setup = Setup {
        check_every: 40,
        ..Setup::only(Site::Fmc)
    };
    let mut rig = Rig::start(setup).await;
    rig.checked(1).await;
    for refreshes in 0..3 {
        for leap in [880, 840] {
            rig.cycle_in(leap).await;
            assert_eq!(counts(&rig), (1, refreshes), "the token has time left");
        }
        rig.cycle_in(40).await;
        assert_eq!(
            counts(&rig),
            (1, refreshes + 1),
            "the token has less than its lead left"
        );
    }
    // There is no fourth refresh: the last token is used to its end.
    for leap in [880, 840, 40] {
        rig.cycle_in(leap).await;
        assert_eq!(counts(&rig), (1, 3));
    }
    let metrics = rig.cycle_in(40).await;
    assert_eq!(counts(&rig), (2, 3));
    assert_eq!(metrics.own(Site::Fmc, "verdict"), Some(0.0));
    assert_eq!(
        metrics.own(Site::Fmc, "auth_refreshes_remaining"),
        Some(3.0)
    );
    assert_eq!(metrics.own(Site::Fmc, "auth_refreshes_total"), Some(3.0));

    let state = rig.state(Site::Fmc);
    let refused = (
        state.refused_logins,
        state.refused_refreshes,
        state.refused_revokes,
    );
    assert_eq!(refused, (0, 0, 0), "{state:#?}");
    assert_eq!(
        (state.displaced_sessions, state.live_sessions),
        (0, 1),
        "{state:#?}"
    );
    assert_eq!(
        unauthorized(&rig),
        0,
        "no request was sent with a token that is dead"
    );
}

fn unauthorized(rig: &Rig) -> usize {
    let events = rig.sim.events(0);
    let refused = events
        .iter()
        .filter(|event| event.what == What::Unauthorized);
    refused.count()
}
