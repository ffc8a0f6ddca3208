//! A target in a few words: the cells of its row in a table.

use core::time::Duration;

use oobwatch_client::core::health::encode::{Summary, title};
use oobwatch_client::core::health::{Layer, Report, Verdict};
use oobwatch_client::core::product::Product;

use crate::colour::plain;

/// One row of the table. `-` stands for what is not known.
pub(crate) struct Cells {
    pub(crate) target: String,
    pub(crate) product: &'static str,
    pub(crate) verdict: &'static str,
    /// The layer at which the check stopped, if it did.
    pub(crate) stopped: &'static str,
    /// How long the token is still good.
    pub(crate) token: String,
    pub(crate) refreshes: String,
    /// How long ago that was.
    pub(crate) age: String,
    /// What is worst.
    pub(crate) what: String,
}

impl Cells {
    /// What is known of a target of which there is no report.
    pub(crate) fn unseen(label: &str, product: Product, what: &str) -> Self {
        let nothing = || "-".to_owned();
        Self {
            target: plain(label),
            product: title(product),
            verdict: "-",
            stopped: "-",
            token: nothing(),
            refreshes: nothing(),
            age: nothing(),
            what: what.to_owned(),
        }
    }

    /// A report that is so old.
    pub(crate) fn of(label: &str, report: &Report, age: Duration) -> Self {
        let unseen = Self::unseen(label, report.product, "-");
        let session = report.observed.session;
        let left = session.token_left.map(|left| left.saturating_sub(age));
        let refreshes = session.refreshes_left.map(|left| left.to_string());
        Self {
            verdict: report.verdict().as_str(),
            stopped: report.stopped_at().map_or("-", Layer::as_str),
            token: left.map_or(unseen.token, short),
            refreshes: refreshes.unwrap_or(unseen.refreshes),
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
pub(crate) fn short(span: Duration) -> String {
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
