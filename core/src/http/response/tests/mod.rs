//! The parser as its caller sees it.

mod generated;
mod golden;
mod refused;

use std::string::String;
use std::vec::Vec;

use super::{Events, Limits, Persistence, Response};
use crate::http::{HttpError, Method};

/// All that was reported, with neighbouring pieces joined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Log {
    status: Option<u16>,
    /// Names that were asked about.
    asked: Vec<String>,
    /// Those that were wanted, with what came of their values.
    fields: Vec<(String, Vec<u8>)>,
    values_ended: usize,
    head_ended: bool,
    body: Vec<u8>,
}

impl Events for Log {
    fn status(&mut self, code: u16) {
        assert_eq!(self.status.replace(code), None);
    }

    fn wants(&mut self, name: &[u8]) -> bool {
        let name = str::from_utf8(name).expect("token characters");
        assert!(!self.head_ended);
        assert_eq!(
            self.values_ended,
            self.fields.len(),
            "the value before was ended"
        );
        self.asked.push(name.into());
        let wanted = !name.starts_with("skip");
        if wanted {
            self.fields.push((name.into(), Vec::new()));
        }
        wanted
    }

    fn value(&mut self, piece: &[u8]) {
        assert!(!piece.is_empty());
        assert_eq!(
            self.values_ended + 1,
            self.fields.len(),
            "only of a name that was wanted"
        );
        self.fields
            .last_mut()
            .expect("asked before")
            .1
            .extend(piece);
    }

    fn value_end(&mut self) {
        self.values_ended += 1;
        assert_eq!(self.values_ended, self.fields.len());
    }

    fn head_end(&mut self) {
        assert!(!self.head_ended);
        self.head_ended = true;
    }

    fn body(&mut self, piece: &[u8]) {
        assert!(self.head_ended);
        assert!(!piece.is_empty());
        self.body.extend(piece);
    }
}

/// What came of a stream of bytes and its end.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Run {
    log: Log,
    result: Result<Persistence, HttpError>,
    /// Whether the answer was complete before the stream ended.
    before_eof: bool,
    consumed: usize,
}

/// Pushes `pieces`, all of them, and the end of the stream.
fn run<'a>(method: Method, limits: Limits, pieces: impl Iterator<Item = &'a [u8]>) -> Run {
    let mut parser = Response::new(method, limits);
    let mut run = Run {
        log: Log::default(),
        result: Ok(Persistence::Close),
        before_eof: false,
        consumed: 0,
    };
    for piece in pieces {
        match parser.push(piece, &mut run.log) {
            Ok(progress) => {
                assert!(progress.done || progress.consumed == piece.len());
                assert_eq!(progress.done, parser.is_done());
                run.consumed += progress.consumed;
            }
            Err(error) => {
                assert_eq!(
                    parser.push(b"x", &mut run.log),
                    Err(error),
                    "an error stays"
                );
                assert_eq!(parser.eof(), Err(error));
                run.consumed = 0;
                return Run {
                    result: Err(error),
                    ..run
                };
            }
        }
    }
    run.before_eof = parser.is_done();
    run.result = parser.eof().map(|()| parser.persistence());
    run
}

fn whole(method: Method, bytes: &[u8]) -> Run {
    run(method, Limits::default(), [bytes].into_iter())
}

/// Cuts `bytes` into pieces of the `sizes`, over and over.
fn cut<'a>(mut bytes: &'a [u8], sizes: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    let mut sizes = sizes.iter().cycle();
    core::iter::from_fn(move || {
        let size = (*sizes.next()?).min(bytes.len());
        let piece;
        (piece, bytes) = bytes.split_at(size);
        (!piece.is_empty()).then_some(piece)
    })
}

/// Runs `bytes` whole, byte by byte, cut in two at every place, and cut into
/// `sizes`; what came of it, which must be the same each time.
fn run_every_split(method: Method, limits: Limits, bytes: &[u8], sizes: &[usize]) -> Run {
    let at_once = run(method, limits, [bytes].into_iter());
    assert_eq!(
        run(method, limits, bytes.chunks(1)),
        at_once,
        "byte by byte"
    );
    assert_eq!(
        run(method, limits, cut(bytes, sizes)),
        at_once,
        "cut into {sizes:?}"
    );
    for at in 0..bytes.len() {
        let (left, right) = bytes.split_at(at);
        assert_eq!(
            run(method, limits, [left, right].into_iter()),
            at_once,
            "cut at {at}"
        );
    }
    at_once
}
