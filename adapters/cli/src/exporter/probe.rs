//! One scrape of one target. There is one check of a target at a time: whoever
//! asks while one is under way gets its report.

use core::time::Duration;
use std::sync::Arc;

use oobwatch_client::core::check::Check;
use oobwatch_client::core::error::TransportError;
use oobwatch_client::core::health::{Items, Observed, Report, Timings};
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::fleet::Target;
use super::{Exporter, lock};

/// What a check may go past its limit before it is no longer waited for.
const GRACE: Duration = Duration::from_millis(200);

/// A check that is under way, and where its report will be.
pub(super) struct Flight {
    module: String,
    done: Landing,
}

type Landing = watch::Receiver<Option<Arc<Done>>>;

struct Done {
    report: Report,
    at: Instant,
}

/// Who makes the check.
enum Part {
    /// This scrape; its report goes there.
    Lead(watch::Sender<Option<Arc<Done>>>, Landing),
    /// Another scrape does.
    Share(Landing),
    /// Another scrape makes one of another module, which has to end first.
    Wait(Landing),
}

impl Target {
    /// The report of a check, this scrape's own or one that was under way, in
    /// `limit`. `None`: the exporter ends.
    pub(super) async fn probe(
        self: &Arc<Self>,
        exporter: &Arc<Exporter>,
        module: &str,
        limit: Duration,
    ) -> Option<Report> {
        let start = Instant::now();
        let end = start + limit;
        loop {
            let (mut landing, last) = match self.part(module) {
                Part::Lead(sender, landing) => {
                    self.lead(exporter, sender, limit.saturating_sub(start.elapsed()));
                    (landing, end + GRACE)
                }
                Part::Share(landing) => {
                    exporter.counts.shared.add();
                    (landing, end)
                }
                Part::Wait(mut landing) => {
                    if timeout_at(end, landing.wait_for(Option::is_some))
                        .await
                        .is_err()
                    {
                        return Some(self.late(limit));
                    }
                    continue;
                }
            };
            let landed = timeout_at(last, landing.wait_for(Option::is_some)).await;
            return match landed {
                Err(_) => Some(self.late(limit)),
                Ok(done) => done.ok()?.as_deref().map(Done::report_now),
            };
        }
    }

    fn part(&self, module: &str) -> Part {
        let mut flight = lock(&self.flight);
        // One that has ended without a report counts as none.
        let under_way = flight
            .as_ref()
            .filter(|flight| flight.done.has_changed().is_ok() && flight.done.borrow().is_none());
        match under_way {
            Some(flight) if flight.module == module => Part::Share(flight.done.clone()),
            Some(flight) => Part::Wait(flight.done.clone()),
            None => {
                let (sender, done) = watch::channel(None);
                *flight = Some(Flight {
                    module: module.to_owned(),
                    done: done.clone(),
                });
                Part::Lead(sender, done)
            }
        }
    }

    /// Makes the check in a task of its own: a scraper that goes away takes
    /// nobody's report along.
    fn lead(
        self: &Arc<Self>,
        exporter: &Arc<Exporter>,
        sender: watch::Sender<Option<Arc<Done>>>,
        limit: Duration,
    ) {
        let (target, exporter) = (Arc::clone(self), Arc::clone(exporter));
        tokio::spawn(async move {
            let in_flight = exporter.counts.in_flight.enter();
            let report = tokio::select! {
                report = target.check(limit) => report,
                () = exporter.closing() => return,
            };
            drop(in_flight);
            let done = Done {
                report,
                at: Instant::now(),
            };
            // Whoever asks from here on wants a new one. Nobody may listen any more.
            *lock(&target.flight) = None;
            let _ = sender.send(Some(Arc::new(done)));
            target.account.after_check().await;
        });
    }

    async fn check(&self, limit: Duration) -> Report {
        let account = &self.account;
        lock(&account.rhythm).beat(Instant::now());
        let start = Instant::now();
        // Waits while the session is being closed.
        let Ok(_used) = tokio::time::timeout(limit, account.use_of.read()).await else {
            return self.late(limit);
        };
        if let Err(error) = self.client.heed_unlock() {
            tracing::error!(target = self.name, %error, "the state can not be read");
        }
        let report = self
            .client
            .check_of(Items::ALL, limit.saturating_sub(start.elapsed()))
            .await;
        tracing::debug!(
            target = self.name,
            verdict = %report.verdict(),
            took = ?start.elapsed(),
            "checked"
        );
        report
    }

    /// What is to be said of a check that did not end in time.
    fn late(&self, limit: Duration) -> Report {
        let mut check = Check::new(self.account.key.address.product);
        check.handle(Err(TransportError::Timeout.into()));
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

impl Done {
    /// The report as it is now: shared ones have an age.
    fn report_now(&self) -> Report {
        let mut report = self.report.clone();
        report.observed.age = Some(self.at.elapsed());
        report
    }
}
