//! Any report: a check of a box that answers at random, and whatever was observed meanwhile.

use core::time::Duration;

use oobwatch_client::core::check::Check;
use oobwatch_client::core::error::{Error, TransportError};
use oobwatch_client::core::exchange::Sink as _;
use oobwatch_client::core::health::{
    Limit, Limits, Measure, Observed, Report, SessionFacts, Timings,
};
use oobwatch_client::core::product::Product;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

/// Words of all kinds, right and wrong.
const WORDS: &[&str] = &[
    "green",
    "yellow",
    "red",
    "disabled",
    "recovered",
    "Active",
    "Standby",
    "Failed",
    "GOOD",
    "DEGRADED",
    "SPLIT_BRAIN",
    "REGISTERED",
    "OUT_OF_COMPLIANCE",
    "EVALUATION",
    "operable",
    "inoperable",
    "ok",
    "online",
    "offline",
    "up",
    "link-down",
    "time-synchronized",
    "candidate",
    "cleared",
    "info",
    "condition",
    "warning",
    "minor",
    "major",
    "critical",
    "purple",
    "",
    "a|b'c\"d",
    "two\nlines",
];

/// Classes of FXOS that a check asks for.
const CLASSES: &[&str] = &[
    "firmwareRunning",
    "topSystem",
    "equipmentChassis",
    "equipmentFan",
    "equipmentPsu",
    "smAppInstance",
    "smLogicalDevice",
    "portEp",
    "fabricEthLanPc",
    "faultInst",
    "commNtpProvider",
];

/// What a box says to one request.
#[derive(Clone, Debug)]
enum Said {
    Entries(Vec<(String, &'static str, &'static str, bool)>),
    Status(u16),
    Junk(&'static str),
    Nothing,
}

fn said() -> impl Strategy<Value = Said> {
    let entry = (
        "[ -~]{0,40}|\\PC{0,60}",
        select(WORDS),
        select(WORDS),
        any::<bool>(),
    );
    prop_oneof![
        12 => vec(entry, 0..7).prop_map(Said::Entries),
        2 => select(&[400, 403, 404, 404, 404, 500, 503][..]).prop_map(Said::Status),
        1 => select(&["", "{}", "<html>", "{\"items\":[{"][..]).prop_map(Said::Junk),
        1 => Just(Said::Nothing),
    ]
}

/// An object that has every member that is looked for.
fn entry(name: &str, word: &str, other: &str, yes: bool) -> Value {
    json!({
        "id": "8c363564", "name": name, "dn": name, "moduleID": name, "cause": name, "code": name,
        "description": name, "descr": name, "hostname": name, "model": name, "serialNumber": name,
        "serial": name, "serverVersion": name, "packageVersion": name,
        "uptime": "5 days, 3 hours, 20 minutes", "systemUpTime": "12:03:45:10",
        "healthStatus": word, "isConnected": yes, "isDeploying": yes, "status": word,
        "overallStatus": word, "syncStatus": other, "regStatus": word, "severity": word,
        "operState": word, "operability": other, "operationalState": word, "adminState": other,
        "power": word, "thermal": other, "timeSyncStatus": word,
        "controlDevice": {"deviceDetails": {"id": name}}, "fmcPrimary": {"ipAddress": name},
        "faultList": [{"cause": name, "description": word, "severity": other}],
        "metadata": {
            "authStatus": other, "virtualAccount": name,
            "primaryStatus": {"currentStatus": word}, "secondaryStatus": {"currentStatus": other},
        },
    })
}

fn body(said: &Said) -> Option<(u16, String)> {
    match said {
        Said::Entries(entries) => {
            let entries: Vec<Value> = entries
                .iter()
                .map(|(name, word, other, yes)| entry(name, word, other, *yes))
                .collect();
            let count = entries.len();
            let mut object = json!({"items": entries, "paging": {"count": count}});
            for class in CLASSES {
                object[*class] = object["items"].clone();
            }
            Some((200, object.to_string()))
        }
        Said::Status(status) => Some((*status, "{}".to_owned())),
        Said::Junk(text) => Some((200, (*text).to_owned())),
        Said::Nothing => None,
    }
}

/// Runs a check whose requests are answered by `said`, over and over.
fn checked(product: Product, said: &[Said]) -> Report {
    let mut check = Check::new(product);
    check.date(1_773_655_200);
    for said in said.iter().cycle() {
        if check.request().is_none() {
            break;
        }
        match body(said) {
            None => check.handle(Err(Error::from(TransportError::ConnectRefused))),
            Some((status, body)) => {
                check.status(status);
                check.body(body.as_bytes());
                check.handle(Ok(status));
            }
        }
    }
    check.finish(Observed::default())
}

fn timings() -> impl Strategy<Value = Timings> {
    vec(of(any::<u32>()), 5).prop_map(|all| Timings {
        resolve: all[0],
        connect: all[1],
        tls: all[2],
        request: all[3],
        total: all[4],
    })
}

fn session() -> impl Strategy<Value = SessionFacts> {
    let times = vec(of(any::<u64>().prop_map(Duration::from_millis)), 4);
    let counts = vec(any::<u32>(), 4);
    (counts, of(any::<u8>()), times, any::<bool>()).prop_map(
        |(counts, refreshes_left, times, locked_out)| SessionFacts {
            logins: counts[0],
            refused: counts[1],
            refreshes: counts[2],
            refreshes_left,
            token_left: times[0],
            displaced: counts[3],
            stays_away: times[1],
            token_age: times[2],
            session_age: times[3],
            locked_out,
        },
    )
}

fn observed() -> impl Strategy<Value = Observed> {
    let age = of(any::<u64>().prop_map(Duration::from_millis));
    (timings(), session(), of(any::<i32>()), age).prop_map(
        |(timings, session, certificate_days, age)| Observed {
            timings,
            session,
            certificate_days,
            age,
        },
    )
}

/// A report costs a whole check.
pub(crate) fn some_cases() -> ProptestConfig {
    ProptestConfig::with_cases(64)
}

/// Any report, not judged by limits.
pub(crate) fn report() -> impl Strategy<Value = Report> {
    let product = select(&[Product::Fmc, Product::CdFmc, Product::Fxos][..]);
    (product, vec(said(), 1..9), observed()).prop_map(|(product, said, observed)| {
        let mut report = checked(product, &said);
        report.observed = observed;
        report
    })
}

/// Ranges in every form of the guidelines.
const RANGES: &[&str] = &[
    "0", "10", "10:", "~:10", "10:20", "@10:20", "-5:5", "@~:0", "0.25:1.5", "~:", "@0",
];

/// Limits on any measures.
pub(crate) fn limits() -> impl Strategy<Value = Limits> {
    let measures: Vec<Measure> = Measure::all().collect();
    let range = || of(select(RANGES).prop_map(|text| text.parse().unwrap()));
    let limit =
        (select(measures), range(), range()).prop_map(|(measure, warning, critical)| Limit {
            measure,
            warning,
            critical,
        });
    vec(limit, 0..8).prop_map(|all| {
        let mut limits = Limits::default();
        for limit in all {
            limits.set(limit).unwrap();
        }
        limits
    })
}
