//! What outlives a reset, as one small record: refusals, sessions that may be
//! open, what sessions have learned, how often the board has started.
//!
//! Holds no secret: a credential is known by its place in the configuration
//! image and the generation of that. The layout is private to this module; a
//! record of another version counts as none.

use core::time::Duration;

use heapless::Vec;
use oobwatch_core::session::Memory;
use oobwatch_image::{MAX_CREDENTIALS, MAX_TARGETS, crc32};

use crate::board::ResetReason;

/// Most bytes of a record.
pub const RECORD_MAX: usize = 512;

/// The first bytes: a name, and the version of the layout.
const MAGIC: [u8; 4] = *b"OOR\x02";

/// All that outlives a reset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Record {
    /// Of the configuration image that the rest goes with.
    pub(crate) generation: u32,
    /// Starts of the board by [`ResetReason`].
    pub(crate) resets: [u32; ResetReason::ALL.len()],
    /// Sessions that were open, or may have been, when the board was reset.
    pub(crate) orphans: u32,
    pub(crate) credentials: [Tries; MAX_CREDENTIALS],
    pub(crate) targets: [Past; MAX_TARGETS],
}

/// What became of the logins with one credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tries {
    /// Refusals since it was last accepted.
    pub(crate) refusals: u8,
    /// A login is under way, and may be refused.
    pub(crate) trying: bool,
}

impl Tries {
    /// Refusals to reckon with after a reset: a login that was under way may
    /// have been one.
    pub(crate) const fn refusals_at_most(self) -> u8 {
        self.refusals.saturating_add(self.trying as u8)
    }
}

/// What became of the session on one target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Past {
    /// There is a session, or may be one.
    pub(crate) open: bool,
    pub(crate) memory: Memory,
}

impl Record {
    /// The record in `bytes`, unless they hold none.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (body, crc) = bytes.split_last_chunk()?;
        if crc32(&[body]) != u32::from_le_bytes(*crc) {
            return None;
        }
        let mut reader = Reader(body.strip_prefix(&MAGIC)?);
        let mut record = Self {
            generation: reader.u32()?,
            ..Self::default()
        };
        for count in &mut record.resets {
            *count = reader.u32()?;
        }
        record.orphans = reader.u32()?;
        for tries in &mut record.credentials {
            tries.refusals = reader.u8()?;
            tries.trying = reader.u8()? != 0;
        }
        for past in &mut record.targets {
            past.open = reader.u8()? != 0;
            past.memory = Memory {
                displaced: reader.u8()?,
                token_age: reader.age()?,
                session_age: reader.age()?,
                stays_away: Duration::from_secs(reader.u32()?.into()),
            };
        }
        reader.0.is_empty().then_some(record)
    }

    /// The bytes to store.
    pub(crate) fn encode(&self) -> Vec<u8, RECORD_MAX> {
        let mut writer = Writer(Vec::new());
        writer.push(&MAGIC);
        writer.u32(self.generation);
        for &count in &self.resets {
            writer.u32(count);
        }
        writer.u32(self.orphans);
        for tries in &self.credentials {
            writer.push(&[tries.refusals, tries.trying.into()]);
        }
        for past in &self.targets {
            writer.push(&[past.open.into(), past.memory.displaced]);
            writer.age(past.memory.token_age);
            writer.age(past.memory.session_age);
            writer.seconds(past.memory.stays_away);
        }
        let crc = crc32(&[&writer.0]);
        writer.u32(crc);
        writer.0
    }
}

const HEAD: usize = MAGIC.len() + 4 + 4 * ResetReason::ALL.len() + 4;
const _: () = assert!(HEAD + 2 * MAX_CREDENTIALS + 14 * MAX_TARGETS + 4 <= RECORD_MAX);

struct Writer(Vec<u8, RECORD_MAX>);

impl Writer {
    /// What does not fit would make the checksum wrong; the assertion above
    /// says that all does.
    fn push(&mut self, bytes: &[u8]) {
        let _ = self.0.extend_from_slice(bytes);
    }

    fn u32(&mut self, value: u32) {
        self.push(&value.to_le_bytes());
    }

    fn seconds(&mut self, duration: Duration) {
        self.u32(u32::try_from(duration.as_secs()).unwrap_or(u32::MAX));
    }

    fn age(&mut self, age: Option<Duration>) {
        self.seconds(age.unwrap_or_default());
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn u8(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    fn u32(&mut self) -> Option<u32> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*first))
    }

    fn age(&mut self) -> Option<Option<Duration>> {
        let seconds = self.u32()?;
        Some((seconds > 0).then(|| Duration::from_secs(seconds.into())))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filled() -> Record {
        let mut record = Record {
            generation: 7,
            resets: [1, 2, 3, 4, 5, 6],
            orphans: 6,
            ..Record::default()
        };
        record.credentials[15] = Tries {
            refusals: 2,
            trying: true,
        };
        record.targets[15] = Past {
            open: true,
            memory: Memory {
                token_age: Some(Duration::from_secs(600)),
                session_age: None,
                displaced: 3,
                stays_away: Duration::from_secs(61),
            },
        };
        record
    }

    #[test]
    fn what_was_kept_comes_back() {
        assert_eq!(Record::decode(&filled().encode()), Some(filled()));
    }

    proptest! {
        #[test]
        fn damage_is_seen(at in 0..10_000_usize, bit in 0..8) {
            let mut bytes = filled().encode();
            let at = at % bytes.len();
            bytes[at] ^= 1_u8 << bit;
            prop_assert_eq!(Record::decode(&bytes), None);
        }

        #[test]
        fn nonsense_is_no_record(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            prop_assert_eq!(Record::decode(&bytes), None);
        }
    }
}
