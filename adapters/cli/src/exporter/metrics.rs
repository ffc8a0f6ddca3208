//! `/metrics`: the exporter of itself.

use core::fmt::{Display, Write as _};
use std::time::UNIX_EPOCH;

use oobwatch_client::core::health::encode::prometheus;

use super::counts::Sums;
use super::process::Process;
use super::{Exporter, lock};

pub(super) const CONTENT_TYPE: &str = prometheus::CONTENT_TYPE;

/// All of it.
pub(super) fn write(exporter: &Exporter) -> String {
    let mut out = Page::default();
    let version = env!("CARGO_PKG_VERSION");
    out.labelled(
        GAUGE,
        "oobwatch_build_info",
        "The version.",
        "version",
        [(version, 1)],
    );
    let uptime = exporter.started.elapsed().as_secs();
    out.gauge("oobwatch_uptime_seconds", "Time since the start.", uptime);
    probes(exporter, &mut out);
    sessions(exporter, &mut out);
    reloads(exporter, &mut out);
    http(exporter, &mut out);
    process(&mut out);
    out.0
}

fn probes(exporter: &Exporter, out: &mut Page) {
    let counts = &exporter.counts;
    out.gauge(
        "oobwatch_targets",
        "Targets of the configuration.",
        exporter.fleet().targets.len(),
    );
    out.labelled(
        COUNTER,
        "oobwatch_scrapes_total",
        "Scrapes of targets: the check came to its end, did not, or was not made as the scrape was not right.",
        "result",
        [
            ("success", counts.succeeded.value()),
            ("failure", counts.failed.value()),
            ("refused", counts.refused.value()),
        ],
    );
    out.counter(
        "oobwatch_scrapes_shared_total",
        "Scrapes that got the report of a check that was under way for another.",
        counts.shared.value(),
    );
    out.gauge(
        "oobwatch_checks_in_flight",
        "Checks that are under way.",
        counts.in_flight.value(),
    );
}

fn sessions(exporter: &Exporter, out: &mut Page) {
    // Looked at together: none is counted twice, or not at all, during a reload.
    let past = lock(&exporter.past);
    let fleet = exporter.fleet();
    let accounts = || fleet.accounts.iter().chain(&past.retiring);
    let mut sums: Sums = past.sums;
    accounts().for_each(|account| sums.add(&account.stats()));
    let open = accounts()
        .filter(|account| account.client.is_open())
        .count();
    let latched = accounts().filter(|account| account.is_latched()).count();
    drop(past);
    out.gauge(
        "oobwatch_sessions_open",
        "Sessions that are open on boxes.",
        open,
    );
    out.labelled(
        COUNTER,
        "oobwatch_logins_total",
        "Logins by result.",
        "result",
        [("ok", sums.logins), ("rejected", sums.refused_logins)],
    );
    out.counter(
        "oobwatch_refreshes_total",
        "Refreshes of tokens.",
        sums.refreshes,
    );
    out.counter(
        "oobwatch_logouts_total",
        "Sessions that were logged out.",
        sums.logouts,
    );
    out.counter(
        "oobwatch_sessions_displaced_total",
        "Sessions that another login of the same user has ended.",
        sums.displaced,
    );
    out.counter(
        "oobwatch_sessions_orphaned_total",
        "Sessions that nobody can close; the box ends them.",
        sums.orphans,
    );
    out.gauge(
        "oobwatch_accounts_locked_out",
        "Boxes and accounts where logging in has stopped after refusals, until the password changes or 'oobwatch unlock' is run.",
        latched,
    );
}

fn reloads(exporter: &Exporter, out: &mut Page) {
    let reloads = *lock(&exporter.reloads);
    out.gauge(
        "oobwatch_config_last_reload_successful",
        "Whether the last configuration that was read is in use.",
        u8::from(reloads.last_is_good),
    );
    let at = reloads.last_good.duration_since(UNIX_EPOCH);
    out.gauge(
        "oobwatch_config_last_reload_success_timestamp_seconds",
        "When the configuration that is in use was read.",
        at.unwrap_or_default().as_secs(),
    );
}

fn http(exporter: &Exporter, out: &mut Page) {
    let counts = &exporter.counts;
    let answers = counts.answers();
    let codes: Vec<_> = answers
        .iter()
        .map(|(code, count)| (code.to_string(), *count))
        .collect();
    out.labelled(
        COUNTER,
        "oobwatch_http_requests_total",
        "Requests to the exporter by status code.",
        "code",
        codes.iter().map(|(code, count)| (code.as_str(), *count)),
    );
    out.gauge(
        "oobwatch_http_connections",
        "Connections to the exporter.",
        counts.connections.value(),
    );
    out.counter(
        "oobwatch_http_connections_refused_total",
        "Connections to the exporter that were closed at once, as there were too many.",
        counts.turned_away.value(),
    );
}

/// The names are those of Prometheus' client libraries.
fn process(out: &mut Page) {
    let Some(process) = Process::now() else {
        return;
    };
    out.counter(
        "process_cpu_seconds_total",
        "Processor time of the exporter.",
        process.cpu_seconds,
    );
    out.gauge(
        "process_resident_memory_bytes",
        "Memory of the exporter.",
        process.resident_bytes,
    );
    out.gauge(
        "process_open_fds",
        "Open files and connections.",
        process.open_files,
    );
    if let Some(most) = process.most_files {
        out.gauge(
            "process_max_fds",
            "Files and connections that may be open.",
            most,
        );
    }
}

const COUNTER: &str = "counter";
const GAUGE: &str = "gauge";

/// Text in the exposition format. Names, labels and their values are all ours,
/// and hold nothing that had to be escaped.
#[derive(Default)]
struct Page(String);

impl Page {
    fn head(&mut self, kind: &str, name: &str, help: &str) {
        // Into a string: it does not fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.head(GAUGE, name, help);
        let _ = writeln!(self.0, "{name} {value}");
    }

    fn counter(&mut self, name: &str, help: &str, value: impl Display) {
        self.head(COUNTER, name, help);
        let _ = writeln!(self.0, "{name} {value}");
    }

    fn labelled<'a, V: Display>(
        &mut self,
        kind: &str,
        name: &str,
        help: &str,
        label: &str,
        samples: impl IntoIterator<Item = (&'a str, V)>,
    ) {
        self.head(kind, name, help);
        for (text, value) in samples {
            let _ = writeln!(self.0, "{name}{{{label}=\"{text}\"}} {value}");
        }
    }
}
