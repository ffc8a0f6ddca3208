//! What is written down after a login, refresh or logout.

use core::sync::atomic::Ordering;

use oobwatch_core::product::Product;
use oobwatch_core::session::{AuthKind, Came, unattended_life};

use super::Moment;
use super::dir::Lock;
use super::error::StateError;
use super::holding::{Flight, Held, Keeper, Open, Refusal, asked};
use super::refusals::Tried;
use super::sessions::{Header, Kind, millis};

impl Keeper {
    /// After a login, refresh or logout; `open` is the session as it is now, if
    /// its tokens are good for anything.
    pub(crate) fn after(&self, mut flight: Flight, kind: AuthKind, came: Came, open: Option<Open>) {
        let written = match kind {
            AuthKind::Login => self.after_login(&mut flight, came, open),
            AuthKind::Refresh => self.after_refresh(&mut flight, came, open),
            AuthKind::Logout => self.after_logout(&mut flight.held, came, open.as_ref()),
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
            match tried {
                Tried::Accepted => self.refusal_noted.store(false, Ordering::Relaxed),
                Tried::Refused => self.refusal_noted.store(true, Ordering::Relaxed),
                Tried::Seen | Tried::Unsent => {}
            }
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
        // One whose answer never came stays written down: the box may have opened
        // the session anew.
        let begun = match came {
            Came::Unknown => self.state.header(&header.id)?,
            Came::Done | Came::Nothing | Came::Refused => None,
        };
        let begun = begun.filter(|begun| begun.is_same(&header));
        let written = begun.as_ref().unwrap_or(&header);
        self.state.write(written, Some(&open.secrets))?;
        flight.held.header = Some(header);
        Ok(())
    }

    /// A session that could not be closed stays in its record: the next start
    /// closes it. If it is still open here, the logout was put off.
    fn after_logout(
        &self,
        held: &mut Held,
        came: Came,
        open: Option<&Open>,
    ) -> Result<(), StateError> {
        if came == Came::Done {
            return self.drop_record(held);
        }
        if open.is_none() {
            *held = Held::default();
        }
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
    pub(super) fn give_up_record(&self, held: &mut Held) -> Result<(), StateError> {
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
    /// use to them. Doing it again does nothing.
    pub(crate) async fn hand_over(&self, held: &mut Held, is_spent: bool) {
        if !is_spent {
            *held = Held::default();
        }
        if held.header.is_none() {
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

    /// When a session ends by itself whose token was asked for then; unknown on
    /// a chassis, where it depends on the last use.
    pub(super) fn ends(&self, token: &Moment) -> Option<u64> {
        let life = millis(unattended_life(self.product));
        (self.product == Product::Fmc).then(|| token.wall.saturating_add(life))
    }
}
