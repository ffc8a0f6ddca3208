//! What a client writes down around its logins, refreshes and logouts.
//!
//! Files are read and written in place: they are small, and a login is rare.
//! Locks of other processes are asked for again and again, with pauses: the
//! system's own waiting has no end.

use core::time::Duration;
use std::sync::Arc;

use oobwatch_core::error::{ConfigError, Error, PeerError};
use oobwatch_core::product::Product;
use oobwatch_core::secret::{AccessToken, RefreshToken};
use oobwatch_core::session::{Ages, AuthKind, Came, unattended_life};
use oobwatch_io::Adopted;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::dir::Lock;
use super::error::StateError;
use super::refusals::{Asked, CredentialId, Next, Standing, Tried};
use super::sessions::{Header, Kind, Secrets, millis, shared_id};
use super::{Moment, State};
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
}

/// The record of the present session, if there is one.
#[derive(Default)]
pub(crate) struct Held {
    header: Option<Header>,
    /// Of a session that is not shared: the mark of its living owner.
    owner: Option<Lock>,
}

/// What is held from before a login, refresh or logout until after it.
pub(crate) struct Flight {
    held: OwnedMutexGuard<Held>,
    begun: Moment,
    /// Nobody else changes the session that is shared.
    _shared: Option<Lock>,
    /// Nobody else tries the credential.
    _turn: Option<Lock>,
    /// The login that was written down.
    intent: Option<(Header, Lock)>,
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
enum Refusal {
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
    /// Before a login, refresh or logout.
    ///
    /// # Errors
    /// Nothing is to be sent.
    pub(crate) async fn before(&self, kind: AuthKind) -> Result<Ready, Error> {
        let mut flight = Flight {
            held: Arc::clone(&self.held).lock_owned().await,
            begun: self.clock.moment(),
            _shared: None,
            _turn: None,
            intent: None,
        };
        if self.shared {
            let id = self.shared_id();
            flight._shared = Some(self.wait(|_| self.state.try_own(&id)).await?);
            if kind != AuthKind::Logout
                && let Some(found) = self.newer(&mut flight.held).map_err(Refusal::from)?
            {
                return Ok(Ready::Adopt(found));
            }
        }
        match kind {
            AuthKind::Login => {
                flight._turn = self.turn().await?;
                self.begin(&mut flight)?;
            }
            AuthKind::Refresh => self.begin_refresh(&flight.held).map_err(Refusal::from)?,
            AuthKind::Logout => {}
        }
        // Later than all that was waited for, and before anything is sent.
        flight.begun = self.clock.moment();
        Ok(Ready::Go(flight))
    }

    /// The session in the record, if it is not the one that this client had.
    fn newer(&self, held: &mut Held) -> Result<Option<Found>, StateError> {
        let Some((header, secrets)) = self.state.session(&self.shared_id())? else {
            return Ok(None);
        };
        if held.header.as_ref().is_some_and(|had| had.is_same(&header)) {
            return Ok(None);
        }
        let now = self.clock.moment();
        // A refresh of which nobody knows what came counts as used.
        let refresh = secrets.refresh.as_deref();
        let refresh = refresh.filter(|_| header.renewing.is_none());
        let access = AccessToken::new(&secrets.access);
        let refresh = refresh.map(RefreshToken::new).transpose();
        let (Ok(access), Ok(refresh)) = (access, refresh) else {
            return Ok(None);
        };
        let ages = Ages {
            token: header.token.age(&now).unwrap_or(Duration::MAX),
            session: header.opened.age(&now).unwrap_or(Duration::MAX),
            refreshes: header.refreshes,
        };
        let domain = header.domain.clone();
        held.header = Some(header);
        let domains = secrets.domains.iter().cloned();
        Ok(Some(Found {
            adopted: Adopted {
                ages,
                access,
                refresh,
            },
            domain,
            domains: domains
                .map(|(name, uuid)| DomainName { name, uuid })
                .collect(),
        }))
    }

    /// Waits until no other process tries the credential, and asks whether it
    /// may be tried.
    async fn turn(&self) -> Result<Option<Lock>, Refusal> {
        let Some((id, credential)) = &self.credential else {
            return Ok(None);
        };
        let mut turn = None;
        if !credential.is_proven(self.clock.now()) {
            let ask = |waited| {
                let now = self.clock.moment();
                self.state.try_turn(&asked(id, credential, &now), waited)
            };
            turn = Some(self.wait(ask).await?);
        }
        let now = self.clock.moment();
        let asked = asked(id, credential, &now);
        match self.state.standing(&asked)?.next {
            Next::Now => {}
            Next::At(_) | Next::Never => {
                return Err(Refusal::Because(PeerError::LoginRefused.into()));
            }
        }
        if credential.policy().single_use {
            self.state.tried(&asked, Tried::Seen)?;
        }
        Ok(turn)
    }

    /// Writes down that there may be a session soon. What there was before is
    /// over: a session logs in only when its tokens are of no more use.
    fn begin(&self, flight: &mut Flight) -> Result<(), Refusal> {
        self.give_up_record(&mut flight.held)?;
        let now = self.clock.moment();
        let user = self.user();
        let header = Header::of_login(self.product, &self.target, user, &now, self.longest)?;
        if let Some(owner) = self.state.try_own(&header.id)? {
            self.state.write(&header, None)?;
            flight.intent = Some((header, owner));
        }
        Ok(())
    }

    /// Writes down that the tokens may soon be others.
    fn begin_refresh(&self, held: &Held) -> Result<(), StateError> {
        let Some(header) = &held.header else {
            return Ok(());
        };
        match self.state.session(&header.id)? {
            Some((mut found, secrets)) if found.is_same(header) => {
                found.renewing = Some(self.clock.moment());
                self.state.write(&found, Some(&secrets))
            }
            _ => Ok(()),
        }
    }

    /// After a login, refresh or logout; `open` is the session as it is now, if
    /// its tokens are good for anything.
    pub(crate) fn after(&self, mut flight: Flight, kind: AuthKind, came: Came, open: Option<Open>) {
        let written = match kind {
            AuthKind::Login => self.after_login(&mut flight, came, open),
            AuthKind::Refresh => self.after_refresh(&mut flight, came, open),
            AuthKind::Logout => self.after_logout(&mut flight.held, came),
        };
        if let Err(error) = written {
            tracing::error!("{error}");
        }
    }

    fn after_login(
        &self,
        flight: &mut Flight,
        came: Came,
        open: Option<Open>,
    ) -> Result<(), StateError> {
        if let Some((id, credential)) = &self.credential {
            let tried = match came {
                Came::Done => Tried::Accepted,
                Came::Refused => Tried::Refused,
                Came::Nothing if !credential.is_tried() => Tried::Unsent,
                Came::Nothing | Came::Unknown => Tried::Seen,
            };
            let now = self.clock.moment();
            self.state.tried(&asked(id, credential, &now), tried)?;
        }
        let Some((intent, owner)) = flight.intent.take() else {
            return Ok(());
        };
        match (came, open) {
            // Nobody knows: the record stays, and its owner goes.
            (Came::Unknown, _) => Ok(()),
            (Came::Done, Some(open)) => self.opened(&mut flight.held, intent, owner, &open),
            _ => self.state.remove_owned(&intent.id, owner),
        }
    }

    /// Puts the session in the place of the login.
    fn opened(
        &self,
        held: &mut Held,
        intent: Header,
        owner: Lock,
        open: &Open,
    ) -> Result<(), StateError> {
        let (id, kind) = if self.shared {
            (self.shared_id(), Kind::Shared)
        } else {
            (intent.id.clone(), Kind::Session)
        };
        let header = Header {
            id,
            kind,
            domain: open.domain.clone(),
            ends: self.ends(&intent.token),
            ..intent.clone()
        };
        self.state.write(&header, Some(&open.secrets))?;
        held.header = Some(header);
        if self.shared {
            return self.state.remove_owned(&intent.id, owner);
        }
        held.owner = Some(owner);
        Ok(())
    }

    fn after_refresh(
        &self,
        flight: &mut Flight,
        came: Came,
        open: Option<Open>,
    ) -> Result<(), StateError> {
        let Some(mut header) = flight.held.header.clone() else {
            return Ok(());
        };
        let Some(open) = open else {
            return match came {
                Came::Unknown => self.give_up_record(&mut flight.held),
                Came::Done | Came::Nothing | Came::Refused => self.drop_record(&mut flight.held),
            };
        };
        if came == Came::Done {
            header.token = flight.begun.clone();
            header.refreshes = header.refreshes.saturating_add(1);
            header.ends = self.ends(&header.token);
        }
        // Otherwise the tokens are as they were, or the refresh token is used up.
        self.state.write(&header, Some(&open.secrets))?;
        flight.held.header = Some(header);
        Ok(())
    }

    /// A session that could not be closed stays in its record: the next start
    /// closes it.
    fn after_logout(&self, held: &mut Held, came: Came) -> Result<(), StateError> {
        if came == Came::Done {
            return self.drop_record(held);
        }
        *held = Held::default();
        Ok(())
    }

    /// The session is over, for all who share it.
    fn drop_record(&self, held: &mut Held) -> Result<(), StateError> {
        if !self.shared {
            return self.drop_own(held);
        }
        let id = self.shared_id();
        match (held.header.take(), self.state.header(&id)?) {
            (Some(had), Some(found)) if had.is_same(&found) => self.state.remove(&id),
            _ => Ok(()),
        }
    }

    /// The tokens are dead. If that is because a refresh has replaced them by
    /// others that nobody has seen, there is a session that nobody can close.
    fn give_up_record(&self, held: &mut Held) -> Result<(), StateError> {
        let Some(had) = &held.header else {
            return Ok(());
        };
        let found = self
            .state
            .header(&had.id)?
            .filter(|found| found.is_same(had));
        let lost = found.and_then(|found| found.lost_in_refresh(self.product, self.longest));
        let Some(lost) = lost else {
            return self.drop_record(held);
        };
        self.state.write(&lost, None)?;
        if lost.id == had.id {
            // Its record has taken the place of the other; its owner goes.
            *held = Held::default();
            return Ok(());
        }
        self.drop_record(held)
    }

    /// The session is left to others: its record stays, unless it is of no more
    /// use to them.
    pub(crate) async fn hand_over(&self, held: &mut Held, is_spent: bool) {
        if !is_spent || held.header.is_none() {
            return;
        }
        let id = self.shared_id();
        let dropped = match self.wait(|_| self.state.try_own(&id)).await {
            Ok(_alone) => self.give_up_record(held),
            Err(Refusal::State(error)) => Err(error),
            // Another process is at it, and will find out.
            Err(Refusal::Because(_)) => Ok(()),
        };
        if let Err(error) = dropped {
            tracing::error!("{error}");
        }
    }

    /// Removes the record of a session that is not shared.
    fn drop_own(&self, held: &mut Held) -> Result<(), StateError> {
        match (held.owner.take(), &held.header) {
            (Some(owner), Some(header)) => {
                let id = header.id.clone();
                held.header = None;
                self.state.remove_owned(&id, owner)
            }
            _ => Ok(()),
        }
    }

    /// The tokens are somebody else's from here on.
    pub(crate) fn let_go(&self) {
        let dropped = match self.held.try_lock() {
            Ok(mut held) => self.drop_own(&mut held),
            Err(_) => Ok(()),
        };
        if let Err(error) = dropped {
            tracing::error!("{error}");
        }
    }

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

    /// Asks for a lock until it is had, or another process has had it for too
    /// long.
    async fn wait<T>(
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

    fn shared_id(&self) -> String {
        shared_id(&self.target, self.user())
    }

    fn user(&self) -> &str {
        self.credential
            .as_ref()
            .map_or("", |(_, credential)| credential.user())
    }

    /// When a session ends by itself whose token was asked for then; unknown on
    /// a chassis, where it depends on the last use.
    fn ends(&self, token: &Moment) -> Option<u64> {
        let life = millis(unattended_life(self.product));
        (self.product == Product::Fmc).then(|| token.wall.saturating_add(life))
    }
}

fn asked<'a>(id: &'a CredentialId, credential: &'a Credential, now: &'a Moment) -> Asked<'a> {
    Asked {
        id,
        password: credential.password(),
        policy: credential.policy(),
        now,
    }
}
