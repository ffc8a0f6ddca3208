//! A report as a screen of text for people, without colour.

use core::fmt::{self, Display, Write};

use super::super::{Item, Items, Report, Timings, Trouble};
use super::{Named, Seconds, Summary, counted, title};

/// Writes `report` on the box that is called `target`.
///
/// # Errors
/// Only those of `out`.
pub fn write(out: &mut dyn Write, target: &str, report: &Report) -> fmt::Result {
    writeln!(out, "{}", Headline(target, report))?;
    facts(out, report)?;
    for item in Item::ALL {
        if let Some(counted) = counted(report, item) {
            line(out, item.as_str(), &counted)?;
        }
    }
    if !report.worst.is_empty() {
        line(out, "worst", &Names(report))?;
    }
    let absent = report.troubles.of(Trouble::NotAvailable);
    if absent != Items::NONE {
        line(out, "not there", &Named(absent))?;
    }
    if let Some(days) = report.observed.certificate_days {
        line(out, "certificate", &format_args!("{days} days left"))?;
    }
    line(out, "session", &Session(report))?;
    line(out, "time", &Phases(report.observed.timings))
}

/// The target, the verdict, and why, in one line without its end.
pub struct Headline<'a>(pub &'a str, pub &'a Report);

impl Display for Headline<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(target, report) = self;
        let (product, verdict) = (title(report.product), report.verdict());
        write!(f, "{target} ({product}): {verdict} - {}", Summary(report))
    }
}

fn facts(out: &mut dyn Write, report: &Report) -> fmt::Result {
    let facts = &report.facts;
    let known = [
        (
            "version",
            &facts.version as &dyn Display,
            facts.version.is_empty(),
        ),
        ("model", &facts.model, facts.model.is_empty()),
        ("name", &facts.name, facts.name.is_empty()),
        ("serial", &facts.serial, facts.serial.is_empty()),
        ("uptime", &facts.uptime, facts.uptime.is_empty()),
    ];
    known
        .iter()
        .filter(|(_, _, empty)| !empty)
        .try_for_each(|(name, text, _)| line(out, name, text))
}

fn line(out: &mut dyn Write, name: &str, text: &dyn Display) -> fmt::Result {
    writeln!(out, "  {name:<18} {text}")
}

struct Names<'a>(&'a Report);

impl Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = super::List {
            out: f,
            empty: true,
        };
        for worst in self.0.worst.iter() {
            list.add(format_args!("{} ({})", worst.name, worst.state))?;
        }
        match self.0.worst.more() {
            0 => Ok(()),
            more => write!(f, ", and {more} more"),
        }
    }
}

struct Session<'a>(&'a Report);

impl Display for Session<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let session = self.0.observed.session;
        let mut list = super::List {
            out: f,
            empty: true,
        };
        list.add(format_args!(
            "logins {}, refreshes {}",
            session.logins, session.refreshes
        ))?;
        if let Some(left) = session.refreshes_left {
            list.add(format_args!("refreshes left {left}"))?;
        }
        if let Some(left) = session.token_left {
            list.add(format_args!("token good for {} s", left.as_secs()))?;
        }
        if session.refused > 0 {
            list.add(format_args!("logins refused {}", session.refused))?;
        }
        if session.displaced > 0 {
            list.add(format_args!("displaced {}", session.displaced))?;
        }
        if let Some(wait) = session.stays_away {
            list.add(format_args!(
                "no login for {} s because of that",
                wait.as_secs()
            ))?;
        }
        if let Some(age) = session.token_age {
            list.add(format_args!(
                "the box ends tokens after {} s",
                age.as_secs()
            ))?;
        }
        if let Some(age) = session.session_age {
            list.add(format_args!(
                "the box ends sessions after {} s",
                age.as_secs()
            ))?;
        }
        if session.locked_out {
            list.add(format_args!("no more logins until the credential changes"))?;
        }
        Ok(())
    }
}

struct Phases(Timings);

impl Display for Phases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let timings = self.0;
        let phases = [
            ("total", timings.total),
            ("resolve", timings.resolve),
            ("connect", timings.connect),
            ("tls", timings.tls),
            ("requests", timings.request),
        ];
        let mut list = super::List {
            out: f,
            empty: true,
        };
        for (name, millis) in phases {
            if let Some(millis) = millis {
                list.add(format_args!("{name} {} s", Seconds(millis)))?;
            }
        }
        if list.empty {
            f.write_str("not measured")
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::string::String;

    use super::super::samples;
    use super::*;

    fn text(report: &Report) -> String {
        let mut out = String::new();
        write(&mut out, "fmc-1", report).unwrap();
        out
    }

    #[test]
    fn one_screen() {
        let shown = text(&samples::critical());
        let expected = "\
fmc-1 (FMC): CRITICAL - 5 devices critical, 1 device warning, the certificate expires in 12 days; renew it, 1 device unknown, state \"purple\" is not known; see what the box shows
  version            7.4.1 (build 172)
  name               fmc\u{fffd}1
  devices            2 ok, 1 warning, 5 critical, 1 unknown
  worst              ftd-0 (red), ftd-1 (red), ftd-2 (red), ftd-3 (red), and 3 more
  certificate        12 days left
  session            logins 1, refreshes 2, refreshes left 1, token good for 1740 s
  time               total 0.420 s, connect 0.003 s, tls 0.057 s
";
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_failed_layer_is_named_with_what_to_do() {
        let shown = text(&samples::no_route());
        assert!(
            shown.starts_with("fmc-1 (FXOS): CRITICAL - stopped at tcp: "),
            "{shown}"
        );
        let refused = crate::error::TransportError::ConnectRefused;
        assert!(shown.contains(&std::format!("{refused}")), "{shown}");
    }

    #[test]
    fn data_without_sense_is_named_too() {
        let shown = text(&samples::senseless());
        assert!(
            shown.starts_with(
                "fmc-1 (FMC): UNKNOWN - stopped at data, \
                 1 device unknown, the answers hold no devices; try again later, \
                 state \"missing\" is not known; see what the box shows\n"
            ),
            "{shown}"
        );
        assert!(
            shown.contains("  worst              unnamed (missing)\n"),
            "{shown}"
        );
    }

    #[test]
    fn all_well() {
        let shown = text(&samples::well());
        assert!(
            shown.starts_with(
                "fmc-1 (FMC): OK - 1 device disabled, 2 of 3 devices ok, version 7.2.4\n"
            ),
            "{shown}"
        );
    }
}
