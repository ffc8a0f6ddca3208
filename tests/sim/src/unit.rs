//! One simulated box as its connections see it: product, switches, clock and counts.

use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::SystemTime;

use hyper::Request;
use hyper::body::Incoming;
use tokio::sync::watch;

use crate::answer::{Answer, Framing, Head, Headers};
use crate::clock::Clock;
use crate::fmc::Fmc;
use crate::fxos::Fxos;
use crate::scenario::{Fault, Scenario, Wire};
use crate::state::{BoxState, request_key};

/// What both boxes of a simulator share.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) scenario: watch::Sender<Scenario>,
}

impl World {
    pub(crate) fn new(scenario: Scenario) -> Self {
        Self {
            clock: Clock::new(scenario.manual_clock),
            scenario: watch::channel(scenario).0,
        }
    }

    /// `Date`.
    fn date(&self) -> String {
        httpdate::fmt_http_date(self.clock.wall())
    }

    pub(crate) fn unix_seconds(&self) -> u64 {
        self.clock
            .wall()
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, |since| since.as_secs())
    }
}

/// Which product a box is.
#[derive(Debug)]
pub(crate) enum Product {
    Fmc(Fmc),
    Fxos(Fxos),
}

#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) world: Arc<World>,
    product: Product,
    counts: Arc<Mutex<BoxState>>,
}

impl Unit {
    pub(crate) fn fmc(world: &Arc<World>) -> Self {
        let counts = Arc::default();
        let product = Product::Fmc(Fmc::new(Arc::clone(world), Arc::clone(&counts)));
        Self {
            world: Arc::clone(world),
            product,
            counts,
        }
    }

    pub(crate) fn fxos(world: &Arc<World>) -> Self {
        let counts = Arc::default();
        let product = Product::Fxos(Fxos::new(Arc::clone(world), Arc::clone(&counts)));
        Self {
            world: Arc::clone(world),
            product,
            counts,
        }
    }

    pub(crate) fn counts(&self) -> MutexGuard<'_, BoxState> {
        lock(&self.counts)
    }

    pub(crate) fn state(&self) -> BoxState {
        let mut state = self.counts().clone();
        match &self.product {
            Product::Fmc(fmc) => (state.live_sessions, state.expired_sessions) = fmc.sessions(),
            Product::Fxos(fxos) => state.live_sessions = fxos.live_sessions(),
        }
        state
    }

    pub(crate) fn wire(&self) -> Wire {
        let scenario = self.world.scenario.borrow();
        match self.product {
            Product::Fmc(_) => scenario.fmc.wire.clone(),
            Product::Fxos(_) => scenario.fxos.wire.clone(),
        }
    }

    /// Counts a request, and tells what is to go wrong with it.
    pub(crate) fn admit(&self, request: &Request<Incoming>, path: &str) -> Option<Fault> {
        let method = request.method().as_str();
        let stray = match self.product {
            Product::Fmc(_) => crate::fmc::has_stray_credentials(request.headers(), path),
            Product::Fxos(_) => crate::fxos::has_stray_credentials(request.headers(), path),
        };
        {
            let mut counts = self.counts();
            *counts
                .requests
                .entry(request_key(method, path))
                .or_default() += 1;
            counts.stray_credentials += u64::from(stray);
        }
        let mut fault = None;
        self.world.scenario.send_if_modified(|scenario| {
            let wire = match self.product {
                Product::Fmc(_) => &mut scenario.fmc.wire,
                Product::Fxos(_) => &mut scenario.fxos.wire,
            };
            let before = wire.faults.clone();
            fault = wire.next_fault(method, path);
            wire.faults != before
        });
        fault
    }

    pub(crate) async fn answer(&self, request: Request<Incoming>, path: &str) -> Answer {
        match &self.product {
            Product::Fmc(fmc) => fmc.answer(request, path).await,
            Product::Fxos(fxos) => fxos.answer(request, path).await,
        }
    }

    /// The head of an answer, less what says how its body travels.
    pub(crate) fn head(&self, answer: &Answer, connection: Headers) -> Head {
        let status = answer.status;
        let own = answer.headers.clone();
        let (headers, reason) = match self.product {
            Product::Fmc(_) => {
                let words = answer.from_web_server || self.world.scenario.borrow().fmc.reason_text;
                let number = (!words).then(|| status.to_string());
                (crate::fmc::frame_headers(own), number)
            }
            // 555 has no phrase of its own.
            Product::Fxos(_) => (
                own,
                (status == 555).then(|| "Authorization required".into()),
            ),
        };
        let date = ("Date".into(), self.world.date());
        Head {
            status,
            reason,
            headers: [date]
                .into_iter()
                .chain(headers)
                .chain(connection)
                .collect(),
        }
    }

    pub(crate) fn framing(&self, answer: &Answer, fault: Option<&Fault>) -> Framing {
        let scenario = self.world.scenario.borrow();
        let sized = matches!(self.product, Product::Fxos(_)) || scenario.fmc.sized_bodies;
        match fault {
            Some(Fault::Truncated) => Framing::Truncated,
            _ if sized || answer.from_web_server => Framing::Sized,
            _ => Framing::Chunked,
        }
    }

    /// Whether this product's web server closes the connection after such an answer.
    pub(crate) fn closes_after(&self, status: u16) -> bool {
        // Apache httpd's ap_status_drops_connection.
        let drops = matches!(status, 400 | 408 | 411 | 413 | 414 | 500 | 501 | 503);
        matches!(self.product, Product::Fmc(_)) && drops
    }

    /// Waits while answers to `path` are being held.
    pub(crate) async fn held(&self, path: &str) {
        let mut scenarios = self.world.scenario.subscribe();
        let free = |wire: &Wire| !wire.hold.iter().any(|prefix| path.starts_with(prefix));
        if free(&self.wire()) {
            return;
        }
        let _held = Held::new(&self.counts);
        while !free(&self.wire()) {
            if scenarios.changed().await.is_err() {
                return;
            }
        }
    }

    /// How long a connection may be idle.
    pub(crate) fn keep_alive(&self) -> Duration {
        Duration::from_millis(self.wire().keep_alive_ms)
    }
}

/// Counts an answer as held for as long as it lives, even if its client goes away.
struct Held<'a>(&'a Mutex<BoxState>);

impl<'a> Held<'a> {
    fn new(counts: &'a Mutex<BoxState>) -> Self {
        lock(counts).held += 1;
        Self(counts)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        lock(self.0).held -= 1;
    }
}

/// Counts and tables stay consistent between statements, so a poisoned lock is as good as any.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
