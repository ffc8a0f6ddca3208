//! A target in a few words each: the cells of its row.

use core::time::Duration;

use oobwatch_client::core::health::encode::{Summary, title};
use oobwatch_client::core::health::{Report, Verdict};

use super::board::{Moment, Row, Seen};
use crate::colour::plain;

/// One row of the table. `-` stands for what is not known.
pub(super) struct Cells {
    pub(super) target: String,
    pub(super) product: &'static str,
    pub(super) verdict: &'static str,
    /// The layer at which the check stopped, if it did.
    pub(super) stopped: &'static str,
    /// How long the token is still good.
    pub(super) token: String,
    pub(super) refreshes: String,
    /// How long ago that was.
    pub(super) age: String,
    /// What is worst.
    pub(super) what: String,
}

impl Cells {
    pub(super) fn of(row: &Row, now: Moment) -> Self {
        let nothing = || "-".to_owned();
        let unseen = Self {
            target: plain(&row.label),
            product: title(row.product),
            verdict: "-",
            stopped: "-",
            token: nothing(),
            refreshes: nothing(),
            age: nothing(),
            what: if row.is_checking { "first check" } else { "-" }.to_owned(),
        };
        let Some(Seen { report, at, .. }) = &row.last else {
            return unseen;
        };
        let age = now.saturating_sub(*at);
        let session = report.observed.session;
        let left = session.token_left;
        Self {
            verdict: report.verdict().as_str(),
            stopped: report.stopped_at().map_or("-", |layer| layer.as_str()),
            token: left.map_or_else(nothing, |left| short(left.saturating_sub(age))),
            refreshes: session
                .refreshes_left
                .map_or_else(nothing, |left| left.to_string()),
            age: short(age),
            what: plain(&what(report)),
            ..unseen
        }
    }
}

/// What is worst: why the check stopped, or the worst devices, or all there is to say.
fn what(report: &Report) -> String {
    if let (Some(_), Some(error)) = (report.stopped_at(), report.error) {
        let text = error.to_string();
        return text.split(';').next().unwrap_or_default().to_owned();
    }
    let names = report
        .worst
        .iter()
        .map(|worst| format!("{} ({})", worst.name, worst.state));
    let names: Vec<_> = names.collect();
    match (report.verdict(), names.is_empty(), report.worst.more()) {
        (Verdict::Ok, ..) | (_, true, _) => Summary(report).to_string(),
        (_, _, 0) => names.join(", "),
        (_, _, more) => format!("{}, and {more} more", names.join(", ")),
    }
}

/// `5s`, `12m`, `3h`, `2d`: four characters at most, never more than it is.
pub(super) fn short(span: Duration) -> String {
    match span.as_secs() {
        seconds @ 0..=119 => format!("{seconds}s"),
        seconds @ 120..=7_199 => format!("{}m", seconds / 60),
        seconds @ 7_200..=172_799 => format!("{}h", seconds / 3_600),
        seconds => format!("{}d", (seconds / 86_400).min(999)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_fit_their_column() {
        let cases = [
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (7_199, "119m"),
            (7_200, "2h"),
            (172_799, "47h"),
            (172_800, "2d"),
            (u64::MAX, "999d"),
        ];
        for (seconds, text) in cases {
            assert_eq!(short(Duration::from_secs(seconds)), text);
        }
    }
}
