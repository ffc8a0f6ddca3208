//! The exporter's own port: connections, and what bounds them.

use core::net::{IpAddr, SocketAddr};
use core::pin::pin;
use core::time::Duration;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::access::Users;
use super::{Exporter, lock, pages, tls};
use crate::config;
use crate::exit::Failure;

/// Connections at a time, and how many of them one address may have: whoever
/// opens too many can not shut out the others.
const CONNECTIONS: usize = 4096;
const CONNECTIONS_EACH: usize = CONNECTIONS / 2;

/// A TLS handshake takes no longer.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// From the end of an answer to the whole head of the next request. Longer than
/// the interval of most scrapers, which then find their connection open.
const HEAD: Duration = Duration::from_secs(75);

/// Bytes of the head of a request, and its fields.
const HEAD_BYTES: usize = 16 * 1024;
const HEAD_FIELDS: usize = 64;

/// A connection is closed after the answer that is due then, and cut off when
/// that is not taken.
const LIFE: Duration = Duration::from_secs(10 * 60);
const LAST_WORDS: Duration = Duration::from_secs(2 * 60);

/// What the configuration says of the exporter's own port.
pub(super) struct Doors {
    pub(super) listen: Vec<SocketAddr>,
    tls: Option<TlsAcceptor>,
    pub(super) users: Users,
}

impl Doors {
    /// Reads certificate and key, and looks at the hashes.
    pub(super) fn open(settings: &config::Exporter) -> Result<Self, Failure> {
        Ok(Self {
            listen: settings.listen.clone(),
            tls: settings.tls.as_ref().map(tls::acceptor).transpose()?,
            users: Users::new(&settings.users)?,
        })
    }

    /// What the operator should be told about who can get at it.
    pub(super) fn warnings(&self) -> impl Iterator<Item = String> {
        let open = self
            .listen
            .iter()
            .find(|address| !address.ip().is_loopback());
        let gap = match (self.tls.is_some(), self.users.are_there()) {
            (true, true) => None,
            (true, false) => Some(
                "asks nobody for a password: whoever reaches it has boxes checked; set [exporter.users]",
            ),
            (false, true) => Some(
                "takes passwords without TLS: whoever sits in between reads them; set certificate and key in [exporter]",
            ),
            (false, false) => Some(
                "has neither TLS nor passwords: whoever reaches it has boxes checked, and reads how they are; set certificate, key and users in [exporter], or let nobody but Prometheus reach it",
            ),
        };
        open.zip(gap)
            .map(|(address, gap)| {
                format!("{address} is no loopback address, and the exporter {gap}")
            })
            .into_iter()
    }
}

/// Takes the addresses.
pub(super) async fn bind(addresses: Vec<SocketAddr>) -> Result<Vec<TcpListener>, Failure> {
    let mut listeners = Vec::new();
    for address in addresses {
        let listener = TcpListener::bind(address).await;
        listeners.push(listener.map_err(|error| {
            Failure::Failed(format!(
                "can not listen on {address}: {error}; name another with --listen"
            ))
        })?);
    }
    Ok(listeners)
}

/// Connections by address.
#[derive(Default)]
pub(super) struct Crowd(Mutex<HashMap<IpAddr, usize>>);

/// One of them, until it is dropped.
struct Admitted {
    crowd: Arc<Crowd>,
    address: IpAddr,
}

impl Crowd {
    fn admit(self: &Arc<Self>, address: IpAddr) -> Option<Admitted> {
        let mut crowd = lock(&self.0);
        let all: usize = crowd.values().sum();
        let own = crowd.entry(address).or_default();
        if all >= CONNECTIONS || *own >= CONNECTIONS_EACH {
            return None;
        }
        *own += 1;
        drop(crowd);
        Some(Admitted {
            crowd: Arc::clone(self),
            address,
        })
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut crowd = lock(&self.crowd.0);
        if let Some(own) = crowd.get_mut(&self.address) {
            *own -= 1;
            if *own == 0 {
                crowd.remove(&self.address);
            }
        }
    }
}

/// Takes connections until the exporter ends.
pub(super) async fn serve(exporter: Arc<Exporter>, listener: TcpListener, crowd: Arc<Crowd>) {
    let mut closing = pin!(exporter.closing());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut closing => return,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Of one connection, or of a full descriptor table: neither ends us.
                tracing::warn!(%error, "can not take a connection");
                sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let Some(admitted) = crowd.admit(peer.ip()) else {
            exporter.counts.turned_away.add();
            continue;
        };
        let exporter = Arc::clone(&exporter);
        tokio::spawn(async move {
            let _counted = exporter.counts.connections.enter();
            let _admitted = admitted;
            connection(&exporter, stream).await;
        });
    }
}

async fn connection(exporter: &Arc<Exporter>, stream: TcpStream) {
    // Small answers should not wait for more; a failure only makes them slower.
    let _ = stream.set_nodelay(true);
    let tls = exporter.doors().tls.clone();
    match tls {
        None => talk(exporter, stream).await,
        Some(acceptor) => match timeout(HANDSHAKE, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => talk(exporter, stream).await,
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        },
    }
}

async fn talk(exporter: &Arc<Exporter>, stream: impl AsyncRead + AsyncWrite + Unpin) {
    let service = service_fn(|request| pages::answer(exporter, request));
    let http = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEAD_FIELDS)
        .serve_connection(TokioIo::new(stream), service);
    let mut http = pin!(http);
    let ended = tokio::select! {
        ended = &mut http => Some(ended),
        () = sleep(LIFE) => None,
        () = exporter.closing() => None,
    };
    // An error is the client's going away, or its nonsense.
    if ended.is_none() {
        http.as_mut().graceful_shutdown();
        let _ = timeout(LAST_WORDS, http).await;
    }
}

#[cfg(test)]
mod tests {
    use core::net::Ipv4Addr;

    use super::*;

    #[test]
    fn one_address_can_not_have_all_connections() {
        let crowd = Arc::new(Crowd::default());
        let (greedy, other) = (Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::new(192, 0, 2, 2));
        let mut had: Vec<_> = (0..CONNECTIONS)
            .filter_map(|_| crowd.admit(greedy.into()))
            .collect();
        assert_eq!(had.len(), CONNECTIONS_EACH);
        let others = crowd.admit(other.into());
        assert!(others.is_some());
        had.pop();
        assert!(
            crowd.admit(greedy.into()).is_some(),
            "its place is free again"
        );
        drop((had, others));
        assert!(lock(&crowd.0).is_empty());
    }

    #[test]
    fn an_open_door_is_warned_about() {
        let doors = |listen: &str| {
            let settings = config::Exporter {
                listen: vec![listen.parse().unwrap()],
                ..config::Exporter::default()
            };
            Doors::open(&settings).unwrap().warnings().next()
        };
        assert_eq!(doors("127.0.0.1:1"), None);
        assert_eq!(doors("[::1]:1"), None);
        assert!(
            doors("0.0.0.0:1")
                .unwrap()
                .contains("neither TLS nor passwords")
        );
    }
}
