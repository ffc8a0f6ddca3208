//! A report as one JSON object.
//!
//! `schema` is raised when a member changes its meaning or goes; members may be
//! added without. Published as `docs/schema/report.schema.json`.

use core::fmt::{self, Display};

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::super::{
    Counts, Facts, Faults, Item, Observed, Reason, Report, States, Tally, WorstFew,
};

/// The version of the format.
pub const SCHEMA: u8 = 2;

/// A buffer of this many bytes holds every report of a target whose name takes
/// at most 256 of them.
pub const MAX_LEN: usize = 7 * 1024;

/// Reasons that are listed, those that weigh most; what was counted is there
/// in any case.
const REASONS_MAX: usize = 12;

/// The buffer is too short for the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BufferTooShort;

impl Display for BufferTooShort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the buffer is too short for the report; {MAX_LEN} bytes are enough"
        )
    }
}

impl core::error::Error for BufferTooShort {}

/// Writes the object into `buffer` and returns its length in bytes.
///
/// # Errors
/// The buffer is too short; [`MAX_LEN`] is enough.
pub fn write(buffer: &mut [u8], target: &str, report: &Report) -> Result<usize, BufferTooShort> {
    serde_json_core::to_slice(&View::new(target, report), buffer).map_err(|_| BufferTooShort)
}

#[derive(Serialize)]
struct View<'a> {
    schema: u8,
    target: &'a str,
    product: &'static str,
    verdict: &'static str,
    exit_code: u8,
    stopped_at: Option<&'static str>,
    error: Option<Shown<'a>>,
    reasons: ReasonList<'a>,
    odd_word: Option<Shown<'a>>,
    facts: FactsView<'a>,
    counts: CountsView<'a>,
    worst: WorstList<'a>,
    worst_more: u32,
    timings_ms: TimingsView,
    session: SessionView,
    certificate_days: Option<i32>,
    age_ms: Option<u64>,
}

impl<'a> View<'a> {
    fn new(target: &'a str, report: &'a Report) -> Self {
        Self {
            schema: SCHEMA,
            target,
            product: report.product.as_str(),
            verdict: report.verdict().as_str(),
            exit_code: report.verdict().exit_code(),
            stopped_at: report.stopped_at().map(super::super::Layer::as_str),
            error: report.error.as_ref().map(|error| Shown(error)),
            reasons: ReasonList(report),
            odd_word: (!report.odd_word.is_empty()).then_some(Shown(&report.odd_word)),
            facts: FactsView::new(&report.facts),
            counts: CountsView(&report.counts),
            worst: WorstList(&report.worst),
            worst_more: report.worst.more(),
            timings_ms: TimingsView::new(&report.observed),
            session: SessionView::new(&report.observed),
            certificate_days: report.observed.certificate_days,
            age_ms: report.observed.age.map(millis),
        }
    }
}

pub(super) fn millis(duration: core::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Something that is written as it prints.
pub(super) struct Shown<'a>(pub(super) &'a dyn Display);

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}

struct ReasonList<'a>(&'a Report);

impl Serialize for ReasonList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let reasons = self
            .0
            .reasons()
            .take(REASONS_MAX)
            .map(|reason| ReasonView::new(&reason));
        serializer.collect_seq(reasons)
    }
}

#[derive(Serialize)]
struct ReasonView {
    subject: &'static str,
    state: &'static str,
    count: u32,
    verdict: &'static str,
}

impl ReasonView {
    const fn new(reason: &Reason) -> Self {
        Self {
            subject: reason.subject(),
            state: reason.state(),
            count: reason.count(),
            verdict: reason.verdict.as_str(),
        }
    }
}

#[derive(Serialize)]
struct FactsView<'a> {
    version: Shown<'a>,
    model: Shown<'a>,
    name: Shown<'a>,
    serial: Shown<'a>,
    uptime: Shown<'a>,
    uptime_seconds: Option<u32>,
}

impl<'a> FactsView<'a> {
    fn new(facts: &'a Facts) -> Self {
        Self {
            version: Shown(&facts.version),
            model: Shown(&facts.model),
            name: Shown(&facts.name),
            serial: Shown(&facts.serial),
            uptime: Shown(&facts.uptime),
            uptime_seconds: facts.uptime_seconds(),
        }
    }
}

/// A member for each item that was counted, by its word.
struct CountsView<'a>(&'a Counts);

impl Serialize for CountsView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut view = serializer.serialize_struct("counts", Item::ALL.len())?;
        for item in Item::ALL {
            let name = item.as_str();
            match item.tally() {
                Tally::Facts => {}
                Tally::States => {
                    if let Some(states) = self.0.states(item) {
                        view.serialize_field(name, &StatesView::new(states))?;
                    }
                }
                Tally::Faults => {
                    if let Some(faults) = self.0.faults(item) {
                        view.serialize_field(name, &FaultsView::new(faults))?;
                    }
                }
                Tally::Number => {
                    if let Some(number) = self.0.number(item) {
                        view.serialize_field(name, &number)?;
                    }
                }
            }
        }
        view.end()
    }
}

#[derive(Serialize)]
struct StatesView {
    ok: u32,
    warning: u32,
    critical: u32,
    disabled: u32,
    unknown: u32,
}

impl StatesView {
    const fn new(states: States) -> Self {
        let States {
            ok,
            warning,
            critical,
            disabled,
            unknown,
        } = states;
        Self {
            ok,
            warning,
            critical,
            disabled,
            unknown,
        }
    }
}

#[derive(Serialize)]
struct FaultsView {
    cleared: u32,
    info: u32,
    condition: u32,
    warning: u32,
    minor: u32,
    major: u32,
    critical: u32,
    unknown: u32,
}

impl FaultsView {
    const fn new(faults: Faults) -> Self {
        let Faults {
            cleared,
            info,
            condition,
            warning,
            minor,
            major,
            critical,
            unknown,
        } = faults;
        Self {
            cleared,
            info,
            condition,
            warning,
            minor,
            major,
            critical,
            unknown,
        }
    }
}

struct WorstList<'a>(&'a WorstFew);

impl Serialize for WorstList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|worst| WorstView {
            item: worst.item.as_str(),
            name: Shown(&worst.name),
            state: Shown(&worst.state),
            verdict: worst.verdict.as_str(),
        }))
    }
}

#[derive(Serialize)]
struct WorstView<'a> {
    item: &'static str,
    name: Shown<'a>,
    state: Shown<'a>,
    verdict: &'static str,
}

#[derive(Serialize)]
struct TimingsView {
    resolve: Option<u32>,
    connect: Option<u32>,
    tls: Option<u32>,
    request: Option<u32>,
    total: Option<u32>,
}

impl TimingsView {
    const fn new(observed: &Observed) -> Self {
        let timings = observed.timings;
        Self {
            resolve: timings.resolve,
            connect: timings.connect,
            tls: timings.tls,
            request: timings.request,
            total: timings.total,
        }
    }
}

#[derive(Serialize)]
struct SessionView {
    logins: u32,
    refused: u32,
    refreshes: u32,
    refreshes_left: Option<u8>,
    token_left_ms: Option<u64>,
    displaced: u32,
    stays_away_ms: Option<u64>,
    learned_token_age_ms: Option<u64>,
    learned_session_age_ms: Option<u64>,
    locked_out: bool,
}

impl SessionView {
    fn new(observed: &Observed) -> Self {
        let session = observed.session;
        Self {
            logins: session.logins,
            refused: session.refused,
            refreshes: session.refreshes,
            refreshes_left: session.refreshes_left,
            token_left_ms: session.token_left.map(millis),
            displaced: session.displaced,
            stays_away_ms: session.stays_away.map(millis),
            learned_token_age_ms: session.token_age.map(millis),
            learned_session_age_ms: session.session_age.map(millis),
            locked_out: session.locked_out,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::vec;
    use std::vec::Vec;

    use serde_json::{Value, json};

    use super::super::samples;
    use super::*;

    fn encode(target: &str, report: &Report) -> Value {
        let mut buffer = vec![0; MAX_LEN];
        let length = write(&mut buffer, target, report).unwrap();
        for short in [0, 1, length / 2, length - 1] {
            assert_eq!(
                write(&mut buffer[..short], target, report),
                Err(BufferTooShort)
            );
        }
        let length = write(&mut buffer, target, report).unwrap();
        serde_json::from_slice(&buffer[..length]).unwrap()
    }

    #[test]
    fn says_what_the_report_says() {
        let value = encode("fmc-1", &samples::critical());
        assert_eq!(value["schema"], 2);
        assert_eq!(value["target"], "fmc-1");
        assert_eq!(value["product"], "fmc");
        assert_eq!(value["verdict"], "CRITICAL");
        assert_eq!(value["exit_code"], 2);
        assert_eq!(value["stopped_at"], Value::Null);
        assert_eq!(value["odd_word"], "purple");
        assert_eq!(value["facts"]["version"], "7.4.1 (build 172)");
        assert_eq!(
            value["counts"]["devices"],
            json!({"ok": 2, "warning": 1, "critical": 5, "disabled": 0, "unknown": 1})
        );
        assert_eq!(
            value["reasons"][0],
            json!({"subject": "devices", "state": "critical", "count": 5, "verdict": "CRITICAL"})
        );
        assert_eq!(value["reasons"][2]["subject"], "certificate");
        assert_eq!(
            value["worst"][0],
            json!({"item": "devices", "name": "ftd-0", "state": "red", "verdict": "CRITICAL"})
        );
        assert_eq!(value["worst_more"], 3);
        assert_eq!(value["timings_ms"]["total"], 420);
        assert_eq!(value["session"]["token_left_ms"], 1_740_000);
    }

    #[test]
    fn text_of_a_box_stays_text() {
        let report = samples::hostile();
        let value = encode("a\"b", &report);
        assert_eq!(value["facts"]["version"], "a|b'c\"d\\e=f;g{h}");
        let names: Vec<_> = report
            .worst
            .iter()
            .map(|worst| std::format!("{}", worst.name))
            .collect();
        assert_eq!(value["worst"][0]["name"], *names[0]);
    }

    #[test]
    fn a_layer_that_failed() {
        let value = encode("x", &samples::no_route());
        assert_eq!(value["stopped_at"], "tcp");
        assert_eq!(value["counts"], json!({}));
        assert_eq!(
            value["reasons"],
            json!([{"subject": "version", "state": "unread", "count": 1, "verdict": "UNKNOWN"}])
        );
    }

    #[test]
    fn the_longest_report_fits() {
        let reasons = samples::longest().reasons().count();
        assert!(reasons > 3 * REASONS_MAX, "{reasons}");
        encode(&"\"".repeat(128), &samples::longest());
    }
}
