//! UDP between the board and the gateway.

use core::future::poll_fn;
use core::task::Poll;

use smoltcp::iface::SocketHandle;
use smoltcp::socket::udp::{PacketBuffer, PacketMetadata, Socket, UdpMetadata};

use super::stack::Stack;

const DATAGRAMS: usize = 16;
const BYTES: usize = 16 * 1024;

/// A port of the gateway, at whatever address it is asked.
pub(super) struct Port {
    stack: Stack,
    handle: SocketHandle,
}

impl Port {
    /// # Panics
    /// If the port is in use.
    pub(super) fn bind(stack: &Stack, port: u16) -> Self {
        let buffer = || PacketBuffer::new(vec![PacketMetadata::EMPTY; DATAGRAMS], vec![0; BYTES]);
        let mut socket = Socket::new(buffer(), buffer());
        socket.bind(port).expect("a port of one's own");
        let handle = stack.with(|inside| inside.sockets.add(socket));
        Self {
            stack: stack.clone(),
            handle,
        }
    }

    /// The next datagram, and where an answer to it goes.
    pub(super) async fn receive(&self) -> (Vec<u8>, UdpMetadata) {
        poll_fn(|context| {
            let mut inside = self.stack.lock();
            let socket = inside.sockets.get_mut::<Socket<'_>>(self.handle);
            match socket.recv() {
                Ok((bytes, from)) => Poll::Ready((bytes.to_vec(), from)),
                Err(_) => {
                    socket.register_recv_waker(context.waker());
                    Poll::Pending
                }
            }
        })
        .await
    }

    /// Sends a datagram. One that finds no room is lost, as datagrams are.
    pub(super) fn send(&self, bytes: &[u8], to: impl Into<UdpMetadata>) {
        self.stack.with(|inside| {
            let socket = inside.sockets.get_mut::<Socket<'_>>(self.handle);
            let _ = socket.send_slice(bytes, to);
        });
    }
}
