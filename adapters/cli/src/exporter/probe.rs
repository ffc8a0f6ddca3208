//! One scrape of one target.

use core::time::Duration;
use std::sync::Arc;

use oobwatch_client::core::check::Check;
use oobwatch_client::core::error::TransportError;
use oobwatch_client::core::health::{Observed, Report, Timings};
use tokio::time::{Instant, timeout};

use super::fleet::Target;
use super::flight::Landed;
use super::{Exporter, lock};
use crate::scope::Scope;

/// What timers count in. In less time nothing can be sent.
const TICK: Duration = Duration::from_millis(1);

impl Target {
    /// The report of a check, this scrape's own or one that was under way, in
    /// `limit`. `None`: the exporter ends.
    pub(super) async fn probe(
        self: &Arc<Self>,
        exporter: &Arc<Exporter>,
        module: &str,
        scope: Scope,
        limit: Duration,
    ) -> Option<Report> {
        let (target, ending) = (Arc::clone(self), Arc::clone(exporter));
        let checks = exporter.checks.clone();
        let check = |left| async move {
            let checked = checks.spawn(async move {
                let _in_flight = ending.counts.in_flight.enter();
                let report = tokio::select! {
                    report = target.check(&scope, left) => report,
                    () = ending.closing() => return None,
                };
                tokio::spawn(async move { target.account.after_check().await });
                Some(report)
            });
            checked.await.ok().flatten()
        };
        let landed = self.flights.ask(module, limit, check).await;
        if matches!(landed, Landed::Shared(_)) {
            exporter.counts.shared.add();
        }
        match landed {
            Landed::Own(done) | Landed::Shared(done) => {
                let mut report = done.what.clone();
                report.observed.age = Some(done.at.elapsed());
                Some(report)
            }
            Landed::Late => Some(self.late(limit)),
            Landed::Lost => None,
        }
    }

    async fn check(&self, scope: &Scope, limit: Duration) -> Report {
        let account = &self.account;
        let start = Instant::now();
        lock(&account.rhythm).beat(start);
        // Waits while the session is being closed.
        let Ok(_used) = timeout(limit, account.use_of.read()).await else {
            return self.late(limit);
        };
        if let Err(error) = self.client.heed_unlock() {
            tracing::error!(target = self.name, %error, "the state can not be read");
        }
        let left = limit.saturating_sub(start.elapsed());
        if left < TICK {
            return self.late(limit);
        }
        let mut report = self.client.check_of(scope.items(), left).await;
        scope.judge(&mut report);
        tracing::debug!(
            target = self.name,
            verdict = %report.verdict(),
            took = ?start.elapsed(),
            "checked"
        );
        report
    }

    /// What is to be said where the scraper does not wait for a check, and so learns nothing of
    /// the box.
    fn late(&self, limit: Duration) -> Report {
        let mut check = Check::new(self.account.key.address.product);
        check.handle(Err(TransportError::Dropped.into()));
        let millis = u32::try_from(limit.as_millis()).unwrap_or(u32::MAX);
        check.finish(Observed {
            timings: Timings {
                total: Some(millis),
                ..Timings::default()
            },
            ..Observed::default()
        })
    }
}
