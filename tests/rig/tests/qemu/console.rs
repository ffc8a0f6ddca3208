//! A board that is configured at its serial console, by whoever has nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oobwatch_rig::{Metrics, Rig, Setup, Site};

const NONE: &str = "configuration refused: no configuration image here";

/// Logs out, resets the board, and waits for its banner and its network.
async fn reboot(rig: &mut Rig) {
    let said = rig.type_in("reboot\r", "network: 10.").await;
    assert!(said.contains("reset: software"), "{said}");
}

/// As `base64 config.bin` prints it.
fn pasted(rig: &Rig) -> String {
    let image = std::fs::read(&rig.config).expect("the image");
    let text = STANDARD.encode(image);
    let lines = text.as_bytes().chunks(76);
    lines
        .map(|line| String::from_utf8_lossy(line) + "\n")
        .collect()
}

#[tokio::test]
async fn from_nothing_to_checks_and_back() {
    let setup = Setup {
        is_blank: true,
        check_every: 300,
        ..Setup::default()
    };
    let mut rig = Rig::start(setup).await;
    rig.type_in("status\r", NONE).await;
    rig.type_in("import\r", "nothing is echoed").await;
    let image = pasted(&rig);
    let said = rig.type_in(&image, "used after: reboot").await;
    assert!(!said.contains(&image[..20]), "{said}");
    reboot(&mut rig).await;
    let metrics = rig.checked(1).await;
    for site in Site::ALL {
        assert_eq!(metrics.own(site, "verdict"), Some(0.0));
    }

    // A session that is open is closed before the restart.
    assert_eq!(rig.state(Site::Fmc).live_sessions, 1);
    rig.type_in("remove target chassis\r", "to keep it: save")
        .await;
    rig.type_in("set credential centre password\r", "password: ")
        .await;
    let said = rig.type_in("wr0ng-Secret\r", "to keep it: save").await;
    assert!(!said.contains("wr0ng"), "{said}");
    let said = rig.type_in("show\r", "changed, and not saved").await;
    assert!(said.contains("* credentials  centre: user"), "{said}");
    assert!(said.contains("* target       chassis: removed"), "{said}");
    rig.type_in("save\r", "used after: reboot").await;
    reboot(&mut rig).await;
    assert_eq!(rig.state(Site::Fmc).live_sessions, 0);
    let refused = |all: &Metrics| all.of("centre", "oobwatch_credential_refusals") == Some(1.0);
    let metrics = rig.until(refused).await;
    assert_eq!(metrics.own(Site::Fxos, "verdict"), None);

    rig.type_in("factory-reset\r", "type again").await;
    rig.type_in("factory-reset\r", NONE).await;
}
