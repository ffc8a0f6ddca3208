//! Switches of a connection: keep-alive, certificate, held answers, and what goes wrong.

use serde::{Deserialize, Serialize};

use crate::Certificate;

/// What both products have in common: the connection, and how it goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wire {
    /// Certificate. Read once, at the start.
    pub certificate: Certificate,
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
}

impl Default for Wire {
    fn default() -> Self {
        Self {
            certificate: Certificate::default(),
            accept: Accept::Normal,
            keep_alive_ms: 5_000,
            keep_alive_requests: 100,
            hold: Vec::new(),
            faults: Vec::new(),
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

/// Which requests go wrong, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// Path prefix; empty: every path.
    #[serde(default)]
    pub path: String,
    /// Method; absent: every method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// So many fitting requests pass first. Counts down.
    #[serde(default)]
    pub skip: u32,
    /// So many requests go wrong, then no more; absent: all of them. Counts down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// What goes wrong.
    pub fault: Fault,
}

impl FaultRule {
    /// Every request whose path begins with `path` goes wrong.
    #[must_use]
    pub fn new(path: &str, fault: Fault) -> Self {
        Self {
            path: path.into(),
            method: None,
            skip: 0,
            times: None,
            fault,
        }
    }

    /// The same, but only `times` requests.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self {
            times: Some(times),
            ..self
        }
    }
}

/// How a request goes wrong. All but [`Delay`](Self::Delay) and [`Truncated`](Self::Truncated)
/// happen instead of the request: it has no effect on sessions or objects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// The request is read and never answered; the connection stays open.
    Silent,
    /// The connection is closed without an answer.
    Close,
    /// A response head that goes on for as long as the client reads.
    EndlessHead,
    /// The right answer with its `Content-Length`, but only half of its body; then the
    /// connection is closed.
    Truncated,
    /// The right answer after so many milliseconds of real time.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// A page of Apache httpd instead of JSON.
    Html {
        /// Status code, such as 200 or 503.
        status: u16,
    },
    /// 302 to another place.
    Redirect {
        /// `Location`.
        location: String,
    },
    /// Any answer.
    Answer {
        /// Status code.
        status: u16,
        /// `Content-Type`; ignored when there is no body.
        #[serde(default = "json_type")]
        content_type: String,
        /// Body as it stands.
        #[serde(default)]
        body: String,
        /// Further headers.
        #[serde(default)]
        headers: Vec<(String, String)>,
    },
    /// These bytes as they stand instead of a response; then the connection is closed.
    Raw {
        /// What to write.
        bytes: String,
    },
}

fn json_type() -> String {
    "application/json".into()
}

impl Wire {
    pub(super) fn has_bad_status(&self) -> bool {
        self.faults.iter().any(|rule| match rule.fault {
            Fault::Html { status } | Fault::Answer { status, .. } => !(200..1000).contains(&status),
            _ => false,
        })
    }

    /// The fault that befalls this request, counting it.
    pub(crate) fn next_fault(&mut self, method: &str, path: &str) -> Option<Fault> {
        self.faults
            .iter_mut()
            .find_map(|rule| rule.apply(method, path))
    }
}

impl FaultRule {
    fn apply(&mut self, method: &str, path: &str) -> Option<Fault> {
        let fits = path.starts_with(&self.path)
            && self
                .method
                .as_ref()
                .is_none_or(|wanted| wanted.eq_ignore_ascii_case(method));
        if !fits || self.times == Some(0) {
            return None;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return None;
        }
        self.times = self.times.map(|times| times - 1);
        Some(self.fault.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_skip_then_strike_then_are_spent() {
        let mut wire = Wire {
            faults: vec![FaultRule {
                skip: 1,
                ..FaultRule::new("/a", Fault::Close).times(1)
            }],
            ..Wire::default()
        };
        assert_eq!(wire.next_fault("GET", "/b"), None);
        assert_eq!(wire.next_fault("GET", "/a"), None);
        assert_eq!(wire.next_fault("GET", "/a/b"), Some(Fault::Close));
        assert_eq!(wire.next_fault("GET", "/a"), None);
    }
}
