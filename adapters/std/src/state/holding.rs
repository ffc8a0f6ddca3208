//! What a client remembers its session by, and how it waits for other processes.
//!
//! What it writes down before a login, refresh or logout is in [`super::before`],
//! what after it in [`super::after`]. Files are read and written in place: they
//! are small, and a login is rare.

use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::sync::Arc;

use oobwatch_core::error::{ConfigError, Error};
use oobwatch_core::product::Product;
use oobwatch_io::Adopted;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::dir::Lock;
use super::error::StateError;
use super::refusals::{Asked, CredentialId, Standing};
use super::sessions::{Header, Secrets, shared_id};
use super::{Gist, Moment, State};
use crate::clock::Clock;
use crate::credential::Credential;
use crate::home::DomainName;

/// Between two looks at a lock that another process holds.
const PAUSE: Duration = Duration::from_millis(20);

/// What one client remembers its session by.
pub(crate) struct Keeper {
    pub(crate) state: State,
    pub(crate) product: Product,
    /// `fmc://host`.
    pub(crate) target: String,
    /// What it logs in with; without one it only closes what others left.
    pub(crate) credential: Option<(CredentialId, Credential)>,
    /// Whether the session is one that processes share.
    pub(crate) shared: bool,
    /// A login is decided in that time.
    pub(crate) longest: Duration,
    pub(crate) clock: Clock,
    pub(crate) held: Arc<Mutex<Held>>,
    /// What the memory of the box says now.
    pub(crate) learned: std::sync::Mutex<Gist>,
    /// A refusal was written down: if it is gone, somebody has removed it.
    pub(crate) refusal_noted: AtomicBool,
}

/// The record of the present session, if there is one.
#[derive(Default)]
pub(crate) struct Held {
    pub(super) header: Option<Header>,
    /// Of a session that is not shared: the mark of its living owner.
    pub(super) owner: Option<Lock>,
}

/// What is held from before a login, refresh or logout until after it.
pub(crate) struct Flight {
    pub(super) held: OwnedMutexGuard<Held>,
    pub(super) begun: Moment,
    /// Nobody else changes the session that is shared.
    pub(super) _shared: Option<Lock>,
    /// Nobody else tries the credential.
    pub(super) _turn: Option<Lock>,
    /// The login that was written down.
    pub(super) intent: Option<(Header, Lock)>,
}

/// The session as it is after a login or refresh, for its record.
pub(crate) struct Open {
    pub(crate) secrets: Secrets,
    pub(crate) domain: Option<String>,
}

/// What comes before a login, refresh or logout.
pub(crate) enum Ready {
    Go(Flight),
    /// Another process has opened or renewed the session.
    Adopt(Found),
}

/// A session that another process has opened or renewed.
pub(crate) struct Found {
    pub(crate) adopted: Adopted,
    pub(crate) domain: Option<String>,
    pub(crate) domains: Vec<DomainName>,
}

/// Why nothing is sent.
pub(super) enum Refusal {
    State(StateError),
    Because(Error),
}

impl From<StateError> for Refusal {
    fn from(error: StateError) -> Self {
        Self::State(error)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Because(error) => error,
            Refusal::State(error) => {
                tracing::error!("{error}");
                ConfigError::StateUnusable.into()
            }
        }
    }
}

impl Keeper {
    /// Ends when no login, refresh or logout is under way; none is before what
    /// this gives is dropped.
    pub(crate) async fn settled(&self) -> OwnedMutexGuard<Held> {
        Arc::clone(&self.held).lock_owned().await
    }

    /// What all processes together know of the credential.
    pub(crate) fn standing(&self) -> Result<Option<Standing>, StateError> {
        let Some((id, credential)) = &self.credential else {
            return Ok(None);
        };
        let now = self.clock.moment();
        self.state.standing(&asked(id, credential, &now)).map(Some)
    }

    /// Lets the credential be tried again if its refusals were written down, and
    /// somebody has removed them since.
    pub(crate) fn heed_unlock(&self) -> Result<bool, StateError> {
        let noted = self.refusal_noted.load(Ordering::Relaxed);
        let Some((_, credential)) = self.credential.as_ref().filter(|_| noted) else {
            return Ok(false);
        };
        let unlocked = self
            .standing()?
            .is_some_and(|standing| standing.refusals == 0);
        if unlocked {
            self.refusal_noted.store(false, Ordering::Relaxed);
            credential.reset();
        }
        Ok(unlocked)
    }

    /// Asks for a lock until it is had, or another process has had it for too
    /// long: the system's own waiting has no end.
    pub(super) async fn wait<T>(
        &self,
        mut ask: impl FnMut(Duration) -> Result<Option<T>, StateError>,
    ) -> Result<T, Refusal> {
        let start = tokio::time::Instant::now();
        loop {
            let waited = start.elapsed();
            if let Some(had) = ask(waited)? {
                return Ok(had);
            }
            if waited > self.longest {
                return Err(Refusal::Because(ConfigError::StateBusy.into()));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    pub(super) fn shared_id(&self) -> String {
        shared_id(&self.target, self.user())
    }

    pub(super) fn user(&self) -> &str {
        self.credential
            .as_ref()
            .map_or("", |(_, credential)| credential.user())
    }
}

/// A question about the credential.
pub(super) fn asked<'a>(
    id: &'a CredentialId,
    credential: &'a Credential,
    now: &'a Moment,
) -> Asked<'a> {
    Asked {
        id,
        password: credential.password(),
        policy: credential.policy(),
        now,
    }
}
