//! A user name and password, shared by the clients that log in with it.

use std::sync::{Arc, Mutex};

use oobwatch_core::latch::{Latch, Policy};
use oobwatch_core::time::Instant;
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
    name: Option<String>,
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
            name: None,
            user: user.into(),
            password: password.into(),
            latch: Mutex::default(),
            epoch: Epoch::default(),
        }))
    }

    /// The same under a name: [`State`](crate::state::State) then counts its
    /// refusals once for all boxes. Without a name, they count per box.
    ///
    /// What has clones already is not changed: this is a new credential then.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        let name = Some(name.into());
        Self(Arc::new(Inner {
            name,
            ..self.into_inner()
        }))
    }

    /// The same with another policy for when it may be tried; as
    /// [`named`](Self::named).
    #[must_use]
    pub fn with_policy(self, policy: Policy) -> Self {
        let inner = self.into_inner();
        *lock(&inner.latch) = Latch::new().with_policy(policy);
        Self(Arc::new(inner))
    }

    /// Goes by another policy from here on, in all clones. What boxes have said
    /// of it stays known.
    pub fn set_policy(&self, policy: Policy) {
        let mut latch = lock(&self.0.latch);
        *latch = core::mem::take(&mut *latch).with_policy(policy);
        drop(latch);
        self.notify();
    }

    fn into_inner(self) -> Inner {
        Arc::try_unwrap(self.0).unwrap_or_else(|shared| Inner {
            name: shared.name.clone(),
            user: shared.user.clone(),
            password: shared.password.clone(),
            latch: Mutex::new(Latch::new().with_policy(lock(&shared.latch).policy())),
            epoch: Epoch::default(),
        })
    }

    /// The name, if it has one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
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

    /// When it may be tried.
    #[must_use]
    pub fn policy(&self) -> Policy {
        lock(&self.0.latch).policy()
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

    /// Whether both are clones of one credential.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(crate) fn is_proven(&self, now: Instant) -> bool {
        lock(&self.0.latch).is_proven(now)
    }

    pub(crate) fn is_tried(&self) -> bool {
        lock(&self.0.latch).is_tried()
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
