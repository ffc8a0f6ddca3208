//! The gateway's TCP/IP stack, and the task that moves it.
//!
//! It takes packets for any address: what the board reaches beyond the gateway
//! is whatever listens here.

use core::time::Duration;
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smoltcp::iface::{Config, Interface, PollResult, SocketHandle, SocketSet};
use smoltcp::phy::{ChecksumCapabilities, Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::socket::tcp;
use smoltcp::time::Instant;
use smoltcp::wire::{EthernetAddress, IpCidr};
use tokio::sync::Notify;

use super::wire::{FRAME_MAX, Wire};
use super::{ADDRESS, PREFIX};

const HARDWARE: EthernetAddress = EthernetAddress([0x02, 0, 0, 0, 0, 1]);

/// The stack, shared by the task that moves it and those who hold sockets.
#[derive(Clone)]
pub(super) struct Stack(Arc<Shared>);

struct Shared {
    inside: Mutex<Inside>,
    /// Somebody has given the stack something to do.
    stirred: Notify,
}

/// What is behind the lock.
pub(super) struct Inside {
    pub(super) interface: Interface,
    pub(super) sockets: SocketSet<'static>,
    /// Connections that nobody holds any more, which end by themselves.
    ending: Vec<SocketHandle>,
    frames: Frames,
    /// The last port that a connection to the board had here.
    last_port: u16,
}

impl Stack {
    pub(super) fn new() -> Self {
        let mut frames = Frames::default();
        let config = Config::new(HARDWARE.into());
        let mut interface = Interface::new(config, &mut frames, Instant::now());
        interface.update_ip_addrs(|all| {
            let _ = all.push(IpCidr::new(ADDRESS.into(), PREFIX));
        });
        // Packets for any address are for us, as we are their next hop.
        interface.set_any_ip(true);
        let _ = interface.routes_mut().add_default_ipv4_route(ADDRESS);
        let inside = Mutex::new(Inside {
            interface,
            sockets: SocketSet::new(Vec::new()),
            ending: Vec::new(),
            frames,
            last_port: 49_151,
        });
        Self(Arc::new(Shared {
            inside,
            stirred: Notify::new(),
        }))
    }

    /// Looks at the stack without a wish of it.
    pub(super) fn lock(&self) -> MutexGuard<'_, Inside> {
        self.0.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with the stack that it has to look after.
    pub(super) fn with<R>(&self, f: impl FnOnce(&mut Inside) -> R) -> R {
        let done = f(&mut self.lock());
        self.0.stirred.notify_one();
        done
    }

    /// Moves the stack until QEMU is gone.
    pub(super) async fn run(self, mut wire: Wire) -> io::Result<()> {
        loop {
            let (frames, delay) = self.lock().poll();
            frames.into_iter().for_each(|frame| wire.send(frame));
            tokio::select! {
                frame = wire.receive() => self.lock().frames.coming.push_back(frame?),
                () = self.0.stirred.notified() => {}
                () = tokio::time::sleep(delay) => {}
            }
        }
    }
}

impl Inside {
    /// Works off what there is. Gives the frames that are to be sent, and the
    /// time until there is something to do again.
    fn poll(&mut self) -> (VecDeque<Vec<u8>>, Duration) {
        let now = Instant::now();
        let Self {
            interface,
            sockets,
            frames,
            ending,
            ..
        } = self;
        while interface.poll(now, frames, sockets) != PollResult::None {}
        ending.retain(|&handle| {
            let goes_on = sockets.get::<tcp::Socket<'_>>(handle).state() != tcp::State::Closed;
            if !goes_on {
                sockets.remove(handle);
            }
            goes_on
        });
        let delay = interface.poll_delay(now, sockets);
        let delay = delay.map_or(Duration::MAX, Into::into);
        // Tokio wants to be able to add it to the time that it is.
        (
            core::mem::take(&mut frames.going),
            delay.min(Duration::from_secs(60)),
        )
    }

    /// Leaves a connection to itself.
    pub(super) fn let_go(&mut self, handle: SocketHandle) {
        self.ending.push(handle);
    }

    /// A port of ours for a connection to the board.
    pub(super) fn next_port(&mut self) -> u16 {
        self.last_port = self.last_port.checked_add(1).unwrap_or(49_152);
        self.last_port
    }
}

/// Frames that have come and have not been looked at, and those to be sent.
#[derive(Default)]
struct Frames {
    coming: VecDeque<Vec<u8>>,
    going: VecDeque<Vec<u8>>,
}

impl Device for Frames {
    type RxToken<'a> = Coming;
    type TxToken<'a> = Going<'a>;

    fn receive(&mut self, _: Instant) -> Option<(Coming, Going<'_>)> {
        let frame = self.coming.pop_front()?;
        Some((Coming(frame), Going(&mut self.going)))
    }

    fn transmit(&mut self, _: Instant) -> Option<Going<'_>> {
        Some(Going(&mut self.going))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ethernet;
        capabilities.max_transmission_unit = FRAME_MAX;
        capabilities.checksum = ChecksumCapabilities::default();
        capabilities
    }
}

struct Coming(Vec<u8>);

impl RxToken for Coming {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(&self.0)
    }
}

struct Going<'a>(&'a mut VecDeque<Vec<u8>>);

impl TxToken for Going<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, f: F) -> R {
        let mut frame = vec![0; length];
        let done = f(&mut frame);
        self.0.push_back(frame);
        done
    }
}
