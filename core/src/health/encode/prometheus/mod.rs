//! Reports in the text exposition format of Prometheus, version 0.0.4.
//!
//! Names that blackbox_exporter has are used where the meaning is the same;
//! all others begin with `fmc_` or `fxos_`. Units are base units. No error
//! text and no name of a user becomes a label.

mod families;
#[cfg(test)]
mod tests;

use core::fmt::{self, Display, Write};
use core::time::Duration;

use super::super::{Item, Report, Severity, State};
use super::Seconds;
use crate::product::Product;
use families::{FAMILIES, Family};

/// The media type of this format.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Writes the metrics of all `reports`, each family once.
///
/// A report with a name gets the label `target`. Without a name there must be
/// but one report for each product: so answers a `/probe`, whose scraper labels
/// the series itself.
///
/// # Errors
/// Only those of `out`.
pub fn write<'r, R>(out: &mut dyn Write, reports: R) -> fmt::Result
where
    R: Iterator<Item = (Option<&'r str>, &'r Report)> + Clone,
{
    for mut series in series() {
        for (target, report) in reports.clone() {
            series.write(out, target, report)?;
        }
    }
    Ok(())
}

/// Bytes of the longest piece that [`Series::write`] writes at once, for a
/// target whose name takes at most 48 bytes.
pub const PIECE_MAX: usize = 2 * 1024;

/// The metrics one name after the other, for a program that has no room for all
/// of them. Each is written for all reports before the next.
pub fn series() -> impl Iterator<Item = Series> {
    FAMILIES.iter().flat_map(|family| {
        family.prefixes.iter().map(move |prefix| Series {
            family,
            prefix,
            begun: false,
        })
    })
}

/// The metrics of one name.
pub struct Series {
    family: &'static Family,
    prefix: &'static str,
    begun: bool,
}

impl Series {
    /// Writes the samples of one report, if it has any, and the head of the
    /// family before the first.
    ///
    /// # Errors
    /// Only those of `out`.
    pub fn write(
        &mut self,
        out: &mut dyn Write,
        target: Option<&str>,
        report: &Report,
    ) -> fmt::Result {
        if !self.prefix.is_empty() && self.prefix != product_prefix(report.product) {
            return Ok(());
        }
        let mut samples = Samples {
            out,
            prefix: self.prefix,
            family: self.family,
            target,
            begun: &mut self.begun,
        };
        (self.family.samples)(report, &mut samples)
    }
}

const fn product_prefix(product: Product) -> &'static str {
    match product {
        Product::Fmc | Product::CdFmc => "fmc_",
        Product::Fxos => "fxos_",
    }
}

/// Writes the samples of one family, its head before the first.
struct Samples<'a> {
    out: &'a mut dyn Write,
    prefix: &'static str,
    family: &'static Family,
    target: Option<&'a str>,
    begun: &'a mut bool,
}

type Label<'a> = (&'a str, &'a dyn Display);

impl Samples<'_> {
    fn value(&mut self, labels: &[Label<'_>], value: &dyn Display) -> fmt::Result {
        let (
            prefix,
            Family {
                name, help, kind, ..
            },
        ) = (self.prefix, self.family);
        if !core::mem::replace(self.begun, true) {
            writeln!(self.out, "# HELP {prefix}{name} {help}")?;
            writeln!(self.out, "# TYPE {prefix}{name} {kind}")?;
        }
        write!(self.out, "{prefix}{name}")?;
        let target = self
            .target
            .as_ref()
            .map(|target| ("target", target as &dyn Display));
        let mut before = '{';
        for (label, text) in target.iter().chain(labels) {
            write!(self.out, "{before}{label}=\"")?;
            write!(Escaped(self.out), "{text}")?;
            self.out.write_char('"')?;
            before = ',';
        }
        let end = if before == '{' { "" } else { "}" };
        writeln!(self.out, "{end} {value}")
    }

    fn flag(&mut self, set: bool) -> fmt::Result {
        self.value(&[], &u8::from(set))
    }

    fn seconds(&mut self, labels: &[Label<'_>], millis: Option<u32>) -> fmt::Result {
        millis.map_or(Ok(()), |millis| self.value(labels, &Seconds(millis)))
    }

    fn duration(&mut self, duration: Option<Duration>) -> fmt::Result {
        let millis = duration.map(|d| u32::try_from(d.as_millis()).unwrap_or(u32::MAX));
        self.seconds(&[], millis)
    }

    fn states(&mut self, label: &str, report: &Report, item: Item) -> fmt::Result {
        let Some(states) = report.counts.states(item) else {
            return Ok(());
        };
        State::ALL
            .into_iter()
            .try_for_each(|state| self.value(&[(label, &state.as_str())], &states.of(state)))
    }

    fn faults(&mut self, report: &Report, item: Item) -> fmt::Result {
        let Some(faults) = report.counts.faults(item) else {
            return Ok(());
        };
        Severity::ALL.into_iter().try_for_each(|severity| {
            self.value(&[("severity", &severity.as_str())], &faults.of(severity))
        })
    }

    fn number(&mut self, number: Option<u32>) -> fmt::Result {
        number.map_or(Ok(()), |number| self.value(&[], &number))
    }
}

/// Escapes what a label value may not hold.
struct Escaped<'a>(&'a mut dyn Write);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| match c {
            '\\' => self.0.write_str("\\\\"),
            '"' => self.0.write_str("\\\""),
            '\n' => self.0.write_str("\\n"),
            _ => self.0.write_char(c),
        })
    }
}
