//! A user name and password, shared by the clients that log in with it.

use std::sync::{Arc, Mutex};

use oobwatch_core::latch::Latch;
use zeroize::Zeroizing;

use crate::lock;
use crate::waiting::Epoch;

/// A user name and password, and how often boxes have refused it.
///
/// Clones are the same credential: give one to every client that logs in with
/// it, so that a wrong password is refused twice at most, and not twice per box.
#[derive(Clone)]
pub struct Credential(Arc<Inner>);

struct Inner {
    user: String,
    password: Zeroizing<String>,
    latch: Mutex<Latch>,
    epoch: Epoch,
}

impl Credential {
    /// A credential that nobody has tried yet.
    #[must_use]
    pub fn new(user: impl Into<String>, password: impl Into<Zeroizing<String>>) -> Self {
        Self(Arc::new(Inner {
            user: user.into(),
            password: password.into(),
            latch: Mutex::default(),
            epoch: Epoch::default(),
        }))
    }

    /// The user name.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.0.user
    }

    /// How often boxes have refused it since one accepted it.
    #[must_use]
    pub fn refusals(&self) -> u8 {
        lock(&self.0.latch).refusals()
    }

    /// Lets it be tried again: the operator has changed the account.
    pub fn reset(&self) {
        lock(&self.0.latch).reset();
        self.notify();
    }

    /// Whether it is this user name and password.
    #[must_use]
    pub fn is(&self, user: &str, password: &str) -> bool {
        self.0.user == user && *self.0.password == password
    }

    pub(crate) fn password(&self) -> &str {
        &self.0.password
    }

    pub(crate) fn latch(&self) -> &Mutex<Latch> {
        &self.0.latch
    }

    pub(crate) fn epoch(&self) -> &Epoch {
        &self.0.epoch
    }

    /// Has those who wait for the latch look again.
    pub(crate) fn notify(&self) {
        let epoch = lock(&self.0.latch).epoch();
        self.0.epoch.notify(epoch);
    }
}

impl core::fmt::Debug for Credential {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Credential").finish_non_exhaustive()
    }
}
