//! One simulated box as its connections see it: product, switches, clock and counts.

mod record;

use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::SystemTime;

use hyper::body::Incoming;
use hyper::header::HeaderMap;
use hyper::{Method, Request};
use tokio::sync::watch;

use crate::answer::{Answer, Framing, Head, Headers};
use crate::clock::Clock;
use crate::events::{Events, What};
use crate::fmc::Fmc;
use crate::fxos::Fxos;
use crate::random::Source;
use crate::scenario::{End, EndedBy, Fault, HeaderCase, Scenario, Wire};
use crate::state::BoxState;
use crate::traffic::{Connected, TooMuch, Traffic, Underway};
use crate::trouble;

pub(crate) use record::Asked;

/// What both boxes of a simulator share.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) scenario: watch::Sender<Scenario>,
    pub(crate) events: Mutex<Events>,
    pub(crate) tokens: Mutex<Source>,
}

/// When a simulator with a seed starts: the first second of 2026, UTC.
const SEEDED_START: Duration = Duration::from_secs(1_767_225_600);

impl World {
    pub(crate) fn new(scenario: Scenario) -> Self {
        let started = match scenario.seed {
            Some(_) => SystemTime::UNIX_EPOCH + SEEDED_START,
            None => SystemTime::now(),
        };
        Self {
            clock: Clock::new(scenario.manual_clock, started),
            tokens: Mutex::new(Source::new(scenario.seed)),
            scenario: watch::channel(scenario).0,
            events: Mutex::default(),
        }
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

/// What a product shares with its connections.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shared {
    pub(crate) counts: Arc<Mutex<BoxState>>,
    pub(crate) traffic: Arc<Traffic>,
}

#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) world: Arc<World>,
    product: Product,
    shared: Shared,
}

/// What is to become of a request.
pub(crate) enum Fate {
    Normal,
    Fault(Fault),
    TooMuch(TooMuch),
}

impl Unit {
    pub(crate) fn fmc(world: &Arc<World>) -> Self {
        let shared = Shared::default();
        let product = Product::Fmc(Fmc::new(Arc::clone(world), shared.clone()));
        Self {
            world: Arc::clone(world),
            product,
            shared,
        }
    }

    pub(crate) fn fxos(world: &Arc<World>) -> Self {
        let shared = Shared::default();
        let product = Product::Fxos(Fxos::new(Arc::clone(world), shared.clone()));
        Self {
            world: Arc::clone(world),
            product,
            shared,
        }
    }

    pub(crate) fn counts(&self) -> MutexGuard<'_, BoxState> {
        lock(&self.shared.counts)
    }

    pub(crate) fn traffic(&self) -> &Arc<Traffic> {
        &self.shared.traffic
    }

    pub(crate) fn state(&self) -> BoxState {
        let mut state = self.counts().clone();
        match &self.product {
            Product::Fmc(fmc) => fmc.describe(&mut state),
            Product::Fxos(fxos) => fxos.describe(&mut state),
        }
        state.open_connections = self.traffic().open_connections();
        let peaks = self.traffic().peaks();
        state.peak_connections = peaks.connections;
        state.peak_requests_per_minute = peaks.per_minute;
        state.peak_logins_per_hour = peaks.logins_per_hour;
        state.peak_parallel_requests = peaks.requests;
        state.peak_parallel_writes = peaks.writes;
        state
    }

    /// Ends all sessions, as a restart does.
    pub(crate) fn end_sessions(&self) {
        match &self.product {
            Product::Fmc(fmc) => fmc.end_sessions(),
            Product::Fxos(fxos) => fxos.end_sessions(),
        }
    }

    /// Ends the session of one request.
    pub(crate) fn end_session(&self, headers: &HeaderMap, by: EndedBy) {
        match &self.product {
            Product::Fmc(fmc) => fmc.end_session(headers, by),
            Product::Fxos(fxos) => fxos.end_session(headers, by),
        }
    }

    /// Counts and peaks begin anew; sessions stay.
    pub(crate) fn reset(&self) {
        match &self.product {
            Product::Fmc(fmc) => fmc.expire(),
            Product::Fxos(fxos) => fxos.expire(),
        }
        self.traffic().reset_peaks();
        let mut counts = self.counts();
        *counts = BoxState {
            held: counts.held,
            ..BoxState::default()
        };
    }

    pub(crate) fn wire(&self) -> Wire {
        let scenario = self.world.scenario.borrow();
        match self.product {
            Product::Fmc(_) => scenario.fmc.wire.clone(),
            Product::Fxos(_) => scenario.fxos.wire.clone(),
        }
    }

    /// Changes the switches that count down; `None` means that nothing changed.
    fn change<T>(&self, change: impl FnOnce(&mut Wire) -> Option<T>) -> Option<T> {
        let mut result = None;
        self.world.scenario.send_if_modified(|scenario| {
            let wire = match self.product {
                Product::Fmc(_) => &mut scenario.fmc.wire,
                Product::Fxos(_) => &mut scenario.fxos.wire,
            };
            result = change(wire);
            result.is_some()
        });
        result
    }

    /// How a request is cut off of which so many bytes have come.
    pub(crate) fn cut_request(&self, received: u64) -> Option<End> {
        self.change(|wire| wire.next_cut(received))
    }

    /// Counts a request, and tells what is to become of it: rate limits stand before faults.
    pub(crate) fn admit(
        &self,
        request: &Request<Incoming>,
        path: &str,
        connected: &Connected,
        underway: &Underway,
    ) -> Fate {
        let method = request.method().as_str();
        self.count(request, path);
        let login = crate::fmc::is_login(path);
        if let Product::Fmc(_) = self.product {
            let limit = self.world.scenario.borrow().fmc.rate_limit.clone();
            let now = self.world.clock.now();
            let admitted = self.traffic().admit(&limit, connected, underway, now);
            if let (Err(too_much), false) = (admitted, login && limit.spares_logins) {
                self.counts().rate_limited += 1;
                return Fate::TooMuch(too_much);
            }
        }
        self.change(|wire| wire.next_fault(method, path))
            .map_or(Fate::Normal, Fate::Fault)
    }

    /// Whether a request changes what the box keeps, sessions aside.
    pub(crate) fn writes(request: &Request<Incoming>, path: &str) -> bool {
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        !(reads || crate::fmc::is_auth(path) || crate::fxos::is_auth(path))
    }

    /// 429, as `rate_limit` would have it.
    pub(crate) fn too_much(&self, too_much: &TooMuch) -> Answer {
        let limit = self.world.scenario.borrow().fmc.rate_limit.clone();
        trouble::too_many(self, limit.shape, limit.retry_after, too_much.0).what(What::RateLimited)
    }

    /// The time of day by this box.
    pub(crate) fn wall(&self) -> SystemTime {
        let skew = self.wire().date_skew_s;
        let by = Duration::from_secs(skew.unsigned_abs());
        let wall = self.world.clock.wall();
        if skew < 0 { wall - by } else { wall + by }
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
        let case = match self.product {
            Product::Fmc(_) => self.world.scenario.borrow().fmc.header_case,
            Product::Fxos(_) => HeaderCase::Real,
        };
        let date = self.wire().date.then(|| {
            let date = httpdate::fmt_http_date(self.wall());
            ("Date".into(), date.into())
        });
        Head {
            status,
            reason,
            headers: date.into_iter().chain(headers).chain(connection).collect(),
            case,
        }
    }

    pub(crate) fn framing(&self, answer: &Answer, fault: Option<&Fault>) -> Framing {
        let scenario = self.world.scenario.borrow();
        let sized = match self.product {
            Product::Fmc(_) => scenario.fmc.sized_bodies,
            Product::Fxos(_) => !scenario.fxos.chunked_bodies,
        };
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
        let _held = Held::new(&self.shared.counts);
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
