//! The time of day: servers that tell it, that do not, and that lie.

use core::cell::RefCell;
use std::rc::Rc;
use std::string::String;
use std::vec::Vec;

use embassy_futures::join::{join, join3};
use embassy_futures::select::{Either, select};
use embassy_net::Stack;
use embassy_net::udp::{PacketMetadata, UdpSocket};
use embassy_time::{Duration, Timer};
use oobwatch_core::health::Verdict;
use oobwatch_image::Product;

use super::boxes::Lab;
use super::link::cable;
use super::telling::SYSLOG_PORT;
use super::time::{block_on, run_for, seconds, task};
use super::{Box_, Kept, Reports, certificate, image_with, start};
use crate::board::ResetReason;
use crate::sntp::{sntp, sound};
use crate::{State, clock, tell, watch};

/// The time when a test begins: 2026-11-22T08:59:59Z.
const EPOCH: u64 = 1_795_337_999_000;
/// The ports of three servers.
const PORTS: [u16; 3] = [123, 1_123, 2_123];

const ASKING: Reports<'_> = Reports {
    urls: &[],
    time_ports: &PORTS,
    has_dead_collector: false,
};

/// What a server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    Sound,
    Silent,
    /// Tells a time that is so many seconds ahead.
    Ahead(u64),
    Unsynchronized,
    Kiss(&'static [u8; 4]),
    /// Answers from another port, and answers another request, before it answers.
    Spoofed,
}

/// What each does, and when it was asked.
#[derive(Clone)]
struct Servers(Rc<RefCell<[Server; 3]>>);

type Server = (Manner, Vec<u64>);

impl Servers {
    fn new(manners: [Manner; 3]) -> Self {
        Self(Rc::new(RefCell::new(
            manners.map(|manner| (manner, Vec::new())),
        )))
    }

    fn set(&self, manners: [Manner; 3]) {
        let mut all = self.0.borrow_mut();
        all.iter_mut()
            .zip(manners)
            .for_each(|(one, manner)| one.0 = manner);
    }

    /// When each was asked.
    fn asked(&self) -> [Vec<u64>; 3] {
        self.0.borrow().clone().map(|(_, asked)| asked)
    }

    async fn serve(&self, stack: Stack<'static>, index: usize) {
        let (mut rx, mut tx) = ([0; 512], [0; 512]);
        let mut metadata = [[PacketMetadata::EMPTY; 8]; 4];
        let [rx1, tx1, rx2, tx2] = &mut metadata;
        let mut socket = UdpSocket::new(stack, rx1, &mut rx, tx1, &mut tx);
        socket.bind(PORTS[index]).unwrap();
        let (mut rx, mut tx) = ([0; 512], [0; 512]);
        let mut other = UdpSocket::new(stack, rx2, &mut rx, tx2, &mut tx);
        other.bind(PORTS[index] + 1).unwrap();
        loop {
            let mut request = [0; 64];
            let (length, from) = socket.recv_from(&mut request).await.unwrap();
            assert_eq!((length, request[0]), (48, 0x23));
            let nonce = u64::from_be_bytes(*request[..48].last_chunk().unwrap());
            let manner = {
                let (manner, asked) = &mut self.0.borrow_mut()[index];
                asked.push(seconds());
                *manner
            };
            Timer::after(Duration::from_millis(20)).await;
            let now = EPOCH + embassy_time::Instant::now().as_millis();
            let mut answer = sound(nonce, now);
            match manner {
                Manner::Sound => {}
                Manner::Silent => continue,
                Manner::Ahead(seconds) => answer = sound(nonce, now + seconds * 1_000),
                Manner::Unsynchronized => answer[0] |= 0xC0,
                Manner::Kiss(code) => {
                    answer[1] = 0;
                    answer[12..16].copy_from_slice(code);
                }
                Manner::Spoofed => {
                    let lie = now + 999_999_000;
                    other.send_to(&sound(nonce, lie), from).await.unwrap();
                    let guess = sound(nonce.wrapping_add(1), lie);
                    socket.send_to(&guess, from).await.unwrap();
                    socket.send_to(b"short", from).await.unwrap();
                }
            }
            socket.send_to(&answer, from).await.unwrap();
        }
    }
}

/// Runs a board with these servers, and `script` beside it.
fn with_servers<R>(
    servers: &Servers,
    script: impl AsyncFnOnce(&'static State, [Stack<'static>; 2]) -> R,
) -> R {
    let image = image_with(1, &[Box_::new(Product::Fmc, 443, 300)], &ASKING);
    let state = start(image, &Kept::default(), ResetReason::PowerOn);
    let [(board, mut board_runner), (host, mut host_runner)] = cable();
    let mut last = 0x0123_4567_89AB_CDEF_u64;
    let mut nonce = || {
        last = last.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        last
    };
    let runners = join(task(board_runner.run()), task(host_runner.run()));
    let all = join3(
        task(servers.serve(host, 0)),
        task(servers.serve(host, 1)),
        task(servers.serve(host, 2)),
    );
    let world = join3(runners, all, task(sntp(state, board, &mut nonce)));
    match block_on(select(task(script(state, [board, host])), world)) {
        Either::First(result) => result,
        Either::Second(_) => unreachable!(),
    }
}

fn is_right(state: &State) -> bool {
    let time = state.wall.time_at(clock::now());
    let real = EPOCH + clock::now().as_millis();
    time.is_some_and(|time| time.abs_diff(real) <= 20)
}

#[test]
fn one_sound_server_is_enough_and_is_asked_each_hour() {
    use Manner::{Silent, Sound};
    let servers = Servers::new([Sound, Silent, Silent]);
    with_servers(&servers, async |state, _| {
        Timer::after(Duration::from_secs(2)).await;
        assert!(is_right(state) && state.wall.is_synced());
        Timer::after(Duration::from_secs(4 * 3_600)).await;
        assert!(is_right(state));
        assert_eq!(
            (state.wall.answers.get(), state.wall.failures.get()),
            (5, 0)
        );
    });
    let [first, second, _] = servers.asked();
    assert_eq!((first.len(), second.len()), (5, 0));
}

#[test]
fn answers_that_somebody_makes_up_are_not_heard() {
    let servers = Servers::new([Manner::Spoofed, Manner::Silent, Manner::Silent]);
    with_servers(&servers, async |state, _| {
        Timer::after(Duration::from_secs(2)).await;
        assert!(is_right(state));
    });
}

#[test]
fn a_server_that_can_not_tell_is_passed_over() {
    use Manner::{Kiss, Silent, Sound, Unsynchronized};
    let servers = Servers::new([Unsynchronized, Silent, Sound]);
    with_servers(&servers, async |state, _| {
        Timer::after(Duration::from_secs(10)).await;
        assert!(is_right(state));
        assert_eq!(
            (state.wall.answers.get(), state.wall.failures.get()),
            (1, 2)
        );
    });
    let servers = Servers::new([Kiss(b"DENY"), Kiss(b"RATE"), Sound]);
    with_servers(&servers, async |state, _| {
        Timer::after(Duration::from_secs(9 * 3_600 + 60)).await;
        assert!(is_right(state));
    });
    let asked = servers.asked().map(|asked| asked.len());
    assert_eq!(asked, [1, 3, 10], "DENY is for good, RATE for four hours");
}

#[test]
fn without_an_answer_there_is_no_time_and_nobody_is_bothered() {
    use Manner::{Silent, Sound};
    let servers = Servers::new([Silent; 3]);
    with_servers(&servers, async |state, _| {
        Timer::after(Duration::from_secs(3_600)).await;
        assert_eq!(state.wall.time_at(clock::now()), None);
        assert!(!state.wall.is_synced());
        servers.set([Silent, Silent, Sound]);
        Timer::after(Duration::from_secs(1_100)).await;
        assert!(is_right(state));
    });
    let [first, ..] = servers.asked();
    assert!(first.len() <= 10, "{first:?}");
    assert!(
        first.windows(2).all(|pair| pair[1] - pair[0] >= 15),
        "{first:?}"
    );
}

#[test]
fn a_liar_is_not_believed_against_another_server() {
    use Manner::{Ahead, Silent, Sound};
    let servers = Servers::new([Sound, Sound, Silent]);
    with_servers(&servers, async |state, _| {
        Timer::after(Duration::from_secs(60)).await;
        servers.set([Ahead(86_400 * 400), Sound, Silent]);
        Timer::after(Duration::from_secs(6 * 3_600)).await;
        assert!(is_right(state) && state.wall.is_synced());
        assert!(state.wall.failures.get() >= 6);
        // A day without any answer: the time goes on, and does not pass for good.
        servers.set([Silent; 3]);
        Timer::after(Duration::from_secs(86_400)).await;
        assert!(is_right(state) && !state.wall.is_synced());
    });
}

#[test]
fn messages_carry_the_time_once_it_is_known() {
    use Manner::{Silent, Sound};
    let servers = Servers::new([Silent; 3]);
    let messages = with_servers(&servers, async |state, [board, host]| {
        let (mut rx, mut tx) = ([0; 4096], [0; 64]);
        let mut metadata = [[PacketMetadata::EMPTY; 8]; 2];
        let [one, two] = &mut metadata;
        let mut socket = UdpSocket::new(host, one, &mut rx, two, &mut tx);
        socket.bind(SYSLOG_PORT).unwrap();
        let mut messages = Vec::new();
        let listen = async {
            while messages.len() < 3 {
                let mut datagram = [0; 2048];
                let (length, _) = socket.recv_from(&mut datagram).await.unwrap();
                messages.push(String::from_utf8(datagram[..length].to_vec()).unwrap());
                servers.set([Sound, Silent, Silent]);
            }
        };
        let _ = select(listen, task(tell(state, board))).await;
        messages
    });
    assert!(
        messages[0].starts_with(
            "<30>1 - 192.0.2.7 oobwatch - HEARTBEAT [timeQuality tzKnown=\"1\" isSynced=\"0\"]"
        ),
        "{messages:?}"
    );
    assert!(
        messages[1].starts_with("<30>1 2026-11-22T09:"),
        "{messages:?}"
    );
    assert!(messages[1].contains("isSynced=\"1\""), "{messages:?}");
}

#[test]
fn days_left_on_a_certificate_warn_as_the_host_command_does() {
    let mut lab = Lab::default();
    lab.add(443, &certificate(1));
    let boxes = [Box_::new(Product::Fmc, 443, 300)];
    let state = start(
        image_with(1, &boxes, &ASKING),
        &Kept::default(),
        ResetReason::Pin,
    );
    let target = &state.targets()[0];
    run_for(100, watch(state, &lab));
    let report = target.report().unwrap();
    assert_eq!(
        (report.verdict(), report.observed.certificate_days),
        (Verdict::Ok, None)
    );
    // The certificate of the test ends at 2,000,000,000.
    for (left, days, verdict, cause) in [
        (86_400 * 31 + 600, 31, Verdict::Ok, None),
        (86_400 * 30 + 600, 30, Verdict::Warning, Some("expires")),
        (-600, -1, Verdict::Critical, Some("expired")),
    ] {
        let now = 2_000_000_000_u64.checked_add_signed(-left).unwrap() * 1_000;
        state.wall.set(clock::now(), now);
        state.wall.set(clock::now(), now);
        run_for(300, watch(state, &lab));
        let report = target.report().unwrap();
        assert_eq!(report.observed.certificate_days, Some(days));
        assert_eq!(report.verdict(), verdict, "{days} days");
        let reason = report
            .reasons()
            .find(|reason| reason.subject() == "certificate");
        assert_eq!(reason.map(|reason| reason.state()), cause);
    }
}
