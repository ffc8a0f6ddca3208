//! Tells syslog collectors of changes of state, and that the board is alive.
//!
//! What is told is the state that stands, not each event: changes that come
//! while the network is down end in one message each when it is back.

use core::fmt;
use core::net::Ipv4Addr;

use embassy_futures::select::select;
use embassy_net::Stack;
use embassy_net::udp::{PacketMetadata, UdpSocket};
use embassy_time::{Duration, Instant, Timer, with_timeout};
use heapless::Vec;
use oobwatch_core::health::Verdict;
use oobwatch_core::health::encode::syslog::{self, Header, Severity};
use oobwatch_core::health::encode::text::Headline;
use oobwatch_image::{MAX_TARGETS, Syslog};

use crate::net::resolve;
use crate::{State, Target, clock};

/// How often the board says that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(600);
/// The longest sleep; what could not be sent is tried again after it.
const NAP: Duration = Duration::from_secs(10);
/// For a datagram to leave: the collector's hardware address may have to be asked for.
const SEND: Duration = Duration::from_secs(3);

/// Tells the collectors of the configuration, for ever.
pub async fn tell(state: &'static State, stack: Stack<'static>) -> ! {
    let syslogs = state.image.map_or(&[][..], |image| image.syslogs());
    let mut collectors: Vec<Collector, 2> = syslogs.iter().map(Collector::new).collect();
    // Nobody answers a message. Each is made where it is sent from.
    let (mut rx, mut tx) = ([0; 1], [0; syslog::MAX_LEN]);
    let mut metadata = [[PacketMetadata::EMPTY]; 2];
    let [rx_metadata, tx_metadata] = &mut metadata;
    let mut socket = UdpSocket::new(stack, rx_metadata, &mut rx, tx_metadata, &mut tx);
    loop {
        state.progress.tell.set();
        if stack.is_config_up() {
            for collector in &mut collectors {
                collector.bring_up_to_date(state, stack, &mut socket).await;
            }
        }
        select(state.news.wait(), Timer::after(NAP)).await;
    }
}

/// A collector, and what it was told.
struct Collector {
    config: &'static Syslog<'static>,
    /// The change of each target that it was told last.
    told: [u32; MAX_TARGETS],
    sequence: u32,
    heartbeat_at: Instant,
}

impl Collector {
    fn new(config: &'static Syslog<'static>) -> Self {
        Self {
            config,
            told: [0; MAX_TARGETS],
            sequence: 0,
            heartbeat_at: Instant::MIN,
        }
    }

    /// Sends what has changed, and a sign of life when one is due. What can not
    /// be sent stays to be told.
    async fn bring_up_to_date(
        &mut self,
        state: &State,
        stack: Stack<'_>,
        socket: &mut UdpSocket<'_>,
    ) {
        let changed = |target: &Target, told: &u32| target.standing.get().changes() != *told;
        let mut targets = state.targets.iter().zip(&self.told);
        let now = Instant::now();
        if self.heartbeat_at > now && !targets.any(|(target, told)| changed(target, told)) {
            return;
        }
        let Ok(address) = resolve(stack, self.config.host).await else {
            return;
        };
        let mut sender = Sender {
            state,
            stack,
            socket,
            to: (address, self.config.port),
            sequence: &mut self.sequence,
        };
        for (target, told) in state.targets.iter().zip(&mut self.told) {
            let standing = target.standing.get();
            let Some(verdict) = standing.told().filter(|_| changed(target, told)) else {
                continue;
            };
            if !sender.send(verdict.into(), "STATE", &Why(target)).await {
                return;
            }
            *told = standing.changes();
        }
        if self.heartbeat_at <= now
            && sender
                .send(Severity::Informational, "HEARTBEAT", &Alive(state))
                .await
        {
            self.heartbeat_at = now + HEARTBEAT;
        }
    }
}

/// The way to a collector.
struct Sender<'a, 's> {
    state: &'a State,
    stack: Stack<'a>,
    socket: &'a mut UdpSocket<'s>,
    to: (Ipv4Addr, u16),
    /// Of the last message that left.
    sequence: &'a mut u32,
}

impl Sender<'_, '_> {
    /// Sends a message, and says whether it has left.
    async fn send(&mut self, severity: Severity, id: &str, text: &dyn fmt::Display) -> bool {
        self.state.progress.tell.set();
        let own = self.stack.config_v4();
        let own = own.map(|config| config.address.address());
        let header = Header {
            time: self.state.wall.time_at(clock::now()),
            is_synced: self.state.wall.is_synced(),
            host: own.as_ref().map(|own| own as &dyn fmt::Display),
            sequence: self.sequence.wrapping_add(1),
            up: clock::now() - Default::default(),
        };
        let write = |room: &mut [u8]| {
            let mut datagram = Datagram { room, length: 0 };
            // What does not fit is cut; the header does.
            let _ = syslog::write(&mut datagram, &header, severity, id, text);
            (datagram.length, ())
        };
        // Port 0: the stack picks one. It can not be in use.
        let _ = self.socket.bind(0);
        let sent = async {
            let written = self
                .socket
                .send_to_with(syslog::MAX_LEN, self.to, write)
                .await;
            self.socket.flush().await;
            written.is_ok()
        };
        let sent = with_timeout(SEND, sent).await.unwrap_or(false);
        // What has not left would be in the way of the other collector's. And a
        // buffer with room for one message has it from its start only.
        self.socket.close();
        if sent {
            *self.sequence = self.sequence.wrapping_add(1);
        }
        sent
    }
}

/// A message that is cut, at a character, where a datagram ends.
struct Datagram<'a> {
    room: &'a mut [u8],
    length: usize,
}

impl fmt::Write for Datagram<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| {
            let end = self.length.saturating_add(c.len_utf8());
            let place = self.room.get_mut(self.length..end).ok_or(fmt::Error)?;
            c.encode_utf8(place);
            self.length = end;
            Ok(())
        })
    }
}

/// Why a target is in the state that it is in.
struct Why<'a>(&'a Target);

impl fmt::Display for Why<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.with_report(clock::now(), |report| match report {
            Some(report) => Headline(self.0.name(), report).fmt(f),
            None => f.write_str(self.0.name()),
        })
    }
}

/// How many targets are in which state.
struct Alive<'a>(&'a State);

impl fmt::Display for Alive<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let up = embassy_time::Instant::now().as_secs();
        write!(f, "oobwatch {} up {up} s", env!("CARGO_PKG_VERSION"))?;
        let mut mark = ':';
        for verdict in Verdict::WORST_FIRST {
            let is_so = |target: &&Target| target.standing.get().told() == Some(verdict);
            let count = self.0.targets.iter().filter(is_so).count();
            if count > 0 {
                write!(f, "{mark} {count} {verdict}")?;
                mark = ',';
            }
        }
        Ok(())
    }
}
