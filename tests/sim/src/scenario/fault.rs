//! What goes wrong with a request, and which requests it befalls.

use core::num::NonZeroUsize;

use serde::{Deserialize, Serialize};

use super::trouble::{RetryAfter, TooMany, Trouble};
use crate::random;

/// Which requests go wrong, and how.
///
/// The n-th request that fits is `skip = n - 1, times = 1`.
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
    /// The share of fitting requests that go wrong, 0 to 1; absent: all of them. A request that
    /// is spared is left to the rules after this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// Where `probability` starts from: the same seed strikes the same requests. Moves on with
    /// every draw.
    #[serde(default)]
    pub seed: u64,
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
            probability: None,
            seed: 0,
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

    pub(super) fn apply(&mut self, method: &str, path: &str) -> Option<Fault> {
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
        if let Some(share) = self.probability
            && random::fraction(&mut self.seed) >= share
        {
            return None;
        }
        self.times = self.times.map(|times| times - 1);
        Some(self.fault.clone())
    }

    pub(super) fn problem(&self) -> Option<&'static str> {
        if self
            .probability
            .is_some_and(|share| !(0.0..=1.0).contains(&share))
        {
            return Some("`probability` of a fault must be 0 to 1");
        }
        let bad = match self.fault {
            Fault::Html { status } | Fault::Answer { status, .. } => !(200..1000).contains(&status),
            Fault::Redirect { status, .. } => !(300..400).contains(&status),
            _ => false,
        };
        bad.then_some("`status` of a fault must be 200 to 999, of a redirect 300 to 399")
    }
}

/// How a request goes wrong. [`Delay`](Self::Delay), [`Wait`](Self::Wait), [`Slow`](Self::Slow),
/// [`Truncated`](Self::Truncated), [`CutJson`](Self::CutJson), [`Cut`](Self::Cut) and
/// [`LostReply`](Self::LostReply) happen to the right answer: the request has taken effect.
/// [`EndSession`](Self::EndSession) comes before it. All others come instead of it, with no effect
/// on sessions or objects.
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
    /// The right answer after so many milliseconds of virtual time.
    Wait {
        /// Milliseconds.
        ms: u64,
    },
    /// The right answer, a few bytes at a time, each piece in a TLS record of its own.
    Slow {
        /// Bytes per piece.
        bytes: NonZeroUsize,
        /// Milliseconds between pieces.
        gap_ms: u64,
        /// Whether those milliseconds are of real rather than virtual time.
        #[serde(default)]
        real_time: bool,
    },
    /// Half of the right answer's body, in proper framing: JSON that stops in the middle.
    CutJson,
    /// The right answer's first bytes, head and body counted together; then the connection ends,
    /// whatever is missing. An answer that is shorter goes through unharmed.
    Cut {
        /// Bytes that still arrive.
        after: u64,
        /// How the connection ends.
        #[serde(default)]
        end: End,
    },
    /// Nothing of the right answer: the connection is closed.
    LostReply,
    /// A page of Apache httpd instead of JSON.
    Html {
        /// Status code, such as 200 or 503.
        status: u16,
    },
    /// To another place.
    Redirect {
        /// `Location`: any text.
        location: String,
        /// Status code: 301, 302, 303, 307, 308.
        #[serde(default = "found")]
        status: u16,
    },
    /// The session whose access token the request carries ends, then the request is answered.
    EndSession {
        /// How it ends.
        #[serde(default)]
        by: EndedBy,
    },
    /// 429.
    TooMany {
        /// Its body.
        #[serde(default)]
        shape: TooMany,
        /// Its `Retry-After`.
        #[serde(default)]
        retry_after: RetryAfter,
        /// The time that `Retry-After` names, in seconds from now.
        #[serde(default)]
        retry_after_s: u64,
    },
    /// An error that these boxes are known, or may be expected, to answer with.
    Trouble {
        /// Which.
        what: Trouble,
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

impl Fault {
    /// To another place.
    #[must_use]
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::Redirect {
            location: location.into(),
            status,
        }
    }

    /// Its name in a scenario.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Close => "close",
            Self::EndlessHead => "endless_head",
            Self::Truncated => "truncated",
            Self::Delay { .. } => "delay",
            Self::Wait { .. } => "wait",
            Self::Slow { .. } => "slow",
            Self::CutJson => "cut_json",
            Self::Cut { .. } => "cut",
            Self::LostReply => "lost_reply",
            Self::Html { .. } => "html",
            Self::Redirect { .. } => "redirect",
            Self::EndSession { .. } => "end_session",
            Self::TooMany { .. } => "too_many",
            Self::Trouble { .. } => "trouble",
            Self::Answer { .. } => "answer",
            Self::Raw { .. } => "raw",
        }
    }
}

/// How a session ends that a fault ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    /// Out of the blue: both its tokens are dead.
    #[default]
    Box,
    /// As if its user had logged in elsewhere: the same, counted as displaced.
    Login,
    /// FMC: its access token has expired early, and can be refreshed. FXOS: as by age.
    Expiry,
}

/// How a connection that is cut off ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// TCP RST.
    #[default]
    Reset,
    /// TCP FIN without TLS's `close_notify`: a truncation, as TLS sees it.
    Fin,
    /// `close_notify`, then FIN.
    CloseNotify,
}

fn found() -> u16 {
    302
}

fn json_type() -> String {
    "application/json".into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn struck(rule: &mut FaultRule, requests: u32) -> Vec<bool> {
        (0..requests)
            .map(|_| rule.apply("GET", "/a").is_some())
            .collect()
    }

    #[test]
    fn a_rule_skips_then_strikes_then_is_spent() {
        let mut rule = FaultRule {
            skip: 1,
            method: Some("get".into()),
            ..FaultRule::new("/a", Fault::Close).times(1)
        };
        assert_eq!(rule.apply("GET", "/b"), None);
        assert_eq!(rule.apply("POST", "/a"), None);
        assert_eq!(struck(&mut rule, 4), [false, true, false, false]);
    }

    #[test]
    fn a_seed_strikes_the_same_requests_again_and_about_the_share_asked_for() {
        let seeded = |seed, probability| FaultRule {
            probability: Some(probability),
            seed,
            ..FaultRule::new("", Fault::Close)
        };
        let first = struck(&mut seeded(7, 0.25), 1000);
        assert_eq!(first, struck(&mut seeded(7, 0.25), 1000));
        assert_ne!(first, struck(&mut seeded(8, 0.25), 1000));
        let count = first.iter().filter(|struck| **struck).count();
        assert!((200..300).contains(&count), "{count}");
        assert!(
            struck(&mut seeded(7, 1.0), 100)
                .iter()
                .all(|struck| *struck)
        );
        assert!(!struck(&mut seeded(7, 0.0), 100).contains(&true));
    }

    #[test]
    fn kinds_are_named_as_in_a_scenario() {
        let texts = [
            r#"{"kind":"slow","bytes":1,"gap_ms":5}"#,
            r#"{"kind":"cut","after":3,"end":"fin"}"#,
            r#"{"kind":"lost_reply"}"#,
            r#"{"kind":"too_many","shape":"html","retry_after":"date","retry_after_s":9}"#,
            r#"{"kind":"trouble","what":"bare_401"}"#,
            r#"{"kind":"cut_json"}"#,
            r#"{"kind":"wait","ms":1}"#,
        ];
        for text in texts {
            let fault: Fault = serde_json::from_str(text).unwrap();
            assert!(text.contains(&format!("\"{}\"", fault.kind())), "{text}");
        }
    }
}
