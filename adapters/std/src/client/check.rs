//! Health checks with a client.

use core::time::Duration;
use std::time::SystemTime;

use oobwatch_core::check::Check;
use oobwatch_core::health::{Items, Observed, Report, Timings};

use super::Client;
use crate::connect::ConnectFacts;
use crate::lock;

impl Client {
    /// Checks the health of the box, for at most as long as
    /// [`Timeouts::check`](crate::Timeouts). What fails is part of the report.
    ///
    /// The session stays open for the next check; [`close`](Self::close) ends it.
    ///
    /// # Cancel safety
    /// As [`request`](Self::request).
    pub async fn check(&self) -> Report {
        self.check_of(Items::ALL, Duration::MAX).await
    }

    /// As [`check`](Self::check), of `items` alone (and of the version, which
    /// each check begins with), and for at most as long as `limit`, too.
    ///
    /// # Cancel safety
    /// As [`request`](Self::request).
    pub async fn check_of(&self, items: Items, limit: Duration) -> Report {
        let shared = self.shared();
        let start = tokio::time::Instant::now();
        *lock(&self.host.2.facts) = ConnectFacts::default();
        let mut check = Check::new(shared.product).only(items);
        let limit = shared.connector.timeouts.check.min(limit);
        let patient = shared.clock.now().after(Check::patience(limit));
        let work = oobwatch_io::check(&self.host, &mut check, patient);
        if shared.clock.at_most(limit, work).await.is_none() {
            check.handle(Err(self.connect_facts().late().into()));
        }
        let connect = self.connect_facts();
        let total = start.elapsed();
        check.finish(Observed {
            timings: timings(&connect, total),
            session: lock(&shared.session).facts(shared.clock.now()),
            certificate_days: self.certificate_days(),
            age: None,
        })
    }

    /// How long a check takes at most.
    #[must_use]
    pub fn check_limit(&self) -> Duration {
        self.shared().connector.timeouts.check
    }

    /// Of the certificate that the last new connection showed, be it for another
    /// check.
    fn certificate_days(&self) -> Option<i32> {
        let certificate = lock(&self.shared().connector.certificate);
        let days = certificate.as_ref()?.days_left(SystemTime::now());
        Some(i32::try_from(days).unwrap_or(i32::MAX))
    }
}

fn timings(facts: &ConnectFacts, total: Duration) -> Timings {
    let millis = |duration: Duration| u32::try_from(duration.as_millis()).unwrap_or(u32::MAX);
    let way = [facts.resolve, facts.connect, facts.tls]
        .into_iter()
        .flatten()
        .sum();
    Timings {
        resolve: facts.resolve.map(millis),
        connect: facts.connect.map(millis),
        tls: facts.tls.map(millis),
        request: Some(millis(total.saturating_sub(way))),
        total: Some(millis(total)),
    }
}
