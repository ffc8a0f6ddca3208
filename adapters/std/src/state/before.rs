//! What is looked up and written down before a login, refresh or logout goes.

use core::time::Duration;
use std::sync::Arc;

use oobwatch_core::error::{Error, PeerError};
use oobwatch_core::secret::{AccessToken, RefreshToken};
use oobwatch_core::session::{Ages, AuthKind};
use oobwatch_io::Adopted;

use super::dir::Lock;
use super::error::StateError;
use super::holding::{Flight, Found, Held, Keeper, Ready, Refusal, asked};
use super::refusals::{Next, Tried};
use super::sessions::Header;
use crate::home::DomainName;

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
    pub(super) fn newer(&self, held: &mut Held) -> Result<Option<Found>, StateError> {
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
        // Without the key, the session could not be written down when it is open.
        self.state.key()?;
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
                // What it may become is open for longer than what it is.
                let lost = found.lost_in_refresh(self.product, self.longest);
                found.ends = lost.and_then(|lost| lost.ends);
                self.state.write(&found, Some(&secrets))
            }
            _ => Ok(()),
        }
    }
}
