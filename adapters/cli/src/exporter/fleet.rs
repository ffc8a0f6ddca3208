//! The targets of one configuration, and the accounts whose sessions they share.

use core::sync::atomic::{AtomicU32, Ordering};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use oobwatch_client::Client;
use oobwatch_client::core::health::Report;
use oobwatch_client::core::session::Stats;
use tokio::sync::RwLock;

use super::flight::Flights;
use super::keep::Rhythm;
use crate::config::Module;
use crate::scope::Scope;
use crate::sharing::{Key, Secret};

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
