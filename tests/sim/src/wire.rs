//! Connections: TCP, TLS, and hyper between them and a product; keep-alive, faults, held answers.

use core::convert::Infallible;
use core::future::{pending, poll_fn};
use core::time::Duration;
use std::sync::{Arc, Mutex};

use hyper::body::Incoming;
use hyper::header::CONNECTION;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::answer::{Answer, Body, html_page, response};
use crate::clock::VirtualTime;
use crate::scenario::{Accept, Fault};
use crate::unit::Unit;

const LINGER: Duration = Duration::from_secs(2);

/// Accepts connections until `stop` is dropped or changes.
pub(crate) async fn serve(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    unit: Arc<Unit>,
    mut stop: watch::Receiver<()>,
) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => return,
        };
        // An error here is of one connection or of a full descriptor table: neither ends us.
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let (acceptor, unit, mut stop) = (acceptor.clone(), Arc::clone(&unit), stop.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = connection(stream, acceptor, unit) => {}
                _ = stop.changed() => {}
            }
        });
    }
}

async fn connection(stream: TcpStream, acceptor: TlsAcceptor, unit: Arc<Unit>) {
    unit.counts().connections += 1;
    match unit.wire().accept {
        Accept::Normal => {}
        Accept::Close => return,
        Accept::Silent => pending().await,
    }
    // Small answers should not wait for more; a failure only makes them slower.
    stream.set_nodelay(true).ok();
    let Ok(tls) = acceptor.accept(stream).await else {
        unit.counts().failed_handshakes += 1;
        return;
    };
    let version = match tls.get_ref().1.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_3) => "1.3",
        _ => "1.2",
    };
    *unit
        .counts()
        .tls_versions
        .entry(version.into())
        .or_default() += 1;
    converse(tls, unit).await;
}

/// HTTP on one connection until either side closes it.
async fn converse(tls: TlsStream<TcpStream>, unit: Arc<Unit>) {
    let link = Arc::new(Link::default());
    let service = service_fn({
        let (unit, link) = (Arc::clone(&unit), Arc::clone(&link));
        move |request| Box::pin(exchange(Arc::clone(&unit), Arc::clone(&link), request))
    });
    let mut http = http1::Builder::new().serve_connection(TokioIo::new(tls), service);
    let mut closing = false;
    loop {
        tokio::select! {
            // An error is the client's going away, or a fault of ours: closed either way.
            _ = poll_fn(|cx| http.poll_without_shutdown(cx)) => break,
            () = link.idle_too_long(&unit), if !closing => {
                closing = true;
                core::pin::Pin::new(&mut http).graceful_shutdown();
            }
        }
    }
    let mut tls = http.into_parts().io.into_inner();
    let last_words = link.raw.lock().map(|mut raw| raw.take());
    match last_words.ok().flatten() {
        Some(Raw::Bytes(bytes)) => tls.write_all(bytes.as_bytes()).await.ok(),
        Some(Raw::EndlessHead) => endless_head(&mut tls).await.err().map(drop),
        None => None,
    };
    tls.shutdown().await.ok();
    linger(tls).await;
}

/// Reads on for a while, as Apache httpd does: closing on unread bytes resets the connection, and
/// a client that is still sending would lose the answer it already has.
async fn linger(mut tls: TlsStream<TcpStream>) {
    let mut sink = tokio::io::sink();
    let rest = tokio::io::copy(&mut tls, &mut sink);
    // Over when the client has closed, or has had its time.
    tokio::time::timeout(LINGER, rest).await.ok();
}

async fn endless_head(tls: &mut TlsStream<TcpStream>) -> std::io::Result<Infallible> {
    tls.write_all(b"HTTP/1.1 200 200\r\nServer: Apache\r\n")
        .await?;
    let line = format!("X-Padding: {}\r\n", "x".repeat(1000));
    loop {
        tls.write_all(line.as_bytes()).await?;
        tls.flush().await?;
    }
}

/// What one connection remembers.
struct Link {
    activity: watch::Sender<Activity>,
    /// Answers so far.
    served: Mutex<u32>,
    /// To be written instead of a response.
    raw: Mutex<Option<Raw>>,
}

#[derive(Debug, Clone, Copy)]
enum Activity {
    /// Before the first request, or while one is being answered.
    Busy,
    IdleSince(VirtualTime),
}

enum Raw {
    Bytes(String),
    EndlessHead,
}

impl Default for Link {
    fn default() -> Self {
        let activity = watch::channel(Activity::Busy).0;
        Self {
            activity,
            served: Mutex::default(),
            raw: Mutex::default(),
        }
    }
}

impl Link {
    async fn idle_too_long(&self, unit: &Unit) {
        let mut activity = self.activity.subscribe();
        let mut scenarios = unit.world.scenario.subscribe();
        loop {
            let now = *activity.borrow_and_update();
            let expiry = async {
                match now {
                    Activity::Busy => pending().await,
                    Activity::IdleSince(since) => {
                        unit.world
                            .clock
                            .sleep_until(since + unit.keep_alive())
                            .await;
                    }
                }
            };
            tokio::select! {
                () = expiry => return,
                _ = activity.changed() => {}
                _ = scenarios.changed() => {}
            }
        }
    }

    /// Leaves `raw` to be written once hyper has let go of the connection.
    fn abandon(&self, raw: Option<Raw>) -> Abandoned {
        *crate::unit::lock(&self.raw) = raw;
        Abandoned
    }

    /// `Keep-Alive` and `Connection`, as Apache httpd decides on them.
    fn headers(&self, unit: &Unit, client: ClientWish, status: u16) -> crate::answer::Headers {
        let wire = unit.wire();
        let mut served = crate::unit::lock(&self.served);
        let left = wire.keep_alive_requests.saturating_sub(*served);
        *served += 1;
        if left == 0 || client == ClientWish::Close || unit.closes_after(status) {
            return vec![("Connection".into(), "close".into())];
        }
        if client != ClientWish::KeepAlive {
            return Vec::new();
        }
        let limits = format!("timeout={}, max={left}", wire.keep_alive_ms / 1000);
        vec![
            ("Keep-Alive".into(), limits),
            ("Connection".into(), "Keep-Alive".into()),
        ]
    }
}

/// The client's `Connection` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ClientWish {
    Unsaid,
    KeepAlive,
    Close,
}

impl ClientWish {
    fn of(request: &Request<Incoming>) -> Self {
        let value = request
            .headers()
            .get(CONNECTION)
            .and_then(|value| value.to_str().ok());
        match value.map(str::to_ascii_lowercase).as_deref() {
            Some(value) if value.contains("close") => Self::Close,
            Some(value) if value.contains("keep-alive") => Self::KeepAlive,
            _ => Self::Unsaid,
        }
    }
}

/// No response: the connection ends here.
#[derive(Debug)]
struct Abandoned;

impl core::fmt::Display for Abandoned {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("closed without an answer on purpose")
    }
}

impl core::error::Error for Abandoned {}

async fn exchange(
    unit: Arc<Unit>,
    link: Arc<Link>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Abandoned> {
    link.activity.send_replace(Activity::Busy);
    let client = ClientWish::of(&request);
    let path = normal_path(request.uri().path());
    let fault = unit.admit(&request, &path);
    let answer = match &fault {
        Some(Fault::Silent) => pending().await,
        Some(Fault::Close) => return Err(link.abandon(None)),
        Some(Fault::EndlessHead) => return Err(link.abandon(Some(Raw::EndlessHead))),
        Some(Fault::Raw { bytes }) => return Err(link.abandon(Some(Raw::Bytes(bytes.clone())))),
        Some(Fault::Html { status }) => html_page(*status),
        Some(Fault::Redirect { location }) => html_page(302).header("Location", location),
        Some(Fault::Answer {
            status,
            content_type,
            body,
            headers,
        }) => canned(*status, content_type, body, headers),
        Some(Fault::Delay { ms }) => {
            tokio::time::sleep(Duration::from_millis(*ms)).await;
            unit.answer(request, &path).await
        }
        Some(Fault::Truncated) | None => unit.answer(request, &path).await,
    };
    unit.held(&path).await;
    let status = answer.status;
    *unit.counts().statuses.entry(status).or_default() += 1;
    let head = unit.head(&answer, link.headers(&unit, client, status));
    let framing = unit.framing(&answer, fault.as_ref());
    let response = response(head, answer.content, framing).await;
    link.activity
        .send_replace(Activity::IdleSince(unit.world.clock.now()));
    Ok(response)
}

fn canned(status: u16, content_type: &str, body: &str, headers: &[(String, String)]) -> Answer {
    let answer = if body.is_empty() {
        Answer::empty(status)
    } else {
        Answer::with_body(status, content_type, body.to_owned())
    };
    headers
        .iter()
        .cloned()
        .fold(answer, |answer, (name, value)| answer.header(name, value))
}

/// Doubled slashes count as one, as Apache httpd has it.
fn normal_path(path: &str) -> String {
    let mut normal = path.to_owned();
    while normal.contains("//") {
        normal = normal.replace("//", "/");
    }
    normal
}
