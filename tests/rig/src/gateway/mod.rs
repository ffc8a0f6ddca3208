//! All that a board finds on its Ethernet: an address, names, a time, the boxes,
//! and those whom it reports to.
//!
//! Frames come and go by a socket that QEMU has the other end of; `smoltcp` is the
//! TCP/IP stack. Nothing leaves this host: what lies beyond the gateway is served
//! here, or on the loopback interface.

mod dhcp;
mod dns;
mod ntp;
mod service;
mod stack;
mod syslog;
mod tcp;
mod udp;
mod webhook;
mod wire;

use core::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::io;
use std::os::fd::OwnedFd;
use std::sync::MutexGuard;

use tokio::net::UnixDatagram;
use tokio::task::JoinSet;

pub use dhcp::Leases;
pub use dns::{Answers, Names};
pub use ntp::Time;
pub use service::Service;
pub use tcp::{Connector, Stream};
pub use webhook::Post;
pub use wire::Weather;

use stack::Stack;
use wire::{Sky, Wire};

/// The gateway: also name server, time server, collector.
pub const ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 1);
/// Bits of the network.
pub const PREFIX: u8 = 24;
/// What the board gets by DHCP.
pub const LEASED: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 15);
/// Where webhooks are posted to.
pub const WEBHOOK: SocketAddrV4 = SocketAddrV4::new(ADDRESS, 8_080);

/// A running gateway. It ends when it is dropped.
pub struct Gateway {
    stack: Stack,
    sky: Sky,
    dhcp: dhcp::Dhcp,
    dns: dns::Dns,
    ntp: ntp::Ntp,
    syslog: syslog::Syslog,
    webhook: webhook::Webhook,
    tasks: JoinSet<()>,
}

impl Gateway {
    /// Starts all but [`serve`](Self::serve), and gives the board's end of the cable.
    ///
    /// # Errors
    /// There is no socket left.
    pub fn start() -> io::Result<(Self, OwnedFd)> {
        let (cable, boards_end) = UnixDatagram::pair()?;
        let mut gateway = Self {
            stack: Stack::new(),
            sky: Sky::default(),
            dhcp: dhcp::Dhcp::default(),
            dns: dns::Dns::default(),
            ntp: ntp::Ntp::default(),
            syslog: syslog::Syslog::default(),
            webhook: webhook::Webhook::default(),
            tasks: JoinSet::new(),
        };
        let wire = Wire::new(cable, gateway.sky.clone());
        let stack = gateway.stack.clone();
        gateway
            .tasks
            .spawn(gateway.dhcp.clone().serve(stack.clone()));
        gateway
            .tasks
            .spawn(gateway.dns.clone().serve(stack.clone()));
        gateway
            .tasks
            .spawn(gateway.ntp.clone().serve(stack.clone()));
        gateway
            .tasks
            .spawn(gateway.syslog.clone().serve(stack.clone()));
        gateway
            .tasks
            .spawn(gateway.webhook.clone().serve(stack.clone(), WEBHOOK));
        gateway.tasks.spawn(async move {
            // It ends with QEMU, which the board says more about.
            let _ = stack.run(wire).await;
        });
        Ok((gateway, boards_end.into_std()?.into()))
    }

    /// Lets the board reach `to`, on this host, at `address`.
    pub fn serve(&mut self, address: SocketAddrV4, to: SocketAddr) -> Service {
        Service::start(&self.stack, &mut self.tasks, address, to)
    }

    /// What connects to a port of the board.
    #[must_use]
    pub fn connector(&self, board: SocketAddrV4) -> Connector {
        Connector::new(&self.stack, board)
    }

    /// What befalls frames from now on.
    pub fn set_weather(&self, weather: Weather) {
        self.sky.set(weather);
    }

    /// The DHCP server.
    pub fn leases(&self) -> MutexGuard<'_, Leases> {
        self.dhcp.leases()
    }

    /// The name server.
    pub fn names(&self) -> MutexGuard<'_, Names> {
        self.dns.names()
    }

    /// The time server.
    pub fn time(&self) -> MutexGuard<'_, Time> {
        self.ntp.time()
    }

    /// What the syslog collector was sent.
    #[must_use]
    pub fn syslog(&self) -> Vec<String> {
        self.syslog.messages()
    }

    /// What was posted to [`WEBHOOK`].
    #[must_use]
    pub fn posts(&self) -> Vec<Post> {
        self.webhook.posts()
    }
}
