//! Low-level discovery for Zabbix: which targets there are, and what was counted
//! of each. The values themselves are in the report as [`json`](super::json),
//! the master item; these identifiers lead to them by JSONPath.

use core::fmt::{self, Write};

use super::super::{Item, Report};
use super::counted;

/// Writes one JSON array with an entry for each item that was counted of
/// `reports`.
///
/// `{#TARGET}` and `{#ITEM}` do not change as long as the configuration does
/// not; `{#PRODUCT}` is `fmc`, `cdfmc` or `fxos`, and `{#TALLY}` says what the
/// value is: `states`, `faults` or `number`.
///
/// # Errors
/// Only those of `out`.
pub fn discovery<'r>(
    out: &mut dyn Write,
    reports: impl Iterator<Item = (&'r str, &'r Report)>,
) -> fmt::Result {
    let mut before = "[";
    for (target, report) in reports {
        for item in Item::ALL {
            if counted(report, item).is_none() {
                continue;
            }
            out.write_str(core::mem::replace(&mut before, ","))?;
            out.write_str("{\"{#TARGET}\":\"")?;
            write!(Escaped(out), "{target}")?;
            let (product, tally) = (report.product.as_str(), item.tally().as_str());
            write!(
                out,
                "\",\"{{#PRODUCT}}\":\"{product}\",\"{{#ITEM}}\":\"{item}\",\"{{#TALLY}}\":\"{tally}\"}}"
            )?;
        }
    }
    out.write_str(if before == "[" { "[]" } else { "]" })
}

/// Escapes what a JSON string may not hold.
struct Escaped<'a>(&'a mut dyn Write);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| match c {
            '"' | '\\' => write!(self.0, "\\{c}"),
            '\0'..='\u{1f}' => write!(self.0, "\\u{:04x}", u32::from(c)),
            _ => self.0.write_char(c),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::string::String;

    use serde_json::{Value, json};

    use super::super::samples;
    use super::*;

    #[test]
    fn names_what_was_counted() {
        let (critical, unread) = (samples::critical(), samples::no_route());
        let mut out = String::new();
        let reports = [("a\"\n", &critical), ("b", &unread)];
        discovery(&mut out, reports.into_iter()).unwrap();
        let value: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(
            value,
            json!([{"{#TARGET}": "a\"\n", "{#PRODUCT}": "fmc", "{#ITEM}": "devices", "{#TALLY}": "states"}])
        );
        out.clear();
        discovery(&mut out, [("b", &unread)].into_iter()).unwrap();
        assert_eq!(out, "[]");
    }
}
