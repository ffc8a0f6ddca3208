//! What outlives a process of a credential's [`Latch`].
//!
//! One file per credential: how often which password was refused, and when. The
//! password is there as a salted slow hash only, and only once it was refused:
//! a login that is accepted leaves nothing, and reads nothing but a file that is
//! not there. Another password begins a new count; the last few are remembered,
//! so that two programs with different wrong ones do not make each other's
//! count begin anew for ever.

use core::time::Duration;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oobwatch_core::latch::{Latch, Leave, Policy};
use oobwatch_core::time::Instant;
use serde::{Deserialize, Serialize};

use super::State;
use super::dir::{Lock, fill_random};
use super::error::StateError;
use super::moment::Moment;
use super::seal::{SALT_LEN, slow_hash};
use super::{RECORD, file_id};

const FORMAT: &str = "oobwatch credential 1";

/// Passwords that are remembered per credential.
const PASSWORDS: usize = 4;

/// Which credential is meant: by its name where it has one, and then wherever it
/// is used; else by the box and the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CredentialId {
    pub(crate) name: String,
    pub(crate) user: String,
}

/// A credential that boxes have refused, or that was good for one login.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refused {
    /// What it is called in the configuration; else its box.
    pub name: String,
    /// The user.
    pub user: String,
    /// Refusals of the password that was refused most.
    pub refusals: u8,
    /// When a login was tried last.
    pub last: SystemTime,
}

/// Whether a credential may be tried, as all processes together know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Standing {
    /// How often boxes have refused it since one accepted it.
    pub refusals: u8,
    /// When it may be tried.
    pub next: Next,
}

/// When a credential may be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// At any time.
    Now,
    /// Not before that time.
    At(SystemTime),
    /// Not until it is changed, or unlocked.
    Never,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    format: String,
    name: String,
    user: String,
    salt: String,
    passwords: Vec<Password>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Password {
    hash: String,
    refusals: u8,
    /// A box may have seen it.
    tried: bool,
    last: Moment,
}

/// What is asked, and for whom.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) id: &'a CredentialId,
    pub(crate) password: &'a str,
    pub(crate) policy: Policy,
    pub(crate) now: &'a Moment,
}

/// What came of a login that went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tried {
    Accepted,
    Refused,
    /// It may have been seen, and nothing was said about it.
    Seen,
    /// No box has seen it.
    Unsent,
}

impl CredentialId {
    fn file(&self) -> String {
        file_id(&["credential", &self.name, &self.user])
    }
}

impl Record {
    fn new(id: &CredentialId) -> Result<Self, StateError> {
        let mut salt = [0; SALT_LEN];
        fill_random(&mut salt)?;
        Ok(Self {
            format: FORMAT.to_owned(),
            name: id.name.clone(),
            user: id.user.clone(),
            salt: STANDARD.encode(salt),
            passwords: Vec::new(),
        })
    }

    fn hash(&self, password: &str) -> Option<String> {
        let salt = STANDARD.decode(&self.salt).ok()?;
        Some(STANDARD.encode(slow_hash(password, &salt)?))
    }

    /// The entry of a password, without hashing anything where there is none.
    fn find(&self, password: &str) -> Option<&Password> {
        let hash = (!self.passwords.is_empty()).then(|| self.hash(password))??;
        self.passwords.iter().find(|known| known.hash == hash)
    }

    /// Takes the entry out: the caller puts in what it becomes.
    fn take(&mut self, hash: &str) -> Option<Password> {
        let place = self.passwords.iter().position(|known| known.hash == hash)?;
        Some(self.passwords.remove(place))
    }

    fn note(&mut self, asked: &Asked<'_>, tried: Tried) {
        let seen = tried == Tried::Refused || asked.policy.single_use && tried != Tried::Unsent;
        if !seen && self.passwords.is_empty() {
            return;
        }
        let Some(hash) = self.hash(asked.password) else {
            return;
        };
        let before = self.take(&hash);
        let refusals = match (tried, before.as_ref().map_or(0, |before| before.refusals)) {
            (Tried::Accepted, _) => 0,
            (Tried::Refused, refusals) => refusals.saturating_add(1),
            (Tried::Seen | Tried::Unsent, refusals) => refusals,
        };
        if refusals == 0 && !seen {
            return;
        }
        let last = match (tried, before) {
            (Tried::Refused, _) | (_, None) => asked.now.clone(),
            (_, Some(before)) => before.last,
        };
        self.passwords.push(Password {
            hash,
            refusals,
            tried: true,
            last,
        });
        if self.passwords.len() > PASSWORDS {
            self.passwords.remove(0);
        }
    }
}

impl Password {
    fn latch(&self, policy: Policy, now: &Moment) -> (Latch, Instant) {
        let refused_at = now.instant().before(self.last.least_age(now));
        let latch = Latch::restored(self.refusals, refused_at).with_policy(policy);
        (latch.with_tried(self.tried), now.instant())
    }
}

impl State {
    /// Whether the credential may be tried.
    pub(crate) fn standing(&self, asked: &Asked<'_>) -> Result<Standing, StateError> {
        let record = self.refusals(asked.id)?;
        let Some(entry) = record
            .as_ref()
            .and_then(|record| record.find(asked.password))
        else {
            let (refusals, next) = (0, Next::Now);
            return Ok(Standing { refusals, next });
        };
        let (latch, now) = entry.latch(asked.policy, asked.now);
        let next = match latch.standing(now) {
            Leave::Go | Leave::Wait(_) => Next::Now,
            Leave::NotBefore(at) => Next::At(
                wall(asked.now.wall)
                    .checked_add(at - now)
                    .unwrap_or(UNIX_EPOCH),
            ),
            Leave::Latched => Next::Never,
        };
        let refusals = entry.refusals;
        Ok(Standing { refusals, next })
    }

    /// Writes down what came of a login.
    pub(crate) fn tried(&self, asked: &Asked<'_>, tried: Tried) -> Result<(), StateError> {
        let file = asked.id.file();
        let name = format!("{file}{RECORD}");
        let _alone = self.credentials().lock(&format!("{file}.lock"))?;
        let mut record = match self.refusals(asked.id)? {
            Some(record) => record,
            None => Record::new(asked.id)?,
        };
        let had = !record.passwords.is_empty();
        record.note(asked, tried);
        match (had, record.passwords.is_empty()) {
            (false, true) => Ok(()),
            (true, true) => self.credentials().remove(&name),
            (_, false) => self.credentials().replace(&name, &super::to_json(&record)),
        }
    }

    /// The right to try a password that nobody has proven right: for one process
    /// at a time. If another's login takes long and none was refused yet, one
    /// more may go beside it: a box that hangs is not to keep the others from
    /// being asked. As [`Latch::ask`], between processes.
    pub(crate) fn try_turn(
        &self,
        asked: &Asked<'_>,
        waited: Duration,
    ) -> Result<Option<Lock>, StateError> {
        let file = asked.id.file();
        if let Some(first) = self.credentials().try_lock(&format!("{file}.try1"))? {
            return Ok(Some(first));
        }
        if waited < SLOW || asked.policy.single_use {
            return Ok(None);
        }
        let Some(second) = self.credentials().try_lock(&format!("{file}.try2"))? else {
            return Ok(None);
        };
        Ok(self.refusals(asked.id)?.is_none().then_some(second))
    }

    /// The credentials that boxes have refused.
    ///
    /// # Errors
    /// If the directory can not be read.
    pub fn refused(&self) -> Result<Vec<Refused>, StateError> {
        let names = self.credentials().names()?;
        let records = names.iter().filter(|name| name.ends_with(RECORD));
        let mut refused = Vec::new();
        for name in records {
            let record: Option<Record> = self.read(self.credentials(), name)?;
            let Some(record) = record.filter(|record| record.format == FORMAT) else {
                continue;
            };
            let last = record.passwords.iter().map(|one| one.last.wall).max();
            refused.push(Refused {
                refusals: record
                    .passwords
                    .iter()
                    .map(|one| one.refusals)
                    .max()
                    .unwrap_or(0),
                last: wall(last.unwrap_or(0)),
                name: record.name,
                user: record.user,
            });
        }
        refused.sort_by(|one, two| (&one.name, &one.user).cmp(&(&two.name, &two.user)));
        Ok(refused)
    }

    /// Forgets how often the credential `refused` was refused: it is tried again.
    ///
    /// # Errors
    /// If the record can not be removed.
    pub fn unlock(&self, refused: &Refused) -> Result<(), StateError> {
        let id = CredentialId {
            name: refused.name.clone(),
            user: refused.user.clone(),
        };
        let file = id.file();
        let _alone = self.credentials().lock(&format!("{file}.lock"))?;
        self.credentials().remove(&format!("{file}{RECORD}"))
    }

    /// The record, if it is there and about this credential.
    fn refusals(&self, id: &CredentialId) -> Result<Option<Record>, StateError> {
        let name = format!("{}{RECORD}", id.file());
        let record: Option<Record> = self.read(self.credentials(), &name)?;
        Ok(record.filter(|found| {
            found.format == FORMAT && found.name == id.name && found.user == id.user
        }))
    }
}

/// How long another process's login is waited for before one goes beside it.
const SLOW: Duration = Duration::from_secs(10);

fn wall(millis: u64) -> SystemTime {
    UNIX_EPOCH
        .checked_add(Duration::from_millis(millis))
        .unwrap_or(UNIX_EPOCH)
}
