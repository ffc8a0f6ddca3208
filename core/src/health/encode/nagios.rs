//! A report as the output of a monitoring plugin: one line of status and
//! performance data (monitoring plugins guidelines, "Plugin Output").

use core::fmt::{self, Display, Write};

use super::super::{Limits, Measure, Range, Report};
use super::{Summary, title};

/// Writes one line, its end included. `limits` are those that the report was
/// [judged](Report::apply) by; they are shown with the data.
///
/// The exit code is that of [`Report::verdict`]. Characters that mean something
/// to the monitoring system or its shell become `_` in the status text.
///
/// # Errors
/// Only those of `out`.
pub fn write(out: &mut dyn Write, report: &Report, limits: &Limits) -> fmt::Result {
    write!(out, "{} {} - ", title(report.product), report.verdict())?;
    write!(Plain(out), "{}", Summary(report))?;
    if let Some(worst) = report.worst.iter().next() {
        write!(Plain(out), ", worst: {} ({})", worst.name, worst.state)?;
    }
    let mut before = " | ";
    for measure in Measure::all() {
        if let Some(number) = measure.read(report) {
            out.write_str(core::mem::replace(&mut before, " "))?;
            datum(out, measure, &number, limits)?;
        }
    }
    out.write_char('\n')
}

/// Performance data: `'label'=value[unit];[warn];[crit];[min];[max]`.
fn datum(
    out: &mut dyn Write,
    measure: Measure,
    number: &dyn Display,
    limits: &Limits,
) -> fmt::Result {
    let limit = limits.of(measure);
    write!(out, "'{measure}'={number}{}", measure.unit())?;
    for range in [limit.warning, limit.critical] {
        write!(out, ";{}", Shown(range))?;
    }
    match measure {
        // It may have ended.
        Measure::CertificateDays => Ok(()),
        Measure::RefreshesLeft => out.write_str(";0;3"),
        _ => out.write_str(";0"),
    }
}

struct Shown(Option<Range>);

impl Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |range| write!(f, "{range}"))
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

    use super::super::super::Limit;
    use super::super::samples;
    use super::*;

    fn line(report: &Report) -> String {
        let mut out = String::new();
        write(&mut out, report, Limits::NONE).unwrap();
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
    fn limits_are_judged_and_shown() {
        let mut limits = Limits::default();
        for (label, warning, critical) in [
            ("devices_critical", Some("2"), Some("7")),
            ("devices_warning", None, None),
            ("time", Some("0.3"), None),
            ("uptime", Some("3600:"), None),
            ("devices_ok", Some("3:"), None),
        ] {
            let range = |text: Option<&str>| text.map(|text| text.parse().unwrap());
            let measure = Measure::of_label(label).unwrap();
            let (warning, critical) = (range(warning), range(critical));
            limits
                .set(Limit {
                    measure,
                    warning,
                    critical,
                })
                .unwrap();
        }
        let mut report = samples::critical();
        report.apply(&limits);
        let mut out = String::new();
        write(&mut out, &report, &limits).unwrap();
        let status = "FMC WARNING - time is 0.420s, outside its limits, devices_ok is 2, outside its limits, 5 devices critical, \
            the certificate expires in 12 days; renew it, 1 device unknown, 1 device warning, ";
        assert!(out.starts_with(status), "{out}");
        assert!(out.contains("'time'=0.420s;0.300;;0 "), "{out}");
        assert!(
            out.contains("'devices_warning'=1;;;0 'devices_critical'=5;2;7;0 "),
            "{out}"
        );
    }

    #[test]
    fn a_line() {
        let expected = "FMC CRITICAL - 5 devices critical, 1 device warning, \
            the certificate expires in 12 days; renew it, 1 device unknown, state _purple_ is not known; see what the box shows, worst: ftd-0 (red) | \
            'time'=0.420s;;;0 'time_connect'=0.003s;;;0 'time_tls'=0.057s;;;0 'devices_ok'=2;;;0 \
            'devices_warning'=1;0;;0 'devices_critical'=5;;0;0 'devices_disabled'=0;;;0 'devices_unknown'=1;;;0 \
            'token_left'=1740s;;;0 'refreshes_left'=1;;;0;3 'certificate_days'=12;31:;0:\n";
        assert_eq!(line(&samples::critical()), expected);
    }
}
