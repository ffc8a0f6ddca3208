//! Messages for a syslog collector (RFC 5424), one datagram each (RFC 5426).
//!
//! Only structured data that IANA has registered is sent: `timeQuality`, and of
//! `meta` the sequence number and the time since the start.

use core::fmt::{self, Display, Write};
use core::time::Duration;

use crate::health::Verdict;

/// Bytes that every collector takes in one datagram without fragments on the
/// way (RFC 5426, section 3.2, for an MTU of 1,280). What is longer is cut.
pub const MAX_LEN: usize = 1_180;

/// The facility: system daemons (RFC 5424, section 6.2.1).
const DAEMON: u8 = 3;

/// The severity of a message, of those in RFC 5424, section 6.2.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Someone must act.
    Critical = 2,
    /// Someone should look.
    Warning = 4,
    /// Normal, but worth a line.
    Notice = 5,
    /// A sign of life.
    Informational = 6,
}

impl From<Verdict> for Severity {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Ok => Self::Notice,
            Verdict::Unknown | Verdict::Warning => Self::Warning,
            Verdict::Critical => Self::Critical,
        }
    }
}

/// Who says it, and when.
#[derive(Clone, Copy)]
pub struct Header<'a> {
    /// Milliseconds since 1970, UTC; `None` if the sender does not know.
    pub time: Option<u64>,
    /// Whether that comes from a server of time.
    pub is_synced: bool,
    /// The name or address of the sender, of visible ASCII.
    pub host: Option<&'a dyn Display>,
    /// The number of the message since the start, from 1 on.
    pub sequence: u32,
    /// Since the start of the sender.
    pub up: Duration,
}

/// Writes one message. `id` is its kind, such as `STATE`.
///
/// # Errors
/// Only those of `out`; what fits by then is a message, too, if the header does.
pub fn write(
    out: &mut dyn Write,
    header: &Header<'_>,
    severity: Severity,
    id: &str,
    message: &dyn Display,
) -> fmt::Result {
    write!(out, "<{}>1 ", DAEMON * 8 + severity as u8)?;
    match header.time {
        Some(millis) => write!(out, "{}", Timestamp(millis))?,
        None => out.write_char('-')?,
    }
    match header.host {
        Some(host) => write!(out, " {host}")?,
        None => out.write_str(" -")?,
    }
    let synced = u8::from(header.is_synced);
    write!(
        out,
        " oobwatch - {id} [timeQuality tzKnown=\"1\" isSynced=\"{synced}\"]"
    )?;
    // Both are limited there: section 7.3.1 and 7.3.3.
    let sequence = header.sequence.clamp(1, 0x7fff_ffff);
    // Of 64 bits: to print 128 takes a kilobyte and a half of flash.
    let hundredths = u64::try_from(header.up.as_millis() / 10).unwrap_or(u64::MAX);
    write!(
        out,
        "[meta sequenceId=\"{sequence}\" sysUpTime=\"{hundredths}\"]"
    )?;
    write!(out, " \u{feff}{message}")
}

/// Milliseconds since 1970, UTC, as in RFC 3339.
pub struct Timestamp(pub u64);

impl Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, millis) = (self.0 / 1_000, self.0 % 1_000);
        let (year, month, day) = civil(seconds / 86_400);
        let (hour, minute) = (seconds / 3_600 % 24, seconds / 60 % 60);
        let second = seconds % 60;
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z"
        )
    }
}

/// Year, month and day of a day since 1970, in the Gregorian calendar. Years
/// begin in March here, so that the leap day is their last.
const fn civil(days: u64) -> (u64, u64, u64) {
    let days = days.saturating_add(719_468);
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    (era * 400 + year + next, month, day)
}

#[cfg(test)]
mod tests {
    use std::string::{String, ToString as _};

    use super::super::{samples, text::Headline};
    use super::*;

    fn message(time: Option<u64>, host: Option<&dyn Display>) -> String {
        let mut out = String::new();
        let header = Header {
            time,
            is_synced: time.is_some(),
            host,
            sequence: 7,
            up: Duration::from_millis(1_234),
        };
        let report = samples::no_route();
        let verdict = report.verdict();
        write(
            &mut out,
            &header,
            verdict.into(),
            "STATE",
            &Headline("chassis", &report),
        )
        .unwrap();
        out
    }

    #[test]
    fn messages() {
        let text = "\u{feff}chassis (FXOS): CRITICAL - stopped at tcp: ";
        let unsynced = message(None, None);
        let head = "<26>1 - - oobwatch - STATE [timeQuality tzKnown=\"1\" isSynced=\"0\"][meta sequenceId=\"7\" sysUpTime=\"123\"] ";
        assert!(
            unsynced.starts_with(&(head.to_string() + text)),
            "{unsynced}"
        );
        let synced = message(Some(1_795_337_999_042), Some(&"192.0.2.7"));
        let head = "<26>1 2026-11-22T08:59:59.042Z 192.0.2.7 oobwatch - STATE [timeQuality tzKnown=\"1\" isSynced=\"1\"]";
        assert!(synced.starts_with(head), "{synced}");
    }

    #[test]
    fn days_follow_each_other() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(47_540), (2100, 2, 28));
        let mut before = civil(0);
        for day in 1..100_000 {
            let now = civil(day);
            let next = (before.0, before.1, before.2 + 1);
            let first_of_month = now.2 == 1
                && before.2 >= 28
                && (now.1 == before.1 + 1 || (now.1 == 1 && before.1 == 12));
            assert!(now == next || first_of_month, "{now:?}");
            before = now;
        }
    }

    #[test]
    fn no_report_breaks_out_of_its_message() {
        for report in samples::all() {
            let mut out = String::new();
            let header = Header {
                time: None,
                is_synced: false,
                host: None,
                sequence: 0,
                up: Duration::MAX,
            };
            write(
                &mut out,
                &header,
                Severity::Notice,
                "STATE",
                &Headline("t", &report),
            )
            .unwrap();
            assert!(!out.contains(char::is_control), "{out:?}");
        }
    }
}
