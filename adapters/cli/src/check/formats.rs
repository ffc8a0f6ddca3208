//! Reports in the formats of `oobwatch check`. The encoders are core's; here they are put together
//! for several targets, and the text of a terminal gets its colours.

use core::fmt::{self, Write as _};
use core::time::Duration;
use std::time::{SystemTime, UNIX_EPOCH};

use oobwatch_client::core::health::encode::syslog::Header;
use oobwatch_client::core::health::encode::text::Headline;
use oobwatch_client::core::health::encode::{
    json, nagios, prometheus, syslog, text, title, zabbix,
};
use oobwatch_client::core::health::{Limits, Report};

use crate::advice;
use crate::args::CheckFormat;
use crate::cells::Cells;
use crate::colour;
use crate::table::{Cell, Table};

/// A target, and what a check of it found.
pub(super) struct Checked<'a> {
    pub(super) label: &'a str,
    pub(super) report: &'a Report,
    pub(super) limits: &'a Limits,
}

/// All of them in one text.
pub(super) fn encode(format: CheckFormat, all: &[Checked<'_>]) -> Result<String, fmt::Error> {
    let mut out = String::new();
    match format {
        CheckFormat::Text => screen(&mut out, all)?,
        CheckFormat::Json => {
            for one in all {
                out.push_str(&object(one)?);
                out.push('\n');
            }
        }
        CheckFormat::Nagios => {
            for one in all {
                if all.len() > 1 {
                    write!(out, "{}: ", one.label)?;
                }
                nagios::write(&mut out, one.report, one.limits)?;
            }
        }
        CheckFormat::Prometheus => {
            let named = all.iter().map(|one| (Some(one.label), one.report));
            prometheus::write(&mut out, named)?;
        }
        CheckFormat::Syslog => {
            for (sequence, one) in (1..).zip(all) {
                message(&mut out, sequence, one)?;
            }
        }
        CheckFormat::Zabbix => {
            out.push_str("{\"discovery\":");
            let reports = all.iter().map(|one| (one.label, one.report));
            zabbix::discovery(&mut out, reports)?;
            let objects: Result<Vec<_>, _> = all.iter().map(object).collect();
            writeln!(out, ",\"reports\":[{}]}}", objects?.join(","))?;
        }
    }
    Ok(out)
}

/// Each in full; of several, all in a table first.
fn screen(out: &mut String, all: &[Checked<'_>]) -> fmt::Result {
    if all.len() > 1 {
        let mut table = Table::new(["TARGET", "KIND", "VERDICT", "STOPPED AT", "WHAT"]);
        for one in all {
            let cells = Cells::of(one.label, one.report, Duration::ZERO);
            table.add([
                Cell::of(cells.target),
                Cell::of(cells.product),
                Cell::verdict(cells.verdict),
                Cell::of(cells.stopped),
                Cell::of(cells.what),
            ]);
        }
        writeln!(out, "{table}")?;
    }
    all.iter().try_for_each(|one| text(out, one))
}

/// The text of core, its verdict in colour, and what to look at besides.
fn text(out: &mut String, one: &Checked<'_>) -> fmt::Result {
    let mut plain = String::new();
    text::write(&mut plain, one.label, one.report)?;
    let (headline, details) = plain.split_once('\n').unwrap_or((&plain, ""));
    let word = one.report.verdict().as_str();
    let before = format!("{} ({}): ", one.label, title(one.report.product));
    match headline.strip_prefix(&format!("{before}{word}")) {
        Some(after) => writeln!(out, "{before}{}{after}", colour::verdict(word))?,
        None => writeln!(out, "{headline}")?,
    }
    out.push_str(details);
    let hint = one.report.error;
    match hint.and_then(|error| advice::hint(one.report.product, error)) {
        Some(hint) => writeln!(out, "  {:<18} {hint}", "advice"),
        None => Ok(()),
    }
}

fn object(one: &Checked<'_>) -> Result<String, fmt::Error> {
    let mut buffer = vec![0; json::MAX_LEN + 6 * one.label.len()];
    let length = json::write(&mut buffer, one.label, one.report).map_err(|_| fmt::Error)?;
    Ok(String::from_utf8_lossy(buffer.split_at(length).0).into_owned())
}

/// A command does not know its host's name, nor whether its clock is right.
fn message(out: &mut String, sequence: u32, one: &Checked<'_>) -> fmt::Result {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    let header = Header {
        time: now.and_then(|now| u64::try_from(now.as_millis()).ok()),
        is_synced: false,
        host: None,
        sequence,
        up: Duration::ZERO,
    };
    let severity = one.report.verdict().into();
    let said = Headline(one.label, one.report);
    syslog::write(out, &header, severity, "STATE", &said)?;
    out.write_char('\n')
}
