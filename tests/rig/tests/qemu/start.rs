//! From power to the first reports.

use oobwatch_rig::{Rig, Setup};

#[tokio::test]
async fn both_boxes_are_checked() {
    let rig = Rig::start(Setup::default()).await;
    let host = rig.host_check("prometheus").await;
    eprintln!("{}\n{}", host.out, host.err);
    let metrics = rig
        .until(|m| {
            m.text().contains("chassis") && m.of("chassis", "oobwatch_told_verdict") != Some(3.0)
        })
        .await;
    eprintln!("{}\n{}", metrics.text(), rig.board.serial);
    eprintln!("{:#?}", rig.sim.state());
}
