//! What one connection remembers: since when it is idle, how many answers it has had, whether the
//! latest one got through.

use core::future::pending;
use std::sync::{Arc, Mutex};

use hyper::Request;
use hyper::body::Incoming;
use hyper::header::CONNECTION;
use tokio::sync::watch;

use crate::clock::VirtualTime;
use crate::events::What;
use crate::line::Control;
use crate::traffic::Connected;
use crate::unit::{Unit, lock};

/// What one connection remembers.
pub(crate) struct Link {
    pub(crate) activity: watch::Sender<Activity>,
    /// Answers so far.
    served: Mutex<u32>,
    /// To be written instead of a response.
    pub(crate) raw: Mutex<Option<Raw>>,
    pub(crate) control: Arc<Mutex<Control>>,
    pub(crate) connected: Connected,
    pub(crate) delivery: Arc<Delivery>,
}

/// Whether answers get through.
#[derive(Debug)]
pub(crate) struct Delivery(Mutex<Latest>);

/// How far the latest answer has come that took effect.
#[derive(Debug, Clone, Copy)]
enum Latest {
    /// There is none that could be lost.
    Settled,
    /// Made, but not yet handed over to be written.
    Made((u64, What)),
    Handed((u64, What)),
    /// The connection is closed: whatever comes now is lost.
    Closed,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Activity {
    /// Before the first request, or while one is being answered.
    Busy,
    IdleSince(VirtualTime),
}

pub(crate) enum Raw {
    Bytes(String),
    EndlessHead,
}

impl Link {
    pub(crate) fn new(connected: Connected) -> Self {
        Self {
            activity: watch::channel(Activity::Busy).0,
            served: Mutex::default(),
            raw: Mutex::default(),
            control: Arc::default(),
            connected,
            delivery: Arc::new(Delivery(Mutex::new(Latest::Settled))),
        }
    }

    pub(crate) async fn idle_too_long(&self, unit: &Unit) {
        let mut activity = self.activity.subscribe();
        let mut scenarios = unit.world.scenario.subscribe();
        loop {
            let now = *activity.borrow_and_update();
            let expiry = async {
                match now {
                    Activity::Busy => pending().await,
                    Activity::IdleSince(since) => {
                        unit.world
                            .clock
                            .sleep_until(since + unit.keep_alive())
                            .await;
                    }
                }
            };
            tokio::select! {
                () = expiry => return,
                _ = activity.changed() => {}
                _ = scenarios.changed() => {}
            }
        }
    }

    /// `Keep-Alive` and `Connection`, as Apache httpd decides on them.
    pub(crate) fn headers(
        &self,
        unit: &Unit,
        client: ClientWish,
        status: u16,
    ) -> crate::answer::Headers {
        let wire = unit.wire();
        let mut served = lock(&self.served);
        let left = wire.keep_alive_requests.saturating_sub(*served);
        *served += 1;
        if left == 0 || client == ClientWish::Close || unit.closes_after(status) {
            return vec![("Connection".into(), "close".into())];
        }
        if client != ClientWish::KeepAlive {
            return Vec::new();
        }
        let limits = format!("timeout={}, max={left}", wire.keep_alive_ms / 1000);
        vec![
            ("Keep-Alive".into(), limits.into()),
            ("Connection".into(), "Keep-Alive".into()),
        ]
    }
}

impl Delivery {
    /// An answer was made, and its request has taken effect.
    pub(crate) fn made(&self, unit: &Unit, event: (u64, What)) {
        let mut latest = lock(&self.0);
        match *latest {
            Latest::Closed => unit.lose(event),
            _ => *latest = Latest::Made(event),
        }
    }

    pub(crate) fn handed_over(&self) {
        let mut latest = lock(&self.0);
        if let Latest::Made(event) = *latest {
            *latest = Latest::Handed(event);
        }
    }

    /// The connection is closed; whether the line has failed to write bytes of an answer.
    pub(crate) fn closed(&self, unit: &Unit, has_lost: bool) {
        let was = core::mem::replace(&mut *lock(&self.0), Latest::Closed);
        match was {
            Latest::Made(event) => unit.lose(event),
            Latest::Handed(event) if has_lost => unit.lose(event),
            _ => {}
        }
    }
}

/// The client's `Connection` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClientWish {
    Unsaid,
    KeepAlive,
    Close,
}

impl ClientWish {
    pub(crate) fn of(request: &Request<Incoming>) -> Self {
        let value = request
            .headers()
            .get(CONNECTION)
            .and_then(|value| value.to_str().ok());
        match value.map(str::to_ascii_lowercase).as_deref() {
            Some(value) if value.contains("close") => Self::Close,
            Some(value) if value.contains("keep-alive") => Self::KeepAlive,
            _ => Self::Unsaid,
        }
    }
}
