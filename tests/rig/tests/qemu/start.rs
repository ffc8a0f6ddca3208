//! From power to reports, as the host command would have made them.

use core::net::Ipv4Addr;

use oobwatch_rig::{Rig, Setup, Site};
use oobwatch_sim::{Alert, Scenario, TlsVersions};

use crate::same::assert_same;
use crate::schema::assert_health;

#[tokio::test]
async fn by_dhcp_and_dns_over_tls_1_2() {
    checked_once(Setup::default(), TlsVersions::Tls12, "1.2").await;
}

#[tokio::test]
async fn by_dhcp_and_dns_over_tls_1_3() {
    checked_once(Setup::default(), TlsVersions::Tls13, "1.3").await;
}

#[tokio::test]
async fn with_an_address_of_its_own() {
    let address = Some(Ipv4Addr::new(10, 77, 0, 99));
    let setup = Setup {
        address,
        ..Setup::default()
    };
    let rig = checked_once(setup, TlsVersions::Both, "1.3").await;
    assert_eq!(rig.board.gateway.leases().asked, 0);
}

/// Each box by the command, then by the board: one login, one logout each.
async fn checked_once(setup: Setup, tls: TlsVersions, version: &str) -> Rig {
    let rig = Rig::start(setup.with(|scenario| scenario.tls = tls)).await;
    let board = rig.checked(1).await;
    let host = rig.host_check("prometheus").await;
    assert_eq!((host.code, &*host.err), (Some(0), ""));
    assert_same(&host.out, &board);
    for site in Site::ALL {
        assert_eq!(board.own(site, "verdict"), Some(0.0));
        let state = rig.state(site);
        assert_eq!(
            (state.logins, state.revokes, state.live_sessions),
            (2, 2, 0),
            "{site:?}"
        );
        let versions: Vec<_> = state.tls_versions.keys().collect();
        assert_eq!(versions, [version], "{site:?}");
        assert_eq!(
            state.stray_credentials + state.foreign_credentials,
            0,
            "{site:?}"
        );
    }
    rig
}

/// What boxes may be like, one after the other.
const WAYS: [fn(&mut Scenario); 9] = [
    |all| all.fmc.health = ["green", "yellow"].map(Into::into).into(),
    |all| all.fmc.health = ["red", "disabled", "purple"].map(Into::into).into(),
    |all| all.fxos.fault_severities = ["minor", "cleared", "info"].map(Into::into).into(),
    |all| all.fxos.fault_severities = ["critical", "major"].map(Into::into).into(),
    |all| all.fxos.app_states = ["online", "offline"].map(Into::into).into(),
    |all| (all.fmc.rest_disabled, all.fxos.missing) = (true, vec!["faultInst".into()]),
    |all| (all.fmc.devices, all.fmc.ha_status) = (40, "GOOD".into()),
    much_is_warning,
    much_is_critical,
];

fn much_is_warning(all: &mut Scenario) {
    all.fmc.ha_pairs.states = vec![["Active".into(), "Cold Standby".into()]];
    all.fmc.ha_status = "DEGRADED".into();
    all.fmc.license.registration = "EVALUATION".into();
    all.fmc.chassis.faults = vec!["minor".into(), "info".into()];
    (all.fmc.pending_deployments, all.fmc.running_deployments) = (2, 1);
    all.fxos.fans[1] = "fanspeed-increased".into();
    all.fxos.ports[1].oper = "link-down".into();
    all.fxos.ntp_servers[0] = "time-sync-in-progress".into();
}

fn much_is_critical(all: &mut Scenario) {
    all.fmc.connected = vec![true, false];
    all.fmc.alerts.more = vec![Alert::default()];
    all.fmc.server_version = "7.2.4 (build 169)".into();
    all.fxos.power_supplies[1] = "inoperable".into();
    all.fxos.chassis_thermal = "upper-critical".into();
    all.fxos.port_channels[0].oper = "failed".into();
    all.fxos.logical_devices.clear();
}

#[tokio::test]
async fn whatever_the_boxes_are_like_the_board_says_what_the_command_says() {
    let mut rig = Rig::start(Setup::default()).await;
    rig.checked(1).await;
    let usual = rig.sim.scenario();
    let mut verdicts = Vec::new();
    for way in WAYS {
        let mut scenario = usual.clone();
        way(&mut scenario);
        rig.change(|all| *all = scenario);
        let board = rig.cycle().await;
        let host = rig.host_check("prometheus").await;
        assert_same(&host.out, &board);
        assert_health(&rig.board.get("/health").await.unwrap());
        verdicts.push(Site::ALL.map(|site| board.own(site, "verdict")));
    }
    let all = |fmc: u8, fxos: u8| [Some(f64::from(fmc)), Some(f64::from(fxos))];
    assert_eq!(
        verdicts,
        [
            all(1, 0),
            all(2, 0),
            all(0, 1),
            all(0, 2),
            all(0, 2),
            all(3, 0),
            all(0, 0),
            all(1, 1),
            all(2, 2),
        ]
    );
}
