//! The plugin line keeps to the guidelines of the monitoring plugins project ("Plugin Output",
//! "Threshold and Ranges", "Performance data"), as its own judge reads them.

use std::collections::BTreeSet;

use oobwatch_client::core::health::encode::nagios;
use oobwatch_client::core::health::{Limits, Report, Verdict};
use proptest::prelude::*;

use crate::reports;

/// Nagios reads so many bytes of a plugin's output.
const MAX_PLUGIN_OUTPUT: usize = 8_192;

/// One number with what it is judged by, as a graphing tool takes it apart.
#[derive(Debug)]
struct Datum<'a> {
    label: &'a str,
    value: f64,
    warning: Option<Range>,
    critical: Option<Range>,
    min: Option<f64>,
    max: Option<f64>,
}

#[derive(Debug)]
struct Range {
    inverted: bool,
    start: f64,
    end: f64,
}

impl Range {
    /// `[@][start:][end]`; `start` may be `~`.
    fn parse(text: &str) -> Option<Self> {
        let (inverted, text) = match text.strip_prefix('@') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (start, end) = text.split_once(':').unwrap_or(("0", text));
        let start = match start {
            "~" => f64::NEG_INFINITY,
            start => number(start)?,
        };
        let end = match end {
            "" if text.ends_with(':') => f64::INFINITY,
            end => number(end)?,
        };
        (start <= end).then_some(Self {
            inverted,
            start,
            end,
        })
    }

    fn alerts(&self, value: f64) -> bool {
        (self.start..=self.end).contains(&value) == self.inverted
    }
}

/// Of the characters `-0-9.` only, and not more of them than a number has.
fn number(text: &str) -> Option<f64> {
    let plain = text
        .bytes()
        .all(|byte| matches!(byte, b'-' | b'.' | b'0'..=b'9'));
    plain.then(|| text.parse().ok()).flatten()
}

/// `'label'=value[UOM];[warn];[crit];[min];[max]`.
fn datum(text: &str) -> Option<Datum<'_>> {
    let (label, rest) = text.strip_prefix('\'')?.split_once("'=")?;
    let fields: Vec<&str> = rest.split(';').collect();
    if label.is_empty() || label.contains(['\'', '=']) || fields.len() > 5 {
        return None;
    }
    let unit = fields[0].trim_start_matches(|c: char| "-.0123456789".contains(c));
    if !["", "s", "us", "ms", "%", "B", "KB", "MB", "TB", "c"].contains(&unit) {
        return None;
    }
    let of = |place: usize| fields.get(place).copied().filter(|field| !field.is_empty());
    let range = |place| match of(place) {
        None => Some(None),
        Some(text) => Range::parse(text).map(Some),
    };
    let bound = |place| match of(place) {
        None => Some(None),
        Some(text) => number(text).map(Some),
    };
    Some(Datum {
        label,
        value: number(fields[0].strip_suffix(unit)?)?,
        warning: range(1)?,
        critical: range(2)?,
        min: bound(3)?,
        max: bound(4)?,
    })
}

fn line(report: &Report, limits: &Limits) -> String {
    let mut out = String::new();
    nagios::write(&mut out, report, limits).unwrap();
    out
}

/// The status text and the data of a line that keeps to the rules.
fn parsed(line: &str) -> (&str, Vec<Datum<'_>>) {
    let body = line.strip_suffix('\n').expect("a whole line");
    assert!(!body.contains(char::is_control), "one line: {body:?}");
    assert!(line.len() < MAX_PLUGIN_OUTPUT, "{}", line.len());
    let (status, data) = body.split_once('|').unwrap_or((body, ""));
    assert!(!data.contains('|'), "{data}");
    assert!(
        !status.contains(['\'', '"', '`', '$', '<', '>', '&']),
        "{status}"
    );
    let data = data.split_ascii_whitespace();
    let data = data.map(|text| datum(text).unwrap_or_else(|| panic!("{text}")));
    (status, data.collect())
}

proptest! {
    #![proptest_config(reports::some_cases())]

    #[test]
    fn every_line_keeps_to_the_guidelines(
        mut report in reports::report(),
        limits in reports::limits(),
    ) {
        report.apply(&limits);
        let line = line(&report, &limits);
        let (status, data) = parsed(&line);
        let mut words = status.split(' ');
        prop_assert!(matches!(words.next(), Some("FMC" | "cdFMC" | "FXOS")), "{}", status);
        prop_assert_eq!(words.next(), Some(report.verdict().as_str()));
        let labels: BTreeSet<&str> = data.iter().map(|datum| datum.label).collect();
        prop_assert_eq!(labels.len(), data.len(), "a label comes once");
        for datum in &data {
            prop_assert!(datum.min.is_none_or(|min| datum.value >= min), "{datum:?}");
            prop_assert!(datum.min.zip(datum.max).is_none_or(|(min, max)| min <= max));
        }
    }

    /// Whoever judges the data by the ranges beside it comes to nothing worse than the plugin.
    #[test]
    fn the_ranges_say_what_the_exit_code_says(
        mut report in reports::report(),
        limits in reports::limits(),
    ) {
        report.apply(&limits);
        let line = line(&report, &limits);
        let (_, data) = parsed(&line);
        let alert = |range: &Option<Range>, value| {
            range.as_ref().is_some_and(|range| range.alerts(value))
        };
        if data.iter().any(|datum| alert(&datum.critical, datum.value)) {
            prop_assert_eq!(report.verdict(), Verdict::Critical, "{}", line);
        }
        if data.iter().any(|datum| alert(&datum.warning, datum.value)) {
            prop_assert_ne!(report.verdict(), Verdict::Ok, "{}", line);
        }
    }
}

#[test]
fn the_judge_refuses_what_the_guidelines_do() {
    for wrong in [
        "time=1",
        "'time'=",
        "'time'=1x",
        "'time'=1;2;3;4;5;6",
        "'time'=1;a",
        "'time'=1;20:10",
        "'time'=1;@",
        "'ti'me'=1",
        "''=1",
        "'time'=1e5",
        "'time'=1;;;~",
        "'time'=U2",
    ] {
        assert!(datum(wrong).is_none(), "{wrong}");
    }
    for right in [
        "'time'=0.420s",
        "'time'=1;2;3;0;9",
        "'a b'=-5;~:10;@10:20",
        "'x'=1;10:;-5:5",
        "'x'=0B;;;0",
    ] {
        assert!(datum(right).is_some(), "{right}");
    }
}
