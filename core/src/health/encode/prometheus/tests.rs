//! The exposition, read back by a parser of its grammar.

use std::collections::HashSet;
use std::string::String;
use std::vec::Vec;

use super::super::samples;
use super::*;

fn exposition(reports: &[(Option<&str>, &Report)]) -> String {
    let mut out = String::new();
    write(&mut out, reports.iter().copied()).unwrap();
    out
}

type Labels<'a> = Vec<(&'a str, String)>;

/// Name, labels and value of a sample line, after the format's grammar.
fn sample(line: &str) -> Option<(&str, Labels<'_>, f64)> {
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
    let (name, mut rest) = line.split_at(end);
    let mut labels = Vec::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        loop {
            let (label, after) = rest.split_once("=\"")?;
            let (text, after) = quoted(after)?;
            labels.push((label, text));
            match after.strip_prefix(',') {
                Some(next) => rest = next,
                None => break rest = after.strip_prefix('}')?,
            }
        }
    }
    Some((name, labels, rest.strip_prefix(' ')?.parse().ok()?))
}

fn quoted(text: &str) -> Option<(String, &str)> {
    let (mut value, mut chars) = (String::new(), text.char_indices());
    loop {
        match chars.next()? {
            (at, '"') => return Some((value, &text[at + 1..])),
            (_, '\\') => value.push(match chars.next()?.1 {
                'n' => '\n',
                c @ ('\\' | '"') => c,
                _ => return None,
            }),
            (_, c) => value.push(c),
        }
    }
}

#[test]
fn families_once_and_every_line_parses() {
    let reports = samples::all();
    let names = ["a", "b\"\\\n", "c", "d", "e", "f"];
    let named: Vec<_> = names.iter().map(|name| Some(*name)).zip(&reports).collect();
    let text = exposition(&named);
    assert!(text.ends_with('\n'));
    let (mut seen, mut family, mut series) = (HashSet::new(), "", HashSet::new());
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            family = help.split_once(' ').unwrap().0;
            assert!(seen.insert(family), "{family} twice");
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap();
            assert!(
                name == family && matches!(kind, "gauge" | "counter"),
                "{line}"
            );
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
        } else {
            let (name, labels, _) = sample(line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(name, family);
            assert_eq!(labels[0].0, "target");
            assert!(names.contains(&labels[0].1.as_str()));
            assert!(
                series.insert(std::format!("{name}{labels:?}")),
                "{line} twice"
            );
        }
    }
    assert!(seen.contains("fmc_managed_devices") && seen.contains("fxos_faults"));
}

#[test]
fn a_probe() {
    let text = exposition(&[(None, &samples::critical())]);
    for line in [
        "probe_success 1",
        "probe_duration_seconds 0.420",
        "probe_http_duration_seconds{phase=\"tls\"} 0.057",
        "fmc_up 1",
        "fmc_check_level 9",
        "fmc_verdict 2",
        "fmc_server_info{version=\"7.4.1 (build 172)\",model=\"\",hostname=\"fmc\u{fffd}1\"} 1",
        "fmc_managed_devices{health=\"critical\"} 5",
        "fmc_certificate_left_seconds 1036800",
        "fmc_auth_refreshes_remaining 1",
        "fmc_auth_token_left_seconds 1740.000",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    assert!(!text.contains("fxos_"));
}

#[test]
fn a_box_that_does_not_answer() {
    let text = exposition(&[(None, &samples::no_route())]);
    for line in [
        "probe_success 0",
        "fxos_up 0",
        "fxos_check_level 3",
        "fxos_verdict 2",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    assert!(!text.contains("server_info"));
}

#[test]
fn the_longest_piece_fits() {
    let name = "\"".repeat(48);
    for report in samples::all() {
        for mut series in series() {
            let mut piece = String::new();
            series.write(&mut piece, Some(&name), &report).unwrap();
            assert!(piece.len() <= PIECE_MAX, "{}", piece.len());
        }
    }
}

/// A report of a box that has everything.
fn full(product: Product) -> Report {
    let mut report = samples::longest();
    report.product = product;
    report.counts = Default::default();
    report.facts.uptime = Default::default();
    report.facts.uptime.push(b"5 days, 3 hours, 20 minutes");
    let items = Item::ALL.into_iter();
    items
        .filter(|item| item.is_of(product))
        .for_each(|item| report.counts.begin(item));
    report.counts.fill();
    report
}

/// `OOBWATCH_BLESS=1` writes it.
#[test]
fn the_reference_has_each_family() {
    let reports = [full(Product::Fmc), full(Product::Fxos), samples::critical()];
    let mut text = String::new();
    for mut series in series() {
        for report in &reports {
            series.write(&mut text, None, report).unwrap();
        }
    }
    for family in FAMILIES {
        let has = |prefix: &&str| text.contains(&std::format!("# HELP {prefix}{} ", family.name));
        assert!(["", "fmc_", "fxos_"].iter().any(has), "{}", family.name);
    }
    oobwatch_docs::generated(
        "reference/metrics.md",
        "boxes",
        &oobwatch_docs::metrics(&text),
    );
}
