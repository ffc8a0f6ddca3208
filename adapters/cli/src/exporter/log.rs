//! The log: a line for each event, in logfmt or JSON.

use core::fmt::{self, Debug, Write as _};
use std::time::SystemTime;

use time::OffsetDateTime;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::args::LogFormat;

/// Writes events to stderr from here on: those of `info` and worse, unless more
/// is asked for.
pub(crate) fn to_stderr(format: LogFormat, verbose: u8) {
    let level = match verbose {
        0 => "warn,oobwatch=info,oobwatch_client=info",
        1 => "info,oobwatch=debug,oobwatch_client=debug",
        _ => "debug,oobwatch=trace,oobwatch_client=trace",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // Complaining on a stderr that is closed would panic.
        .log_internal_errors(false)
        .event_format(Lines(format))
        .init();
}

struct Lines(LogFormat);

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut pairs = Pairs::default();
        let metadata = event.metadata();
        pairs.add("time", timestamp(SystemTime::now()));
        pairs.add("level", metadata.level().as_str().to_ascii_lowercase());
        event.record(&mut pairs);
        pairs.add("source", metadata.target().to_owned());
        writer.write_str(&pairs.line(self.0))?;
        writer.write_char('\n')
    }
}

/// Names and values of one line.
#[derive(Default)]
struct Pairs(Vec<(&'static str, String)>);

impl Pairs {
    fn add(&mut self, name: &'static str, value: String) {
        self.0.push((name, value));
    }

    fn line(&self, format: LogFormat) -> String {
        let pairs = self.0.iter();
        match format {
            LogFormat::Logfmt => {
                let pairs: Vec<_> = pairs
                    .map(|(name, value)| format!("{name}={}", quoted(value)))
                    .collect();
                pairs.join(" ")
            }
            LogFormat::Json => {
                let pairs = pairs.map(|(name, value)| ((*name).to_owned(), value.clone().into()));
                serde_json::Value::Object(pairs.collect()).to_string()
            }
        }
    }
}

impl Visit for Pairs {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(renamed(field), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.add(renamed(field), format!("{value:?}"));
    }
}

fn renamed(field: &Field) -> &'static str {
    match field.name() {
        "message" => "msg",
        // A Rust word, which a field can not have.
        "box_" => "box",
        name => name,
    }
}

/// As it is, if it is a word; in quotes and escaped, if not.
fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '=' | '\\');
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    let mut out = String::from('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {
                // Into a string: it does not fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// RFC 3339, UTC, to the millisecond.
fn timestamp(at: SystemTime) -> String {
    let at = OffsetDateTime::from(at);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        at.millisecond()
    )
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever a box or a client says, an event is one line.
        #[test]
        fn an_event_is_one_line(text in any::<String>()) {
            let pairs = Pairs(vec![("msg", text.clone()), ("level", "info".to_owned())]);
            for format in [LogFormat::Logfmt, LogFormat::Json] {
                let line = pairs.line(format);
                prop_assert!(!line.chars().any(char::is_control), "{:?}", line);
            }
            let json: serde_json::Value = serde_json::from_str(&pairs.line(LogFormat::Json)).unwrap();
            prop_assert_eq!(json["msg"].as_str(), Some(&*text));
            prop_assert!(pairs.line(LogFormat::Logfmt).ends_with(" level=info"));
        }
    }

    #[test]
    fn times_are_in_utc() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_millis(1_767_225_600_042);
        assert_eq!(timestamp(at), "2026-01-01T00:00:00.042Z");
    }
}
