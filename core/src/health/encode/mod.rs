//! Encoders of a [`Report`], each over `core::fmt::Write` or a lent buffer.
//!
//! They decide nothing: what a report is worth stands in it.

pub mod event;
pub mod json;
pub mod nagios;
pub mod prometheus;
pub mod syslog;
pub mod text;

#[cfg(test)]
mod samples;

use core::fmt;

use super::{Report, State, States, Verdict};
use crate::product::Product;

/// The name of a product in texts for people.
const fn title(product: Product) -> &'static str {
    match product {
        Product::CdFmc => "cdFMC",
        Product::Fmc => "FMC",
        Product::Fxos => "FXOS",
    }
}

/// Milliseconds, shown as seconds.
struct Seconds(u32);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1000, self.0 % 1000)
    }
}

/// All that is wrong in one line, or else what is right.
struct Summary<'a>(&'a Report);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.0;
        let mut list = List {
            out: f,
            empty: true,
        };
        match (report.stopped_at(), report.error) {
            (Some(layer), Some(error)) => {
                list.add(format_args!("stopped at {}: {error}", layer.as_str()))?;
            }
            (Some(layer), None) => list.add(format_args!("stopped at {}", layer.as_str()))?,
            (None, _) => {}
        }
        for reason in report
            .reasons
            .iter()
            .filter(|reason| !reason.cause.is_unread())
        {
            list.add(format_args!("{reason}"))?;
        }
        if let Some(reason) = report.certificate() {
            list.add(format_args!("{reason}"))?;
        }
        if !report.odd_word.is_empty() {
            list.add(format_args!("state \"{}\" is not known", report.odd_word))?;
        }
        if report.verdict() == Verdict::Ok || list.empty {
            well(report, &mut list)?;
        }
        Ok(())
    }
}

fn well(report: &Report, list: &mut List<'_, '_>) -> fmt::Result {
    if let Some(devices) = report.devices {
        list.add(format_args!(
            "{} of {} devices ok",
            devices.ok,
            devices.total()
        ))?;
    }
    if let Some(instances) = report.instances {
        let (ok, total) = (instances.ok, instances.total());
        list.add(format_args!("{ok} of {total} application instances ok"))?;
    }
    if !report.facts.version.is_empty() {
        list.add(format_args!("version {}", report.facts.version))?;
    }
    if list.empty {
        list.add(format_args!("nothing was checked"))
    } else {
        Ok(())
    }
}

/// Writes things with commas between them.
struct List<'a, 'f> {
    out: &'a mut fmt::Formatter<'f>,
    empty: bool,
}

impl List<'_, '_> {
    fn add(&mut self, thing: fmt::Arguments<'_>) -> fmt::Result {
        if !core::mem::take(&mut self.empty) {
            self.out.write_str(", ")?;
        }
        self.out.write_fmt(thing)
    }
}

/// The numbers of [`States`], as in `12 ok, 1 warning`.
struct Counted(States);

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = List {
            out: f,
            empty: true,
        };
        for state in State::ALL {
            let count = self.0.of(state);
            if count > 0 {
                list.add(format_args!("{count} {}", state.as_str()))?;
            }
        }
        if list.empty {
            f.write_str("none")
        } else {
            Ok(())
        }
    }
}
