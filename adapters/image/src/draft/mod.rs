//! Changes to an image that are not written yet: a few hundred bytes beside the
//! image, however large that is.
//!
//! A change is kept as the records that it makes, each with the place of the
//! record that it supersedes. What is drafted is read by the rules that hold for
//! any image, so that nothing is drafted that would be refused, and it is written
//! as it is read: record by record.

mod change;
mod view;

use zeroize::Zeroize as _;

use crate::error::{Reason, RecordKind};
use crate::layout::{self, HEADER_LEN};
use crate::read::Image;
use crate::write::{Writer, header};
pub use change::{Change, LoginChange, TargetChange};
use view::{HEAD_LEN, REMOVED, View, key};

/// Changes to an image, of at most `N` bytes. Erased when they are dropped, as
/// they may hold a password.
pub struct Draft<'a, const N: usize> {
    generation: u32,
    base: &'a [u8],
    changes: [u8; N],
    used: usize,
}

/// Why a draft stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DraftError {
    /// The image has none of that name or place.
    Unknown(RecordKind),
    /// There is no more room in the draft.
    Full,
    /// The image would be refused.
    Refused(Reason),
}

impl<'a, const N: usize> Draft<'a, N> {
    /// A draft of `image`, without changes.
    #[must_use]
    pub const fn new(image: &Image<'a>) -> Self {
        Self {
            generation: image.generation(),
            base: image.records(),
            changes: [0; N],
            used: 0,
        }
    }

    /// Whether nothing was changed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.used == 0
    }

    /// Forgets all changes.
    pub fn clear(&mut self) {
        self.shorten(0);
    }

    /// Makes a change.
    ///
    /// # Errors
    /// [`DraftError`]: the draft is as it was.
    pub fn apply(&mut self, change: &Change<'_>) -> Result<(), DraftError> {
        let before = self.used;
        let done = self.add(change).and_then(|()| self.check());
        match done {
            Ok(()) => self.forget_superseded(),
            Err(_) => self.shorten(before),
        }
        done
    }

    /// Runs `f` with the image as it would be; its generation is that of the
    /// image that is changed.
    // Not inlined, nor is `check`: an image takes a few KiB of the stack.
    #[inline(never)]
    pub fn with_image<R>(&self, f: impl FnOnce(&Image<'_>) -> R) -> Option<R> {
        // Looked at where it is: moving it would take its room again.
        match &self.image() {
            Ok(image) => Some(f(image)),
            Err(_) => None,
        }
    }

    /// Whether the record of that kind and place in the image was changed.
    #[must_use]
    pub fn is_changed(&self, kind: RecordKind, place: usize) -> bool {
        let view = self.view();
        let kind = layout::type_of(kind);
        let mut live = view
            .places(kind)
            .filter(|at| view.record(kind, *at).is_some());
        live.nth(place)
            .is_some_and(|at| view.change(kind, at).is_some())
    }

    /// The image as it would be, to be written piece by piece.
    #[must_use]
    pub fn rewrite(&self, generation: u32) -> Rewrite<'_> {
        let view = self.view();
        let length = view.records().map(<[u8]>::len).sum::<usize>() + HEADER_LEN;
        let header = header(generation, length, view.records());
        Rewrite {
            header,
            length,
            view,
        }
    }

    fn view(&self) -> View<'_> {
        View {
            base: self.base,
            changes: self.changes.get(..self.used).unwrap_or_default(),
        }
    }

    fn image(&self) -> Result<Image<'_>, DraftError> {
        self.view().image(self.generation)
    }

    #[inline(never)]
    fn check(&self) -> Result<(), DraftError> {
        self.image().map(|_| ())
    }

    /// Adds the record that `write` writes. It supersedes the one of its type that
    /// is there.
    #[inline(never)]
    fn put(
        &mut self,
        place: usize,
        write: &dyn Fn(&Image<'_>, &mut Writer<'_>) -> Result<(), DraftError>,
    ) -> Result<(), DraftError> {
        let (changes, free) = self
            .changes
            .split_at_mut_checked(self.used)
            .ok_or(DraftError::Full)?;
        let (head, room) = free.split_first_mut().ok_or(DraftError::Full)?;
        let view = View {
            base: self.base,
            changes,
        };
        let mut writer = Writer::of_records(room);
        match &view.image(self.generation) {
            Ok(image) => write(image, &mut writer)?,
            Err(error) => return Err(*error),
        }
        let length = writer.length();
        if length > room.len() {
            return Err(DraftError::Full);
        }
        *head = key(place, 0).ok_or(DraftError::Full)?;
        self.used = self.used.saturating_add(length).saturating_add(1);
        Ok(())
    }

    /// Takes the record of that place out, if there is one.
    fn remove(&mut self, kind: u16, place: usize) -> Result<(), DraftError> {
        if self.view().record(kind, place).is_none() {
            return Ok(());
        }
        let free = self.changes.get_mut(self.used..).unwrap_or_default();
        let [head, room @ ..] = free else {
            return Err(DraftError::Full);
        };
        let room: &mut [u8; HEAD_LEN] = room.first_chunk_mut().ok_or(DraftError::Full)?;
        *head = key(place, REMOVED).ok_or(DraftError::Full)?;
        let [a, b] = kind.to_le_bytes();
        *room = [a, b, 0, 0];
        self.used = self.used.saturating_add(1 + HEAD_LEN);
        Ok(())
    }

    /// Drops each change that has a later one of the same record.
    fn forget_superseded(&mut self) {
        let mut at = 0;
        while let Some((length, is_superseded)) = self.view().superseded(at) {
            if is_superseded {
                self.changes.copy_within(at + length..self.used, at);
                self.shorten(self.used - length);
            } else {
                at += length;
            }
        }
    }

    fn shorten(&mut self, used: usize) {
        self.changes.get_mut(used..).unwrap_or_default().zeroize();
        self.used = used;
    }
}

impl<const N: usize> Drop for Draft<'_, N> {
    fn drop(&mut self) {
        self.clear();
    }
}

/// An image that is written piece by piece.
pub struct Rewrite<'v> {
    header: [u8; HEADER_LEN],
    length: usize,
    view: View<'v>,
}

impl Rewrite<'_> {
    /// The pieces, in order.
    pub fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        core::iter::once(self.header.as_slice()).chain(self.view.records())
    }

    /// Bytes of all pieces.
    #[must_use]
    pub const fn length(&self) -> usize {
        self.length
    }
}

impl core::fmt::Display for DraftError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Unknown(kind) => write!(f, "there is no such {kind}"),
            Self::Full => f.write_str(
                "there is no room for one more change; save, or make a new image and import it",
            ),
            Self::Refused(reason) => reason.fmt(f),
        }
    }
}

impl core::error::Error for DraftError {}
