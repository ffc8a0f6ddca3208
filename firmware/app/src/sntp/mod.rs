//! Asks the configured servers for the time (SNTP, RFC 5905, section 14).
//!
//! One server is asked at a time, the next one when it fails or is not believed
//! (see `wall`). Answers are not authenticated: who can read and change what goes
//! between board and server can tell it any time. What hangs on that is the time in
//! messages and the days left on certificates, and no decision about trust.

mod packet;

use core::future::pending;
use core::net::Ipv4Addr;

use embassy_net::udp::{PacketMetadata, UdpMetadata, UdpSocket};
use embassy_net::{IpEndpoint, Stack};
use embassy_time::{Duration, Instant, Timer, with_timeout};
use heapless::Vec;
use oobwatch_image::{MAX_TIME_SERVERS, TimeServer};

use crate::net::resolve;
use crate::{State, clock};
use packet::Answer;

#[cfg(test)]
pub(crate) use packet::tests::sound;

/// Between two answers.
const POLL: Duration = Duration::from_secs(3_600);
/// After a failure; twice as long after each that follows. RFC 4330, section 10,
/// wants 15 s at least.
const RETRY: Duration = Duration::from_secs(16);
/// How often a retry is doubled: 1,024 s.
const DOUBLED_MAX: u32 = 6;
/// A server that wants to be asked less often is left alone so long.
const LEFT_ALONE: Duration = Duration::from_secs(4 * 3_600);
/// For an answer.
const ANSWER: Duration = Duration::from_secs(3);
/// The longest sleep: so often the supervisor hears of this task.
const NAP: Duration = Duration::from_secs(30);

/// Keeps the time, for ever. `nonce` gives true random numbers: that nobody can
/// guess them is what keeps made-up answers out.
pub async fn sntp(
    state: &'static State,
    stack: Stack<'static>,
    nonce: &mut dyn FnMut() -> u64,
) -> ! {
    let servers = state.image.map_or(&[][..], |image| image.time_servers());
    if servers.is_empty() {
        pending::<()>().await;
    }
    let (mut rx, mut tx) = ([0; 4 * packet::LENGTH], [0; packet::LENGTH]);
    let mut metadata = [[PacketMetadata::EMPTY; 4]; 2];
    let [rx_metadata, tx_metadata] = &mut metadata;
    let mut socket = UdpSocket::new(stack, rx_metadata, &mut rx, tx_metadata, &mut tx);
    // Port 0: the stack picks one. It can not be in use.
    let _ = socket.bind(0);
    let mut servers: Vec<Server, MAX_TIME_SERVERS> = servers.iter().map(Server::new).collect();
    let (mut due, mut failures) = (Instant::MIN, 0_u32);
    loop {
        state.progress.time.set();
        let now = Instant::now();
        if now < due {
            Timer::at(due.min(now + NAP)).await;
            continue;
        }
        if with_timeout(NAP, stack.wait_config_up()).await.is_err() {
            continue;
        }
        let told = ask(state, stack, &mut socket, &mut servers, nonce).await;
        failures = if told { 0 } else { failures.saturating_add(1) };
        due = Instant::now()
            + match failures.checked_sub(1) {
                None => POLL,
                Some(doubled) => RETRY * (1 << doubled.min(DOUBLED_MAX)),
            };
    }
}

/// A server, and when it may be asked again.
struct Server {
    config: &'static TimeServer<'static>,
    not_before: Instant,
}

impl Server {
    const fn new(config: &'static TimeServer<'static>) -> Self {
        Self {
            config,
            not_before: Instant::MIN,
        }
    }
}

/// Asks one server after the other until one is believed; says whether one was.
async fn ask(
    state: &State,
    stack: Stack<'_>,
    socket: &mut UdpSocket<'_>,
    servers: &mut [Server],
    nonce: &mut dyn FnMut() -> u64,
) -> bool {
    for server in servers {
        state.progress.time.set();
        if Instant::now() < server.not_before {
            continue;
        }
        let answer = exchange(stack, socket, server.config, nonce()).await;
        let believed = match answer {
            Some((Answer::Time { millis, held }, at, took)) => {
                let way = took.saturating_sub(held) / 2;
                let millis = millis.saturating_add(u64::try_from(way.as_millis()).unwrap_or(0));
                state.wall.set(at, millis)
            }
            Some((Answer::GoAway, ..)) => {
                server.not_before = Instant::MAX;
                false
            }
            Some((Answer::Later, ..)) => {
                server.not_before = Instant::now() + LEFT_ALONE;
                false
            }
            Some((Answer::Useless, ..)) | None => false,
        };
        let count = match believed {
            true => &state.wall.answers,
            false => &state.wall.failures,
        };
        count.set(count.get().saturating_add(1));
        if believed {
            return true;
        }
    }
    false
}

type Took = core::time::Duration;

/// What the server answers, when that came, and how long it took.
async fn exchange(
    stack: Stack<'_>,
    socket: &mut UdpSocket<'_>,
    server: &TimeServer<'_>,
    nonce: u64,
) -> Option<(Answer, oobwatch_core::time::Instant, Took)> {
    let address = resolve(stack, server.host).await.ok()?;
    let talk = async {
        let start = clock::now();
        let request = packet::request(nonce);
        socket
            .send_to(&request, (address, server.port))
            .await
            .ok()?;
        let answer = listen(socket, address, server.port, nonce).await;
        let end = clock::now();
        Some((answer, end, end - start))
    };
    with_timeout(ANSWER, talk).await.ok()?
}

/// The first datagram that answers the request; others are dropped.
async fn listen(socket: &mut UdpSocket<'_>, address: Ipv4Addr, port: u16, nonce: u64) -> Answer {
    let from = IpEndpoint::from((address, port));
    loop {
        let read = |bytes: &[u8], meta: UdpMetadata| {
            let bytes = Some(bytes).filter(|_| meta.endpoint == from)?;
            packet::answer(bytes, nonce)
        };
        if let Some(answer) = socket.recv_from_with(read).await {
            return answer;
        }
    }
}
