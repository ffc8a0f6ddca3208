//! Who may ask: basic authentication (RFC 7617) against salted slow hashes.
//!
//! A slow hash for each scrape would be a load of its own, and one for each guess
//! a way to take the machine down. So a pair that was accepted is remembered as a
//! fast keyed hash, and few slow hashes are made at a time: whoever guesses waits
//! behind other guesses, and those who know are let in past them.

use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oobwatch_client::Zeroizing;
use ring::hmac;
use ring::rand::SystemRandom;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::{lock, password};
use crate::config::PasswordHash;
use crate::exit::Failure;

/// Slow hashes that are made at a time.
const SLOW_AT_A_TIME: usize = 1;

/// How long a guess waits for its turn at most.
const PATIENCE: Duration = Duration::from_secs(2);

/// Those who may ask. Without any, everybody may.
pub(super) struct Users {
    hashes: BTreeMap<String, PasswordHash>,
    /// Of this process alone.
    key: hmac::Key,
    /// The last pair that was accepted for each user.
    accepted: Mutex<BTreeMap<String, hmac::Tag>>,
    slow: Arc<Semaphore>,
}

/// What came of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Allowed,
    Refused,
    /// Too many guesses at a time.
    Busy,
}

impl Users {
    pub(super) fn new(hashes: &BTreeMap<String, PasswordHash>) -> Result<Self, Failure> {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new());
        Ok(Self {
            hashes: hashes.clone(),
            key: key.map_err(|_| Failure::Failed("the system gives no randomness".to_owned()))?,
            accepted: Mutex::default(),
            slow: Arc::new(Semaphore::new(SLOW_AT_A_TIME)),
        })
    }

    pub(super) fn are_there(&self) -> bool {
        !self.hashes.is_empty()
    }

    /// Whether somebody with this `Authorization` may ask, who has so much time.
    pub(super) async fn judge(
        &self,
        authorization: Option<&[u8]>,
        time: Option<Duration>,
    ) -> Verdict {
        if !self.are_there() {
            return Verdict::Allowed;
        }
        let Some((user, password)) = authorization.and_then(basic) else {
            return Verdict::Refused;
        };
        let pair = Zeroizing::new(format!("{}\0{}", *user, *password));
        let known = lock(&self.accepted).get(&*user).copied();
        let known =
            known.is_some_and(|tag| hmac::verify(&self.key, pair.as_bytes(), tag.as_ref()).is_ok());
        if known {
            return Verdict::Allowed;
        }
        let patience = time.map_or(PATIENCE, |time| time.min(PATIENCE));
        self.judge_slowly(user, password, &pair, patience).await
    }

    async fn judge_slowly(
        &self,
        user: Zeroizing<String>,
        password: Zeroizing<String>,
        pair: &str,
        patience: Duration,
    ) -> Verdict {
        // A user that there is not takes as long as one that there is.
        let hash = self.hashes.get(&*user);
        let exists = hash.is_some();
        let Some(hash) = hash.or_else(|| self.hashes.values().next()).cloned() else {
            return Verdict::Refused;
        };
        let Ok(Ok(turn)) = timeout(patience, Arc::clone(&self.slow).acquire_owned()).await else {
            return Verdict::Busy;
        };
        let work = move || {
            // Held until the work is done, though the client may have gone.
            let _turn = turn;
            password::verify(&password, &hash)
        };
        let fits = tokio::task::spawn_blocking(work).await.unwrap_or(false);
        if !(fits && exists) {
            return Verdict::Refused;
        }
        let tag = hmac::sign(&self.key, pair.as_bytes());
        lock(&self.accepted).insert(user.to_string(), tag);
        Verdict::Allowed
    }
}

/// User and password of `Basic …`.
fn basic(value: &[u8]) -> Option<(Zeroizing<String>, Zeroizing<String>)> {
    let (scheme, encoded) = value.split_at_checked(6)?;
    if !scheme.eq_ignore_ascii_case(b"Basic ") {
        return None;
    }
    let bytes = Zeroizing::new(STANDARD.decode(encoded.trim_ascii()).ok()?);
    let text = core::str::from_utf8(&bytes).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((
        Zeroizing::new(user.to_owned()),
        Zeroizing::new(password.to_owned()),
    ))
}
