//! A report as the output of a monitoring plugin: one line of status and
//! performance data (monitoring plugins guidelines, "Plugin Output").

use core::fmt::{self, Display, Write};

use super::super::{Faults, Report, Severity, State, States};
use super::{Seconds, Summary, title};

/// Writes one line, its end included.
///
/// The exit code is that of [`Report::verdict`]. Characters that mean something
/// to the monitoring system or its shell become `_` in the status text.
///
/// # Errors
/// Only those of `out`.
pub fn write(out: &mut dyn Write, report: &Report) -> fmt::Result {
    write!(out, "{} {} - ", title(report.product), report.verdict())?;
    write!(Plain(out), "{}", Summary(report))?;
    if let Some(worst) = report.worst.iter().next() {
        write!(Plain(out), ", worst: {} ({})", worst.name, worst.state)?;
    }
    let mut data = Performance { out, begun: false };
    timings(&mut data, report)?;
    if let Some(devices) = report.devices {
        states(&mut data, "devices", devices)?;
    }
    if let Some(instances) = report.instances {
        states(&mut data, "instances", instances)?;
    }
    if let Some(found) = report.faults {
        faults(&mut data, found)?;
    }
    session(&mut data, report)?;
    out.write_char('\n')
}

fn timings(data: &mut Performance<'_>, report: &Report) -> fmt::Result {
    let timings = report.observed.timings;
    let phases = [
        ("time", timings.total),
        ("time_resolve", timings.resolve),
        ("time_connect", timings.connect),
        ("time_tls", timings.tls),
        ("time_requests", timings.request),
    ];
    for (label, millis) in phases {
        if let Some(millis) = millis {
            data.add(label, "", &Seconds(millis), "s;;;0")?;
        }
    }
    Ok(())
}

fn states(data: &mut Performance<'_>, label: &str, states: States) -> fmt::Result {
    State::ALL
        .into_iter()
        .try_for_each(|state| data.add(label, state.as_str(), &states.of(state), ";;;0"))
}

fn faults(data: &mut Performance<'_>, faults: Faults) -> fmt::Result {
    Severity::ALL.into_iter().try_for_each(|severity| {
        data.add("faults", severity.as_str(), &faults.of(severity), ";;;0")
    })
}

fn session(data: &mut Performance<'_>, report: &Report) -> fmt::Result {
    let observed = report.observed;
    if let Some(left) = observed.session.token_left {
        data.add("token_left", "", &left.as_secs(), "s;;;0")?;
    }
    if let Some(left) = observed.session.refreshes_left {
        data.add("refreshes_left", "", &left, ";;;0;3")?;
    }
    if let Some(days) = observed.certificate_days {
        // 30: is a warning from there on down; 0: is critical below it.
        data.add("certificate_days", "", &days, ";31:;0:")?;
    }
    Ok(())
}

/// Performance data: `'label'=value[unit];[warn];[crit];[min];[max]`.
struct Performance<'a> {
    out: &'a mut dyn Write,
    begun: bool,
}

impl Performance<'_> {
    fn add(&mut self, label: &str, of: &str, value: &dyn Display, rest: &str) -> fmt::Result {
        self.out.write_str(if self.begun { " " } else { " | " })?;
        self.begun = true;
        let joint = if of.is_empty() { "" } else { "_" };
        write!(self.out, "'{label}{joint}{of}'={value}{rest}")
    }
}

/// Lets no character through that is special to Nagios
/// (`illegal_macro_output_chars`). Control characters are not in a report.
struct Plain<'a>(&'a mut dyn Write);

impl Write for Plain<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| {
            let special = matches!(c, '|' | '\'' | '"' | '`' | '~' | '$' | '&' | '<' | '>');
            self.0.write_char(if special { '_' } else { c })
        })
    }
}

#[cfg(test)]
mod tests {
    use std::string::String;

    use super::super::samples;
    use super::*;

    fn line(report: &Report) -> String {
        let mut out = String::new();
        write(&mut out, report).unwrap();
        out
    }

    /// `'label'=value[unit];[warn];[crit];[min];[max]`, after the guidelines.
    fn is_performance_datum(datum: &str) -> bool {
        let Some((label, value)) = datum.strip_prefix('\'').and_then(|d| d.split_once("'=")) else {
            return false;
        };
        let mut fields = value.split(';');
        let first = fields.next().unwrap_or_default();
        let number = first.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let fields: std::vec::Vec<&str> = fields.collect();
        !label.is_empty()
            && !label.contains(['\'', '=', ' '])
            && number.parse::<f64>().is_ok()
            && matches!(
                &first[number.len()..],
                "" | "s" | "ms" | "us" | "%" | "B" | "c"
            )
            && fields.len() <= 4
            && fields
                .iter()
                .all(|field| field.chars().all(|c| "0123456789.:~@-".contains(c)))
    }

    #[test]
    fn every_line_keeps_to_the_grammar() {
        for report in samples::all() {
            let line = line(&report);
            let body = line.strip_suffix('\n').unwrap();
            assert!(!body.contains(char::is_control), "{body:?}");
            let (status, data) = body.split_once(" | ").unwrap_or((body, ""));
            let verdict = report.verdict().as_str();
            let product = title(report.product);
            assert!(
                status.starts_with(&std::format!("{product} {verdict} - ")),
                "{status}"
            );
            assert!(!status.contains(['|', '\'', '"', '`', '$']), "{status}");
            assert!(data.split_whitespace().all(is_performance_datum), "{data}");
        }
    }

    #[test]
    fn a_line() {
        let expected = "FMC CRITICAL - 5 devices critical, 1 device warning, 1 device unknown, \
            the certificate expires in 12 days; renew it, state _purple_ is not known, worst: ftd-0 (red) | \
            'time'=0.420s;;;0 'time_connect'=0.003s;;;0 'time_tls'=0.057s;;;0 'devices_ok'=2;;;0 \
            'devices_warning'=1;;;0 'devices_critical'=5;;;0 'devices_disabled'=0;;;0 'devices_unknown'=1;;;0 \
            'token_left'=1740s;;;0 'refreshes_left'=1;;;0;3 'certificate_days'=12;31:;0:\n";
        assert_eq!(line(&samples::critical()), expected);
    }
}
