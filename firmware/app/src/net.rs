//! The way to a box: link, address, name, TCP, TLS, each with its deadline and
//! its own error.

use core::cell::Cell;
use core::future::Future;
use core::net::Ipv4Addr;
use core::pin::pin;

use embassy_net::dns::DnsQueryType;
use embassy_net::tcp::{self, ConnectError, TcpSocket};
use embassy_net::{IpAddress, Stack};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embassy_sync::mutex::{Mutex, MutexGuard};
use embassy_time::{Duration, with_timeout};
use embedded_io_async::{Error as _, ErrorKind, ErrorType, Read, Write};
use oobwatch_core::error::{Error, TransportError};
use oobwatch_image::{Host, Target, Url};

use crate::board::{Tls, Trust};
use crate::clock;
use crate::load::timed;

/// Deadlines of the steps.
const RESOLVE: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(10);
const HANDSHAKE: Duration = Duration::from_secs(20);
/// For the reset of a connection that is still closing.
const ABORT: Duration = Duration::from_millis(100);

/// Bytes that a box can send ahead: two segments, so that it gets an acknowledgement
/// for each pair without a delay (RFC 9293, section 3.8.6.3).
const RX: usize = 2 * 1_460;
/// Bytes of a request that can be under way.
const TX: usize = 1_024;

/// How long the steps took, in milliseconds, of the first connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// Resolving the name.
    pub resolve: Option<u32>,
    /// Connecting by TCP.
    pub connect: Option<u32>,
    /// The TLS handshake.
    pub tls: Option<u32>,
    /// What the handshake has computed for, of that; of the longest.
    pub tls_work: Duration,
}

impl Way {
    /// Nothing was measured.
    pub(crate) const NONE: Self = Self {
        resolve: None,
        connect: None,
        tls: None,
        tls_work: Duration::from_ticks(0),
    };
}

/// Makes connections, one at a time.
pub trait Dial {
    /// A connection to a box, with the certificate trusted.
    type Stream: Read + Write;
    /// A connection to a webhook. No credential has a way there.
    type Hook: Read + Write;

    /// Connects to `target`, which has to show the certificate of `trust`, and
    /// notes in `way` what took how long.
    ///
    /// # Errors
    /// [`TransportError`] of the step that failed, within the deadline of it.
    ///
    /// # Cancel safety
    /// Dropping the future drops the connection.
    fn dial(
        &self,
        target: &Target<'static>,
        trust: Trust<'static>,
        way: &Cell<Way>,
    ) -> impl Future<Output = Result<Self::Stream, Error>>;

    /// Connects to the host of `url`: by TLS where there is a certificate to hold
    /// it to, else by TCP alone.
    ///
    /// # Errors
    /// As those of [`dial`](Self::dial).
    ///
    /// # Cancel safety
    /// Dropping the future drops the connection.
    fn dial_hook(
        &self,
        url: &Url<'static>,
        trust: Option<Trust<'static>>,
    ) -> impl Future<Output = Result<Self::Hook, Error>>;
}

/// The network of a board, with TLS on top.
pub struct Network<T> {
    stack: Stack<'static>,
    socket: &'static Socket,
    tls: T,
}

type Socket = Mutex<NoopRawMutex, TcpSocket<'static>>;

/// The one socket to boxes, and its buffers: about 4 KiB.
pub struct TcpRoom {
    rx: [u8; RX],
    tx: [u8; TX],
    socket: Option<Socket>,
}

impl TcpRoom {
    /// Room that is not in use yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            rx: [0; RX],
            tx: [0; TX],
            socket: None,
        }
    }
}

impl Default for TcpRoom {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Tls> Network<T> {
    /// The network behind `stack`.
    pub fn new(stack: Stack<'static>, tls: T, room: &'static mut TcpRoom) -> Self {
        let socket = TcpSocket::new(stack, &mut room.rx, &mut room.tx);
        let socket = room.socket.insert(Mutex::new(socket));
        Self { stack, socket, tls }
    }

    /// Link, address, name, TCP.
    async fn reach(
        &self,
        host: Host<'_>,
        port: u16,
        way: &Cell<Way>,
    ) -> Result<Tcp, TransportError> {
        if !self.stack.is_link_up() {
            return Err(TransportError::NoLink);
        }
        if !self.stack.is_config_up() {
            return Err(TransportError::NoAddress);
        }
        let mut took = way.get();
        let mut start = clock::now();
        let address = resolve(self.stack, host).await?;
        if matches!(host, Host::Name(_)) {
            took.resolve.get_or_insert(clock::millis_since(start));
        }
        start = clock::now();
        let tcp = self.connect(address, port).await?;
        took.connect.get_or_insert(clock::millis_since(start));
        way.set(took);
        Ok(tcp)
    }

    async fn secure(
        &self,
        tcp: Tcp,
        trust: Trust<'static>,
        way: &Cell<Way>,
    ) -> Result<T::Stream, Error> {
        let start = clock::now();
        let mut work = Duration::from_ticks(0);
        let handshake = pin!(self.tls.connect(tcp, trust));
        let handshake = timed(handshake, |took| work += took);
        let stream = with_timeout(HANDSHAKE, handshake).await;
        let stream = stream.map_err(|_| TransportError::TlsTimeout)??;
        let mut took = way.get();
        took.tls.get_or_insert(clock::millis_since(start));
        took.tls_work = took.tls_work.max(work);
        way.set(took);
        Ok(stream)
    }

    async fn connect(&self, address: Ipv4Addr, port: u16) -> Result<Tcp, TransportError> {
        // One connection at a time: it is free, unless somebody holds on to one.
        let mut socket = self.socket.try_lock().map_err(|_| TransportError::Io)?;
        if socket.state() != tcp::State::Closed {
            socket.abort();
            let _ = with_timeout(ABORT, socket.flush()).await;
        }
        let connected = with_timeout(CONNECT, socket.connect((address, port))).await;
        match connected {
            Ok(Ok(())) => Ok(Tcp(socket)),
            Ok(Err(ConnectError::ConnectionReset)) => Err(TransportError::ConnectRefused),
            Ok(Err(ConnectError::NoRoute)) => Err(TransportError::Unreachable),
            Ok(Err(ConnectError::InvalidState)) => Err(TransportError::Io),
            Ok(Err(ConnectError::TimedOut)) | Err(_) => Err(TransportError::ConnectTimeout),
        }
    }
}

impl<T: Tls> Dial for Network<T> {
    type Stream = T::Stream;
    type Hook = Hook<T::Stream>;

    async fn dial(
        &self,
        target: &Target<'static>,
        trust: Trust<'static>,
        way: &Cell<Way>,
    ) -> Result<Self::Stream, Error> {
        let tcp = self.reach(target.host, target.port, way).await?;
        self.secure(tcp, trust, way).await
    }

    async fn dial_hook(
        &self,
        url: &Url<'static>,
        trust: Option<Trust<'static>>,
    ) -> Result<Self::Hook, Error> {
        let way = Cell::new(Way::NONE);
        let tcp = self.reach(url.host, url.port, &way).await?;
        match trust {
            Some(trust) => Ok(Hook::Tls(self.secure(tcp, trust, &way).await?)),
            None => Ok(Hook::Plain(tcp)),
        }
    }
}

/// A connection to a webhook.
pub enum Hook<S> {
    /// `http`.
    Plain(Tcp),
    /// `https`, with the certificate trusted.
    Tls(S),
}

impl<S> ErrorType for Hook<S> {
    type Error = ErrorKind;
}

impl<S: Read> Read for Hook<S> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        match self {
            Self::Plain(tcp) => tcp.read(buffer).await.map_err(|error| error.kind()),
            Self::Tls(stream) => stream.read(buffer).await.map_err(|error| error.kind()),
        }
    }
}

impl<S: Write> Write for Hook<S> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        match self {
            Self::Plain(tcp) => tcp.write(bytes).await.map_err(|error| error.kind()),
            Self::Tls(stream) => stream.write(bytes).await.map_err(|error| error.kind()),
        }
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        match self {
            Self::Plain(tcp) => tcp.flush().await.map_err(|error| error.kind()),
            Self::Tls(stream) => stream.flush().await.map_err(|error| error.kind()),
        }
    }
}

/// The address of `host`, within the deadline.
pub(crate) async fn resolve(stack: Stack<'_>, host: Host<'_>) -> Result<Ipv4Addr, TransportError> {
    let name = match host {
        Host::Address(address) => return Ok(address),
        Host::Name(name) => name,
    };
    let found = with_timeout(RESOLVE, stack.dns_query(name, DnsQueryType::A)).await;
    let found = found.ok().and_then(Result::ok);
    match found.as_ref().and_then(|addresses| addresses.first()) {
        Some(IpAddress::Ipv4(address)) => Ok(*address),
        None => Err(TransportError::NameNotFound),
    }
}

/// A TCP connection to a box. Closed when it is dropped.
pub struct Tcp(MutexGuard<'static, NoopRawMutex, TcpSocket<'static>>);

impl Drop for Tcp {
    fn drop(&mut self) {
        // The stack goes on to send what there is, and the FIN.
        self.0.close();
    }
}

impl ErrorType for Tcp {
    type Error = tcp::Error;
}

impl Read for Tcp {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error> {
        self.0.read(buffer).await
    }
}

impl Write for Tcp {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        self.0.write(bytes).await
    }

    /// What is in the buffer of the socket is on its way: nothing to wait for.
    async fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}
