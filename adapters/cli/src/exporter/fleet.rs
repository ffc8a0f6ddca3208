//! The targets of one configuration, and the accounts whose sessions they share.

use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use oobwatch_client::core::health::Report;
use oobwatch_client::core::product::Product;
use oobwatch_client::core::session::Stats;
use oobwatch_client::{Client, Credential, Zeroizing};
use tokio::sync::RwLock;

use super::flight::Flights;
use super::keep::Rhythm;
use super::load::TrustKey;
use crate::config::Module;
use crate::scope::Scope;
use crate::target::Target as Address;

/// All that can be asked for.
#[derive(Default)]
pub(super) struct Fleet {
    pub(super) targets: BTreeMap<String, Arc<Target>>,
    pub(super) accounts: Vec<Arc<Account>>,
    pub(super) modules: BTreeMap<String, Module>,
}

/// One name of the configuration.
pub(super) struct Target {
    pub(super) name: String,
    pub(super) account: Arc<Account>,
    /// The account's session, seen from the target's domain.
    pub(super) client: Client,
    /// What is looked at, where the module of a scrape says nothing else.
    pub(super) scope: Scope,
    pub(super) flights: Arc<Flights<Report>>,
}

/// A box and an account on it: one session, whatever the number of targets.
pub(super) struct Account {
    pub(super) key: Key,
    pub(super) client: Client,
    /// Held for reading by checks, for writing by what logs out in between.
    pub(super) use_of: RwLock<()>,
    pub(super) rhythm: Mutex<Rhythm>,
    /// Logins of an earlier process that nobody knows the end of.
    pub(super) lost: AtomicU32,
}

/// What two targets, or two configurations, have in common that share a session.
#[derive(Clone, PartialEq)]
pub(super) struct Key {
    pub(super) address: Address,
    pub(super) trust: TrustKey,
    pub(super) secret: Secret,
    pub(super) timeout: Option<Duration>,
    pub(super) cache: bool,
    /// Only of a cloud-delivered FMC, which has no session to share.
    pub(super) domain: Option<String>,
}

#[derive(Clone)]
pub(super) enum Secret {
    Login(Credential),
    Bearer(Zeroizing<String>),
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Login(ours), Self::Login(theirs)) => ours.is_same(theirs),
            (Self::Bearer(ours), Self::Bearer(theirs)) => ours == theirs,
            (Self::Login(_), Self::Bearer(_)) | (Self::Bearer(_), Self::Login(_)) => false,
        }
    }
}

impl Key {
    /// What is different in `other`, which is for the same box and user.
    pub(super) fn difference(&self, other: &Self) -> Option<&'static str> {
        [
            (self.trust != other.trust, "pins or ca_file"),
            (self.secret != other.secret, "password"),
            (self.timeout != other.timeout, "timeout"),
            (self.cache != other.cache, "cache"),
        ]
        .into_iter()
        .find_map(|(differs, what)| differs.then_some(what))
    }

    /// Whether there is a session to log out of.
    pub(super) const fn has_session(&self) -> bool {
        !matches!(self.address.product, Product::CdFmc)
    }
}

impl Account {
    pub(super) fn new(key: Key, client: Client) -> Self {
        Self {
            key,
            client,
            use_of: RwLock::default(),
            rhythm: Mutex::default(),
            lost: AtomicU32::new(0),
        }
    }

    /// Whether logging in has stopped after refusals.
    pub(super) fn is_latched(&self) -> bool {
        match &self.key.secret {
            Secret::Login(credential) => credential.refusals() > 0,
            Secret::Bearer(_) => false,
        }
    }

    /// What its session has done, and what an earlier process had left.
    pub(super) fn stats(&self) -> Stats {
        let mut stats = self.client.stats();
        let lost = self.lost.load(Ordering::Relaxed);
        stats.orphans = stats.orphans.saturating_add(lost);
        stats
    }
}

impl Fleet {
    /// The accounts that `next` has no place for.
    pub(super) fn retired<'a>(&'a self, next: &'a Self) -> impl Iterator<Item = &'a Arc<Account>> {
        let kept = |old: &Arc<Account>| next.accounts.iter().any(|new| Arc::ptr_eq(old, new));
        self.accounts.iter().filter(move |old| !kept(old))
    }
}
