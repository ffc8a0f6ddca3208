//! Every item: what the box says, and what that is counted as.

use std::format;
use std::string::String;

use serde_json::{Value, json};

use super::*;
use crate::health::Tally;

/// Where a box has an item, what it answers there, and the words for it.
struct Case {
    item: Item,
    /// Ends the path before its query.
    path: &'static str,
    /// One entry, from its words.
    body: fn(&[&str]) -> Value,
    words: &'static [(&'static [&'static str], State)],
}

use State::{Critical, Disabled, Ok, Unknown, Warning};

const FMC: &[Case] = &[
    Case {
        item: Item::Devices,
        path: "/devices/devicerecords",
        body: |words| list(json!({"name": "ftd", "healthStatus": words[0]})),
        words: &[
            (&["green"], Ok),
            (&["YELLOW"], Warning),
            (&["red"], Critical),
            (&["disabled"], Disabled),
            (&["mauve"], Unknown),
        ],
    },
    Case {
        item: Item::Connections,
        path: "/devices/devicerecords",
        body: |words| {
            let connected = match words[0] {
                "true" => true.into(),
                "false" => false.into(),
                word => Value::from(word),
            };
            list(json!({"name": "ftd", "healthStatus": "green", "isConnected": connected}))
        },
        words: &[
            (&["true"], Ok),
            (&["false"], Critical),
            (&["maybe"], Unknown),
        ],
    },
    Case {
        item: Item::HaPairs,
        path: "/devicehapairs/ftddevicehapairs",
        body: |words| {
            list(json!({"name": "pair", "metadata": {
                "primaryStatus": {"currentStatus": words[0], "device": {"name": "a"}},
                "secondaryStatus": {"currentStatus": words[1]}}}))
        },
        words: &[
            (&["Active", "Standby"], Ok),
            (&["Standby", "Active"], Ok),
            (&["Active", "Active"], Critical),
            (&["Standby", "standby"], Critical),
            (&["Active", "Failed"], Critical),
            (&["Active", "Bulk Sync"], Warning),
            (&["Active", "Asleep"], Unknown),
            (&["Active", "Disabled"], Disabled),
            (&["", ""], Unknown),
        ],
    },
    Case {
        item: Item::Clusters,
        path: "/deviceclusters/ftddevicecluster",
        body: |words| {
            list(json!({"name": "cl", "controlDevice": {"deviceDetails": {"id": words[0]}}}))
        },
        words: &[(&["uuid"], Ok), (&[""], Unknown)],
    },
    Case {
        item: Item::HighAvailability,
        path: "/integration/fmchastatuses",
        body: |words| {
            list(json!({"fmcPrimary": {"ipAddress": "192.0.2.1"},
                "overallStatus": words[0], "syncStatus": words[1]}))
        },
        words: &[
            (&["GOOD", "GOOD"], Ok),
            (&["GOOD", "IN_PROGRESS"], Warning),
            (&["DEGRADED", "GOOD"], Warning),
            (&["DEGRADED", "FAILED"], Critical),
            (&["SPLIT_BRAIN", "GOOD"], Critical),
            (&["GREAT", "GOOD"], Unknown),
        ],
    },
    Case {
        item: Item::Alerts,
        path: "/health/alerts",
        body: |words| {
            list(json!({"moduleID": "CPU", "description": "Using CPU01 96%", "status": words[0]}))
        },
        words: &[
            (&["RED"], Critical),
            (&["yellow"], Warning),
            (&["BEIGE"], Unknown),
        ],
    },
    Case {
        item: Item::Licenses,
        path: "/license/smartlicenses",
        body: |words| list(json!({"regStatus": words[0], "metadata": {"authStatus": words[1]}})),
        words: &[
            (&["REGISTERED", "AUTHORIZED"], Ok),
            (&["REGISTERED", "AUTHORIZED_RESERVED"], Ok),
            (&["REGISTERED", "OUT_OF_COMPLIANCE"], Critical),
            (&["EVALUATION", ""], Warning),
            (&["UNREGISTERED", ""], Warning),
            (&["", ""], Unknown),
        ],
    },
];

const FXOS: &[Case] = &[
    Case {
        item: Item::Chassis,
        path: "classId=equipmentChassis",
        body: |words| json!({"equipmentChassis": [{"dn": "sys/chassis-1", "operState": words[0]}]}),
        words: &[
            (&["operable"], Ok),
            (&["degraded"], Warning),
            (&["inoperable"], Critical),
        ],
    },
    Case {
        item: Item::Power,
        path: "classId=equipmentChassis",
        body: |words| json!({"equipmentChassis": [{"operState": "operable", "power": words[0]}]}),
        words: &[
            (&["ok"], Ok),
            (&["redundancy-failed"], Warning),
            (&["failed"], Critical),
            (&["warm"], Unknown),
        ],
    },
    Case {
        item: Item::Thermal,
        path: "classId=equipmentChassis",
        body: |words| json!({"equipmentChassis": [{"operState": "operable", "thermal": words[0]}]}),
        words: &[
            (&["ok"], Ok),
            (&["upper-non-critical"], Warning),
            (&["upper-critical"], Critical),
            (&["not-supported"], Disabled),
        ],
    },
    Case {
        item: Item::Fans,
        path: "classId=equipmentFan",
        body: |words| json!({"equipmentFan": [{"dn": "sys/chassis-1/fan-1", "operState": words[0]}]}),
        words: &[
            (&["operable"], Ok),
            (&["fanspeed-increased"], Warning),
            (&["inoperable"], Critical),
            (&["whirling"], Unknown),
        ],
    },
    Case {
        item: Item::PowerSupplies,
        path: "classId=equipmentPsu",
        body: |words| json!({"equipmentPsu": [{"dn": "sys/chassis-1/psu-1", "presence": words[1], "operability": words[0]}]}),
        words: &[
            (&["operable", "equipped"], Ok),
            (&["power-problem", "equipped"], Critical),
            (&["unknown", "empty"], Disabled),
        ],
    },
    Case {
        item: Item::Instances,
        path: "classId=smAppInstance",
        body: |words| json!({"smAppInstance": [{"dn": "slot/1", "operationalState": words[0], "adminState": words[1]}]}),
        words: &[
            (&["online", "enabled"], Ok),
            (&["offline", "enabled"], Critical),
            (&["offline", "disabled"], Disabled),
        ],
    },
    Case {
        item: Item::LogicalDevices,
        path: "/api/ld",
        body: |words| json!({"smLogicalDevice": [{"dn": "ld/ftd", "operState": words[0]}]}),
        words: &[
            (&["ok"], Ok),
            (&["incomplete-configuration"], Warning),
            (&["odd"], Unknown),
        ],
    },
    Case {
        item: Item::Ports,
        path: "/api/ports/ep",
        body: |words| json!({"portEp": [{"dn": "ports/ep/Ethernet1/1", "operState": words[0], "adminState": words[1]}]}),
        words: &[
            (&["up", "enabled"], Ok),
            (&["link-down", "enabled"], Warning),
            (&["failed", "enabled"], Critical),
            (&["down", "disabled"], Disabled),
        ],
    },
    Case {
        item: Item::PortChannels,
        path: "/api/ports/pc",
        body: |words| json!({"fabricEthLanPc": [{"dn": "ports/pc/1", "operState": words[0]}]}),
        words: &[(&["up"], Ok), (&["error-misconfigured"], Critical)],
    },
    Case {
        item: Item::Ntp,
        path: "/api/sys/service/datetime-svc/ntp",
        body: |words| json!({"commNtpProvider": [{"dn": "ntp", "timeSyncStatus": words[0]}]}),
        words: &[
            (&["time-synchronized"], Ok),
            (&["time-sync-in-progress"], Warning),
            (&["unreachable-or-invalid-ntp-server"], Critical),
        ],
    },
];

fn list(entry: Value) -> Value {
    json!({"items": [entry], "paging": {"count": 1}})
}

/// When the box is, by its own clock.
const NOW: u64 = 1_795_313_633;

/// A list without entries.
const NONE: &str = r#"{"paging":{"offset":0,"limit":100,"count":0,"pages":0}}"#;

/// Drives a check of all, where only `path` is there.
fn checked(product: Product, path: &str, body: &Value) -> (Report, Vec<String>) {
    let mut check = Check::new(product);
    check.date(NOW);
    run(check, 20, |asked| {
        let (before, query) = asked.split_once('?').unwrap_or((asked, ""));
        if before.ends_with("serverversion") {
            ok(r#"{"items":[{"serverVersion":"7.4.2 (build 172)"}]}"#)
        } else if before.ends_with(path) || query == path {
            ok(format!("{body}"))
        } else if before.ends_with("/devicerecords") {
            // One that is there, as nothing is known of a box that has none.
            ok(NONE)
        } else {
            Reply::Answer(404, String::new())
        }
    })
}

#[test]
fn every_word_of_every_item() {
    for (product, cases) in [(Product::Fmc, FMC), (Product::Fxos, FXOS)] {
        for case in cases {
            for (words, expected) in case.words {
                let item = case.item;
                let (report, _) = checked(product, case.path, &(case.body)(words));
                let states = report.counts.states(item).unwrap();
                assert_eq!(
                    (states.of(*expected), states.total()),
                    (1, 1),
                    "{item} {words:?}"
                );
                assert_eq!(report.verdict(), expected.verdict(), "{item} {words:?}");
                assert_eq!(report.stopped_at(), None, "{item} {words:?}");
                let noted = report.worst.iter().any(|worst| worst.item == item);
                assert_eq!(noted, expected.verdict() != Verdict::Ok, "{item} {words:?}");
            }
        }
    }
}

#[test]
fn every_item_with_states_has_a_case() {
    let cases = || FMC.iter().chain(FXOS);
    for item in Item::ALL
        .into_iter()
        .filter(|item| item.tally() == Tally::States)
    {
        assert!(cases().any(|case| case.item == item), "{item}");
    }
}

#[test]
fn what_is_not_there_is_no_failure() {
    for product in [Product::Fmc, Product::Fxos] {
        let (path, body) = match product {
            Product::Fxos => ("classId=faultInst", json!({"faultInst": []})),
            _ => ("nothing", Value::Null),
        };
        let (report, _) = checked(product, path, &body);
        assert_eq!((report.verdict(), report.error), (Verdict::Ok, None));
        let absent = report.troubles.of(Trouble::NotAvailable);
        for item in Item::ALL.into_iter().filter(|item| item.is_of(product)) {
            let told = match item {
                Item::Version if product == Product::Fmc => continue,
                Item::Devices => report.counts.states(item).is_some(),
                // Read with another, which is named.
                Item::Connections | Item::Deployments | Item::Power | Item::Thermal => true,
                Item::Faults => report.counts.faults(item).is_some(),
                _ => absent.contains(item),
            };
            assert!(told, "{item}");
        }
    }
}

#[test]
fn alerts_are_asked_for_by_the_clock_of_the_box() {
    let (_, asked) = checked(Product::Fmc, "nothing", &Value::Null);
    let path = asked
        .iter()
        .find(|path| path.contains("/health/alerts"))
        .unwrap();
    let start = NOW - ALERT_WINDOW.as_secs();
    let filter = format!("&filter=startTime:{start};endTime:{NOW};status:red,yellow&offset=0&");
    assert!(path.contains(&filter), "{path}");
    let (report, asked) = run(Check::new(Product::Fmc), 20, |_| {
        ok(r#"{"items":[{"serverVersion":"7"}]}"#)
    });
    assert!(
        !asked.iter().any(|path| path.contains("/health/alerts")),
        "without a clock"
    );
    let alerts = Items::NONE.with(Item::Alerts);
    assert_eq!(report.troubles.of(Trouble::NoClock), alerts);
    assert!(
        !report
            .troubles
            .of(Trouble::NotAvailable)
            .contains(Item::Alerts)
    );
    assert_eq!(report.verdict(), Verdict::Unknown);
}

#[test]
fn numbers_of_deployments() {
    let body = json!({"items": [
        {"name": "a", "isDeploying": true}, {"name": "b", "isDeploying": false}, {"name": "c", "isDeploying": false},
    ], "paging": {"count": 3}});
    let (report, _) = checked(Product::Fmc, "/deployment/deployabledevices", &body);
    assert_eq!(report.counts.number(Item::Undeployed), Some(3));
    assert_eq!(report.counts.number(Item::Deployments), Some(1));
    assert_eq!(report.verdict(), Verdict::Ok);
    let body = json!({"paging": {"count": 0}});
    let (report, _) = checked(Product::Fmc, "/deployment/deployabledevices", &body);
    assert_eq!(report.counts.number(Item::Deployments), Some(0));
}

/// Chassis with so many faults each; asked for one by one.
fn chassis(faults: &'static [usize]) -> (Report, Vec<String>) {
    let mut check = Check::new(Product::Fmc);
    check.date(NOW);
    run(check, 30, move |asked| {
        let path = asked.split('?').next().unwrap();
        if path.ends_with("serverversion") {
            return ok(r#"{"items":[{"serverVersion":"7"}]}"#);
        }
        if let Some(id) = path.strip_suffix("/faultsummary") {
            let place: usize = id.rsplit('-').next().unwrap().parse().unwrap();
            let fault = json!({"cause": "fan-lost", "description": "Fan 1", "severity": "major"});
            let list = vec_of(faults[place], &fault);
            return ok(format!(
                "{}",
                json!({"items": [{"faultList": list, "type": "FaultSummary"}]})
            ));
        }
        if path.ends_with("/devicerecords") {
            return ok(NONE);
        }
        if !path.ends_with("/fmcmanagedchassis") {
            return Reply::Answer(404, String::new());
        }
        let (offset, limit) = (number(asked, "offset"), number(asked, "limit"));
        let ids = (offset..faults.len())
            .take(limit)
            .map(|place| json!({"id": format!("chassis-{place}")}));
        ok(format!(
            "{}",
            json!({"items": ids.collect::<Vec<_>>(), "paging": {"count": faults.len()}})
        ))
    })
}

fn vec_of(length: usize, value: &Value) -> Vec<Value> {
    core::iter::repeat_n(value.clone(), length).collect()
}

#[test]
fn faults_of_managed_chassis() {
    for (faults, requests) in [(&[][..], 1), (&[0], 2), (&[2, 0, 3], 6)] {
        let (report, asked) = chassis(faults);
        let asked = asked
            .iter()
            .filter(|path| path.contains("fmcmanagedchassis"));
        assert_eq!(asked.count(), requests);
        let counted = report
            .counts
            .faults(Item::ChassisFaults)
            .map(|found| found.major);
        let sum: usize = faults.iter().sum();
        assert_eq!(counted.unwrap_or_default() as usize, sum);
        let worst = if sum > 0 {
            Verdict::Critical
        } else {
            Verdict::Ok
        };
        assert_eq!((report.verdict(), report.stopped_at()), (worst, None));
    }
    let (report, _) = chassis(&[1]);
    assert_eq!(
        report.worst.iter().next().unwrap().name,
        "fan-lost Fan 1".into()
    );
    assert_eq!(
        reasons(&report)[0],
        fault(Item::ChassisFaults, Severity::Major)
    );
}

/// What names a chassis goes into a path.
#[test]
fn an_odd_name_is_not_asked_for() {
    for id in [
        "",
        "a/b",
        "a b",
        "../..",
        "a?b",
        "%41",
        "{domainUUID}",
        "0123456789012345678901234567890123456789x",
    ] {
        let body = list(json!({"id": id}));
        let (report, asked) = checked(Product::Fmc, "/chassis/fmcmanagedchassis", &body);
        assert!(
            !asked.iter().any(|path| path.contains("faultsummary")),
            "{id}"
        );
        assert!(
            report
                .troubles
                .of(Trouble::Empty)
                .contains(Item::ChassisFaults),
            "{id}"
        );
        assert_eq!(report.stopped_at(), Some(Layer::Data), "{id}");
    }
}

#[test]
fn only_what_is_wanted_is_asked_for() {
    for item in Item::ALL {
        for product in [Product::Fmc, Product::Fxos] {
            let mut check = Check::new(product).only(Items::NONE.with(item));
            check.date(NOW);
            let (_, asked) = run(check, 20, |_| Reply::Answer(404, String::new()));
            let steps = usize::from(item.is_of(product) && item != Item::Version);
            let others = asked
                .iter()
                .filter(|path| !path.contains("version") && !path.contains("firmware"));
            assert!(
                (steps..=2 * steps).contains(&others.count()),
                "{item} {asked:?}"
            );
        }
    }
    let connections = Items::NONE.with(Item::Connections);
    let (report, _) = run(Check::new(Product::Fmc).only(connections), 20, |_| {
        ok(
            r#"{"items":[{"serverVersion":"7","healthStatus":"red","isConnected":true}],"paging":{"count":1}}"#,
        )
    });
    assert_eq!(report.verdict(), Verdict::Ok);
    assert_eq!(report.counts.states(Item::Devices), None);
}
