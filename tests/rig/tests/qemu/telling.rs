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
    assert!(
        rig.board
            .gateway
            .syslog()
            .iter()
            .any(|message| message.contains(" HEARTBEAT "))
    );
}

fn priority(message: &str) -> u32 {
    let (priority, _) = message
        .strip_prefix('<')
        .and_then(|rest| rest.split_once('>'))
        .unwrap();
    priority.parse().unwrap()
}
