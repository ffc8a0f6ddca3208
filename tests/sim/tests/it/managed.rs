//! What the management centre manages, switch by switch.

use oobwatch_sim::{Alert, HaPairs, Scenario, Sim};
use serde_json::{Value, json};

use crate::fmc::{DOMAIN, Tokens, get, log_in, refusal};
use crate::support::sim;

const NORTH: &str = "/api/fmc_config/v1/domain/61e913a4-4bd6-7bde-54b6-000000000000";
const LICENSES: &str = "/api/fmc_platform/v1/license/smartlicenses";

/// An FMC with those switches, and who is logged in to it.
async fn fmc(change: impl FnOnce(&mut Scenario)) -> (Sim, Tokens) {
    let mut scenario = Scenario::default();
    change(&mut scenario);
    let sim = sim(scenario).await;
    let tokens = log_in(sim.fmc()).await;
    (sim, tokens)
}

/// The entries of a list.
async fn items((sim, tokens): &(Sim, Tokens), path: &str) -> Vec<Value> {
    let answer = get(sim.fmc(), tokens, path).await.json();
    let items = answer.get("items").cloned().unwrap_or_else(|| json!([]));
    assert!(answer["paging"]["count"].is_u64(), "{path}: {answer}");
    serde_json::from_value(items).unwrap()
}

#[tokio::test]
async fn all_is_well_and_there_unless_switched() {
    let lab = fmc(|_| {}).await;
    for (path, count) in [
        ("devices/devicerecords", 3),
        ("devicehapairs/ftddevicehapairs", 1),
        ("deviceclusters/ftddevicecluster", 1),
        ("chassis/fmcmanagedchassis", 1),
        ("health/alerts", 4),
        ("integration/fmchastatuses", 0),
        ("deployment/deployabledevices", 0),
        ("deployment/jobhistories", 3),
    ] {
        let found = items(&lab, &format!("{DOMAIN}/{path}?expanded=true")).await;
        assert_eq!(found.len(), count, "{path}");
    }
    let trouble = format!("{DOMAIN}/health/alerts?filter=status:red,yellow");
    assert!(items(&lab, &trouble).await.is_empty());
    let license = &items(&lab, LICENSES).await[0];
    assert_eq!(license["regStatus"], "REGISTERED");
    assert_eq!(license["metadata"]["authStatus"], "AUTHORIZED");
}

#[tokio::test]
async fn pairs_say_how_their_members_are_or_are_listed_short() {
    let pairs = format!("{DOMAIN}/devicehapairs/ftddevicehapairs");
    let words = [["Active", "Standby"], ["Failed", ""]];
    let lab = fmc(|all| {
        all.fmc.ha_pairs.count = 1_000;
        all.fmc.ha_pairs.states = words.map(|pair| pair.map(Into::into)).to_vec();
        all.fmc.devices = 4;
    })
    .await;
    let all = items(&lab, &format!("{pairs}?expanded=true&limit=1000")).await;
    assert_eq!(all.len(), 1_000);
    let metadata = &all[1]["metadata"];
    assert_eq!(metadata["primaryStatus"]["currentStatus"], "Failed");
    assert_eq!(metadata["primaryStatus"]["device"]["name"], "FTDv-Edge3");
    assert_eq!(metadata["secondaryStatus"].get("currentStatus"), None);
    let short = &items(&lab, &pairs).await[0];
    assert_eq!(short.as_object().unwrap().len(), 4, "{short}");
    let devices = format!("{DOMAIN}/devices/devicerecords?expanded=true");
    let member = &items(&lab, &devices).await[1]["metadata"]["containerDetails"];
    assert_eq!(member["status"], "Standby");
    assert_eq!(member["id"], all[0]["id"]);

    let (sim, tokens) = fmc(|all| all.fmc.ha_pairs.list_is_short = true).await;
    let one = get(sim.fmc(), &tokens, &format!("{pairs}?expanded=true")).await;
    let id = one.json()["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(one.json()["items"][0].get("metadata"), None);
    let one = get(sim.fmc(), &tokens, &format!("{pairs}/{id}"))
        .await
        .json();
    assert_eq!(
        one["metadata"]["secondaryStatus"]["currentStatus"],
        "Standby"
    );
    let none = get(sim.fmc(), &tokens, &format!("{pairs}/nothing")).await;
    assert_eq!(none.status(), 404);
}

#[tokio::test]
async fn clusters_name_their_members_and_their_states_where_switched() {
    let clusters = format!("{DOMAIN}/deviceclusters/ftddevicecluster");
    let list = format!("{clusters}?expanded=true");
    let silent = &items(&fmc(|_| {}).await, &list).await[0];
    let control = &silent["controlDevice"]["deviceDetails"];
    assert_eq!(control["name"], "FTDv-Edge3", "after the pair");
    assert_eq!(control.get("status"), None);
    let lab = fmc(|all| {
        all.fmc.clusters.count = 2;
        all.fmc.clusters.members = 3;
        all.fmc.clusters.states = vec!["In Sync".into(), "Disabled".into()];
    })
    .await;
    let all = items(&lab, &list).await;
    let data = &all[1]["dataDevices"];
    assert_eq!(data.as_array().unwrap().len(), 2);
    assert_eq!(data[1]["deviceDetails"]["status"], "Disabled");
    let one = format!("{clusters}/{}", all[1]["id"].as_str().unwrap());
    let one = get(lab.0.fmc(), &lab.1, &one).await.json();
    assert_eq!(one, all[1]);
    let short = fmc(|all| all.fmc.clusters.list_is_short = true).await;
    assert_eq!(items(&short, &list).await[0].get("controlDevice"), None);
}

#[tokio::test]
async fn device_records_are_as_long_as_switched_and_say_whether_they_are_connected() {
    let devices = format!("{DOMAIN}/devices/devicerecords?expanded=true&limit=1000");
    for bytes in [2_000, 3_000, 6_000] {
        let (sim, tokens) = fmc(|all| {
            all.fmc.devices = 100;
            all.fmc.device_bytes = bytes;
        })
        .await;
        let list = get(sim.fmc(), &tokens, &devices).await;
        let each = list.body.len() / 100;
        assert!(each.abs_diff(bytes) < 200, "{each} rather than {bytes}");
    }
    let lab = fmc(|all| all.fmc.connected = vec![true, false]).await;
    let told = items(&lab, &devices).await;
    let connected: Vec<_> = told.iter().map(|one| &one["isConnected"]).collect();
    assert_eq!(connected, [&json!(true), &json!(false), &json!(true)]);
    let old = fmc(|all| all.fmc.connected.clear()).await;
    assert_eq!(items(&old, &devices).await[0].get("isConnected"), None);
}

#[tokio::test]
async fn alerts_are_those_of_the_window_by_the_boxs_own_clock() {
    const DAY: i64 = 86_400;
    for skew in [0, -10 * 365 * DAY, 10 * 365 * DAY] {
        let lab = fmc(|all| {
            all.seed = Some(1);
            all.fmc.wire.date_skew_s = skew;
            all.fmc.alerts.age_s = 3_600;
            all.fmc.alerts.more = vec![
                Alert {
                    age_s: 2 * 86_400,
                    ..Alert::default()
                },
                Alert {
                    status: "YELLOW".into(),
                    age_s: 30,
                    device: Some(2),
                    module: "MEMORY_USAGE".into(),
                },
            ];
        })
        .await;
        let now = 1_767_225_600 + skew;
        let within = async |start: i64, end: i64| {
            let filter = format!("startTime:{start};endTime:{end};status:red,yellow");
            items(&lab, &format!("{DOMAIN}/health/alerts?filter={filter}")).await
        };
        let day = within(now - DAY, now).await;
        assert_eq!(day.len(), 1, "{day:?}");
        assert_eq!(day[0]["moduleID"], "MEMORY_USAGE");
        assert_eq!(day[0]["timestamp"], now - 30);
        assert_eq!(within(now - 3 * DAY, now + 60).await.len(), 2);
        if skew != 0 {
            assert!(within(now - skew - DAY, now - skew).await.is_empty());
        }
        let all = items(&lab, &format!("{DOMAIN}/health/alerts")).await;
        assert_eq!(all.len(), 6);
        let of_module = format!("{DOMAIN}/health/alerts?filter=moduleIDs:cpu");
        assert_eq!(items(&lab, &of_module).await.len(), 3);
    }
}

#[tokio::test]
async fn a_filter_of_alerts_must_make_sense_and_may_be_needed() {
    let (sim, tokens) = fmc(|all| all.fmc.alerts.window_needed = true).await;
    for (filter, status) in [
        ("", 400),
        ("?filter=status:red", 400),
        ("?filter=startTime:yesterday;endTime:2", 400),
        ("?filter=startTime:1;endTime:2", 200),
    ] {
        let path = format!("{DOMAIN}/health/alerts{filter}");
        let answer = get(sim.fmc(), &tokens, &path).await;
        assert_eq!(answer.status(), status, "{filter}");
    }
}

#[tokio::test]
async fn deployments_wait_or_run_and_have_been() {
    let lab = fmc(|all| {
        all.fmc.pending_deployments = 3;
        all.fmc.running_deployments = 1;
        all.fmc.jobs.count = 30;
        all.fmc.jobs.states = vec!["Failed".into(), "Deployed".into()];
    })
    .await;
    let deployable = format!("{DOMAIN}/deployment/deployabledevices");
    let whole = items(&lab, &format!("{deployable}?expanded=true")).await;
    let running: Vec<_> = whole.iter().map(|one| &one["isDeploying"]).collect();
    assert_eq!(running, [&json!(true), &json!(false), &json!(false)]);
    assert!(whole[0]["message"].is_string() && whole[1].get("message").is_none());
    assert_eq!(items(&lab, &deployable).await[0].get("isDeploying"), None);
    let jobs = items(&lab, &format!("{DOMAIN}/deployment/jobhistories?limit=40")).await;
    assert_eq!(jobs.len(), 30);
    assert_eq!(jobs[0]["jobName"], "Deploy_Job_30");
    assert_eq!(jobs[0]["jobStatus"], "Failed");
}

#[tokio::test]
async fn a_licence_is_in_the_words_of_the_switches_or_not_there() {
    let lab = fmc(|all| {
        all.fmc.license.registration = "EVALUATION".into();
        all.fmc.license.authorization = String::new();
        all.fmc.license.eval_days = 12;
    })
    .await;
    let license = &items(&lab, LICENSES).await[0];
    assert_eq!(license["regStatus"], "EVALUATION");
    assert_eq!(license["metadata"].get("authStatus"), None);
    assert_eq!(license["metadata"]["evalExpiresInDays"], 12);
    let none = fmc(|all| all.fmc.license.registration.clear()).await;
    assert!(items(&none, LICENSES).await.is_empty());
}

#[tokio::test]
async fn high_availability_of_the_management_centre_has_two_words() {
    let lab = fmc(|all| {
        all.fmc.ha_status = "DEGRADED".into();
        all.fmc.ha_sync = "PAUSED".into();
    })
    .await;
    let status = &items(&lab, &format!("{DOMAIN}/integration/fmchastatuses")).await[0];
    assert_eq!(status["overallStatus"], "DEGRADED");
    assert_eq!(status["syncStatus"], "PAUSED");
}

#[tokio::test]
async fn managed_chassis_have_faults_parts_and_instances() {
    let lab = fmc(|all| {
        all.fmc.chassis.count = 2;
        all.fmc.chassis.connected = vec![true, false];
        all.fmc.chassis.faults = vec!["major".into(), "info".into()];
    })
    .await;
    let folder = format!("{DOMAIN}/chassis/fmcmanagedchassis");
    let all = items(&lab, &format!("{folder}?expanded=true")).await;
    assert_eq!(all[1]["isConnected"], false);
    let id = all[1]["id"].as_str().unwrap();
    let faults = &items(&lab, &format!("{folder}/{id}/faultsummary")).await[0]["faultList"];
    assert_eq!(faults[0]["severity"], "major");
    assert_eq!(faults.as_array().unwrap().len(), 2);
    let inventory = &items(&lab, &format!("{folder}/{id}/inventorysummary")).await[0];
    assert_eq!(inventory["fanList"][0]["operability"], "operable");
    let instances = &items(&lab, &format!("{folder}/{id}/instancesummary")).await[0];
    assert_eq!(instances["instanceList"][0]["operationalState"], "online");
    for path in ["nothing", "nothing/faultsummary"] {
        let path = format!("{folder}/{path}");
        assert_eq!(get(lab.0.fmc(), &lab.1, &path).await.status(), 404);
    }
}

#[tokio::test]
async fn a_version_lacks_what_came_after_it() {
    let faults = "chassis/fmcmanagedchassis/c2719420-bca2-11ed-adea-000000000000/faultsummary";
    for (version, all_endpoints, alerts, chassis, summary, license) in [
        ("6.6.0 (build 90)", false, 404, 404, 404, 404),
        ("7.2.4 (build 169)", false, 200, 200, 404, 200),
        ("7.4.1 (build 172)", false, 200, 200, 200, 200),
        ("6.6.0 (build 90)", true, 200, 200, 200, 200),
    ] {
        let (sim, tokens) = fmc(|all| {
            all.fmc.server_version = version.into();
            all.fmc.all_endpoints = all_endpoints;
        })
        .await;
        for (path, status) in [
            (format!("{DOMAIN}/health/alerts"), alerts),
            (format!("{DOMAIN}/chassis/fmcmanagedchassis"), chassis),
            (format!("{DOMAIN}/{faults}"), summary),
            (LICENSES.into(), license),
        ] {
            let answer = get(sim.fmc(), &tokens, &path).await;
            assert_eq!(answer.status(), status, "{path} of {version}");
            if status == 404 {
                assert_eq!(refusal(&answer), (404, "Invalid URL".into()));
            }
        }
    }
}

#[tokio::test]
async fn domains_may_have_devices_of_their_own() {
    let devices = "devices/devicerecords?expanded=true";
    for (differ, name, health, alerts) in [
        (false, "FTDv-Edge1", "green", 0),
        (true, "FTDv-Edge5", "red", 2),
    ] {
        let lab = fmc(|all| {
            all.fmc.domains_differ = differ;
            all.fmc.devices = 2;
            all.fmc.health = ["green", "green", "yellow", "green", "red"]
                .map(Into::into)
                .to_vec();
            all.fmc.health.push("red".into());
            all.fmc.ha_pairs = HaPairs {
                count: 1,
                ..HaPairs::default()
            };
        })
        .await;
        let north = items(&lab, &format!("{NORTH}/{devices}")).await;
        assert_eq!(north.len(), 2);
        assert_eq!(
            (&north[0]["name"], &north[0]["healthStatus"]),
            (&json!(name), &json!(health))
        );
        let domain = if differ {
            "Global/Sites/North"
        } else {
            "Global"
        };
        assert_eq!(north[0]["metadata"]["domain"]["name"], domain);
        let red = format!("{NORTH}/health/alerts?filter=status:red");
        assert_eq!(items(&lab, &red).await.len(), alerts);
        let pairs = format!("{NORTH}/devicehapairs/ftddevicehapairs?expanded=true");
        let pair = &items(&lab, &pairs).await[0];
        assert_eq!(pair["metadata"]["primaryStatus"]["device"]["name"], name);
        let id = north[0]["id"].as_str().unwrap();
        let elsewhere = format!("{DOMAIN}/devices/devicerecords/{id}");
        let status = get(lab.0.fmc(), &lab.1, &elsewhere).await.status();
        assert_eq!(status == 404, differ);
    }
}
