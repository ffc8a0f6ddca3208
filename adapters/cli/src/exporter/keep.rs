//! What becomes of a session between scrapes: it is kept while they come often
//! enough, and closed else.

use core::time::Duration;
use std::sync::Arc;

use tokio::time::{Instant, MissedTickBehavior, interval};

use super::fleet::Account;
use super::{Exporter, lock};

/// How often is looked for connections and sessions that nobody comes for.
const PERIOD: Duration = Duration::from_secs(2);

/// When an account was used.
#[derive(Default)]
pub(super) struct Rhythm {
    last: Option<Instant>,
    /// Between the last three uses.
    gaps: [Option<Duration>; 2],
}

impl Rhythm {
    /// Takes note of a use.
    pub(super) fn beat(&mut self, now: Instant) {
        let gap = self.last.map(|last| now.saturating_duration_since(last));
        self.gaps = [gap, self.gaps[0]];
        self.last = Some(now);
    }

    /// How long until the next use, going by the last ones: two targets of one
    /// account may be asked for in quick succession, so it is the longer gap.
    fn expected(&self) -> Option<Duration> {
        self.gaps.into_iter().flatten().max()
    }

    fn unused_for(&self, now: Instant) -> Option<Duration> {
        Some(now.saturating_duration_since(self.last?))
    }
}

impl Account {
    /// After a check: logs out, if the next one is expected so late that the
    /// session is better closed than kept.
    pub(super) async fn after_check(&self) {
        let expected = lock(&self.rhythm).expected();
        if expected.is_some_and(|expected| !self.client.keeps(expected)) {
            self.log_out_if_unused().await;
        }
    }

    /// Whether nobody has asked for so long that its session is better closed.
    fn is_forgotten(&self, now: Instant) -> bool {
        let unused = lock(&self.rhythm).unused_for(now);
        self.client.is_open() && unused.is_some_and(|unused| !self.client.keeps(unused))
    }

    /// Logs out, unless a check is under way; those that come meanwhile wait.
    async fn log_out_if_unused(&self) {
        let Ok(_alone) = self.use_of.try_write() else {
            return;
        };
        self.log_out().await;
    }

    async fn log_out(&self) {
        if let Err(error) = self.client.log_out().await {
            tracing::warn!(
                address = %self.key.address,
                %error,
                "could not log out; the box ends the session by itself"
            );
        }
    }

    /// Logs out for good.
    pub(super) async fn close(&self) -> bool {
        match self.client.close().await {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(
                    address = %self.key.address,
                    %error,
                    "could not log out; the box ends the session by itself when its token expires"
                );
                false
            }
        }
    }
}

/// Closes what nobody comes for, for as long as the exporter lives.
pub(super) async fn tend(exporter: Arc<Exporter>) {
    let mut ticks = interval(PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        ticks.tick().await;
        let now = Instant::now();
        for account in &exporter.fleet().accounts {
            account.client.close_stale_connections();
            if account.is_forgotten(now) {
                let account = Arc::clone(account);
                tokio::spawn(async move { account.log_out_if_unused().await });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A pair of scrapes in quick succession does not hide how long the next
        /// pair is away.
        #[test]
        fn the_longer_of_two_gaps_counts(pair in 0u64..5, apart in 5u64..10_000, times in 2usize..9) {
            let mut rhythm = Rhythm::default();
            let mut now = Instant::now();
            for _ in 0..times {
                rhythm.beat(now);
                rhythm.beat(now + Duration::from_secs(pair));
                now += Duration::from_secs(pair + apart);
            }
            prop_assert_eq!(rhythm.expected(), Some(Duration::from_secs(apart)));
        }
    }

    #[test]
    fn nothing_is_expected_before_two_uses() {
        let mut rhythm = Rhythm::default();
        assert_eq!(rhythm.unused_for(Instant::now()), None);
        rhythm.beat(Instant::now());
        assert_eq!(rhythm.expected(), None);
    }
}
