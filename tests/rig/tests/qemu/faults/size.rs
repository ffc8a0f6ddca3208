//! Answers that are larger than the board.

use oobwatch_rig::{Setup, Site};

use super::{WELL, assert_found, nothing_left, well};

/// The head of a login to an account that may see a thousand domains.
#[tokio::test]
async fn a_head_of_eighty_kilobytes() {
    let setup = Setup::only(Site::Fmc).with(|all| all.fmc.domain_count = 1_000);
    let rig = well(setup).await;
    assert_eq!(rig.state(Site::Fmc).logins, 1);
    nothing_left(&rig);
}

#[tokio::test]
async fn a_device_list_of_a_megabyte() {
    let mut rig = well(Setup::only(Site::Fmc)).await;
    let before = rig.board.peaks().await.unwrap();
    rig.change(|all| all.fmc.devices = 1_000);
    let metrics = rig.cycle().await;
    assert_found(&metrics, WELL);
    let devices = metrics.get("fmc_managed_devices{target=\"centre\",health=\"ok\"}");
    assert_eq!(devices, Some(1_000.0));
    nothing_left(&rig);
    let after = rig.board.peaks().await.unwrap();
    assert_eq!(after, before, "it takes no more memory than three devices");
}
