//! What the board tells of changes.

use oobwatch_rig::gateway::ADDRESS;
use oobwatch_rig::{Rig, Setup, Site};

/// Of messages on the state of the FMC: severity, and what they say.
fn states(rig: &Rig) -> Vec<String> {
    let messages = rig.board.gateway.syslog();
    messages
        .into_iter()
        .filter(|message| message.contains(" STATE "))
        .collect()
}

#[tokio::test]
async fn syslog_hears_of_what_lasts() {
    let mut setup = Setup::only(Site::Fmc);
    setup.firmware = format!("syslog = ['{ADDRESS}']");
    let mut rig = Rig::start(setup).await;
    rig.until_so(|rig| states(rig).len() == 1).await;
    rig.service(Site::Fmc).close();
    // Once is an accident.
    rig.cycle().await;
    assert_eq!(states(&rig).len(), 1);
    rig.cycle().await;
    rig.until_so(|rig| states(rig).len() == 2).await;
    rig.service(Site::Fmc).lead_to(rig.sim.fmc().addr);
    rig.cycle().await;
    rig.until_so(|rig| states(rig).len() == 3).await;
    let severities: Vec<_> = states(&rig)
        .iter()
        .map(|message| priority(message))
        .collect();
    // Facility daemon (3): notice when well, critical when not.
    assert_eq!(severities, [29, 26, 29], "{:#?}", states(&rig));
    // At once: sooner than what could not be sent is tried again.
    let times: Vec<_> = states(&rig)
        .iter()
        .map(|message| sent_at(message))
        .collect();
    let late = times
        .iter()
        .zip([0, 1_800, 2_700])
        .map(|(at, due)| at - due);
    assert!(late.max() < Some(10), "{times:?}");
    assert!(
        rig.board
            .gateway
            .syslog()
            .iter()
            .any(|message| message.contains(" HEARTBEAT "))
    );
}

/// When a message was sent, in seconds since the board's start.
fn sent_at(message: &str) -> u32 {
    let (_, rest) = message.split_once("sysUpTime=\"").unwrap();
    let (hundredths, _) = rest.split_once('"').unwrap();
    hundredths.parse::<u32>().unwrap() / 100
}

fn priority(message: &str) -> u32 {
    let (priority, _) = message
        .strip_prefix('<')
        .and_then(|rest| rest.split_once('>'))
        .unwrap();
    priority.parse().unwrap()
}
