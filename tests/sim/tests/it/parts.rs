//! How the chassis is made up, switch by switch.

use oobwatch_sim::{Link, Scenario};
use serde_json::Value;

use crate::fxos;
use crate::support::{call, sim};

/// A chassis with those switches, and what one of its paths holds.
async fn read(path: &str, change: impl FnOnce(&mut Scenario)) -> Value {
    let mut scenario = Scenario::default();
    change(&mut scenario);
    let sim = sim(scenario).await;
    let token = fxos::log_in(sim.fxos()).await;
    fxos::get(sim.fxos(), &token, path).await.json()
}

#[tokio::test]
async fn a_chassis_is_made_of_what_the_switches_say() {
    for (class, count, member, word) in [
        ("equipmentFan", 4, "operState", "operable"),
        ("equipmentPsu", 2, "operState", "operable"),
        ("equipmentChassis", 1, "power", "ok"),
        ("equipmentChassis", 1, "thermal", "ok"),
        ("smAppInstance", 1, "adminState", "enabled"),
        ("smLogicalDevice", 1, "operationalState", "ok"),
        ("portEp", 2, "operState", "up"),
        ("fabricEthLanPc", 1, "adminState", "enabled"),
        ("commNtpProvider", 2, "timeSyncStatus", "time-synchronized"),
    ] {
        let all = read(&format!("/api?classId={class}"), |_| {}).await;
        assert_eq!(all[class].as_array().unwrap().len(), count, "{class}");
        assert_eq!(all[class][0][member], word, "{class}");
    }
}

/// Path, class, which object, its member and its word.
const IN_TROUBLE: &[(&str, &str, usize, &str, &str)] = &[
    (
        "/api?classId=equipmentFan",
        "equipmentFan",
        1,
        "operState",
        "inoperable",
    ),
    (
        "/api?classId=equipmentPsu",
        "equipmentPsu",
        1,
        "operability",
        "power-problem",
    ),
    (
        "/api/sys/chassis-1",
        "equipmentChassis",
        0,
        "power",
        "redundancy-failed",
    ),
    (
        "/api/sys/chassis-1",
        "equipmentChassis",
        0,
        "thermal",
        "upper-critical",
    ),
    ("/api/ports/ep", "portEp", 1, "operState", "link-down"),
    (
        "/api/ports/pc",
        "fabricEthLanPc",
        0,
        "operState",
        "admin-down",
    ),
    (
        "/api/ports/pc",
        "fabricEthLanPc",
        0,
        "adminState",
        "disabled",
    ),
    (
        "/api/ld",
        "smLogicalDevice",
        1,
        "operationalState",
        "incomplete-configuration",
    ),
    (
        "/api/sys/service/datetime-svc/ntp",
        "commNtpProvider",
        0,
        "timeSyncStatus",
        "unreachable-or-invalid-ntp-server",
    ),
    (
        "/api?classId=smAppInstance",
        "smAppInstance",
        1,
        "adminState",
        "disabled",
    ),
];

#[tokio::test]
async fn each_part_of_a_chassis_has_its_word() {
    let words = |words: &[&str]| {
        words
            .iter()
            .map(|word| (*word).into())
            .collect::<Vec<String>>()
    };
    let change = |all: &mut Scenario| {
        all.fxos.fans = words(&["operable", "inoperable"]);
        all.fxos.power_supplies = words(&["operable", "power-problem"]);
        all.fxos.chassis_power = "redundancy-failed".into();
        all.fxos.chassis_thermal = "upper-critical".into();
        all.fxos.ports = vec![Link::default(), Link::new("link-down", "enabled")];
        all.fxos.port_channels = vec![Link::new("admin-down", "disabled")];
        all.fxos.logical_devices = words(&["ok", "incomplete-configuration"]);
        all.fxos.ntp_servers = words(&["unreachable-or-invalid-ntp-server"]);
        all.fxos.app_states = words(&["online", "offline"]);
        all.fxos.app_admin_states = words(&["enabled", "disabled"]);
    };
    for (path, class, place, member, word) in IN_TROUBLE {
        let found = read(path, change).await;
        assert_eq!(found[*class][place][member], *word, "{path}: {found}");
    }
    let slots = |all: &mut Scenario| all.fxos.empty_slots = 1;
    let supplies = read("/api?classId=equipmentPsu", slots).await;
    assert_eq!(supplies["equipmentPsu"][1]["presence"], "equipped");
    assert_eq!(supplies["equipmentPsu"][2]["presence"], "empty");
    let older = |all: &mut Scenario| all.fxos.operability_only = true;
    let fans = read("/api?classId=equipmentFan", older).await;
    assert_eq!(fans["equipmentFan"][0].get("operState"), None);
    assert_eq!(fans["equipmentFan"][0]["operability"], "operable");
}

#[tokio::test]
async fn a_class_may_be_unknown_with_400_or_404() {
    for (is_400, status) in [(false, 404), (true, 400)] {
        let mut scenario = Scenario::default();
        scenario.fxos.missing = vec!["equipmentFan".into(), "/api/ld".into()];
        scenario.fxos.missing_class_is_400 = is_400;
        let sim = sim(scenario).await;
        let token = fxos::log_in(sim.fxos()).await;
        let class = fxos::get(sim.fxos(), &token, "/api?classId=equipmentFan").await;
        assert_eq!(class.status(), status);
        let path = fxos::get(sim.fxos(), &token, "/api/ld").await;
        assert_eq!(path.status(), 404);
    }
}

#[tokio::test]
async fn a_port_channel_that_was_there_can_be_changed_and_removed() {
    let sim = sim(Scenario::default()).await;
    let token = fxos::log_in(sim.fxos()).await;
    let one = "/api/ports/pc/PortChannel1";
    let headers = [
        ("TOKEN", token.as_str()),
        fxos::JSON,
        ("Content-Type", "application/json"),
    ];
    let send = async |method, body| call(sim.fxos(), method, one, &headers, body).await;
    let body = r#"{"fabricEthLanPc":[{"adminState":"disabled"}]}"#;
    let changed = send("PATCH", body).await.json();
    assert_eq!(changed["fabricEthLanPc"][0]["adminState"], "disabled");
    assert_eq!(changed["fabricEthLanPc"][0]["operState"], "up", "kept");
    assert_eq!(send("DELETE", "").await.status(), 204);
    assert_eq!(send("GET", "").await.status(), 404);
    assert_eq!(send("DELETE", "").await.status(), 404);
}
