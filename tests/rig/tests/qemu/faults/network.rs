//! Cable, address, name, port.

use core::time::Duration;

use oobwatch_rig::gateway::{Answers, Weather};
use oobwatch_rig::{Rig, Setup, Site};

use super::{Stopped, Verdict, WELL, assert_found, ends_between, nothing_left, recovers, well};

/// The check can not log out; the next one does, with the token that it has kept.
#[tokio::test]
async fn the_cable_is_pulled_in_the_middle_of_a_check() {
    let mut rig = well(Setup::only(Site::Fmc)).await;
    rig.change(|all| all.fmc.wire.hold = vec!["/api/fmc_config".into()]);
    rig.begin_cycle().await;
    rig.until_so(|rig| rig.state(Site::Fmc).held == 1).await;
    rig.board.set_link(false).await.unwrap();
    rig.leap(40).await;
    rig.board.set_link(true).await.unwrap();
    rig.sim.release();
    assert_found(&rig.concluded().await, (Stopped::Link, Verdict::Unknown));
    recovers(&mut rig).await;
    let state = rig.state(Site::Fmc);
    assert_eq!((state.logins, state.revokes), (2, 2), "{state:#?}");
}

const DAY: u32 = 86_400;

#[tokio::test]
async fn the_cable_is_out_and_in_again() {
    let mut rig = well(Setup::only(Site::Fmc)).await;
    rig.board.set_link(false).await.unwrap();
    rig.begin_cycle().await;
    rig.board.set_link(true).await.unwrap();
    let metrics = rig.concluded().await;
    assert_found(&metrics, (Stopped::Link, Verdict::Unknown));
    recovers(&mut rig).await;
}

/// Checked every day, so that no check is due when the lease of half a day ends.
#[tokio::test]
async fn the_lease_is_lost_and_given_again() {
    let mut rig = well(Setup {
        check_every: DAY,
        ..Setup::only(Site::Fmc)
    })
    .await;
    rig.board.gateway.leases().is_silent = true;
    rig.leap(u64::from(DAY / 2)).await;
    let asked = rig.board.gateway.leases().asked;
    // With its lease over, the board begins anew.
    asks_for_a_lease(&mut rig, asked).await;
    rig.begin_cycle_in(DAY / 2).await;
    rig.board.gateway.leases().is_silent = false;
    rig.board.gateway.leases().seconds = 3 * DAY;
    let asked = rig.board.gateway.leases().asked;
    asks_for_a_lease(&mut rig, asked).await;
    let metrics = rig.concluded().await;
    assert_found(&metrics, (Stopped::Address, Verdict::Unknown));
    recovers(&mut rig).await;
}

async fn asks_for_a_lease(rig: &mut Rig, before: u32) {
    while rig.board.gateway.leases().asked == before {
        rig.leap(1).await;
    }
}

#[tokio::test]
async fn the_name_is_not_found() {
    let mut rig = well(Setup::only(Site::Fmc)).await;
    for answers in [Answers::NoSuchName, Answers::ServerFailure] {
        rig.board.gateway.names().answers = answers;
        assert_found(&rig.cycle().await, (Stopped::Name, Verdict::Unknown));
        rig.board.gateway.names().answers = Answers::Truly;
        recovers(&mut rig).await;
    }
}

#[tokio::test]
async fn the_name_server_is_silent() {
    let mut rig = well(Setup::only(Site::Fmc)).await;
    rig.board.gateway.names().answers = Answers::Silence;
    let asked = rig.board.gateway.names().asked.len();
    rig.begin_cycle().await;
    rig.until_so(|rig| rig.board.gateway.names().asked.len() > asked)
        .await;
    let metrics = ends_between(&mut rig, 5, 11).await;
    assert_found(&metrics, (Stopped::Name, Verdict::Unknown));
    rig.board.gateway.names().answers = Answers::Truly;
    recovers(&mut rig).await;
}

#[tokio::test]
async fn the_port_is_closed() {
    let mut rig = well(Setup::only(Site::Fmc)).await;
    rig.service(Site::Fmc).close();
    assert_found(&rig.cycle().await, (Stopped::Tcp, Verdict::Critical));
    rig.service(Site::Fmc).lead_to(rig.sim.fmc().addr);
    recovers(&mut rig).await;
}

#[tokio::test]
async fn one_frame_in_twenty_is_lost_and_each_takes_its_time() {
    let mut rig = well(Setup::default()).await;
    let foul = Weather {
        loss: 0.05,
        delay: Duration::from_millis(20),
        seed: 5,
    };
    for times in 2..=6 {
        rig.board.gateway.set_weather(foul);
        rig.begin_cycle().await;
        rig.until_so(|rig| {
            Site::ALL
                .iter()
                .all(|site| rig.state(*site).revokes == times)
        })
        .await;
        rig.board.gateway.set_weather(Weather::default());
        let metrics = rig.concluded().await;
        assert_found(&metrics, WELL);
        assert_eq!(metrics.own(Site::Fxos, "verdict"), Some(0.0));
    }
    assert_eq!(Site::ALL.map(|site| rig.state(site).logins), [6, 6]);
    nothing_left(&rig);
}
