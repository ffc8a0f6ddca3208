//! What a session goes by.

use core::time::Duration;

use super::{FMC_RATE, FMC_TOKEN_LIFE};
use crate::time::short;

/// What a session goes by. Durations are monotonic time; those over 49 days
/// count as 49 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Life of an FMC access token. [`FMC_TOKEN_LIFE`] unless the box is known
    /// to have another.
    pub token_life: Duration,
    /// A token is renewed when a request is due and it has less than this left.
    /// Never more than a quarter of its life.
    pub lead: Duration,
    /// A login, refresh or logout that is not settled in this time counts as
    /// lost. Must be longer than the adapter lets one take.
    pub auth_lease: Duration,
    /// How long a request waits at most for a box that says it is busy, from
    /// when it first asked to be admitted. Zero: the answer is handed on.
    pub patience: Duration,
    /// How long to stay away, at least, after another login of the same user
    /// has ended the session: the interval of the checks.
    pub interval: Duration,
    /// Requests in a minute that the box takes; zero: without a limit.
    /// [`FMC_RATE`](super::FMC_RATE), and no other, is raised when the box turns
    /// out to be new enough. FMC only.
    pub rate: u16,
    /// Whether the caller can lend a user name and password.
    pub can_login: bool,
}

impl Default for Rules {
    /// 30 minutes, 45 seconds, 3 minutes, 2 minutes, 1 minute, 120 requests;
    /// with credentials.
    fn default() -> Self {
        Self {
            token_life: FMC_TOKEN_LIFE,
            lead: Duration::from_secs(45),
            auth_lease: Duration::from_secs(180),
            patience: Duration::from_secs(120),
            interval: Duration::from_secs(60),
            rate: FMC_RATE,
            can_login: true,
        }
    }
}

/// The same in milliseconds, in a third of the room: there is one per session on
/// a board.
pub(super) struct Kept {
    pub(super) token_life: u32,
    pub(super) lead: u32,
    pub(super) auth_lease: u32,
    pub(super) patience: u32,
    pub(super) interval: u32,
    pub(super) can_login: bool,
}

impl Kept {
    pub(super) fn new(rules: &Rules) -> Self {
        Self {
            token_life: short(rules.token_life),
            lead: short(rules.lead),
            auth_lease: short(rules.auth_lease),
            patience: short(rules.patience),
            interval: short(rules.interval),
            can_login: rules.can_login,
        }
    }
}
