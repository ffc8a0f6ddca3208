//! Posts changes of state to webhooks, between checks.
//!
//! A board has memory for one connection, and checks come first: a post goes out
//! when nothing else is due for a while, and is cut off in time. Only one that has
//! waited for a minute, on a board that is never idle, may make a check late, by
//! [`SHORTEST`] at most.
//!
//! What is posted is the state that stands, as with syslog: changes that come
//! while a receiver is down end in one post for each target when it is back, so
//! there is no queue that could be full. The address is a secret: it goes into the
//! request, and into nothing that the board shows.

mod post;

use core::cell::Cell;
use core::fmt;
use core::time::Duration;

use embassy_time::with_timeout;
use oobwatch_core::error::{Error, TransportError};
use oobwatch_core::time::Instant;
use oobwatch_image::{self as image, MAX_TARGETS};

use crate::clock::{self, wait};
use crate::target::Change;
use crate::{Dial, State, Target};

/// For all of a post, the connection included.
const LONGEST: Duration = Duration::from_secs(10);
/// A post is not begun with less time than this.
const SHORTEST: Duration = Duration::from_secs(5);
/// So long a post gives way to checks.
const PATIENCE: Duration = Duration::from_secs(60);
/// After the first failure; twice as long after each that follows.
const BACK_OFF: Duration = Duration::from_secs(5);
/// The longest time between two tries.
const BACK_OFF_MAX: Duration = Duration::from_secs(600);

/// A webhook: what it was told, and what came of it.
pub(crate) struct Webhook {
    config: &'static image::Webhook<'static>,
    /// The number of the last change of each target that it need not be told of.
    told: [Cell<u32>; MAX_TARGETS],
    /// Failures since it last answered.
    failures: Cell<u32>,
    not_before: Cell<Instant>,
    pub(crate) delivered: Cell<u32>,
    pub(crate) refused: Cell<u32>,
    pub(crate) failed: Cell<u32>,
    /// Why the last post was not delivered, if so.
    pub(crate) trouble: Cell<Option<Trouble>>,
}

/// Why a post was not delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// No answer came.
    Lost(Error),
    /// The answer makes no sense, or its head is longer than there is room for.
    Senseless,
    /// The answer has a status other than 2xx.
    Status(u16),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost(Error::Transport(TransportError::Certificate(_))) => f.write_str(
                "its certificate is not one of the authority in the image; correct ca_file",
            ),
            Self::Lost(error) => error.fmt(f),
            Self::Senseless => f.write_str("the answer can not be read"),
            Self::Status(status) => write!(f, "answered with status {status}"),
        }
    }
}

impl Trouble {
    /// Whether the same post can go better later: as with Alertmanager, all but
    /// what the receiver has refused to take.
    const fn may_pass(self) -> bool {
        match self {
            Self::Lost(_) | Self::Senseless => true,
            Self::Status(status) => matches!(status, 408 | 429 | 500..),
        }
    }
}

impl Webhook {
    pub(crate) fn new(config: &'static image::Webhook<'static>) -> Self {
        Self {
            config,
            told: [const { Cell::new(0) }; MAX_TARGETS],
            failures: Cell::new(0),
            not_before: Cell::default(),
            delivered: Cell::new(0),
            refused: Cell::new(0),
            failed: Cell::new(0),
            trouble: Cell::new(None),
        }
    }

    /// Targets whose change it was not told yet, and when that may be done.
    fn pending<'a>(
        &'a self,
        targets: &'static [Target],
    ) -> impl Iterator<Item = (Instant, Post<'a>)> {
        targets
            .iter()
            .zip(&self.told)
            .filter(|(target, told)| target.change.get().number != told.get())
            .map(|(target, told)| {
                let change = target.change.get();
                let post = Post {
                    webhook: self,
                    target,
                    told,
                    change,
                    limit: LONGEST,
                };
                (change.at.max(self.not_before.get()), post)
            })
    }

    /// How many targets it is yet to be told of.
    pub(crate) fn waiting(&self, targets: &'static [Target]) -> usize {
        self.pending(targets).count()
    }

    /// Takes in what came of a post.
    fn conclude(&self, post: &Post<'_>, result: Result<(), Trouble>) {
        let now = clock::now();
        let count = |counter: &Cell<u32>| counter.set(counter.get().saturating_add(1));
        self.trouble.set(result.err());
        match result {
            Err(Trouble::Lost(Error::Transport(
                TransportError::NoLink | TransportError::NoAddress,
            ))) => self.not_before.set(now.after(BACK_OFF)),
            Err(trouble) if trouble.may_pass() => {
                count(&self.failed);
                let doubled = BACK_OFF * (1 << self.failures.get().min(7));
                self.not_before.set(now.after(doubled.min(BACK_OFF_MAX)));
                count(&self.failures);
            }
            answered => {
                let delivered = answered.is_ok();
                count(if delivered {
                    &self.delivered
                } else {
                    &self.refused
                });
                self.failures.set(0);
                post.told.set(post.change.number);
            }
        }
    }
}

/// One change that one webhook is to be told of.
pub(crate) struct Post<'a> {
    webhook: &'a Webhook,
    target: &'static Target,
    told: &'a Cell<u32>,
    change: Change,
    limit: Duration,
}

impl Post<'_> {
    /// Sends it once, within its limit.
    ///
    /// # Cancel safety
    /// Dropping the future drops the connection; the post is still to be sent.
    pub(crate) async fn send<D: Dial>(&self, state: &State, dial: &D) {
        let sent = with_timeout(wait(self.limit), post::send(self, state, dial)).await;
        let late = Trouble::Lost(TransportError::Timeout.into());
        self.webhook.conclude(self, sent.unwrap_or(Err(late)));
    }
}

/// The post whose turn it is, the oldest first, with the time that it may take
/// when a check is due at `free_until`.
pub(crate) fn turn(state: &State, now: Instant, free_until: Instant) -> Option<Post<'_>> {
    let pending = state
        .webhooks
        .iter()
        .flat_map(|webhook| webhook.pending(state.targets));
    let (at, mut post) = pending.min_by_key(|(at, _)| *at)?;
    let free = free_until - now;
    post.limit = free.clamp(SHORTEST, LONGEST);
    let has_room = free >= SHORTEST || now - at >= PATIENCE;
    (at <= now && has_room).then_some(post)
}

/// When the next post may go out that has to wait now.
pub(crate) fn wakes_at(state: &State, now: Instant) -> Instant {
    let pending = state
        .webhooks
        .iter()
        .flat_map(|webhook| webhook.pending(state.targets));
    let later = pending.map(|(at, _)| at).filter(|at| *at > now);
    later.min().unwrap_or(Instant::MAX)
}
