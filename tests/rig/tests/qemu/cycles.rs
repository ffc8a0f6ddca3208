//! Many checks in one boot: a day of them here, ten days in `cargo xtask soak`.

use oobwatch_rig::{Rig, Setup, Site};

/// How often each box is checked: every quarter of an hour.
fn cycles() -> u32 {
    let said = std::env::var("OOBWATCH_RIG_CYCLES");
    said.map_or(100, |cycles| {
        cycles.parse().expect("OOBWATCH_RIG_CYCLES is a number")
    })
}

/// Bytes of stack for an interrupt. Whether one has come where the stack was
/// deepest is a matter of chance.
const INTERRUPT: u32 = 512;

#[tokio::test]
async fn memory_stays_what_it_was_and_every_session_is_closed() {
    let mut rig = Rig::start(Setup::default()).await;
    let mut metrics = rig.checked(1).await;
    let mut early = None;
    for cycle in 2..=cycles() {
        metrics = rig.cycle().await;
        let verdicts = Site::ALL.map(|site| metrics.own(site, "verdict"));
        assert_eq!(verdicts, [Some(0.0); 2], "in cycle {cycle}");
        if cycle == 10 {
            early = Some(rig.board.peaks().await.unwrap());
        }
    }
    let late = rig.board.peaks().await.unwrap();
    let early = early.expect("there are ten cycles");
    println!("after 10 cycles: {early:?}, after {}: {late:?}", cycles());
    assert_eq!(late.heap, early.heap);
    assert!(late.stack <= early.stack + INTERRUPT);
    for site in Site::ALL {
        let state = rig.state(site);
        let closed = (
            state.logins,
            state.revokes,
            state.live_sessions,
            state.expired_sessions,
        );
        assert_eq!(closed, (cycles().into(), cycles().into(), 0, 0), "{site:?}");
    }
    let resets = ["watchdog", "software"].map(|reason| {
        metrics.get(&format!(
            "oobwatch_board_resets_total{{reason=\"{reason}\"}}"
        ))
    });
    assert_eq!(resets, [Some(0.0); 2]);
}
