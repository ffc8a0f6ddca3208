//! What sessions have learned of a box, for the sessions of the next run: the
//! ages at which it ends them, and that somebody else is using the account.
//!
//! Written when something was learned, without a lock: it is small, replaced as a
//! whole, and whoever writes last has learned last.

use core::time::Duration;

use oobwatch_core::session::Memory;
use serde::{Deserialize, Serialize};

use super::error::StateError;
use super::holding::Keeper;
use super::sessions::millis;
use super::{Moment, RECORD, State, file_id, to_json};
use crate::lock;

const FORMAT: &str = "oobwatch box 1";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    format: String,
    target: String,
    user: String,
    written: Moment,
    token_age_ms: Option<u64>,
    session_age_ms: Option<u64>,
    displaced: u8,
    /// From when it was written on.
    stays_away_ms: u64,
}

impl Keeper {
    /// What earlier runs have learned.
    pub(crate) fn memory(&self) -> Memory {
        let now = self.clock.moment();
        let memory = match self.state.memory(&self.target, self.user()) {
            Ok(record) => record.map(|record| record.memory(&now)),
            Err(error) => {
                tracing::error!("{error}");
                None
            }
        };
        let memory = memory.unwrap_or_default();
        *lock(&self.learned) = gist(&memory);
        memory
    }

    /// Writes down what the session has learned, if it is new.
    pub(crate) fn keep_memory(&self, memory: &Memory) {
        if core::mem::replace(&mut *lock(&self.learned), gist(memory)) == gist(memory) {
            return;
        }
        let record = Record {
            format: FORMAT.to_owned(),
            target: self.target.clone(),
            user: self.user().to_owned(),
            written: self.clock.moment(),
            token_age_ms: memory.token_age.map(millis),
            session_age_ms: memory.session_age.map(millis),
            displaced: memory.displaced,
            stays_away_ms: millis(memory.stays_away),
        };
        let name = name(&self.target, self.user());
        if let Err(error) = self.state.boxes().replace(&name, &to_json(&record)) {
            tracing::error!("{error}");
        }
    }
}

impl State {
    fn memory(&self, target: &str, user: &str) -> Result<Option<Record>, StateError> {
        let name = name(target, user);
        let record: Option<Record> = self.read(self.boxes(), &name)?;
        let is_ours = |record: &Record| {
            (&*record.format, &*record.target, &*record.user) == (FORMAT, target, user)
        };
        Ok(record.filter(is_ours))
    }
}

impl Record {
    fn memory(&self, now: &Moment) -> Memory {
        let written = Memory {
            token_age: self.token_age_ms.map(Duration::from_millis),
            session_age: self.session_age_ms.map(Duration::from_millis),
            displaced: self.displaced,
            stays_away: Duration::from_millis(self.stays_away_ms),
        };
        written.later(self.written.least_age(now))
    }
}

/// All of it but what changes by itself.
pub(crate) type Gist = (Option<Duration>, Option<Duration>, u8);

const fn gist(memory: &Memory) -> Gist {
    (memory.token_age, memory.session_age, memory.displaced)
}

fn name(target: &str, user: &str) -> String {
    file_id(&["box", target, user]) + RECORD
}
