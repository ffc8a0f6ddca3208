//! Values at a few paths, out of a text of any length.

use heapless::{Vec, VecView};
use zeroize::Zeroize;

use super::path::{MAX_STEPS, PathId, PathSet, begins_step, leads_into};
use super::{Event, JsonError, Kind, Nest, Scanner};

/// A scalar that a path led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its text: of a string, with JSON escapes resolved; else as it stands.
    pub text: &'a [u8],
    /// Whether the text did not fit and is cut off.
    pub truncated: bool,
}

impl<'a> Value<'a> {
    /// The text of a string that is not cut off.
    #[must_use]
    pub fn as_string(&self) -> Option<&'a [u8]> {
        (self.kind == Kind::String && !self.truncated).then_some(self.text)
    }

    /// A whole number, be it written as a number or as a string.
    #[must_use]
    pub fn as_u32(&self) -> Option<u32> {
        let written = matches!(self.kind, Kind::Number | Kind::String) && !self.truncated;
        if !written || self.text.is_empty() {
            return None;
        }
        self.text.iter().try_fold(0_u32, |number, &byte| {
            let digit = byte.is_ascii_digit().then(|| u32::from(byte & 0x0f))?;
            number.checked_mul(10)?.checked_add(digit)
        })
    }
}

/// Receives what was picked. `path` is the place of the path in the list.
pub trait Picked {
    /// A scalar.
    fn value(&mut self, path: usize, value: Value<'_>);

    /// An object or array begins; what is picked from inside follows.
    fn begin(&mut self, path: usize, nest: Nest) {
        let _ = (path, nest);
    }

    /// That object or array ends.
    fn end(&mut self, path: usize, nest: Nest) {
        let _ = (path, nest);
    }
}

/// Follows up to [`MAX_PATHS`](super::MAX_PATHS) paths through one JSON text.
///
/// A path is written as in `items[].healthStatus`, `paging.count` or `[].name`;
/// the empty path is the whole text. `[]` stands for every element of an array.
/// Names hold neither `.` nor `[`. A path may lead on from where another ends;
/// of two equal paths, only the first is reported. Paths of more than
/// [`MAX_STEPS`] steps or 255 bytes and those after the sixteenth match nothing.
///
/// A scalar is kept up to `N` bytes; nothing else is kept at all.
#[derive(Clone, Debug)]
pub struct Pick<const N: usize = 128> {
    scanner: Scanner,
    matcher: Matcher,
    text: Vec<u8, N>,
}

/// Knows nothing of `N`, so that its code is there once.
#[derive(Clone, Debug)]
struct Matcher {
    paths: &'static [&'static str],
    /// The open objects and arrays, as far down as a path can lead.
    open: [Open; MAX_STEPS + 1],
    depth: usize,
    /// The paths that lead to (or through) the value that comes next.
    alive: PathSet,
    /// Bytes of those paths that were followed.
    at: usize,
    phase: Phase,
    truncated: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Open {
    /// The paths that lead to something inside.
    inside: PathSet,
    /// Bytes of those paths up to the name of a member, or past the `[]`.
    at: u8,
    /// The path that ends here.
    path: Option<PathId>,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    Skip,
    Name,
    Keep { path: PathId, kind: Kind },
}

impl<const N: usize> Pick<N> {
    /// Follows `paths` through one text.
    #[must_use]
    pub fn new(paths: &'static [&'static str]) -> Self {
        Self::with(Scanner::new(), paths)
    }

    /// As [`new`](Self::new), for a text that begins as in [`Scanner::after_junk`].
    #[must_use]
    pub fn after_junk(paths: &'static [&'static str]) -> Self {
        Self::with(Scanner::after_junk(), paths)
    }

    fn with(scanner: Scanner, paths: &'static [&'static str]) -> Self {
        Self {
            scanner,
            matcher: Matcher::new(paths),
            text: Vec::new(),
        }
    }

    /// Takes the next bytes of the text.
    ///
    /// # Errors
    /// The text is not JSON. What was picked before stands in the text.
    pub fn push(&mut self, bytes: &[u8], picked: &mut dyn Picked) -> Result<(), JsonError> {
        let (matcher, text) = (&mut self.matcher, self.text.as_mut_view());
        self.scanner
            .push(bytes, &mut |event| matcher.event(event, text, picked))
    }

    /// Says that no more bytes come.
    ///
    /// # Errors
    /// The text is not JSON, or not whole.
    pub fn finish(&mut self, picked: &mut dyn Picked) -> Result<(), JsonError> {
        let (matcher, text) = (&mut self.matcher, self.text.as_mut_view());
        self.scanner
            .finish(&mut |event| matcher.event(event, text, picked))
    }
}

/// Takes away what was kept of scalars: one may have been a secret.
impl<const N: usize> Zeroize for Pick<N> {
    fn zeroize(&mut self) {
        self.text.zeroize();
    }
}

impl Matcher {
    fn new(paths: &'static [&'static str]) -> Self {
        Self {
            paths,
            open: [Open::default(); MAX_STEPS + 1],
            depth: 0,
            alive: PathSet::all(paths),
            at: 0,
            phase: Phase::Skip,
            truncated: false,
        }
    }

    fn event(&mut self, event: Event<'_>, text: &mut VecView<u8>, picked: &mut dyn Picked) {
        match event {
            Event::Begin(nest) => self.begin(nest, picked),
            Event::End(nest) => self.end(nest, picked),
            Event::Name => self.name(),
            Event::NameEnd => self.name_end(),
            Event::Scalar(kind) => self.scalar(kind, text),
            Event::Piece(piece) => self.piece(piece, text),
            Event::ScalarEnd => self.scalar_end(text, picked),
        }
    }

    fn begin(&mut self, nest: Nest, picked: &mut dyn Picked) {
        let path = self.ending_here();
        let top = self.depth == 0;
        if self.depth < MAX_STEPS {
            self.narrow(|rest| leads_into(rest, nest, top));
        } else {
            self.alive = PathSet::default();
        }
        self.at = self.at.saturating_add(match nest {
            Nest::Array => b"[]".len(),
            Nest::Object => usize::from(!top),
        });
        if let Some(open) = self.open.get_mut(self.depth) {
            *open = Open {
                inside: self.alive,
                at: u8::try_from(self.at).unwrap_or(u8::MAX),
                path,
            };
        }
        self.depth = self.depth.saturating_add(1);
        if let Some(path) = path {
            picked.begin(path.index(), nest);
        }
    }

    fn end(&mut self, nest: Nest, picked: &mut dyn Picked) {
        self.depth = self.depth.saturating_sub(1);
        if let Some(path) = self.open.get(self.depth).and_then(|open| open.path) {
            picked.end(path.index(), nest);
        }
        self.resume();
    }

    fn name(&mut self) {
        self.resume();
        self.phase = if self.alive.is_empty() {
            Phase::Skip
        } else {
            Phase::Name
        };
    }

    fn name_end(&mut self) {
        if let Phase::Name = self.phase {
            self.narrow(|rest| rest.first().is_none_or(|&byte| begins_step(byte)));
        }
        self.phase = Phase::Skip;
    }

    fn scalar(&mut self, kind: Kind, text: &mut VecView<u8>) {
        self.phase = Phase::Skip;
        if let Some(path) = self.ending_here() {
            text.clear();
            self.truncated = false;
            self.phase = Phase::Keep { path, kind };
        }
    }

    fn piece(&mut self, piece: &[u8], text: &mut VecView<u8>) {
        match self.phase {
            Phase::Skip => {}
            Phase::Name => self.name_piece(piece),
            Phase::Keep { .. } => self.keep(piece, text),
        }
    }

    fn name_piece(&mut self, piece: &[u8]) {
        self.narrow(|rest| rest.starts_with(piece));
        if self.alive.is_empty() || piece.iter().copied().any(begins_step) {
            self.alive = PathSet::default();
            self.phase = Phase::Skip;
        }
        self.at = self.at.saturating_add(piece.len());
    }

    fn keep(&mut self, piece: &[u8], text: &mut VecView<u8>) {
        let room = text.capacity().saturating_sub(text.len());
        let (kept, cut) = piece.split_at_checked(room).unwrap_or((piece, &[]));
        self.truncated |= !cut.is_empty();
        let _ = text.extend_from_slice(kept);
    }

    fn scalar_end(&mut self, text: &[u8], picked: &mut dyn Picked) {
        if let Phase::Keep { path, kind } = self.phase {
            let value = Value {
                kind,
                text,
                truncated: self.truncated,
            };
            picked.value(path.index(), value);
        }
        self.phase = Phase::Skip;
    }

    /// Keeps the paths that go on as `wanted` says.
    fn narrow(&mut self, wanted: impl Fn(&[u8]) -> bool) {
        self.alive = self.alive.having(self.paths, self.at, wanted);
    }

    /// Back in the innermost open object or array, before its next value.
    fn resume(&mut self) {
        let innermost = self.depth.checked_sub(1).and_then(|at| self.open.get(at));
        let open = innermost.copied().unwrap_or_default();
        self.alive = open.inside;
        self.at = open.at.into();
    }

    /// The path that ends at the value that begins now.
    fn ending_here(&self) -> Option<PathId> {
        self.alive
            .having(self.paths, self.at, <[u8]>::is_empty)
            .first()
    }
}
