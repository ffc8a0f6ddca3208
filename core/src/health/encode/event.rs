//! A change of state as one JSON object, for whoever is told of changes: the
//! members that it shares with the report of [`json`](super::json) mean the same.
//! Published as `docs/schema/event.schema.json`.

use core::fmt::{self, Display, Write as _};
use core::time::Duration;

use serde::Serialize;

use super::json::{BufferTooShort, Shown, millis};
use super::syslog::Timestamp;
use super::text::Headline;
use crate::health::{Layer, Report, Verdict};
use crate::product::Product;

/// The version of the format.
pub const SCHEMA: u8 = 1;

/// A buffer of this many bytes holds every event of a target whose name takes at
/// most 64 of them, with an `id` of at most 64.
pub const MAX_LEN: usize = 1_024;

/// The longest `text`; what is longer is cut at a character.
const TEXT_MAX: usize = 240;

/// That the state of a target has changed.
#[derive(Clone, Copy)]
pub struct Event<'a> {
    /// The same whenever this change is told again, and of no other change.
    pub id: &'a dyn Display,
    /// Grows with each event that a receiver is sent.
    pub sequence: u32,
    /// The name of the target.
    pub target: &'a str,
    /// What it is.
    pub product: Product,
    /// The state that it is in now.
    pub verdict: Verdict,
    /// The report that says why, if the last one does.
    pub report: Option<&'a Report>,
    /// Since when, in milliseconds since 1970, UTC; `None` if the sender does not
    /// know the time.
    pub since: Option<u64>,
    /// For how long.
    pub lasts: Duration,
}

#[derive(Serialize)]
struct View<'a> {
    schema: u8,
    id: Shown<'a>,
    sequence: u32,
    target: &'a str,
    product: &'static str,
    verdict: &'static str,
    exit_code: u8,
    stopped_at: Option<&'static str>,
    since: Option<Shown<'a>>,
    lasts_ms: u64,
    text: Shown<'a>,
}

/// Writes the object into `buffer` and returns its length in bytes.
///
/// # Errors
/// The buffer is too short; [`MAX_LEN`] is enough.
pub fn write(buffer: &mut [u8], event: &Event<'_>) -> Result<usize, BufferTooShort> {
    let since = event.since.map(Timestamp);
    let view = View {
        schema: SCHEMA,
        id: Shown(&event.id),
        sequence: event.sequence,
        target: event.target,
        product: event.product.as_str(),
        verdict: event.verdict.as_str(),
        exit_code: event.verdict.exit_code(),
        stopped_at: event.report.and_then(Report::stopped_at).map(Layer::as_str),
        since: since.as_ref().map(|since| Shown(since)),
        lasts_ms: millis(event.lasts),
        text: Shown(&Text(event)),
    };
    serde_json_core::to_slice(&view, buffer).map_err(|_| BufferTooShort)
}

/// The event in one line for people.
struct Text<'a>(&'a Event<'a>);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let event = self.0;
        let mut out = Cut {
            out: f,
            left: TEXT_MAX,
        };
        // An error is the end of what fits, or of the buffer, which is seen later.
        let _ = match event.report {
            Some(report) => write!(out, "{}", Headline(event.target, report)),
            None => write!(out, "{}: {}", event.target, event.verdict),
        };
        Ok(())
    }
}

/// Passes so many bytes on.
struct Cut<'a, 'f> {
    out: &'a mut fmt::Formatter<'f>,
    left: usize,
}

impl fmt::Write for Cut<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| {
            self.left = self.left.checked_sub(c.len_utf8()).ok_or(fmt::Error)?;
            self.out.write_char(c)
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::samples;
    use super::*;

    fn encode(report: &Report, id: &str, target: &str) -> Value {
        let event = Event {
            id: &id,
            sequence: u32::MAX,
            target,
            product: report.product,
            verdict: report.verdict(),
            report: Some(report),
            since: Some(u64::MAX),
            lasts: Duration::MAX,
        };
        let mut buffer = [0; MAX_LEN];
        let length = write(&mut buffer, &event).unwrap();
        assert_eq!(
            write(&mut buffer[..length - 1], &event),
            Err(BufferTooShort)
        );
        let length = write(&mut buffer, &event).unwrap();
        serde_json::from_slice(&buffer[..length]).unwrap()
    }

    #[test]
    fn says_what_has_changed() {
        let report = samples::no_route();
        let mut event = Event {
            id: &"00000007-1-2",
            sequence: 3,
            target: "chassis",
            product: report.product,
            verdict: Verdict::Critical,
            report: Some(&report),
            since: Some(1_795_337_999_042),
            lasts: Duration::from_millis(1_234),
        };
        let mut buffer = [0; MAX_LEN];
        let length = write(&mut buffer, &event).unwrap();
        let value: Value = serde_json::from_slice(&buffer[..length]).unwrap();
        let text = std::format!("{}", Headline("chassis", &report));
        assert_eq!(
            value,
            json!({
                "schema": 1, "id": "00000007-1-2", "sequence": 3, "target": "chassis",
                "product": "fxos", "verdict": "CRITICAL", "exit_code": 2, "stopped_at": "tcp",
                "since": "2026-11-22T08:59:59.042Z", "lasts_ms": 1_234, "text": text,
            })
        );
        (event.report, event.since) = (None, None);
        let length = write(&mut buffer, &event).unwrap();
        let value: Value = serde_json::from_slice(&buffer[..length]).unwrap();
        assert_eq!(
            (&value["stopped_at"], &value["since"]),
            (&Value::Null, &Value::Null)
        );
        assert_eq!(value["text"], "chassis: CRITICAL");
    }

    #[test]
    fn the_longest_event_fits_and_stays_text() {
        let longest = "\"".repeat(64);
        for report in samples::all() {
            let value = encode(&report, &longest, &longest);
            assert_eq!(
                (&value["id"], &value["target"]),
                (&json!(longest), &json!(longest))
            );
            let text = value["text"].as_str().unwrap();
            assert!(
                text.len() <= TEXT_MAX && !text.contains(char::is_control),
                "{text}"
            );
        }
    }
}
