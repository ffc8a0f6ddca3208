//! All of it together: simulated boxes, watched by the exporter and by a board in
//! QEMU, both scraped by a real Prometheus with the rules and the configuration of
//! docs/prometheus, which is then asked what the dashboard asks.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use super::dashboard;
use super::metrics::{ILL, lint};
use super::names;
use super::server::{Server, eventually};
use super::zabbix;
use crate::firmware;
use crate::lab::board::Board;
use crate::lab::control;
use crate::lab::exporter::Exporter;
use crate::lab::oobwatch::Oobwatch;
use crate::lab::sim::Sim;
use crate::setup::Prometheus;

/// What the exporter says of a box, and this board does not: without a time server
/// it knows no dates, and its addresses need no resolving.
const NOT_BY_THIS_BOARD: [&str; 2] = [
    "_certificate_left_seconds{}",
    "probe_http_duration_seconds{phase=resolve}",
];
/// There only for as long as we stay away from a box.
const DISPLACED: &str = "fmc_auth_stays_away_seconds";
/// There only where a board has webhooks; firmware/app tests it.
const WEBHOOKS: &str = "oobwatch_webhook_waiting";

pub(super) fn check(prometheus: &Prometheus) -> Result<()> {
    let image = firmware::qemu_image()?;
    let sim = Sim::start()?;
    sim.switch(ILL)?;
    let oobwatch = Oobwatch::for_boxes(sim.boxes())?;
    let exporter = Exporter::start(&oobwatch)?;
    let board = Board::boot(&image, &oobwatch, sim.boxes())?;
    let server = Server::start(prometheus, &exporter.address, &board.address)?;
    pages(prometheus, &exporter, &board)?;
    eventually("every panel and variable of the dashboard has data", || {
        shows_data(&server)
    })?;
    same_series(&server)?;
    rules_apply(&server)?;
    zabbix::check(&said(&oobwatch, &board)?, "fmc")?;
    sim.end_sessions()?;
    eventually("a session that was ended is seen", || {
        ensure!(exists(&server, DISPLACED), "no {DISPLACED}");
        Ok(())
    })?;
    println!("   exporter and board, scraped by a real Prometheus: as rules and dashboard expect");
    Ok(())
}

fn pages(prometheus: &Prometheus, exporter: &Exporter, board: &Board) -> Result<()> {
    let of = |address: &str, path: &str| format!("http://{address}{path}");
    let pages = [
        of(&exporter.address, "/metrics"),
        of(&exporter.address, "/probe?target=fmc"),
        of(&exporter.address, "/probe?target=fxos"),
        of(&exporter.address, "/probe?target=nowhere"),
        of(&board.address, "/metrics"),
    ];
    for url in pages {
        let page = eventually("an answer", || control::request("GET", &url, ""))?;
        lint(prometheus, &page).with_context(|| url.clone())?;
    }
    Ok(())
}

/// What Zabbix' master items get: of the command, one target at a time, and of
/// the board.
fn said(oobwatch: &Oobwatch, board: &Board) -> Result<Vec<Value>> {
    // By its second account: the exporter has a session with the first.
    let reports = ["fmc-session", "fxos", "nowhere"].map(|name| oobwatch.report(&[name], "zabbix"));
    let health = control::request("GET", &format!("http://{}/health", board.address), "");
    let all = reports
        .into_iter()
        .chain([health])
        .collect::<Result<Vec<_>>>()?;
    all.iter()
        .map(|json| serde_json::from_str(json).with_context(|| format!("not JSON: {json}")))
        .collect()
}

/// Fails with all that has no data yet.
fn shows_data(server: &Server) -> Result<()> {
    let mut empty = Vec::new();
    for query in dashboard::queries()? {
        let answer = server.query(&query.expr);
        let answer = answer.with_context(|| format!("{}: {}", query.of, query.expr))?;
        if answer.is_empty() {
            empty.push(format!("{}: {}", query.of, query.expr));
        }
        // A sum of nothing is a number too.
        for any in names::of(&query.expr) {
            if !any
                .iter()
                .any(|name| name == DISPLACED || exists(server, name))
            {
                empty.push(format!("{}: {} does not exist", query.of, any.join(" or ")));
            }
        }
    }
    if !empty.is_empty() {
        bail!("without data:\n{}", empty.join("\n"));
    }
    Ok(())
}

/// Whether one of the names exists, or there is a reason that it does not yet.
fn may_be_asked(server: &Server, any: &names::AnyOf) -> bool {
    any.iter()
        .any(|name| [DISPLACED, WEBHOOKS].contains(&name.as_str()) || exists(server, name))
}

fn exists(server: &Server, name: &str) -> bool {
    server.query(name).is_ok_and(|series| !series.is_empty())
}

/// Exporter and board tell of a box under the same names, with the same labels.
fn same_series(server: &Server) -> Result<()> {
    for target in ["fmc", "fxos"] {
        let of = |job: &str| shapes(server, job, target);
        let (exporter, board) = (of("oobwatch")?, of("oobwatch-board")?);
        ensure!(!exporter.is_empty(), "no series of {target}");
        let differ = exporter.symmetric_difference(&board);
        let differ: Vec<&String> = differ
            .filter(|shape| !NOT_BY_THIS_BOARD.iter().any(|known| shape.ends_with(known)))
            .collect();
        ensure!(
            differ.is_empty(),
            "{target}: exporter and board differ in {differ:?}"
        );
    }
    Ok(())
}

/// Names with the labels that the box, not the scrape, has given: `fmc_up{}`.
fn shapes(server: &Server, job: &str, target: &str) -> Result<BTreeSet<String>> {
    let selector = format!(r#"{{__name__=~"(fmc|fxos|probe)_.+",job="{job}",target="{target}"}}"#);
    let of = |series: &Value| {
        let labels = series.as_object()?;
        let own = labels
            .iter()
            .filter(|(label, _)| {
                !["__name__", "instance", "job", "target"].contains(&label.as_str())
            })
            .map(|(label, value)| match value.as_str() {
                // Words; what a box says of itself is the same for both.
                Some(value) => format!("{label}={value}"),
                None => label.clone(),
            });
        let own: Vec<String> = own.collect();
        Some(format!(
            "{}{{{}}}",
            labels["__name__"].as_str()?,
            own.join(",")
        ))
    };
    Ok(server.series(&selector)?.iter().filter_map(of).collect())
}

/// Every rule is evaluated, and what it is about exists.
fn rules_apply(server: &Server) -> Result<()> {
    let mut wrong = Vec::new();
    for rule in server.rules()? {
        let (name, expr) = (&rule["name"], rule["query"].as_str().unwrap_or_default());
        if rule["health"] != "ok" {
            wrong.push(format!("{name}: {}", rule["lastError"]));
        }
        for any in names::of(expr) {
            if !may_be_asked(server, &any) {
                wrong.push(format!("{name}: {} does not exist", any.join(" or ")));
            }
        }
    }
    ensure!(
        wrong.is_empty(),
        "rules that do not apply:\n{}",
        wrong.join("\n")
    );
    Ok(())
}
