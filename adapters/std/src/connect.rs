//! A new connection: name, TCP, TLS, each with its own timeout.

use core::net::SocketAddr;
use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::sync::{Arc, Mutex};

use oobwatch_core::error::{Error, TransportError};
use rustls::pki_types::ServerName;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;

use crate::address::Address;
use crate::lock;
use crate::tap::{Stream, Tap};
use crate::tls::{ServerCertificate, classify_connect, classify_handshake};

/// How long the steps of a request may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// Name look-up and TCP, over all addresses of the name.
    pub connect: Duration,
    /// The TLS handshake.
    pub tls: Duration,
    /// From the end of the request to the first byte of the answer.
    pub first_byte: Duration,
    /// The exchange as a whole, from when there is a connection.
    pub total: Duration,
    /// How long a request waits for a box that says it is busy (429 and its
    /// like), over all attempts; zero hands such an answer on.
    pub patience: Duration,
    /// A [check](crate::Client::check) as a whole, waits included.
    pub check: Duration,
    /// Logging out in [`Client::close`](crate::Client::close).
    pub close: Duration,
}

impl Default for Timeouts {
    /// 10 s, 10 s, 60 s, 120 s, 60 s, 50 s and 5 s: a check and its logout end
    /// within the minute that monitoring systems give a plugin.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            tls: Duration::from_secs(10),
            first_byte: Duration::from_secs(60),
            total: Duration::from_secs(120),
            patience: Duration::from_secs(60),
            check: Duration::from_secs(50),
            close: Duration::from_secs(5),
        }
    }
}

impl Timeouts {
    /// Each step, and a check as a whole, bounded by `all`.
    #[must_use]
    pub fn at_most(self, all: Duration) -> Self {
        Self {
            connect: self.connect.min(all),
            tls: self.tls.min(all),
            first_byte: self.first_byte.min(all),
            total: self.total.min(all),
            patience: self.patience.min(all),
            check: self.check.min(all),
            close: self.close.min(all),
        }
    }
}

/// How long the last new connection took, and the certificate that the box showed.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ConnectFacts {
    /// Name look-up.
    pub resolve: Option<Duration>,
    /// TCP.
    pub connect: Option<Duration>,
    /// TLS.
    pub tls: Option<Duration>,
    /// The certificate of the box, where it could be read.
    pub certificate: Option<ServerCertificate>,
    /// What is being done for a new connection, if one is being made.
    pub(crate) step: Option<Step>,
}

/// A step on the way to a new connection.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Tcp,
    Tls,
}

impl ConnectFacts {
    /// What it is called when time runs out now.
    pub(crate) const fn late(&self) -> TransportError {
        match self.step {
            Some(Step::Tcp) => TransportError::ConnectTimeout,
            Some(Step::Tls) => TransportError::TlsTimeout,
            None => TransportError::Timeout,
        }
    }
}

/// Makes connections to one box.
pub(crate) struct Connector {
    pub(crate) address: Address,
    pub(crate) server_name: ServerName<'static>,
    pub(crate) tls: TlsConnector,
    pub(crate) timeouts: Timeouts,
    /// What the last new connection showed.
    pub(crate) certificate: Mutex<Option<ServerCertificate>>,
    pub(crate) tap: Option<Arc<dyn Tap>>,
    /// Connections made so far.
    pub(crate) made: AtomicU64,
}

impl Connector {
    /// Makes connections to the same box, for another client.
    pub(crate) fn another(&self) -> Self {
        Self {
            address: self.address.clone(),
            server_name: self.server_name.clone(),
            tls: self.tls.clone(),
            timeouts: self.timeouts,
            certificate: Mutex::default(),
            tap: self.tap.clone(),
            made: AtomicU64::new(self.made.load(Ordering::Relaxed)),
        }
    }

    /// Trust is established when this returns; nothing was sent but TLS. What is
    /// found out on the way goes to `facts`.
    pub(crate) async fn connect(&self, facts: &Mutex<ConnectFacts>) -> Result<Stream, Error> {
        let note = |change: &dyn Fn(&mut ConnectFacts)| change(&mut lock(facts));
        note(&|facts| {
            *facts = ConnectFacts {
                step: Some(Step::Tcp),
                ..ConnectFacts::default()
            };
        });
        let made = self.connect_noting(&note).await;
        note(&|facts| facts.step = None);
        made
    }

    async fn connect_noting(&self, note: Note<'_>) -> Result<Stream, Error> {
        let tcp = timeout(self.timeouts.connect, self.tcp(note)).await;
        let tcp = tcp.unwrap_or(Err(TransportError::ConnectTimeout))?;
        // Small requests, one answer each: waiting to fill a segment only costs time.
        let _ = tcp.set_nodelay(true);
        note(&|facts| facts.step = Some(Step::Tls));
        let start = Instant::now();
        let handshake = self.tls.connect(self.server_name.clone(), tcp);
        let tls = timeout(self.timeouts.tls, handshake).await;
        let tls = tls.map_err(|_| TransportError::TlsTimeout)?;
        let tls = tls.map_err(|error| classify_handshake(&error))?;
        let chain = tls.get_ref().1.peer_certificates().unwrap_or_default();
        let certificate = chain
            .first()
            .and_then(|der| ServerCertificate::from_der(der).ok());
        let took = start.elapsed();
        note(&|facts| {
            facts.tls = Some(took);
            facts.certificate.clone_from(&certificate);
        });
        *lock(&self.certificate) = certificate;
        tracing::debug!(box_ = %self.address, ?took, "TLS is up");
        let number = self.made.fetch_add(1, Ordering::Relaxed) + 1;
        let tap = self.tap.as_ref().map(|tap| (Arc::clone(tap), number));
        Ok(Stream::new(tls, tap))
    }

    async fn tcp(&self, note: Note<'_>) -> Result<TcpStream, TransportError> {
        let start = Instant::now();
        let found = lookup_host((self.address.host(), self.address.port())).await;
        let found: Vec<SocketAddr> = found.map_err(|_| TransportError::NameNotFound)?.collect();
        let took = start.elapsed();
        note(&|facts| facts.resolve = Some(took));
        let start = Instant::now();
        let mut failed = TransportError::NameNotFound;
        for address in found {
            match TcpStream::connect(address).await {
                Ok(stream) => {
                    let took = start.elapsed();
                    note(&|facts| facts.connect = Some(took));
                    return Ok(stream);
                }
                Err(error) => failed = classify_connect(&error),
            }
        }
        Err(failed)
    }
}

/// Writes down what was found out about a connection.
type Note<'a> = &'a (dyn Fn(&dyn Fn(&mut ConnectFacts)) + Sync);
