//! Checks of an FXOS chassis.

use std::format;
use std::string::String;
use std::vec::Vec;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::health::Faults;

const MGMT: &str = "/api/sys/firmware/version/mgmt";

/// A chassis with these objects; a class that is not there is 404.
fn chassis(path: &str, objects: &Value) -> Reply {
    let class = match path.strip_prefix("/api?classId=") {
        Some(class) => class,
        None if path == MGMT => "firmwareRunning",
        None => panic!("{path}"),
    };
    match objects.get(class) {
        Some(list) => ok(format!("{}", json!({ class: list }))),
        None => Reply::Answer(404, r#"{"error-code":"404"}"#.into()),
    }
}

fn well() -> Value {
    json!({
        "firmwareRunning": [{"dn": "sys/firmware/version/mgmt", "packageVersion": "2.10(1.159)", "version": "x"}],
        "topSystem": [{"dn": "sys", "name": "fpr-9300", "systemUpTime": "12:03:45:10"}],
        "equipmentChassis": [{"dn": "sys/chassis-1", "model": "FPR-C9300-AC", "serial": "JMX1", "operState": "operable"}],
        "smAppInstance": [{"dn": "slot/1/app-inst/ftd", "appName": "ftd", "operationalState": "online"}],
        "faultInst": [],
    })
}

fn check(objects: &Value, piece: usize) -> Report {
    drive(Product::Fxos, piece, |path| chassis(path, objects)).0
}

/// The chassis as it should be, but for one class.
fn with(class: &str, objects: Value) -> Report {
    let mut all = well();
    all[class] = objects;
    check(&all, 11)
}

#[test]
fn all_well() {
    for piece in [1, 2, 30, 4096] {
        let report = check(&well(), piece);
        assert_eq!((report.verdict(), report.stopped_at()), (Verdict::Ok, None));
        assert_eq!(reasons(&report), []);
        assert_eq!(report.facts.version, "2.10(1.159)".into());
        assert_eq!(report.facts.name, "fpr-9300".into());
        assert_eq!(report.facts.model, "FPR-C9300-AC".into());
        assert_eq!(report.facts.serial, "JMX1".into());
        assert_eq!(report.facts.uptime, "12:03:45:10".into());
        assert_eq!(
            report
                .counts
                .states(Item::Instances)
                .map(|instances| instances.ok),
            Some(1)
        );
        assert_eq!(report.counts.faults(Item::Faults), Some(Faults::default()));
        assert_eq!(report.counts.states(Item::Devices), None);
    }
}

#[test]
fn states_of_the_chassis() {
    for (state, verdict) in [
        ("operable", Verdict::Ok),
        ("degraded", Verdict::Warning),
        ("thermal-problem", Verdict::Critical),
        ("disabled", Verdict::Ok),
        ("on-fire", Verdict::Unknown),
    ] {
        for member in ["operState", "operability"] {
            let report = with(
                "equipmentChassis",
                json!([{"dn": "sys/chassis-1", member: state}]),
            );
            assert_eq!(report.verdict(), verdict, "{member} {state}");
        }
    }
    assert_eq!(
        with("equipmentChassis", json!([{"dn": "sys/chassis-1"}])).odd_word,
        "missing".into()
    );
}

#[test]
fn states_of_instances() {
    let instance = |state: &str, admin: &str| {
        with(
            "smAppInstance",
            json!([
                {"dn": "slot/1/app-inst/ftd", "operationalState": "online"},
                {"adminState": admin, "operationalState": state, "dn": "slot/2/app-inst/ftd"},
            ]),
        )
    };
    for (state, verdict) in [
        ("online", Verdict::Ok),
        ("starting", Verdict::Warning),
        ("update-succeeded", Verdict::Warning),
        ("offline", Verdict::Critical),
        ("notResponding", Verdict::Critical),
        ("sleeping", Verdict::Unknown),
    ] {
        assert_eq!(instance(state, "enabled").verdict(), verdict, "{state}");
        assert_eq!(
            instance(state, "disabled").verdict(),
            Verdict::Ok,
            "{state}"
        );
    }
    let report = instance("offline", "enabled");
    let worst = report.worst.iter().next().unwrap();
    assert_eq!(worst.name, "slot/2/app-inst/ftd".into());
    assert_eq!(
        reasons(&instance("offline", "disabled")),
        [state(Item::Instances, State::Disabled)]
    );
}

#[test]
fn severities_of_faults() {
    let faulty = |severity: &str| {
        with(
            "faultInst",
            json!([{"code": "F1000", "severity": severity, "descr": "Power supply 2 lost"}]),
        )
    };
    for (severity, verdict) in [
        ("cleared", Verdict::Ok),
        ("info", Verdict::Ok),
        ("condition", Verdict::Ok),
        ("warning", Verdict::Warning),
        ("minor", Verdict::Warning),
        ("major", Verdict::Critical),
        ("CRITICAL", Verdict::Critical),
        ("grave", Verdict::Unknown),
    ] {
        assert_eq!(faulty(severity).verdict(), verdict, "{severity}");
    }
    let report = faulty("major");
    assert_eq!(
        report.worst.iter().next().unwrap().name,
        "F1000 Power supply 2 lost".into()
    );
    assert_eq!(reasons(&report), [fault(Item::Faults, Severity::Major)]);
    assert_eq!(faulty("grave").odd_word, "grave".into());
}

proptest! {
    #[test]
    fn faults_are_counted(
        severities in prop::collection::vec(prop::sample::select(&Severity::ALL[..]), 0..60),
        piece in 1usize..200,
    ) {
        let mut all = well();
        let fault = |severity: &Severity| json!({"severity": severity.as_str(), "code": "F1", "children": [{"severity": "x"}]});
        all["faultInst"] = severities.iter().map(fault).collect();
        let report = check(&all, piece);
        for severity in Severity::ALL {
            let expected = severities.iter().filter(|one| **one == severity).count();
            prop_assert_eq!(report.counts.faults(Item::Faults).unwrap().of(severity) as usize, expected);
        }
    }
}

#[test]
fn what_a_release_lacks_is_noted_and_nothing_worse() {
    for class in [
        "faultInst",
        "smAppInstance",
        "equipmentChassis",
        "topSystem",
    ] {
        let mut all = well();
        all.as_object_mut().unwrap().remove(class);
        let report = check(&all, 64);
        assert_eq!((report.verdict(), report.stopped_at()), (Verdict::Ok, None));
    }
}

/// A chassis of which nothing is known is not well.
#[test]
fn a_release_that_lacks_all_is_unknown() {
    let report = check(&json!({}), 64);
    assert_eq!(report.verdict(), Verdict::Unknown);
    assert_eq!(report.error, Some(PeerError::Status(404).into()));
    let missing = report.troubles.of(Trouble::NotAvailable);
    let items = [
        Item::Version,
        Item::System,
        Item::Chassis,
        Item::Instances,
        Item::Faults,
    ];
    assert!(items.iter().all(|item| missing.contains(*item)));
    assert_eq!(
        (
            report.counts.states(Item::Instances),
            report.counts.faults(Item::Faults)
        ),
        (None, None)
    );
}

#[test]
fn paths_are_tried_one_after_the_other() {
    for status in [400, 404] {
        let (report, asked) = drive(Product::Fxos, 64, |path| match path == MGMT {
            true => Reply::Answer(status, "{}".into()),
            false => chassis(path, &well()),
        });
        assert_eq!(asked[..2], [MGMT, "/api?classId=firmwareRunning"]);
        assert_eq!(report.facts.version, "2.10(1.159)".into());
        assert_eq!(report.verdict(), Verdict::Ok);
    }
}

#[test]
fn empty_answers() {
    let empty = |class: &str| {
        drive(Product::Fxos, 64, |path| match path.ends_with(class) {
            true => ok("{}"),
            false => chassis(path, &well()),
        })
        .0
    };
    for class in ["faultInst", "smAppInstance", "topSystem"] {
        assert_eq!(
            empty(class).verdict(),
            Verdict::Ok,
            "no object of a class is no error"
        );
    }
    for (class, item) in [("mgmt", Item::Version), ("equipmentChassis", Item::Chassis)] {
        let report = empty(class);
        assert_eq!(reasons(&report), [Cause::Item(item, Trouble::Empty)]);
        assert_eq!(
            (report.verdict(), report.stopped_at()),
            (Verdict::Unknown, Some(Layer::Data))
        );
    }
}

#[test]
fn answers_that_are_no_lists() {
    for body in [
        "[]",
        "null",
        r#"{"error-code":"101","error-description":"x"}"#,
    ] {
        let (report, _) = drive(Product::Fxos, 64, |path| {
            match path.ends_with("faultInst") {
                true => ok(body),
                false => chassis(path, &well()),
            }
        });
        assert_eq!(
            reasons(&report),
            [Cause::Item(Item::Faults, Trouble::Empty)],
            "{body}"
        );
        assert_eq!(report.counts.faults(Item::Faults), None);
    }
}

#[test]
fn one_class_that_is_refused_does_not_hide_the_others() {
    let mut all = well();
    all["faultInst"] = json!([{"severity": "major", "code": "F1"}]);
    for (status, body) in [(405, "{}"), (403, "{}"), (406, ""), (200, "{")] {
        let (report, _) = drive(Product::Fxos, 64, |path| {
            match path.ends_with("equipmentChassis") {
                true => Reply::Answer(status, body.into()),
                false => chassis(path, &all),
            }
        });
        assert_eq!(report.verdict(), Verdict::Critical);
        assert!(report.error.is_some());
        let causes: Vec<Cause> = reasons(&report);
        assert_eq!(
            causes,
            [
                fault(Item::Faults, Severity::Major),
                Cause::Item(Item::Chassis, Trouble::Unread)
            ]
        );
    }
}

#[test]
fn asks_for_all_in_a_fixed_order() {
    let (_, asked) = drive(Product::Fxos, 64, |path| chassis(path, &well()));
    let classes = [
        "topSystem",
        "equipmentChassis",
        "smAppInstance",
        "faultInst",
    ];
    let queries = classes.map(|class| format!("/api?classId={class}"));
    let expected: Vec<String> = core::iter::once(MGMT.into()).chain(queries).collect();
    assert_eq!(asked, expected);
}
