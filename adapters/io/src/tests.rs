//! The driver over streams that are cut in any way.

use core::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::string::{String, ToString as _};
use std::vec::Vec;
use std::{format, vec};

use embedded_io_async::{ErrorType, Read, Write};
use oobwatch_core::credentials::{Bearer, Login};
use oobwatch_core::error::{Error, PeerError, TransportError};
use oobwatch_core::exchange::{BodyLength, Discard, Request, Sink};
use oobwatch_core::http::{Limits, Method, Persistence};
use oobwatch_core::latch::Latch;
use oobwatch_core::origin::Origin;
use oobwatch_core::product::Product;
use oobwatch_core::session::{AuthNext, AuthPermit, Rules, Session, Stop, Wait};
use oobwatch_core::time::Instant;
use proptest::prelude::*;

use crate::{Connection, Deadlines, Failure, Home, Timer, drive, send, upload};

/// What the box does with one connection: an answer for each request on it.
type Script = VecDeque<Reaction>;

#[derive(Clone, Debug)]
enum Reaction {
    Answer(String),
    /// Closes before it answers.
    Close,
    /// Takes so many bytes of the request, then breaks the connection.
    BreakAfter(usize),
    /// Takes the request and says nothing.
    Silence,
}

struct Board {
    now: Cell<u64>,
    session: RefCell<Session>,
    latch: RefCell<Latch>,
    /// One script per connection that will be made.
    connections: RefCell<VecDeque<Script>>,
    idle: RefCell<Vec<Wire>>,
    sent: Rc<RefCell<Vec<String>>>,
    chunk: usize,
}

struct Wire {
    script: Script,
    request: Vec<u8>,
    answer: VecDeque<u8>,
    sent: Rc<RefCell<Vec<String>>>,
    chunk: usize,
}

impl ErrorType for Wire {
    type Error = std::io::Error;
}

impl Wire {
    /// Whether the request that is coming in is whole.
    fn is_whole(&self) -> bool {
        let text = String::from_utf8_lossy(&self.request);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            return false;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("Content-Length: "));
        match length.map(|length| length.parse::<usize>().unwrap()) {
            Some(length) => body.len() >= length,
            None if head.contains("chunked") => body.ends_with("0\r\n\r\n"),
            None => true,
        }
    }
}

impl Read for Wire {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error> {
        if self.answer.is_empty() && self.is_whole() {
            let request = core::mem::take(&mut self.request);
            self.sent
                .borrow_mut()
                .push(String::from_utf8(request).unwrap());
            match self.script.pop_front() {
                Some(Reaction::Answer(answer)) => self.answer.extend(answer.bytes()),
                Some(Reaction::Silence) => return core::future::pending().await,
                _ => return Ok(0),
            }
        }
        let count = self.chunk.min(buffer.len()).min(self.answer.len());
        for (to, from) in buffer.iter_mut().zip(self.answer.drain(..count)) {
            *to = from;
        }
        Ok(count)
    }
}

impl Write for Wire {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        let mut count = self.chunk.min(bytes.len());
        if let Some(Reaction::BreakAfter(limit)) = self.script.front() {
            count = count.min(limit.saturating_sub(self.request.len()));
            if count == 0 {
                return Err(std::io::ErrorKind::BrokenPipe.into());
            }
        }
        self.request.extend(&bytes[..count]);
        Ok(count)
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

impl Timer for Board {
    fn now(&self) -> Instant {
        Instant::from_millis(self.now.get())
    }

    /// Virtual time: it is later at once, but only if nothing else can happen.
    async fn sleep_until(&self, at: Instant) {
        let mut asked = false;
        core::future::poll_fn(|context| {
            if core::mem::replace(&mut asked, true) {
                self.now.set(self.now.get().max(at.as_millis()));
                return core::task::Poll::Ready(());
            }
            context.waker().wake_by_ref();
            core::task::Poll::Pending
        })
        .await;
    }
}

impl Home for Board {
    type Stream = Wire;
    type Flight = ();

    fn with_session<R>(&self, f: impl FnOnce(&mut Session) -> R) -> R {
        f(&mut self.session.borrow_mut())
    }

    fn with_latch<R>(&self, f: impl FnOnce(&mut Session, &mut Latch) -> R) -> R {
        f(&mut self.session.borrow_mut(), &mut self.latch.borrow_mut())
    }

    fn origin(&self) -> Origin<'_> {
        Origin::new(Product::Fmc, "fmc.example").unwrap()
    }

    fn bearer(&self) -> Option<Bearer<'_>> {
        None
    }

    fn login(&self) -> Option<Login<'_>> {
        Login::new(&self.origin(), "api", "S3cr3t").ok()
    }

    fn domain(&self) -> Option<&str> {
        None
    }

    fn domains(&self) -> impl Sink {
        Discard
    }

    fn limits(&self) -> Limits {
        Limits::default()
    }

    fn deadlines(&self) -> Deadlines {
        Deadlines::default()
    }

    async fn connect(&self, fresh: bool) -> Result<Connection<Wire>, Error> {
        if let Some(stream) = self.idle.borrow_mut().pop().filter(|_| !fresh) {
            return Ok(Connection {
                stream,
                reused: true,
            });
        }
        let script = self.connections.borrow_mut().pop_front();
        let script = script.ok_or(TransportError::ConnectRefused)?;
        let (sent, chunk) = (Rc::clone(&self.sent), self.chunk);
        let stream = Wire {
            script,
            request: vec![],
            answer: VecDeque::new(),
            sent,
            chunk,
        };
        Ok(Connection {
            stream,
            reused: false,
        })
    }

    fn release(&self, stream: Wire, persistence: Persistence) {
        if persistence != Persistence::Close {
            self.idle.borrow_mut().push(stream);
        }
    }

    async fn authenticate(&self, permit: AuthPermit) -> AuthNext {
        drive::authenticate(self, permit).await
    }

    async fn changed(&self, _: u32, until: Instant, _: Wait) {
        self.sleep_until(until).await;
    }

    fn notify(&self) {}
}

fn login() -> Reaction {
    Reaction::Answer(
        "HTTP/1.1 204 204\r\nX-auth-access-token: a\r\nX-auth-refresh-token: r\r\n\r\n".to_string(),
    )
}

fn answer(status: u16, body: &str) -> Reaction {
    Reaction::Answer(format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ))
}

fn board(chunk: usize, connections: Vec<Vec<Reaction>>) -> Board {
    let origin = Origin::new(Product::Fmc, "fmc.example").unwrap();
    Board {
        now: Cell::new(0),
        session: RefCell::new(Session::new(&origin, 1, Rules::default())),
        latch: RefCell::default(),
        connections: RefCell::new(connections.into_iter().map(VecDeque::from).collect()),
        idle: RefCell::default(),
        sent: Rc::default(),
        chunk,
    }
}

#[derive(Default)]
struct Text(String);

impl Sink for Text {
    fn status(&mut self, _: u16) {
        self.0.clear();
    }

    fn body(&mut self, piece: &[u8]) {
        self.0.push_str(core::str::from_utf8(piece).unwrap());
    }
}

fn get(board: &Board) -> (Result<u16, Failure>, String) {
    let mut text = Text::default();
    let sent = embassy_futures::block_on(send(board, &Request::get("/x"), b"", &mut text));
    (sent.map(|response| response.status), text.0)
}

fn failed(error: TransportError) -> Result<u16, Failure> {
    Err(Failure::Failed(error.into()))
}

fn paths(board: &Board) -> Vec<String> {
    let path = |text: &String| text.split(' ').nth(1).unwrap_or_default().to_string();
    board.sent.borrow().iter().map(path).collect()
}

const LOGIN: &str = "/api/fmc_platform/v1/auth/generatetoken";
const REFRESH: &str = "/api/fmc_platform/v1/auth/refreshtoken";
const REVOKE: &str = "/api/fmc_platform/v1/auth/revokeaccess";

proptest! {
    /// Whatever the stream gives and takes at once, the same comes of it.
    #[test]
    fn a_request_goes_through_in_any_pieces(chunk in 1usize..200, body in "[a-z]{0,300}") {
        let script = vec![vec![login(), answer(200, &body), answer(204, "")]];
        let board = board(chunk, script);
        prop_assert_eq!(get(&board), (Ok(200), body));
        let closed = embassy_futures::block_on(drive::log_out(&board));
        prop_assert_eq!(closed, Ok(()));
        prop_assert_eq!(paths(&board), [LOGIN, "/x", REVOKE]);
    }

    #[test]
    fn a_streamed_body_arrives_as_it_is(chunk in 1usize..5_000, length in 0usize..9_000, sized in any::<bool>()) {
        let body: String = (0..length).map(|n| char::from(b'a' + (n % 23) as u8)).collect();
        let probed = answer(200, "[]");
        let board = board(chunk, vec![vec![login(), probed, answer(200, "")]]);
        let framing = if sized { BodyLength::Sized(length as u64) } else { BodyLength::Chunked };
        let request = Request {
            method: Method::Post, path: "/up", domain: None, body: framing, content_type: "multipart/binary",
        };
        let mut sink = Discard;
        let sent = upload(&board, &request, body.as_bytes(), &mut sink);
        prop_assert_eq!(embassy_futures::block_on(sent).unwrap().status, 200);
        let last = board.sent.borrow().last().unwrap().clone();
        let (_, got) = last.split_once("\r\n\r\n").unwrap();
        let got = if sized { got.to_string() } else { unchunk(got) };
        prop_assert_eq!(got, body);
    }
}

fn unchunk(mut text: &str) -> String {
    let mut body = String::new();
    loop {
        let (size, rest) = text.split_once("\r\n").unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            assert_eq!(rest, "\r\n");
            return body;
        }
        body.push_str(&rest[..size]);
        text = rest[size..].strip_prefix("\r\n").unwrap();
    }
}

#[test]
fn an_idle_connection_that_was_closed_costs_one_more() {
    let first = vec![login(), answer(200, "one"), Reaction::Close];
    let board = board(50, vec![first, vec![answer(200, "two")]]);
    assert_eq!(get(&board), (Ok(200), "one".to_string()));
    assert_eq!(get(&board), (Ok(200), "two".to_string()));
}

#[test]
fn a_new_connection_that_is_closed_is_not_tried_again() {
    let board = board(
        50,
        vec![
            vec![login(), Reaction::Close],
            vec![Reaction::Close],
            vec![Reaction::Close],
        ],
    );
    assert_eq!(get(&board).0, failed(TransportError::Closed));
    assert_eq!(
        board.connections.borrow().len(),
        1,
        "one resend, on a new connection"
    );
}

#[test]
fn a_write_on_a_connection_that_broke_is_ambiguous() {
    let request = Request::json(Method::Post, "/x", 2);
    let half_way = vec![login(), answer(200, ""), Reaction::BreakAfter(30)];
    let board = board(10, vec![half_way]);
    assert_eq!(get(&board).0, Ok(200));
    let sent = embassy_futures::block_on(send(&board, &request, b"{}", &mut Discard));
    assert_eq!(sent, Err(Failure::Ambiguous(TransportError::Io.into())));
}

#[test]
fn a_write_that_reached_nobody_is_sent_again() {
    let request = Request::json(Method::Post, "/x", 2);
    let gone = vec![login(), answer(200, ""), Reaction::BreakAfter(0)];
    let board = board(10, vec![gone, vec![answer(201, "")]]);
    assert_eq!(get(&board).0, Ok(200));
    let sent = embassy_futures::block_on(send(&board, &request, b"{}", &mut Discard));
    assert_eq!(sent.unwrap().status, 201);
}

#[test]
fn a_source_that_ends_early_is_the_callers_fault() {
    let board = board(64, vec![vec![login(), answer(200, "[]"), Reaction::Close]]);
    let request = Request {
        method: Method::Post,
        path: "/up",
        domain: None,
        body: BodyLength::Sized(10),
        content_type: "text/plain",
    };
    // The source ends early: the box gets less than it was promised.
    let mut sink = Discard;
    let sent = upload(&board, &request, &b"1234"[..], &mut sink);
    let sent = embassy_futures::block_on(sent);
    assert!(matches!(
        sent,
        Err(Failure::Ambiguous(Error::Transport(TransportError::Source)))
    ));
}

#[test]
fn silence_ends_at_its_deadline() {
    let board = board(50, vec![vec![login(), Reaction::Silence]]);
    assert_eq!(get(&board).0, failed(TransportError::FirstByteTimeout));
    assert_eq!(board.now.get(), 60_000);
}

/// Once is chance, and asked for again.
#[test]
fn an_answer_that_stops_twice_is_truncated() {
    let half = || Reaction::Answer("HTTP/1.1 200\r\nContent-Length: 9\r\n\r\n{".to_string());
    let lucky = board(50, vec![vec![login(), half()], vec![answer(200, "")]]);
    assert_eq!(get(&lucky).0, Ok(200));
    let unlucky = board(50, vec![vec![login(), half()], vec![half()]]);
    assert_eq!(get(&unlucky).0, failed(TransportError::Truncated));
}

#[test]
fn an_expired_token_is_refreshed_before_the_request() {
    let script = vec![login(), answer(200, ""), login(), answer(200, "")];
    let board = board(50, vec![script]);
    assert_eq!(get(&board).0, Ok(200));
    board.now.set(1_790_000);
    // A refresh takes a connection of its own.
    board
        .connections
        .borrow_mut()
        .push_back(vec![login(), answer(200, "")].into());
    assert_eq!(get(&board).0, Ok(200));
    assert_eq!(paths(&board), [LOGIN, "/x", REFRESH, "/x"]);
}

#[test]
fn a_refused_password_is_said_once() {
    let board = board(50, vec![vec![answer(401, "")], vec![login()]]);
    let refused = Error::Peer(PeerError::LoginRefused);
    assert_eq!(get(&board).0, Err(Failure::Failed(refused)));
    assert_eq!(get(&board).0, Err(Failure::Stopped(Stop::Refused(refused))));
    assert_eq!(paths(&board), [LOGIN]);
}

#[test]
fn a_dropped_request_leaves_the_others_working() {
    let board = board(
        50,
        vec![vec![login(), Reaction::Silence], vec![answer(200, "ok")]],
    );
    {
        let request = Request::get("/x");
        let mut sink = Discard;
        let future = core::pin::pin!(send(&board, &request, b"", &mut sink));
        let mut context = core::task::Context::from_waker(core::task::Waker::noop());
        assert!(core::future::Future::poll(future, &mut context).is_pending());
    }
    assert_eq!(get(&board), (Ok(200), "ok".to_string()));
}
