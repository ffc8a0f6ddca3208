//! The checks behind the board: one task for each target.

use core::time::Duration;
use std::sync::Arc;

use oobwatch_client::core::health::Report;
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use super::board::{Moment, Seen};
use crate::exit::Failure;
use crate::session::Session;

/// So many targets are checked at a time.
const AT_ONCE: usize = 32;

/// What a task has to say of the target in that row: that a check begins, or what it came to.
pub(super) type News = (usize, Option<Seen>);

/// Checks that go on until this is dropped.
pub(super) struct Checks {
    start: Instant,
    tasks: JoinSet<()>,
    /// One for each target: check it now.
    wake: Vec<Arc<Notify>>,
}

/// What all tasks share.
#[derive(Clone)]
struct Common {
    start: Instant,
    /// None: once.
    every: Option<Duration>,
    turns: Arc<Semaphore>,
    news: mpsc::UnboundedSender<News>,
}

impl Checks {
    /// Starts them all, to be done once or `every` so often.
    pub(super) fn start(
        sessions: &[Session],
        every: Option<Duration>,
    ) -> (Self, mpsc::UnboundedReceiver<News>) {
        let (news, receiver) = mpsc::unbounded_channel();
        let start = Instant::now();
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        let common = Common {
            start,
            every,
            turns,
            news,
        };
        let (mut tasks, mut wake) = (JoinSet::new(), Vec::new());
        for (row, session) in sessions.iter().cloned().enumerate() {
            let woken = Arc::new(Notify::new());
            wake.push(Arc::clone(&woken));
            let common = common.clone();
            tasks.spawn(async move { keep_checking(row, &session, &common, &woken).await });
        }
        (Self { start, tasks, wake }, receiver)
    }

    pub(super) fn now(&self) -> Moment {
        self.start.elapsed()
    }

    /// Does not wait for the next check of that row to be due.
    pub(super) fn check_now(&self, row: usize) {
        if let Some(wake) = self.wake.get(row) {
            wake.notify_one();
        }
    }

    /// Whether no task has ended for a reason of its own.
    pub(super) fn are_sound(&mut self) -> Result<(), Failure> {
        while let Some(ended) = self.tasks.try_join_next() {
            ended.map_err(|error| Failure::Failed(format!("a check broke down: {error}")))?;
        }
        Ok(())
    }
}

async fn keep_checking(row: usize, session: &Session, common: &Common, woken: &Notify) {
    // Nobody closes the semaphore; and who does not listen any more is about to end us.
    let say = |seen| drop(common.news.send((row, seen)));
    let mut is_first = true;
    loop {
        let turn = common.turns.acquire().await;
        say(None);
        if core::mem::take(&mut is_first) {
            session.recover().await;
        }
        let report = session.check().await;
        drop(turn);
        say(Some(seen(report, session, common.start.elapsed())));
        let Some(every) = common.every else { return };
        let _ = timeout(every, woken.notified()).await;
    }
}

fn seen(report: Report, session: &Session, at: Moment) -> Seen {
    Seen {
        note: report.error.and_then(|error| session.outlook(error)),
        report: Box::new(report),
        at,
    }
}
