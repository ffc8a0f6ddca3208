//! Sessions that processes have left open, and closing them.

use core::fmt;
use core::time::Duration;
use std::collections::HashMap;
use std::time::{Instant, SystemTime};

use oobwatch_core::error::ConfigError;
use oobwatch_io::Failure;

use super::error::StateError;
use super::sessions::{Header, Kind, Remembered, Secrets, millis, shared_id, wall};
use super::{Moment, State};
use crate::client::Client;
use crate::error::ClientError;

/// A shared session whose tokens are dead for so long is of no use to anybody.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// What earlier processes had left on a box.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recovered {
    /// Sessions that are closed now.
    pub closed: u32,
    /// Sessions that could not be closed, and why the last of them could not;
    /// they are tried again at the next start.
    pub failed: u32,
    /// Why the last of them could not be closed.
    pub failure: Option<String>,
    /// Logins whose answer never came: there may be sessions that nobody can
    /// close.
    pub lost: u32,
    /// When the last of those has ended by itself.
    pub lost_until: Option<SystemTime>,
}

/// Why a session that is remembered was not closed.
#[derive(Debug)]
#[non_exhaustive]
pub enum RevokeError {
    /// The process that it belongs to still runs, and closes it itself.
    InUse,
    /// There are no tokens to close it with: the answer to its login never came,
    /// or its record did not open.
    NoTokens,
    /// A refresh was under way when its process ended, and the box has replaced
    /// the tokens: there are none to close it with.
    Replaced,
    /// Closing others has taken all the time that there was.
    NoTime,
    /// It is on another box than the client is for.
    OtherBox,
    /// The record can not be used.
    State(StateError),
    /// The box could not be told.
    Client(ClientError),
}

/// The records of sessions and logins that there are, by their box: read once
/// for the clients of many.
#[derive(Debug, Default)]
pub struct Leftovers(HashMap<String, Vec<String>>);

impl Leftovers {
    fn of(&self, target: &str) -> &[String] {
        self.0.get(target).map_or(&[], Vec::as_slice)
    }
}

impl State {
    /// What there is to [recover](Client::recover_among) on all boxes, of
    /// processes that may have ended.
    ///
    /// # Errors
    /// [`StateError`] if the state directory can not be used.
    pub fn leftovers(&self) -> Result<Leftovers, StateError> {
        self.remove_old_locks()?;
        let mut found = Leftovers::default();
        for id in self.ids()? {
            if let Some(header) = self.header(&id)? {
                found.0.entry(header.target).or_default().push(id);
            }
        }
        Ok(found)
    }
}

impl Client {
    /// Closes what processes that have ended had left open on this box, for twice
    /// [`Timeouts::close`](crate::Timeouts) at most, and counts the logins of
    /// which nobody knows what came. To be called at the start of a program;
    /// does nothing without [`Builder::state`](crate::Builder::state).
    ///
    /// # Errors
    /// [`StateError`] if the state directory can not be used. A session that can
    /// not be closed is no error, but counted.
    ///
    /// # Cancel safety
    /// A session that was about to be closed is closed at the next start.
    pub async fn recover(&self) -> Result<Recovered, StateError> {
        match self.keeper() {
            Some(keeper) => self.recover_among(&keeper.state.leftovers()?).await,
            None => Ok(Recovered::default()),
        }
    }

    /// Whether there is anything among `leftovers` to recover on this box.
    #[must_use]
    pub fn has_leftovers(&self, leftovers: &Leftovers) -> bool {
        let target = self.keeper().map(|keeper| keeper.target.as_str());
        target.is_some_and(|target| !leftovers.of(target).is_empty())
    }

    /// As [`recover`](Self::recover), for a program with many clients: the
    /// [`leftovers`](State::leftovers) were looked for once.
    ///
    /// # Errors
    /// As [`recover`](Self::recover).
    ///
    /// # Cancel safety
    /// As [`recover`](Self::recover).
    pub async fn recover_among(&self, leftovers: &Leftovers) -> Result<Recovered, StateError> {
        let mut recovered = Recovered::default();
        let Some(keeper) = self.keeper() else {
            return Ok(recovered);
        };
        let now = keeper.clock.moment();
        let end = Instant::now() + self.close_timeout();
        for id in leftovers.of(&keeper.target) {
            let header = keeper.state.header(id)?;
            let Some(header) = header.filter(|header| header.target == keeper.target) else {
                continue;
            };
            match header.kind {
                Kind::Shared => drop_stale(&keeper.state, &header, &now)?,
                Kind::Login => recovered.count(&keeper.state, &header, &now)?,
                Kind::Session if header.is_over(&now) => drop_over(&keeper.state, id)?,
                // The work that the program was started for comes first.
                Kind::Session if end <= Instant::now() => {
                    recovered.failed(&RevokeError::NoTime);
                }
                Kind::Session => match self.revoke_record(id, Kind::Session).await {
                    Err(RevokeError::Replaced) => {
                        if let Some(lost) = keeper.state.header(id)? {
                            recovered.count(&keeper.state, &lost, &now)?;
                        }
                    }
                    Ok(()) => recovered.closed = recovered.closed.saturating_add(1),
                    Err(RevokeError::InUse | RevokeError::NoTokens) => {}
                    Err(RevokeError::State(error)) => return Err(error),
                    Err(error) => recovered.failed(&error),
                },
            }
        }
        Ok(recovered)
    }

    /// Closes a session that is remembered, and forgets it.
    ///
    /// # Errors
    /// [`RevokeError`]; the session is still remembered then.
    pub async fn revoke(&self, session: &Remembered) -> Result<(), RevokeError> {
        if self
            .keeper()
            .is_none_or(|keeper| keeper.target != session.target)
        {
            return Err(RevokeError::OtherBox);
        }
        self.revoke_record(&session.id, session.kind).await
    }

    async fn revoke_record(&self, id: &str, kind: Kind) -> Result<(), RevokeError> {
        let keeper = self.keeper().ok_or(RevokeError::OtherBox)?;
        let state = &keeper.state;
        let owner = state.try_own(id).map_err(RevokeError::State)?;
        let owner = owner.ok_or(RevokeError::InUse)?;
        let session = state.session(id).map_err(RevokeError::State)?;
        let Some((header, secrets)) = session else {
            return Err(RevokeError::NoTokens);
        };
        let was_open = self.log_out_of(&secrets).await;
        let was_open = was_open.map_err(RevokeError::Client)?;
        let lost = header.lost_in_refresh(keeper.product, keeper.longest);
        let lost = lost.filter(|_| !was_open);
        if let Some(lost) = &lost {
            state.write(lost, None).map_err(RevokeError::State)?;
        }
        let removed = match kind {
            Kind::Shared => state.remove(id),
            // The record of what was lost has taken its place.
            Kind::Login | Kind::Session if lost.is_some() => Ok(()),
            Kind::Login | Kind::Session => state.remove_owned(id, owner),
        };
        removed.map_err(RevokeError::State)?;
        lost.map_or(Ok(()), |_| Err(RevokeError::Replaced))
    }

    /// Whether the box knew the session.
    async fn log_out_of(&self, secrets: &Secrets) -> Result<bool, ClientError> {
        let other = self.with_tokens_alone(&secrets.access);
        let other = other.map_err(|error: ConfigError| Failure::Failed(error.into()))?;
        other.close().await?;
        Ok(other.stats().logouts > 0)
    }
}

impl Recovered {
    fn failed(&mut self, error: &RevokeError) {
        self.failed = self.failed.saturating_add(1);
        self.failure = Some(error.to_string());
    }

    /// A login that was begun by a process that has ended.
    fn count(&mut self, state: &State, header: &Header, now: &Moment) -> Result<(), StateError> {
        let Some(owner) = state.try_own(&header.id)? else {
            return Ok(());
        };
        // It may have become a session since it was looked at.
        let header = state
            .header(&header.id)?
            .filter(|now| now.kind == Kind::Login);
        let Some(header) = header else {
            return Ok(());
        };
        let shared = state.header(&shared_id(&header.target, &header.user))?;
        let arrived = shared.is_some_and(|shared| shared.login == header.login);
        if arrived || header.is_over(now) {
            return state.remove_owned(&header.id, owner);
        }
        self.lost = self.lost.saturating_add(1);
        self.lost_until = self.lost_until.max(header.ends.map(wall));
        Ok(())
    }
}

/// A session whose tokens have died by themselves.
fn drop_over(state: &State, id: &str) -> Result<(), StateError> {
    match state.try_own(id)? {
        Some(owner) => state.remove_owned(id, owner),
        None => Ok(()),
    }
}

fn drop_stale(state: &State, header: &Header, now: &Moment) -> Result<(), StateError> {
    let stale = |ends: u64| ends.saturating_add(millis(STALE)) <= now.wall;
    if !header.ends.is_some_and(stale) {
        return Ok(());
    }
    match state.try_own(&header.id)? {
        Some(_alone) => state.remove(&header.id),
        None => Ok(()),
    }
}

impl fmt::Display for RevokeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse => f.write_str(
                "the process that it belongs to still runs, and closes it at its end",
            ),
            Self::NoTokens => f.write_str(
                "there are no tokens to close it with, as the answer to its login never came, or its record did not open with this key; it ends by itself",
            ),
            Self::Replaced => f.write_str(
                "its process ended in the middle of a refresh, and the new tokens never came, so there are none to close it with; it ends by itself",
            ),
            Self::NoTime => f.write_str("there was no time left to close it"),
            Self::OtherBox => f.write_str("it is on another box than this client is for"),
            Self::State(error) => error.fmt(f),
            Self::Client(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for RevokeError {}
