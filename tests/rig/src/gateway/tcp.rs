//! TCP between the board and the gateway, as tokio has streams.

use core::future::poll_fn;
use core::net::SocketAddrV4;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::io::{self, ErrorKind};

use smoltcp::iface::SocketHandle;
use smoltcp::socket::tcp::{RecvError, Socket, SocketBuffer, State};
use smoltcp::wire::{IpEndpoint, IpListenEndpoint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::stack::Stack;

const BUFFER: usize = 16 * 1024;

/// What connects to a port of the board.
#[derive(Clone)]
pub struct Connector {
    stack: Stack,
    board: SocketAddrV4,
}

impl Connector {
    pub(super) fn new(stack: &Stack, board: SocketAddrV4) -> Self {
        let stack = stack.clone();
        Self { stack, board }
    }

    /// A new connection.
    ///
    /// # Errors
    /// It is refused.
    pub async fn connect(&self) -> io::Result<Stream> {
        let stream = Stream::new(&self.stack);
        let connects = self.stack.with(|inside| {
            let port = inside.next_port();
            let socket = inside.sockets.get_mut::<Socket<'_>>(stream.handle);
            let remote = IpEndpoint::new((*self.board.ip()).into(), self.board.port());
            socket.connect(inside.interface.context(), remote, port)
        });
        connects.map_err(io::Error::other)?;
        stream.until_established().await?;
        Ok(stream)
    }
}

/// One end of a connection with the board. Dropped before it is shut down, it
/// resets the connection.
pub struct Stream {
    stack: Stack,
    handle: SocketHandle,
}

impl Stream {
    /// Waits for a connection of the board to `address`.
    pub(super) async fn accept(stack: &Stack, address: SocketAddrV4) -> io::Result<Self> {
        let stream = Self::new(stack);
        let endpoint = IpListenEndpoint {
            addr: Some((*address.ip()).into()),
            port: address.port(),
        };
        let listens = stream.with(|socket| socket.listen(endpoint));
        listens.map_err(io::Error::other)?;
        stream.until_established().await?;
        Ok(stream)
    }

    fn new(stack: &Stack) -> Self {
        let buffer = || SocketBuffer::new(vec![0; BUFFER]);
        let mut socket = Socket::new(buffer(), buffer());
        socket.set_nagle_enabled(false);
        let handle = stack.with(|inside| inside.sockets.add(socket));
        Self {
            stack: stack.clone(),
            handle,
        }
    }

    /// The board's address and port.
    #[must_use]
    pub fn peer(&self) -> Option<SocketAddrV4> {
        let remote = self.with(|socket| socket.remote_endpoint())?;
        let smoltcp::wire::IpAddress::Ipv4(address) = remote.addr;
        Some(SocketAddrV4::new(address, remote.port))
    }

    async fn until_established(&self) -> io::Result<()> {
        poll_fn(|context| {
            self.with(|socket| match socket.state() {
                State::Listen | State::SynSent | State::SynReceived => {
                    socket.register_send_waker(context.waker());
                    Poll::Pending
                }
                State::Closed => Poll::Ready(Err(ErrorKind::ConnectionRefused.into())),
                _ => Poll::Ready(Ok(())),
            })
        })
        .await
    }

    fn with<R>(&self, f: impl FnOnce(&mut Socket<'static>) -> R) -> R {
        self.stack
            .with(|inside| f(inside.sockets.get_mut(self.handle)))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.stack.with(|inside| {
            let socket = inside.sockets.get_mut::<Socket<'_>>(self.handle);
            if socket.may_send() || socket.is_listening() {
                socket.abort();
            }
            inside.let_go(self.handle);
        });
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read: Poll<io::Result<usize>> =
            self.with(
                |socket| match socket.recv_slice(buffer.initialize_unfilled()) {
                    Ok(0) if buffer.remaining() > 0 => {
                        socket.register_recv_waker(context.waker());
                        Poll::Pending
                    }
                    Ok(length) => Poll::Ready(Ok(length)),
                    Err(RecvError::Finished) => Poll::Ready(Ok(0)),
                    Err(RecvError::InvalidState) => {
                        Poll::Ready(Err(ErrorKind::ConnectionReset.into()))
                    }
                },
            );
        let length = ready!(read)?;
        buffer.advance(length);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.with(|socket| match socket.send_slice(bytes) {
            Ok(0) if !bytes.is_empty() => {
                socket.register_send_waker(context.waker());
                Poll::Pending
            }
            Ok(length) => Poll::Ready(Ok(length)),
            Err(_) => Poll::Ready(Err(ErrorKind::BrokenPipe.into())),
        })
    }

    /// The stack sends by itself.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(Socket::close);
        Poll::Ready(Ok(()))
    }
}
