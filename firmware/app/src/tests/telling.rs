//! Syslog, over two real network stacks.

use std::string::String;
use std::vec::Vec;

use embassy_futures::select::{Either, select, select3};
use embassy_net::udp::{PacketMetadata, UdpSocket};
use embassy_time::{Duration, with_timeout};
use oobwatch_image::Product;

use super::boxes::{Lab, Mood};
use super::link::cable;
use super::time::{block_on, seconds, task};
use super::{Box_, Kept, Reports, certificate, image, image_with, start};
use crate::board::ResetReason;
use crate::{State, tell, watch};

/// Where the test image sends its messages.
pub(super) const SYSLOG_PORT: u16 = 514;

/// The next `wanted` messages of a board that watches the boxes of `lab`.
/// `heard` is told how many there are, with each.
fn hear(state: &'static State, lab: &Lab, wanted: usize, heard: impl Fn(usize)) -> Vec<String> {
    let [(board, mut board_runner), (host, mut host_runner)] = cable();
    let listen = async {
        let (mut rx, mut tx) = ([0; 4096], [0; 64]);
        let mut metadata = [[PacketMetadata::EMPTY; 8]; 2];
        let [one, two] = &mut metadata;
        let mut socket = UdpSocket::new(host, one, &mut rx, two, &mut tx);
        socket.bind(SYSLOG_PORT).unwrap();
        let mut messages = Vec::new();
        while messages.len() < wanted {
            let mut datagram = [0; 2048];
            let (length, _) = socket.recv_from(&mut datagram).await.unwrap();
            messages.push(String::from_utf8(datagram[..length].to_vec()).unwrap());
            heard(messages.len());
        }
        messages
    };
    let runners = select(task(board_runner.run()), task(host_runner.run()));
    let tasks = select3(runners, task(tell(state, board)), task(watch(state, lab)));
    let patience = with_timeout(Duration::from_secs(3 * 3_600), task(listen));
    let Either::First(messages) = block_on(select(patience, tasks));
    messages.expect("so many messages come")
}

#[test]
fn a_collector_that_is_not_there_is_not_in_the_way_of_the_other() {
    let mut lab = Lab::default();
    lab.add(443, &certificate(1));
    let reports = Reports {
        has_dead_collector: true,
        ..Reports::default()
    };
    let image = image_with(1, &[Box_::new(Product::Fmc, 443, 300)], &reports);
    let state = start(image, &Kept::default(), ResetReason::Pin);
    let messages = hear(state, &lab, 5, |_| {});
    assert!(messages[0].contains(" STATE ") || messages[1].contains(" STATE "));
    assert!(seconds() < 4 * 600 + 60, "{}", seconds());
}

#[test]
fn a_change_is_told_once_and_so_is_its_end() {
    let mut lab = Lab::default();
    let fmc = lab.add(443, &certificate(1));
    let state = start(
        image(1, &[Box_::new(Product::Fmc, 443, 300)]),
        &Kept::default(),
        ResetReason::Pin,
    );
    let messages = hear(state, &lab, 5, |count| match count {
        2 => fmc.borrow_mut().mood = Mood::Refuses,
        3 => fmc.borrow_mut().mood = Mood::Well,
        _ => {}
    });
    let sent = |message: &str, head: &str, text: &str| {
        assert!(message.starts_with(head), "{message}");
        assert!(message.contains(text), "{message}");
    };
    sent(
        &messages[0],
        "<30>1 - 192.0.2.7 oobwatch - HEARTBEAT [",
        "\u{feff}oobwatch 0.1.0 up 0 s",
    );
    sent(
        &messages[1],
        "<29>1 - 192.0.2.7 oobwatch - STATE [",
        "\u{feff}box-443 (FMC): OK - ",
    );
    sent(
        &messages[2],
        "<26>1 - ",
        "\u{feff}box-443 (FMC): CRITICAL - stopped at tcp",
    );
    sent(&messages[3], "<29>1 - ", "\u{feff}box-443 (FMC): OK - ");
    sent(&messages[4], "<30>1 - ", "\u{feff}oobwatch 0.1.0 up 6");
    for (number, message) in (1..).zip(&messages) {
        assert!(
            message.contains(&std::format!("sequenceId=\"{number}\"")),
            "{message}"
        );
    }
}
