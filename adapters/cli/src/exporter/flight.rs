//! One check of a target at a time: whoever asks while one is under way gets what
//! comes of it.

use core::time::Duration;
use std::sync::{Arc, Mutex};

use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::lock;

/// What a check may go past its limit before it is no longer waited for; of a short
/// limit, half of it.
const GRACE: Duration = Duration::from_millis(200);

/// The longest that anybody waits who has so long.
pub(super) fn patience(limit: Duration) -> Duration {
    limit.saturating_add(GRACE.min(limit / 2))
}

/// The check of one target that is under way, if there is one.
pub(super) struct Flights<T>(Mutex<Option<Flight<T>>>);

struct Flight<T> {
    /// Checks of different kinds are not shared.
    kind: String,
    landing: Landing<T>,
}

type Landing<T> = watch::Receiver<Option<Arc<Done<T>>>>;

/// What came of a check, and when.
pub(super) struct Done<T> {
    pub(super) what: T,
    pub(super) at: Instant,
}

/// What somebody who asked gets.
pub(super) enum Landed<T> {
    /// Of a check of their own.
    Own(Arc<Done<T>>),
    /// Of one that was under way.
    Shared(Arc<Done<T>>),
    /// It took longer than they had.
    Late,
    /// The check was given up.
    Lost,
}

/// Who makes the check.
enum Part<T> {
    /// Who asks; what comes of it goes there.
    Lead(watch::Sender<Option<Arc<Done<T>>>>, Landing<T>),
    /// Somebody else does.
    Share(Landing<T>),
    /// Somebody else makes one of another kind, which has to end first.
    Wait(Landing<T>),
}

impl<T> Default for Flights<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Send + Sync + 'static> Flights<T> {
    /// What comes of a check of that kind within `limit`: of the one that is under
    /// way, or of a new one. `check` is told how much time is left, and runs in a
    /// task of its own: whoever goes away takes nobody's check along.
    pub(super) async fn ask<W>(
        self: &Arc<Self>,
        kind: &str,
        limit: Duration,
        check: impl FnOnce(Duration) -> W,
    ) -> Landed<T>
    where
        W: Future<Output = Option<T>> + Send + 'static,
    {
        let start = Instant::now();
        let end = start + limit;
        loop {
            match self.part(kind) {
                Part::Lead(sender, landing) => {
                    let left = end.saturating_duration_since(Instant::now());
                    self.lead(sender, check(left));
                    return land(landing, start + patience(limit), Landed::Own).await;
                }
                Part::Share(landing) => return land(landing, end, Landed::Shared).await,
                Part::Wait(mut landing) => {
                    let over = landing.wait_for(Option::is_some);
                    if timeout_at(end, over).await.is_err() {
                        return Landed::Late;
                    }
                }
            }
        }
    }

    fn part(&self, kind: &str) -> Part<T> {
        let mut flight = lock(&self.0);
        // One that was given up is none.
        let under_way = flight
            .as_ref()
            .filter(|flight| flight.landing.has_changed().is_ok());
        match under_way {
            Some(flight) if flight.kind == kind => Part::Share(flight.landing.clone()),
            Some(flight) => Part::Wait(flight.landing.clone()),
            None => {
                let (sender, landing) = watch::channel(None);
                *flight = Some(Flight {
                    kind: kind.to_owned(),
                    landing: landing.clone(),
                });
                Part::Lead(sender, landing)
            }
        }
    }

    fn lead(
        self: &Arc<Self>,
        sender: watch::Sender<Option<Arc<Done<T>>>>,
        check: impl Future<Output = Option<T>> + Send + 'static,
    ) {
        let flights = Arc::clone(self);
        tokio::spawn(async move {
            let Some(what) = check.await else { return };
            let at = Instant::now();
            // Whoever asks from here on wants a new one. Nobody may listen any more.
            *lock(&flights.0) = None;
            let _ = sender.send(Some(Arc::new(Done { what, at })));
        });
    }
}

async fn land<T>(
    mut landing: Landing<T>,
    end: Instant,
    landed: fn(Arc<Done<T>>) -> Landed<T>,
) -> Landed<T> {
    match timeout_at(end, landing.wait_for(Option::is_some)).await {
        Err(_) => Landed::Late,
        Ok(done) => done
            .ok()
            .and_then(|done| done.clone())
            .map_or(Landed::Lost, landed),
    }
}

#[cfg(test)]
mod tests {
    use core::sync::atomic::{AtomicU32, Ordering};

    use tokio::task::JoinHandle;
    use tokio::time::sleep;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Checks that take so long, and are counted.
    #[derive(Clone, Default)]
    struct Target {
        flights: Arc<Flights<u32>>,
        checks: Arc<AtomicU32>,
    }

    impl Target {
        fn ask(
            &self,
            kind: &'static str,
            limit: Duration,
            takes: Option<Duration>,
        ) -> JoinHandle<Landed<u32>> {
            let target = self.clone();
            tokio::spawn(async move {
                let checks = Arc::clone(&target.checks);
                let check = |_| async move {
                    let number = checks.fetch_add(1, Ordering::Relaxed);
                    sleep(takes?).await;
                    Some(number)
                };
                target.flights.ask(kind, limit, check).await
            })
        }

        fn checks(&self) -> u32 {
            self.checks.load(Ordering::Relaxed)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_meanwhile_gets_the_same() {
        let target = Target::default();
        let own = target.ask("a", SECOND * 9, Some(SECOND * 2));
        sleep(SECOND).await;
        let shared = target.ask("a", SECOND * 9, Some(SECOND * 2));
        let (own, shared) = (own.await.unwrap(), shared.await.unwrap());
        assert!(matches!(own, Landed::Own(done) if done.what == 0));
        assert!(matches!(shared, Landed::Shared(done) if done.what == 0));
        let next = target.ask("a", SECOND * 9, Some(SECOND)).await.unwrap();
        assert!(matches!(next, Landed::Own(done) if done.what == 1));
    }

    #[tokio::test(start_paused = true)]
    async fn another_kind_waits_its_turn() {
        let target = Target::default();
        let start = Instant::now();
        let first = target.ask("a", SECOND * 9, Some(SECOND * 2));
        sleep(SECOND).await;
        let hasty = target.ask("b", SECOND / 2, Some(SECOND));
        let other = target.ask("b", SECOND * 9, Some(SECOND * 2));
        assert!(matches!(hasty.await.unwrap(), Landed::Late));
        assert!(matches!(other.await.unwrap(), Landed::Own(done) if done.what == 1));
        assert_eq!(start.elapsed().as_secs(), 4);
        assert!(matches!(first.await.unwrap(), Landed::Own(done) if done.what == 0));
        assert_eq!(target.checks(), 2);
    }

    /// A check that does not heed its limit holds up nobody beyond theirs.
    #[tokio::test(start_paused = true)]
    async fn nobody_waits_longer_than_they_have() {
        let target = Target::default();
        let start = Instant::now();
        let own = target.ask("a", SECOND * 5, Some(SECOND * 1_000));
        sleep(SECOND).await;
        let shared = target.ask("a", SECOND, None);
        assert!(matches!(shared.await.unwrap(), Landed::Late));
        assert_eq!(start.elapsed(), SECOND * 2);
        assert!(matches!(own.await.unwrap(), Landed::Late));
        assert_eq!(start.elapsed(), SECOND * 5 + GRACE);
    }

    /// Whoever asked first and went away takes nobody's check along.
    #[tokio::test(start_paused = true)]
    async fn who_goes_away_takes_nothing_along() {
        let target = Target::default();
        let gone = target.ask("a", SECOND * 9, Some(SECOND * 2));
        sleep(SECOND).await;
        let shared = target.ask("a", SECOND * 9, None);
        sleep(SECOND / 2).await;
        gone.abort();
        assert!(matches!(shared.await.unwrap(), Landed::Shared(done) if done.what == 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_that_was_given_up_is_made_anew() {
        let target = Target::default();
        let lost = target.ask("a", SECOND * 9, None).await.unwrap();
        assert!(matches!(lost, Landed::Lost));
        let next = target.ask("b", SECOND * 9, Some(SECOND)).await.unwrap();
        assert!(matches!(next, Landed::Own(done) if done.what == 1));
    }
}
