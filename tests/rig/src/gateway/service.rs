//! A TCP service that the board sees at an address of its own, and that is served
//! on this host's loopback.

use core::net::{SocketAddr, SocketAddrV4};
use std::io;

use tokio::io::copy_bidirectional;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::stack::Stack;
use super::tcp::Stream;

/// Connections that can come at once.
const BACKLOG: usize = 4;

/// Where connections to a service lead: nowhere, and they are refused, or to a
/// port of this host.
#[derive(Debug)]
pub struct Service(watch::Sender<Option<SocketAddr>>);

impl Service {
    pub(super) fn start(
        stack: &Stack,
        tasks: &mut JoinSet<()>,
        address: SocketAddrV4,
        to: SocketAddr,
    ) -> Self {
        let (leads_to, to) = watch::channel(Some(to));
        for _ in 0..BACKLOG {
            tasks.spawn(listen(stack.clone(), address, to.clone()));
        }
        Self(leads_to)
    }

    /// New connections lead there.
    pub fn lead_to(&self, to: SocketAddr) {
        self.0.send_replace(Some(to));
    }

    /// New connections are refused.
    pub fn close(&self) {
        self.0.send_replace(None);
    }
}

/// One of those who wait for a connection.
async fn listen(stack: Stack, address: SocketAddrV4, mut to: watch::Receiver<Option<SocketAddr>>) {
    let mut connections = JoinSet::new();
    loop {
        let Some(host) = *to.borrow_and_update() else {
            match to.changed().await {
                Ok(()) => continue,
                Err(_) => return,
            }
        };
        tokio::select! {
            accepted = Stream::accept(&stack, address) => {
                if let Ok(board) = accepted {
                    connections.spawn(splice(board, host));
                }
            }
            changed = to.changed() => if changed.is_err() { return },
        }
        while connections.try_join_next().is_some() {}
    }
}

/// Moves bytes until both have ended. What resets one side resets the other.
async fn splice(mut board: Stream, host: SocketAddr) -> io::Result<()> {
    let mut host = TcpStream::connect(host).await?;
    copy_bidirectional(&mut board, &mut host).await.map(drop)
}
