//! Records of logins that were begun and of sessions that are open.
//!
//! A login writes a record before its request is made ([`Kind::Login`]). When
//! the tokens arrive, the record of the session takes its place
//! ([`Kind::Session`]), with the tokens encrypted and all else bound to them: a
//! record that was copied to another name, box or user does not open. Both
//! belong to the process that holds the lock beside them; if nobody does, that
//! process has ended without closing its session.
//!
//! The session that processes share ([`Kind::Shared`]) has one record per box
//! and user, which is locked only while it changes.

use core::time::Duration;
use std::time::{SystemTime, UNIX_EPOCH};

use oobwatch_core::product::Product;
use oobwatch_core::session::{FMC_REFRESHES, unattended_life};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

use super::dir::{Lock, random_id};
use super::error::StateError;
use super::moment::Moment;
use super::{RECORD, State, file_id, to_json};

/// How the name of the record of a shared session begins.
const SHARED: &str = "shared-";

const FORMAT: &str = "oobwatch session 1";

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A login was begun, and nobody has seen what came of it.
    Login,
    /// A session of one process.
    Session,
    /// A session that processes share.
    Shared,
}

/// A session, or a login that was begun, that some process has remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Remembered {
    /// The name of the record.
    pub id: String,
    /// What it is about.
    pub kind: Kind,
    /// The box, as `fmc://host`.
    pub target: String,
    /// The user.
    pub user: String,
    /// When the login was.
    pub opened: SystemTime,
    /// How old the access token is; `None` if nobody can tell.
    pub token_age: Option<Duration>,
    /// How often it can still be refreshed (FMC).
    pub refreshes_left: Option<u8>,
    /// Until when it is open at the latest, if nobody uses it; `None` for a
    /// chassis, where that depends on its last use.
    pub ends: Option<SystemTime>,
    /// Whether the process that it belongs to still runs. A shared one belongs
    /// to none.
    pub owned: bool,
}

/// All of a record but its secrets, to which it is bound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    pub(super) format: String,
    pub(super) id: String,
    pub(super) kind: Kind,
    pub(super) target: String,
    pub(super) user: String,
    /// Which login it came from: the name of the record that was written then.
    pub(super) login: String,
    pub(super) opened: Moment,
    /// When the access token was asked for.
    pub(super) token: Moment,
    pub(super) refreshes: u8,
    /// A refresh was begun then, and nobody has written down what came of it:
    /// the box may have replaced the tokens.
    pub(super) renewing: Option<Moment>,
    pub(super) domain: Option<String>,
    /// Milliseconds since 1970.
    pub(super) ends: Option<u64>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    header: Header,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed: Option<String>,
}

/// What opens and renews the session.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Secrets {
    pub(crate) access: String,
    pub(crate) refresh: Option<String>,
    /// Names and UUIDs of the domains that the login listed.
    pub(crate) domains: Vec<(String, String)>,
}

impl Drop for Secrets {
    fn drop(&mut self) {
        self.access.zeroize();
        self.refresh.zeroize();
    }
}

impl Header {
    /// The record of a login on `product` that begins now and is decided in
    /// `longest` at the latest.
    pub(super) fn of_login(
        product: Product,
        target: &str,
        user: &str,
        now: &Moment,
        longest: Duration,
    ) -> Result<Self, StateError> {
        let id = random_id()?;
        let life = longest.saturating_add(unattended_life(product));
        Ok(Self {
            format: FORMAT.to_owned(),
            login: id.clone(),
            id,
            kind: Kind::Login,
            target: target.to_owned(),
            user: user.to_owned(),
            opened: now.clone(),
            token: now.clone(),
            refreshes: 0,
            renewing: None,
            domain: None,
            ends: Some(now.wall.saturating_add(millis(life))),
        })
    }

    /// What is left of a session whose tokens the box has replaced by others that
    /// nobody has seen: as a login whose answer never came.
    pub(super) fn lost_in_refresh(&self, product: Product, longest: Duration) -> Option<Self> {
        let begun = self.renewing.as_ref()?;
        let life = longest.saturating_add(unattended_life(product));
        Some(Self {
            id: self.login.clone(),
            kind: Kind::Login,
            ends: Some(begun.wall.saturating_add(millis(life))),
            renewing: None,
            ..self.clone()
        })
    }

    fn name(&self) -> String {
        format!("{}{RECORD}", self.id)
    }

    pub(super) fn is_fmc(&self) -> bool {
        self.target.starts_with("fmc:")
    }

    /// Whether it has the same tokens: each login and each refresh brings others.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        (&self.login, self.refreshes) == (&other.login, other.refreshes)
    }

    /// Whether nothing of it can be open any more.
    pub(super) fn is_over(&self, now: &Moment) -> bool {
        self.ends.is_some_and(|ends| ends <= now.wall)
    }
}

/// The name of the record of the session that processes share.
pub(super) fn shared_id(target: &str, user: &str) -> String {
    format!("{SHARED}{}", file_id(&["shared", target, user]))
}

impl State {
    /// Writes a record in the place of the one of that name.
    pub(super) fn write(
        &self,
        header: &Header,
        secrets: Option<&Secrets>,
    ) -> Result<(), StateError> {
        let seal = |secrets: &Secrets| {
            let bytes = Zeroizing::new(serde_json::to_vec(secrets).unwrap_or_default());
            self.key()?.seal(&bound(header), &bytes)
        };
        let record = Record {
            sealed: secrets.map(seal).transpose()?,
            header: header.clone(),
        };
        self.records().replace(&header.name(), &to_json(&record))
    }

    /// The record of that name, if it is what it says it is.
    pub(super) fn header(&self, id: &str) -> Result<Option<Header>, StateError> {
        Ok(self.record(id)?.map(|record| record.header))
    }

    /// The record of that name with its tokens. One that does not open with our
    /// key is put aside.
    pub(super) fn session(&self, id: &str) -> Result<Option<(Header, Secrets)>, StateError> {
        let Some(record) = self.record(id)? else {
            return Ok(None);
        };
        let Some(sealed) = &record.sealed else {
            return Ok(None);
        };
        let opened = self.key()?.open(&bound(&record.header), sealed);
        let secrets = opened.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if secrets.is_none() {
            let why = "it was not written with this key, or not for this place";
            self.put_aside(self.records(), &record.header.name(), why);
        }
        Ok(secrets.map(|secrets| (record.header, secrets)))
    }

    fn record(&self, id: &str) -> Result<Option<Record>, StateError> {
        let name = format!("{id}{RECORD}");
        let record: Option<Record> = self.read(self.records(), &name)?;
        let Some(record) = record else {
            return Ok(None);
        };
        if record.header.id == id && record.header.format == FORMAT {
            return Ok(Some(record));
        }
        let why = "it is not about what its name says, or of another version";
        self.put_aside(self.records(), &name, why);
        Ok(None)
    }

    pub(super) fn remove(&self, id: &str) -> Result<(), StateError> {
        self.records().remove(&format!("{id}{RECORD}"))
    }

    /// Removes a record that nobody else has, and its lock: names of logins are
    /// used once, so nobody waits for it.
    pub(super) fn remove_owned(&self, id: &str, owner: Lock) -> Result<(), StateError> {
        self.remove(id)?;
        self.records().remove(&format!("{id}.lock"))?;
        drop(owner);
        Ok(())
    }

    /// The lock of a record, if nobody else holds it.
    pub(super) fn try_own(&self, id: &str) -> Result<Option<Lock>, StateError> {
        self.records().try_lock(&format!("{id}.lock"))
    }

    /// The names of all records.
    pub(super) fn ids(&self) -> Result<Vec<String>, StateError> {
        let names = self.records().names()?;
        let ids = names.iter().filter_map(|name| name.strip_suffix(RECORD));
        Ok(ids.map(str::to_owned).collect())
    }

    /// Removes the locks of processes that were killed before they had written
    /// what they lock. A name with a future is left alone: that of a shared session.
    pub(super) fn remove_old_locks(&self) -> Result<(), StateError> {
        let names = self.records().names()?;
        let has_record = |id: &str| names.binary_search(&format!("{id}{RECORD}")).is_ok();
        for name in &names {
            let id = name.strip_suffix(".lock");
            if id.is_some_and(|id| !id.starts_with(SHARED) && !has_record(id)) {
                self.records().remove_abandoned(name);
            }
        }
        Ok(())
    }

    /// All sessions that are remembered, and logins of which nobody knows what
    /// came. Those that are over by themselves are left out.
    ///
    /// # Errors
    /// If the directory can not be read.
    pub fn sessions(&self) -> Result<Vec<Remembered>, StateError> {
        let now = crate::Clock::system().moment();
        let mut found = Vec::new();
        for id in self.ids()? {
            let Some(header) = self.header(&id)? else {
                continue;
            };
            if header.is_over(&now) && header.kind != Kind::Shared {
                continue;
            }
            let owned = header.kind != Kind::Shared && self.try_own(&id)?.is_none();
            found.push(remembered(header, owned, &now));
        }
        found.sort_by(|one, two| (&one.target, one.opened).cmp(&(&two.target, two.opened)));
        Ok(found)
    }

    /// Drops the record without talking to the box: the session stays open until
    /// it ends by itself.
    ///
    /// # Errors
    /// If the record can not be removed.
    pub fn forget(&self, session: &Remembered) -> Result<(), StateError> {
        self.remove(&session.id)
    }
}

/// What the tokens are bound to.
fn bound(header: &Header) -> Vec<u8> {
    serde_json::to_vec(header).unwrap_or_default()
}

fn remembered(header: Header, owned: bool, now: &Moment) -> Remembered {
    let is_open = header.kind != Kind::Login;
    Remembered {
        token_age: header.token.age(now).filter(|_| is_open),
        refreshes_left: (is_open && header.is_fmc())
            .then(|| FMC_REFRESHES.saturating_sub(header.refreshes)),
        opened: wall(header.opened.wall),
        ends: header.ends.map(wall),
        id: header.id,
        kind: header.kind,
        target: header.target,
        user: header.user,
        owned,
    }
}

pub(super) fn wall(millis: u64) -> SystemTime {
    UNIX_EPOCH
        .checked_add(Duration::from_millis(millis))
        .unwrap_or(UNIX_EPOCH)
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
