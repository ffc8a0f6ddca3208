//! The response parser: no panic, and the same events for any split.
//!
//! The first byte picks where the rest is cut in two, the second the method.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oobwatch_core::http::{Events, HttpError, Limits, Method, Persistence, Response};

/// What was reported, with pieces put together again.
#[derive(Debug, Default, PartialEq)]
struct Log {
    status: Vec<u16>,
    fields: Vec<(Vec<u8>, Vec<u8>, bool)>,
    heads: usize,
    body: Vec<u8>,
}

impl Events for Log {
    fn status(&mut self, code: u16) {
        self.status.push(code);
    }
    fn wants(&mut self, name: &[u8]) -> bool {
        self.fields.push((name.to_vec(), Vec::new(), false));
        true
    }
    fn value(&mut self, piece: &[u8]) {
        assert!(!piece.is_empty());
        self.fields
            .last_mut()
            .expect("asked first")
            .1
            .extend_from_slice(piece);
    }
    fn value_end(&mut self) {
        self.fields.last_mut().expect("asked first").2 = true;
    }
    fn head_end(&mut self) {
        self.heads += 1;
    }
    fn body(&mut self, piece: &[u8]) {
        assert!(!piece.is_empty());
        self.body.extend_from_slice(piece);
    }
}

fn read(method: Method, pieces: &[&[u8]]) -> (Log, Result<(), HttpError>, bool, Persistence) {
    let limits = Limits {
        head: 4096,
        body: 65_536,
    };
    let (mut log, mut response) = (Log::default(), Response::new(method, limits));
    let mut pushed = Ok(());
    for piece in pieces {
        match response.push(piece, &mut log) {
            Ok(progress) => assert!(progress.consumed <= piece.len()),
            Err(error) => pushed = Err(error),
        }
    }
    let (done, persistence) = (response.is_done(), response.persistence());
    let end = pushed.and_then(|()| response.eof());
    (log, end, done, persistence)
}

fuzz_target!(|data: &[u8]| {
    let [at, method, rest @ ..] = data else {
        return;
    };
    let method = if method % 4 == 0 {
        Method::Head
    } else {
        Method::Get
    };
    let (first, second) = rest.split_at(usize::from(*at).min(rest.len()));
    let whole = read(method, &[rest]);
    assert_eq!(whole, read(method, &[first, second]));
    let bytes: Vec<&[u8]> = rest.chunks(1).collect();
    assert_eq!(whole, read(method, &bytes));
});
