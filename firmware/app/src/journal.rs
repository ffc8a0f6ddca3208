//! A record in flash that outlives a loss of power: each version goes to the next
//! place of a ring, so that flash wears evenly and the one before stays whole.
//!
//! A place holds the record first and its head after it: a head is written when all
//! else is. Sectors are erased as the ring comes to them.

use crate::board::{NotSaved, Storage};
use crate::record::RECORD_MAX;

/// Flash that reads like memory. Erased bytes are `FF`; bytes are written once
/// between two erasures.
pub trait Nor {
    /// All of it: two sectors or more.
    fn bytes(&self) -> &[u8];

    /// Erases the sector that begins at `offset`.
    ///
    /// # Errors
    /// The flash did not do it.
    fn erase(&mut self, offset: usize) -> Result<(), NotSaved>;

    /// Writes `bytes` at `offset`.
    ///
    /// # Errors
    /// The flash did not do it.
    fn write(&mut self, offset: usize, bytes: &[u8]) -> Result<(), NotSaved>;
}

/// Bytes of a sector.
pub const SECTOR: usize = 4096;
/// Bytes of a place, of which a sector has a whole number.
const PLACE: usize = 1024;
/// Of a place: the length of the record, the number of the version, and what says
/// that both are whole.
const HEAD: usize = 12;
const ERASED: u8 = 0xFF;

const _: () = assert!(RECORD_MAX + HEAD <= PLACE && SECTOR.is_multiple_of(PLACE));

/// The record, in flash.
pub struct Journal<N> {
    flash: N,
    /// The place of the latest version, and its number.
    latest: Option<(usize, u32)>,
}

impl<N: Nor> Journal<N> {
    /// Finds the latest version.
    pub fn new(flash: N) -> Self {
        let mut latest: Option<(usize, u32)> = None;
        for (place, bytes) in flash.bytes().chunks_exact(PLACE).enumerate() {
            let number = head(bytes).map(|(number, _)| number);
            let newer = number.filter(|new| latest.is_none_or(|(_, old)| *new > old));
            latest = newer.map(|new| (place, new)).or(latest);
        }
        Self { flash, latest }
    }

    fn places(&self) -> usize {
        self.flash.bytes().len() / PLACE
    }

    /// The next place that can be written, erased if need be.
    fn next_place(&mut self) -> Result<usize, NotSaved> {
        let places = self.places();
        let mut place = self.latest.map_or(0, |(place, _)| place + 1);
        for _ in 0..places {
            place = place.checked_rem(places).ok_or(NotSaved)?;
            let start = place * PLACE;
            if start.is_multiple_of(SECTOR) {
                self.flash.erase(start)?;
                return Ok(place);
            }
            let bytes = self.flash.bytes().get(start..start + PLACE);
            if bytes.is_some_and(|bytes| bytes.iter().all(|byte| *byte == ERASED)) {
                return Ok(place);
            }
            // Power was lost while it was written.
            place += 1;
        }
        Err(NotSaved)
    }
}

/// What says that a head is whole. An erased one is not.
const fn seal(length: u32, number: u32) -> u32 {
    length.rotate_left(16) ^ number
}

/// Number and length of the version in a place, if its head is whole.
fn head(place: &[u8]) -> Option<(u32, u32)> {
    let head: &[u8; HEAD] = place.first_chunk()?;
    let (words, _) = head.as_chunks();
    let [length, number, sealed] = *words else {
        return None;
    };
    let [length, number, sealed] = [length, number, sealed].map(u32::from_le_bytes);
    (sealed == seal(length, number)).then_some((number, length))
}

/// The record in a place.
fn record(place: &[u8]) -> Option<&[u8]> {
    let (_, length) = head(place)?;
    place.get(HEAD..)?.get(..usize::try_from(length).ok()?)
}

impl<N: Nor> Storage for Journal<N> {
    fn load(&mut self, into: &mut [u8]) -> usize {
        let mut places = self.flash.bytes().chunks_exact(PLACE);
        let latest = self.latest.and_then(|(place, _)| places.nth(place));
        let record = latest.and_then(record).unwrap_or_default();
        for (to, from) in into.iter_mut().zip(record) {
            *to = *from;
        }
        record.len().min(into.len())
    }

    fn save(&mut self, record: &[u8]) -> Result<(), NotSaved> {
        let length = u32::try_from(record.len()).map_err(|_| NotSaved)?;
        if record.len() > RECORD_MAX {
            return Err(NotSaved);
        }
        let number = match self.latest {
            None => 0,
            Some((_, number)) => number.checked_add(1).ok_or(NotSaved)?,
        };
        let place = self.next_place()?;
        let start = place * PLACE;
        self.flash.write(start + HEAD, record)?;
        let mut head = [0; HEAD];
        let fields = [length, number, seal(length, number)];
        for (to, field) in head.chunks_exact_mut(4).zip(fields) {
            to.copy_from_slice(&field.to_le_bytes());
        }
        self.flash.write(start, &head)?;
        self.latest = Some((place, number));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use core::cell::{Cell, RefCell};
    use std::rc::Rc;
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    /// Flash that outlives a loss of power, which comes after so many bytes.
    #[derive(Clone)]
    struct Model(Rc<RefCell<Vec<u8>>>, Rc<Cell<usize>>);

    /// What a `Journal` sees of it: a copy, as a reference can not be lent.
    struct Seen(Model, Vec<u8>);

    impl Model {
        fn new(sectors: usize) -> Self {
            let bytes = std::vec![0xFF; sectors * SECTOR];
            Self(Rc::new(RefCell::new(bytes)), Rc::new(Cell::new(usize::MAX)))
        }

        fn journal(&self) -> Journal<Seen> {
            self.1.set(usize::MAX);
            Journal::new(Seen(self.clone(), self.0.borrow().clone()))
        }

        fn set(&self, at: usize, byte: u8) -> Result<(), NotSaved> {
            let left = self.1.get().checked_sub(1).ok_or(NotSaved)?;
            self.1.set(left);
            self.0.borrow_mut()[at] = byte;
            Ok(())
        }
    }

    impl Seen {
        fn all(&mut self, bytes: impl Iterator<Item = (usize, u8)>) -> Result<(), NotSaved> {
            let mut bytes = bytes;
            let done = bytes.try_for_each(|(at, byte)| self.0.set(at, byte));
            self.1.clone_from(&self.0.0.borrow());
            done
        }
    }

    impl Nor for Seen {
        fn bytes(&self) -> &[u8] {
            &self.1
        }

        fn erase(&mut self, offset: usize) -> Result<(), NotSaved> {
            assert_eq!(offset % SECTOR, 0);
            self.all((offset..offset + SECTOR).map(|at| (at, 0xFF)))
        }

        fn write(&mut self, offset: usize, bytes: &[u8]) -> Result<(), NotSaved> {
            let place = &self.1[offset..offset + bytes.len()];
            assert!(place.iter().all(|byte| *byte == 0xFF), "written twice");
            self.all((offset..).zip(bytes.iter().copied()))
        }
    }

    fn loaded(journal: &mut Journal<Seen>) -> Vec<u8> {
        let mut room = [0; RECORD_MAX];
        let length = journal.load(&mut room);
        room[..length].to_vec()
    }

    #[test]
    fn nothing_is_there_at_first() {
        assert_eq!(loaded(&mut Model::new(2).journal()), []);
    }

    #[test]
    fn too_long_a_record_is_refused() {
        let mut journal = Model::new(2).journal();
        assert_eq!(journal.save(&[0; RECORD_MAX + 1]), Err(NotSaved));
        assert_eq!(loaded(&mut journal), []);
    }

    proptest! {
        #[test]
        fn the_last_one_that_was_saved_comes_back(
            sectors in 2..5_usize,
            records in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..=RECORD_MAX), 1..60),
        ) {
            let flash = Model::new(sectors);
            for record in &records {
                // A start before each: nothing is remembered but what is in flash.
                prop_assert_eq!(flash.journal().save(record), Ok(()));
                prop_assert_eq!(&loaded(&mut flash.journal()), record);
            }
        }

        #[test]
        fn power_may_go_at_any_byte(
            before in 0..30_usize,
            losses in prop::collection::vec(prop_oneof![0..6_000_usize, 498..514_usize], 1..6),
        ) {
            let flash = Model::new(2);
            let mut kept = Vec::new();
            for number in 0..before {
                kept = std::vec![number as u8; 500];
                prop_assert_eq!(flash.journal().save(&kept), Ok(()));
            }
            for (number, bytes) in losses.into_iter().enumerate() {
                let next = std::vec![100 + number as u8; 500];
                let mut journal = flash.journal();
                flash.1.set(bytes);
                let saved = journal.save(&next);
                let found = loaded(&mut flash.journal());
                if saved.is_ok() {
                    prop_assert_eq!(&found, &next);
                } else {
                    prop_assert!(found == kept || found == next);
                }
                kept = found;
            }
        }
    }
}
