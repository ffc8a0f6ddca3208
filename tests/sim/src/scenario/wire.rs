//! Switches of a connection: keep-alive, certificate, clock, held answers, and what goes wrong.

use serde::{Deserialize, Serialize};

use super::TlsVersions;
use super::fault::{End, Fault, FaultRule};
use crate::Certificate;

/// What both products have in common: the connection, and how it goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wire {
    /// Certificate. Read once, at the start.
    pub certificate: Certificate,
    /// TLS versions on offer, if not those of the scenario. Read once, at the start.
    pub tls: Option<TlsVersions>,
    /// What happens to a new TCP connection.
    pub accept: Accept,
    /// Milliseconds of virtual time after which an idle connection is closed.
    pub keep_alive_ms: u64,
    /// `max=` in the first `Keep-Alive` header of a connection; it counts down, and the request
    /// after `max=1` is answered with `Connection: close`, as Apache httpd does.
    pub keep_alive_requests: u32,
    /// Path prefixes whose answers are held back, after the request has taken effect, until
    /// released.
    pub hold: Vec<String>,
    /// What goes wrong, for which requests. The first rule that fits is used.
    pub faults: Vec<FaultRule>,
    /// Requests that are cut off while they arrive, whatever they ask for.
    pub cut_requests: Option<CutRequests>,
    /// Seconds by which the box's clock is ahead (behind, if negative): `Date`, and a date in
    /// `Retry-After`. Lifetimes do not go by it.
    pub date_skew_s: i64,
    /// Answers carry `Date`.
    pub date: bool,
}

impl Default for Wire {
    fn default() -> Self {
        Self {
            certificate: Certificate::default(),
            tls: None,
            accept: Accept::Normal,
            keep_alive_ms: 5_000,
            keep_alive_requests: 100,
            hold: Vec::new(),
            faults: Vec::new(),
            cut_requests: None,
            date_skew_s: 0,
            date: true,
        }
    }
}

/// What happens to a new TCP connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Accept {
    /// TLS and HTTP.
    #[default]
    Normal,
    /// Accepted, then not a byte: not even a TLS handshake.
    Silent,
    /// Accepted and closed at once.
    Close,
}

/// Requests that are cut off while they arrive: they have no effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CutRequests {
    /// As soon as so many bytes of a request have come, head and body counted together.
    pub after: u64,
    /// How the connection ends.
    #[serde(default)]
    pub end: End,
    /// So many requests, then no more; absent: all of them. Counts down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
}

/// Some thirty years: a `Date` stays within four digits.
const MAX_SKEW_S: u64 = 1_000_000_000;

impl Wire {
    /// What no box could do.
    pub(super) fn problem(&self) -> Option<&'static str> {
        let skewed = self.date_skew_s.unsigned_abs() > MAX_SKEW_S;
        skewed
            .then_some("`date_skew_s` must be within 1000000000 seconds")
            .or_else(|| self.faults.iter().find_map(FaultRule::problem))
    }

    /// The fault that befalls this request, counting it.
    pub(crate) fn next_fault(&mut self, method: &str, path: &str) -> Option<Fault> {
        self.faults
            .iter_mut()
            .find_map(|rule| rule.apply(method, path))
    }

    /// Whether a request is cut off after `received` bytes, counting it.
    pub(crate) fn next_cut(&mut self, received: u64) -> Option<End> {
        let cut = self.cut_requests.as_mut()?;
        if cut.times == Some(0) || received < cut.after.max(1) {
            return None;
        }
        cut.times = cut.times.map(|times| times - 1);
        Some(cut.end)
    }
}
