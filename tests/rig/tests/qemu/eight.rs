//! As many targets as the board has room for, on boxes of their own.

use core::fmt::Write as _;
use core::net::{Ipv4Addr, SocketAddrV4};

use oobwatch_rig::{Rig, Setup, Site};
use oobwatch_sim::Sim;

/// Management centres, and chassis.
const OF_EACH: u8 = 4;
/// How often each is checked.
const CYCLES: u32 = 3;

#[tokio::test]
async fn eight_boxes_are_checked_in_turn() {
    let folder = tempfile::tempdir().unwrap();
    let mut setup = Setup::default();
    let mut sims = Vec::new();
    for number in 1..OF_EACH {
        let sim = Sim::builder().start().await.unwrap();
        for site in Site::ALL {
            let address = Ipv4Addr::from(u32::from(*site.address().ip()) + u32::from(number));
            let (name, file) = (name(site, number), folder.path().join(name(site, number)));
            std::fs::write(&file, &site.info(&sim).cert_pem).unwrap();
            let (scheme, credential) = (site.scheme(), site.name());
            let table = format!("[targets.{name}]\nurl = '{scheme}://{address}'");
            let _ = writeln!(
                setup.tables,
                "{table}\ncredentials = '{credential}'\ncertificate = {file:?}"
            );
            let address = SocketAddrV4::new(address, site.address().port());
            setup.services.push((address, site.info(&sim).addr));
        }
        sims.push(sim);
    }
    let mut rig = Rig::start(setup).await;
    rig.checked(1).await;
    for cycle in 1..=CYCLES {
        if cycle > 1 {
            rig.cycle().await;
        }
        rig.until(|metrics| {
            let checks = |name: &str| metrics.of(name, "oobwatch_checks_total");
            names().all(|name| checks(&name) == Some(cycle.into()))
        })
        .await;
    }
    let metrics = rig.metrics().await.unwrap();
    for (site, name) in Site::ALL.into_iter().flat_map(|site| {
        let of = move |number| (site, name(site, number));
        (1..OF_EACH).map(of)
    }) {
        let verdict = metrics.of(&name, &format!("{}_verdict", site.scheme()));
        assert_eq!(verdict, Some(0.0), "{name}");
    }
    for state in sims.iter().chain([&rig.sim]).map(Sim::state) {
        for of in [state.fmc, state.fxos] {
            let sessions = (of.logins, of.revokes, of.live_sessions);
            assert_eq!(sessions, (CYCLES.into(), CYCLES.into(), 0));
        }
    }
}

fn name(site: Site, number: u8) -> String {
    format!("{}-{number}", site.name())
}

/// Of all targets.
fn names() -> impl Iterator<Item = String> {
    let more = |site| (1..OF_EACH).map(move |number| name(site, number));
    let first = Site::ALL.map(|site| site.name().to_owned());
    first
        .into_iter()
        .chain(Site::ALL.into_iter().flat_map(more))
}
