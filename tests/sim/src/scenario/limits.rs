//! Switches that set bounds: to requests, to sessions, to wrong passwords.

use serde::{Deserialize, Serialize};

use super::trouble::{RetryAfter, TooMany};

/// What is answered 429. Every request counts, logins and refreshes too. 0: no limit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RateLimit {
    /// Requests in any 60 seconds of virtual time; those refused are not counted.
    pub per_minute: usize,
    /// Open connections; requests on those beyond are refused.
    pub connections: usize,
    /// Requests that have not been answered.
    pub parallel: usize,
    /// Writes among them.
    pub parallel_writes: usize,
    /// Logins are never refused; they count all the same.
    pub spares_logins: bool,
    /// The body of the answer.
    pub shape: TooMany,
    /// Says when there is room again.
    pub retry_after: RetryAfter,
}

/// When a login is refused for the number of sessions. 0: no limit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionLimits {
    /// Live sessions of one user.
    pub per_user: usize,
    /// Live sessions of all.
    pub total: usize,
}

/// When an account is locked: its password is refused though it is right.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lockout {
    /// Wrong passwords in a row; 0: never.
    pub failures: u32,
    /// Seconds that it stays locked; absent: for good.
    pub seconds: Option<u64>,
    /// What the box says of it; empty: the same as of a wrong password.
    pub text: String,
}

/// Right passwords that are refused after a burst of requests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LoginBurst {
    /// Requests within the last minute before a login; 0: never.
    pub requests: usize,
    /// Logins refused then, one after the other.
    pub refusals: u32,
}
