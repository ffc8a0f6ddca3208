//! Webhooks: what they are told, and that no receiver gets in the way of checks.

use core::cell::{Cell, RefCell};
use std::boxed::Box;
use std::format;
use std::rc::Rc;
use std::string::String;
use std::vec::Vec;

use embassy_futures::join::join;
use embassy_futures::select::{Either, select};
use embassy_net::tcp::TcpSocket;
use oobwatch_core::error::{Error, TransportError};
use oobwatch_core::time::Instant;
use oobwatch_image::Product;

use super::boxes::{FakeBox, Lab, Mood};
use super::link::cable;
use super::receiver::Reply;
use super::time::{block_on, run_for, seconds, task};
use super::{Box_, Kept, Reports, certificate, image_with, start};
use crate::board::{ResetReason, Tls, Trust};
use crate::{Network, State, Tcp, clock, watch, webhook};

const HTTP: &str = "http://192.0.2.1:8080/key?k=s3cret";
const HTTPS: &str = "https://hooks.example/key-s3cret";

/// A board with one FMC, checked each 300 s and probed each 60 s, and this webhook.
fn board(url: &str) -> (Lab, Rc<RefCell<FakeBox>>, &'static State) {
    let mut lab = Lab::default();
    let fmc = lab.add(443, &certificate(1));
    let reports = Reports {
        urls: &[url],
        ..Reports::default()
    };
    let image = image_with(1, &[Box_::new(Product::Fmc, 443, 300)], &reports);
    let state = start(image, &Kept::default(), ResetReason::Pin);
    (lab, fmc, state)
}

fn member<'a>(body: &'a str, name: &str) -> &'a str {
    let value = body.split(&format!("\"{name}\":")).nth(1).unwrap();
    value.split([',', '}']).next().unwrap()
}

fn counts(state: &State) -> [u32; 3] {
    let webhook = &state.webhooks[0];
    [&webhook.delivered, &webhook.refused, &webhook.failed].map(Cell::get)
}

#[test]
fn a_change_is_posted_once_and_so_is_its_end() {
    let (lab, fmc, state) = board(HTTP);
    run_for(30, watch(state, &lab));
    fmc.borrow_mut().mood = Mood::Refuses;
    run_for(200, watch(state, &lab));
    fmc.borrow_mut().mood = Mood::Well;
    run_for(100, watch(state, &lab));
    let receiver = lab.receiver.borrow();
    let told: Vec<_> = receiver
        .posts
        .iter()
        .map(|(_, body)| {
            (
                member(body, "verdict"),
                member(body, "stopped_at"),
                member(body, "sequence"),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("\"OK\"", "null", "1"),
            ("\"CRITICAL\"", "\"tcp\"", "2"),
            ("\"OK\"", "null", "3")
        ]
    );
    let (head, body) = &receiver.posts[1];
    assert!(
        head.starts_with("POST /key?k=s3cret HTTP/1.1\r\nHost: 192.0.2.1:8080\r\n"),
        "{head}"
    );
    assert!(
        head.contains("\r\nContent-Type: application/json\r\n"),
        "{head}"
    );
    assert!(
        body.starts_with("{\"schema\":1,\"id\":\"00000007-2\","),
        "{body}"
    );
    assert!(
        body.contains("\"target\":\"box-443\"") && body.contains("\"since\":null"),
        "{body}"
    );
    assert!(
        body.contains("\"text\":\"box-443 (FMC): CRITICAL - stopped at tcp"),
        "{body}"
    );
    assert_eq!(counts(state), [3, 0, 0]);
}

#[test]
fn a_receiver_that_fails_is_tried_ever_less_often_and_then_told_what_stands() {
    for (reply, trouble) in [
        (Reply::Refuses, "port is closed"),
        (Reply::Silent, ""),
        (Reply::Unreachable, ""),
        (Reply::Closes, ""),
        (Reply::Untrusted, "certificate"),
        (
            Reply::Answers("HTTP/1.1 500 Internal\r\nContent-Length: 0\r\n\r\n"),
            "status 500",
        ),
        (
            Reply::Answers("HTTP/1.1 429 Slow\r\nContent-Length: 0\r\n\r\n"),
            "status 429",
        ),
        (
            Reply::Answers("SSH-2.0-OpenSSH_9.2\r\n\r\n"),
            "can not be read",
        ),
    ] {
        let (lab, fmc, state) = board(HTTPS);
        let receiver = Rc::clone(&lab.receiver);
        receiver.borrow_mut().reply = reply;
        let begin = seconds();
        run_for(1_700, watch(state, &lab));
        let tries = receiver.borrow().dialled.len();
        assert!((6..=9).contains(&tries), "{reply:?}: {tries} tries");
        assert_eq!(
            counts(state),
            [0, 0, u32::try_from(tries).unwrap()],
            "{reply:?}"
        );
        let shown = format!("{}", state.webhooks[0].trouble.get().unwrap());
        assert!(shown.contains(trouble), "{reply:?}: {shown}");
        fmc.borrow_mut().mood = Mood::Refuses;
        run_for(200, watch(state, &lab));
        receiver.borrow_mut().posts.clear();
        receiver.borrow_mut().reply = Reply::Accepts;
        run_for(700, watch(state, &lab));
        let receiver = receiver.borrow();
        assert_eq!(receiver.posts.len(), 1, "{reply:?}");
        assert_eq!(member(&receiver.posts[0].1, "verdict"), "\"CRITICAL\"");
        assert_eq!(state.webhooks[0].trouble.get(), None);
        assert!(seconds() - begin >= 2_600);
    }
}

#[test]
fn no_receiver_makes_a_check_late() {
    let schedule = |reply| {
        let (lab, fmc, state) = board(HTTPS);
        lab.receiver.borrow_mut().reply = reply;
        let begin = embassy_time::Instant::now();
        let mut seen = Vec::new();
        // The health of its device changes with each check, so that there is news.
        for round in 0..12 {
            fmc.borrow_mut().health = if round % 2 == 0 { "red" } else { "green" };
            run_for(300, watch(state, &lab));
            let target = &state.targets()[0];
            let next = target.check_at.get().as_millis() - begin.as_millis();
            seen.push((target.checks.get(), target.probes.get(), next));
        }
        seen
    };
    let without = schedule(Reply::Accepts);
    for reply in [Reply::Silent, Reply::Unreachable, Reply::Refuses] {
        assert_eq!(schedule(reply), without, "{reply:?}");
    }
}

#[test]
fn a_board_that_is_never_idle_posts_all_the_same() {
    let mut lab = Lab::default();
    let ports = [443, 444, 445];
    for port in ports {
        lab.add(port, &certificate(1)).borrow_mut().mood = Mood::Silent;
    }
    let boxes = ports.map(|port| Box_::new(Product::Fmc, port, 30));
    let reports = Reports {
        urls: &[HTTP],
        ..Reports::default()
    };
    let state = start(
        image_with(1, &boxes, &reports),
        &Kept::default(),
        ResetReason::Pin,
    );
    run_for(1_200, watch(state, &lab));
    assert_eq!(counts(state), [3, 0, 0]);
}

#[test]
fn posts_that_have_piled_up_do_not_keep_the_checks_from_their_turns() {
    let mut lab = Lab::default();
    let ports = [443, 444, 445];
    for port in ports {
        lab.add(port, &certificate(1)).borrow_mut().mood = Mood::Silent;
    }
    let boxes = ports.map(|port| Box_::new(Product::Fmc, port, 30));
    let reports = Reports {
        urls: &[HTTP],
        ..Reports::default()
    };
    let image = image_with(1, &boxes, &reports);
    let state = start(image, &Kept::default(), ResetReason::Pin);
    lab.receiver.borrow_mut().reply = Reply::NoLink;
    run_for(1_200, watch(state, &lab));
    lab.receiver.borrow_mut().reply = Reply::Accepts;
    let before = lab.receiver.borrow().dialled.len();
    run_for(600, watch(state, &lab));
    let dialled = lab.receiver.borrow_mut().dialled.split_off(before);
    assert!(dialled.len() >= 3, "{dialled:?}");
    // A check of a silent box takes its time.
    assert!(
        dialled.windows(2).all(|two| two[1] - two[0] >= 10),
        "{dialled:?}"
    );
}

#[test]
fn what_a_receiver_refuses_is_not_sent_again_and_nothing_is_followed() {
    for answer in [
        "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 404 Gone\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: http://192.0.2.66/\r\nContent-Length: 0\r\n\r\n",
    ] {
        let (lab, _, state) = board(HTTP);
        lab.receiver.borrow_mut().reply = Reply::Answers(answer);
        run_for(1_000, watch(state, &lab));
        assert_eq!(counts(state), [0, 1, 0], "{answer}");
        assert_eq!(lab.receiver.borrow().dialled.len(), 1);
    }
}

#[test]
fn a_network_that_is_down_is_no_failure_of_the_receiver() {
    let (lab, _, state) = board(HTTP);
    lab.receiver.borrow_mut().reply = Reply::NoLink;
    run_for(600, watch(state, &lab));
    assert_eq!(counts(state), [0, 0, 0]);
    lab.receiver.borrow_mut().reply = Reply::Accepts;
    run_for(20, watch(state, &lab));
    assert_eq!(counts(state), [1, 0, 0]);
}

/// No TLS: what asks for it does not get far.
struct NoTls;

impl Tls for NoTls {
    type Stream = Tcp;

    async fn connect(&self, _: Tcp, _: Trust<'static>) -> Result<Tcp, Error> {
        Err(TransportError::Tls.into())
    }
}

#[test]
fn a_post_goes_over_the_network_of_the_board() {
    let (lab, _, state) = board(HTTP);
    run_for(10, watch(state, &lab));
    // Once more, over TCP this time.
    state.changed(&state.targets()[0]);
    let [(board, mut board_runner), (host, mut host_runner)] = cable();
    let room = Box::leak(Box::default());
    let network = Network::new(board, NoTls, room);
    let listen = async {
        let (mut rx, mut tx) = ([0; 4096], [0; 512]);
        let mut socket = TcpSocket::new(host, &mut rx, &mut tx);
        socket.accept(8080).await.unwrap();
        let mut seen = Vec::new();
        while !seen.ends_with(b"}") {
            let mut piece = [0; 512];
            let count = socket.read(&mut piece).await.unwrap();
            assert!(count > 0);
            seen.extend_from_slice(&piece[..count]);
        }
        let mut answer: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        while !answer.is_empty() {
            answer = &answer[socket.write(answer).await.unwrap()..];
        }
        socket.flush().await.unwrap();
        String::from_utf8(seen).unwrap()
    };
    let post = async {
        board.wait_link_up().await;
        let turn = webhook::turn(state, clock::now(), Instant::MAX);
        turn.unwrap().send(state, &network).await;
    };
    let runners = select(task(board_runner.run()), task(host_runner.run()));
    let both = join(task(listen), task(post));
    let Either::First((seen, ())) = block_on(select(both, runners));
    assert!(
        seen.starts_with("POST /key?k=s3cret HTTP/1.1\r\n"),
        "{seen}"
    );
    assert_eq!(counts(state), [2, 0, 0]);
}
