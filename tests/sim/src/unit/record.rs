//! What a box writes down: counts of requests and credentials, the log of events, what was lost.

use hyper::Request;
use hyper::body::Incoming;

use super::{Product, Unit, lock};
use crate::answer::{Answer, Note};
use crate::events::{Event, What};
use crate::scenario::Fault;
use crate::state::{normal, request_key};

/// A request as the log of events tells it.
pub(crate) struct Asked {
    pub(crate) connection: u64,
    pub(crate) method: String,
    pub(crate) path: String,
}

impl Unit {
    /// Counts a request by what it asks for, and the credentials that it carries.
    pub(super) fn count(&self, request: &Request<Incoming>, path: &str) {
        let headers = request.headers();
        let (stray, foreign) = match &self.product {
            Product::Fmc(fmc) => (
                crate::fmc::has_stray_credentials(headers, path),
                fmc.foreign_headers(headers),
            ),
            Product::Fxos(fxos) => (
                crate::fxos::has_stray_credentials(headers, path),
                fxos.foreign_headers(headers),
            ),
        };
        let class = self.class(request, path);
        let mut counts = self.counts();
        let key = request_key(request.method().as_str(), path);
        *counts.requests.entry(key).or_default() += 1;
        *counts.classes.entry(class.into()).or_default() += 1;
        counts.stray_credentials += u64::from(stray);
        counts.foreign_credentials += u64::from(!foreign.is_empty());
        for name in foreign {
            *counts.foreign_headers.entry(name.into()).or_default() += 1;
        }
    }

    fn class(&self, request: &Request<Incoming>, path: &str) -> &'static str {
        let of_auth = match &self.product {
            Product::Fmc(_) => crate::fmc::auth_class(path),
            Product::Fxos(_) => crate::fxos::auth_class(path),
        };
        let other = match Self::writes(request, path) {
            true => "write",
            false => "read",
        };
        of_auth.unwrap_or(other)
    }

    /// Adds to the log of events; the number of the event.
    pub(crate) fn log(
        &self,
        asked: &Asked,
        answer: Option<&Answer>,
        fault: Option<&Fault>,
    ) -> (u64, What) {
        let now = self.world.clock.now();
        let note = answer.map(|answer| answer.note.clone());
        let note = note.unwrap_or(Note {
            what: What::Fault,
            user: None,
        });
        let what = note.what;
        if matches!(what, What::Login | What::RefusedLogin) {
            self.traffic().login(now);
        }
        let n = lock(&self.world.events).push(Event {
            n: 0,
            clock_ms: u64::try_from(now.as_millis()).unwrap_or(u64::MAX),
            on: match self.product {
                Product::Fmc(_) => "fmc".into(),
                Product::Fxos(_) => "fxos".into(),
            },
            connection: asked.connection,
            method: asked.method.clone(),
            path: normal(&asked.path),
            status: answer.map(|answer| answer.status),
            user: note.user,
            what: note.what,
            fault: fault.map(|fault| fault.kind().into()),
            lost: false,
        });
        (n, what)
    }

    /// The answer of an event did not get through.
    pub(crate) fn lose(&self, (n, what): (u64, What)) {
        lock(&self.world.events).lost(n);
        let mut counts = self.counts();
        match what {
            What::Login => counts.lost_logins += 1,
            What::Refresh => counts.lost_refreshes += 1,
            What::Logout => counts.lost_revokes += 1,
            _ => {}
        }
    }
}
