//! What happened, in order: the answer to `GET /events`. Nothing in it is secret.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// Events kept; older ones are dropped.
const KEPT: usize = 100_000;

/// One request and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Counts all events from 1, dropped ones too.
    pub n: u64,
    /// Virtual time of the answer since the start, in milliseconds.
    pub clock_ms: u64,
    /// `fmc` or `fxos`.
    #[serde(rename = "box")]
    pub on: String,
    /// Which connection of that box it came on, counted from 1.
    pub connection: u64,
    /// Method.
    pub method: String,
    /// Path without query; UUIDs are written `{uuid}`.
    pub path: String,
    /// Status of the answer; `None` if there was none.
    pub status: Option<u16>,
    /// Whose session or login it was, if it is an account of this box.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// What came of it.
    pub what: What,
    /// The kind of the fault that befell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// The answer did not get through in full, as far as the box can tell.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub lost: bool,
}

/// What came of a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Answered; see its status.
    #[default]
    Request,
    /// A session was made.
    Login,
    /// No session was made.
    RefusedLogin,
    /// A session has new tokens.
    Refresh,
    /// No new tokens.
    RefusedRefresh,
    /// A session was ended by its client.
    Logout,
    /// There was no session to end.
    RefusedLogout,
    /// The token was missing or not good.
    Unauthorized,
    /// 429 by `rate_limit`.
    RateLimited,
    /// A fault came instead of the request, which had no effect.
    Fault,
}

#[derive(Debug, Default)]
pub(crate) struct Events {
    kept: VecDeque<Event>,
    count: u64,
}

impl Events {
    /// Adds an event, whose `n` it sets and returns.
    pub(crate) fn push(&mut self, event: Event) -> u64 {
        self.count += 1;
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(Event {
            n: self.count,
            ..event
        });
        self.count
    }

    /// The answer of the `n`-th did not get through.
    pub(crate) fn lost(&mut self, n: u64) {
        if let Some(event) = self.kept.iter_mut().rfind(|event| event.n == n) {
            event.lost = true;
        }
    }

    /// Forgets them all; counting goes on.
    pub(crate) fn clear(&mut self) {
        self.kept.clear();
    }

    /// Those after the `since`-th, oldest first.
    pub(crate) fn since(&self, since: u64) -> Vec<Event> {
        let newer = self.kept.iter().filter(|event| event.n > since);
        newer.cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_make_room_for_the_newest() {
        let mut events = Events::default();
        for n in 0..KEPT as u64 + 5 {
            events.push(Event {
                n: 0,
                clock_ms: n,
                on: "fmc".into(),
                connection: 1,
                method: "GET".into(),
                path: "/api".into(),
                status: None,
                user: None,
                what: What::Request,
                fault: None,
                lost: false,
            });
        }
        let kept = events.since(0);
        assert_eq!(kept.len(), KEPT);
        assert_eq!((kept[0].n, kept[0].clock_ms), (6, 5));
        assert_eq!(events.since(KEPT as u64 + 4).len(), 1);
    }
}
