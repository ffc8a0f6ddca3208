//! An image and the changes to it, read together.
//!
//! A change is a byte that says which record it supersedes, and the record that
//! takes its place: of that type, perhaps behind all others of it. The last change
//! of a record counts.

use super::DraftError;
use crate::cursor::Cursor;
use crate::error::RecordKind;
use crate::layout::{self, HEADER_LEN};
use crate::read::{Header, Image};

/// Type and length of a record.
pub(super) const HEAD_LEN: usize = 4;

/// Set in the first byte of a change that leaves no record.
pub(super) const REMOVED: u8 = 0x80;

/// The types, in the order in which they are written: what refers comes after
/// what it refers to.
const ORDER: [u16; 7] = [
    layout::NETWORK,
    layout::CREDENTIAL,
    layout::CERTIFICATE,
    layout::TARGET,
    layout::SYSLOG,
    layout::WEBHOOK,
    layout::TIME_SERVER,
];

#[derive(Clone, Copy)]
pub(super) struct View<'v> {
    /// Records.
    pub(super) base: &'v [u8],
    pub(super) changes: &'v [u8],
}

/// The first byte of a change.
pub(super) fn key(place: usize, flag: u8) -> Option<u8> {
    u8::try_from(place)
        .ok()
        .filter(|place| place & REMOVED == 0)
        .map(|place| place | flag)
}

impl<'v> View<'v> {
    /// All records, in the order of their types. Those that are not known here
    /// come last.
    pub(super) fn records(self) -> impl Iterator<Item = &'v [u8]> {
        let known = ORDER.into_iter().flat_map(move |kind| {
            self.places(kind)
                .filter_map(move |place| self.record(kind, place))
        });
        let others = split(self.base).filter(|record| !ORDER.contains(&type_of(record)));
        known.chain(others)
    }

    /// The places that have, or had, a record of that type.
    pub(super) fn places(self, kind: u16) -> impl Iterator<Item = usize> {
        (0..).take_while(move |place| {
            self.change(kind, *place).is_some() || self.unchanged(kind, *place).is_some()
        })
    }

    /// The record of a place, unless it was removed.
    pub(super) fn record(self, kind: u16, place: usize) -> Option<&'v [u8]> {
        match self.change(kind, place) {
            Some(Change {
                is_removal: true, ..
            }) => None,
            Some(change) => Some(change.record),
            None => self.unchanged(kind, place),
        }
    }

    fn unchanged(self, kind: u16, place: usize) -> Option<&'v [u8]> {
        split(self.base)
            .filter(|record| type_of(record) == kind)
            .nth(place)
    }

    /// The change of a place.
    pub(super) fn change(self, kind: u16, place: usize) -> Option<Change<'v>> {
        changes(self.changes)
            .filter(|change| change.is_of(kind, place))
            .last()
    }

    /// Bytes of the change at that offset, and whether a later one counts in its
    /// place.
    pub(super) fn superseded(self, at: usize) -> Option<(usize, bool)> {
        let mut rest = changes(self.changes.get(at..)?);
        let first = rest.next()?;
        let length = first.record.len() + 1;
        let again = rest.any(|later| later.is_of(type_of(first.record), first.place));
        Some((length, again))
    }

    /// The place of the record that begins with that name.
    pub(super) fn find(self, kind: RecordKind, name: &str) -> Result<usize, DraftError> {
        let found = self.places(layout::type_of(kind)).find(|place| {
            self.record(layout::type_of(kind), *place)
                .is_some_and(|record| self::name(record) == Some(name.as_bytes()))
        });
        found.ok_or(DraftError::Unknown(kind))
    }

    /// The image of all that.
    pub(super) fn image(self, generation: u32) -> Result<Image<'v>, DraftError> {
        let header = Header {
            length: self
                .records()
                .fold(HEADER_LEN, |sum, record| sum + record.len()),
            generation,
            records: self.base,
        };
        let image = Image::of(header, |parts| {
            let mut end = Cursor::new(&[], 0);
            for record in self.records() {
                end = Cursor::new(record, 0);
                parts.record(&mut end)?;
            }
            Ok(end)
        });
        image.map_err(|error| DraftError::Refused(error.reason))
    }
}

/// A change, taken apart.
#[derive(Clone, Copy)]
pub(super) struct Change<'v> {
    place: usize,
    is_removal: bool,
    record: &'v [u8],
}

impl Change<'_> {
    fn is_of(&self, kind: u16, place: usize) -> bool {
        self.place == place && type_of(self.record) == kind
    }
}

fn changes(mut bytes: &[u8]) -> impl Iterator<Item = Change<'_>> {
    core::iter::from_fn(move || {
        let (&key, rest) = bytes.split_first()?;
        let record = split(rest).next()?;
        bytes = rest.get(record.len()..)?;
        Some(Change {
            place: usize::from(key & !REMOVED),
            is_removal: key & REMOVED != 0,
            record,
        })
    })
}

/// The records in `bytes`, each with type and length.
fn split(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    core::iter::from_fn(move || {
        let [_, _, low, high, ..] = *bytes else {
            return None;
        };
        let length = usize::from(u16::from_le_bytes([low, high]));
        let (record, rest) = bytes.split_at_checked(HEAD_LEN + length)?;
        bytes = rest;
        Some(record)
    })
}

fn type_of(record: &[u8]) -> u16 {
    record.first_chunk().copied().map_or(0, u16::from_le_bytes)
}

/// The text that the value of a record begins with.
fn name(record: &[u8]) -> Option<&[u8]> {
    let (&length, rest) = record.get(HEAD_LEN..)?.split_first()?;
    rest.get(..usize::from(length))
}
