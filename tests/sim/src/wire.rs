//! Connections: TCP, TLS, and hyper between them and a product; keep-alive, faults, held answers.

use core::convert::Infallible;
use core::future::{pending, poll_fn};
use core::time::Duration;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::answer::{Answer, Body, response};
use crate::events::What;
use crate::line::{Line, Orders, Slow};
use crate::link::{Activity, ClientWish, Delivery, Link, Raw};
use crate::scenario::{Accept, End, Fault};
use crate::traffic::Connected;
use crate::trouble;
use crate::unit::{Asked, Fate, Unit, lock};

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
    let connected = unit.traffic().connect();
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
    converse(tls, unit, connected).await;
}

/// HTTP on one connection until either side closes it.
async fn converse(tls: TlsStream<TcpStream>, unit: Arc<Unit>, connected: Connected) {
    let link = Arc::new(Link::new(connected));
    let service = service_fn({
        let (unit, link) = (Arc::clone(&unit), Arc::clone(&link));
        move |request| Box::pin(exchange(Arc::clone(&unit), Arc::clone(&link), request))
    });
    let line = Line::new(tls, Arc::clone(&unit), Arc::clone(&link.control));
    let mut http = http1::Builder::new()
        // `Date` is ours.
        .auto_date_header(false)
        .serve_connection(TokioIo::new(line), service);
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
    let tls = http.into_parts().io.into_inner().into_inner();
    let has_lost = lock(&link.control).has_lost();
    link.delivery.closed(&unit, has_lost);
    let last_words = lock(&link.raw).take();
    let end = lock(&link.control).ended();
    finish(tls, last_words, end.unwrap_or(End::CloseNotify)).await;
}

/// Ends a connection that HTTP has let go of.
async fn finish(mut tls: TlsStream<TcpStream>, last_words: Option<Raw>, end: End) {
    match last_words {
        Some(Raw::Bytes(bytes)) => tls.write_all(bytes.as_bytes()).await.ok(),
        Some(Raw::EndlessHead) => endless_head(&mut tls).await.err().map(drop),
        None => None,
    };
    match end {
        End::Reset => {
            tls.get_ref().0.set_zero_linger().ok();
        }
        End::Fin => {
            let (mut tcp, _) = tls.into_inner();
            tcp.shutdown().await.ok();
            linger(tcp).await;
        }
        End::CloseNotify => {
            tls.shutdown().await.ok();
            linger(tls).await;
        }
    }
}

/// Reads on for a while, as Apache httpd does: closing on unread bytes resets the connection, and
/// a client that is still sending would lose the answer it already has.
async fn linger(mut stream: impl tokio::io::AsyncRead + Unpin) {
    let mut sink = tokio::io::sink();
    let rest = tokio::io::copy(&mut stream, &mut sink);
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
    let now = unit.world.clock.now();
    let underway = unit.traffic().request(now, Unit::writes(&request, &path));
    let fate = unit.admit(&request, &path, &link.connected, &underway);
    // On its own: a request takes effect even if its client does not wait for that.
    let (number, delivery) = (link.connected.number, Arc::clone(&link.delivery));
    let effect = effect(Arc::clone(&unit), delivery, number, request, fate);
    let Ok((answer, fault)) = tokio::spawn(effect).await else {
        return Err(Abandoned);
    };
    let Some(answer) = answer else {
        return Err(give_up(&link, fault).await);
    };
    late(fault.as_ref(), &unit).await;
    unit.held(&path).await;
    let status = answer.status;
    *unit.counts().statuses.entry(status).or_default() += 1;
    let head = unit.head(&answer, link.headers(&unit, client, status));
    let framing = unit.framing(&answer, fault.as_ref());
    lock(&link.control).order(orders(fault.as_ref()));
    let response = response(head, answer.content, framing).await;
    link.activity
        .send_replace(Activity::IdleSince(unit.world.clock.now()));
    if fault == Some(Fault::Truncated) {
        lock(&link.control).loses();
    }
    link.delivery.handed_over();
    drop(underway);
    Ok(response)
}

/// No answer: leaves what is to be written instead until hyper has let go of the connection.
async fn give_up(link: &Link, fault: Option<Fault>) -> Abandoned {
    *lock(&link.raw) = match fault {
        Some(Fault::Silent) => pending().await,
        Some(Fault::EndlessHead) => Some(Raw::EndlessHead),
        Some(Fault::Raw { bytes }) => Some(Raw::Bytes(bytes)),
        _ => None,
    };
    Abandoned
}

/// What a request does, and the answer to it, if there is to be one.
async fn effect(
    unit: Arc<Unit>,
    delivery: Arc<Delivery>,
    connection: u64,
    request: Request<Incoming>,
    fate: Fate,
) -> (Option<Answer>, Option<Fault>) {
    let path = normal_path(request.uri().path());
    let asked = Asked {
        connection,
        method: request.method().to_string(),
        path: path.clone(),
    };
    let (answer, fault) = match fate {
        Fate::Normal => (Some(unit.answer(request, &path).await), None),
        Fate::TooMuch(too_much) => (Some(unit.too_much(&too_much)), None),
        Fate::Fault(fault) => (strike(&fault, &unit, request, &path).await, Some(fault)),
    };
    let event = unit.log(&asked, answer.as_ref(), fault.as_ref());
    if answer.is_some() {
        delivery.made(&unit, event);
    }
    (answer, fault)
}

/// The time that a fault takes before the answer goes out.
async fn late(fault: Option<&Fault>, unit: &Unit) {
    match fault {
        Some(Fault::Delay { ms }) => tokio::time::sleep(Duration::from_millis(*ms)).await,
        Some(Fault::Wait { ms }) => unit.world.clock.sleep(Duration::from_millis(*ms)).await,
        _ => {}
    }
}

/// The answer that a fault leaves, if it leaves one.
async fn strike(
    fault: &Fault,
    unit: &Unit,
    request: Request<Incoming>,
    path: &str,
) -> Option<Answer> {
    if let Some(answer) = trouble::instead(fault, unit) {
        return Some(answer.what(What::Fault));
    }
    match fault {
        Fault::Silent | Fault::Close | Fault::EndlessHead | Fault::Raw { .. } => return None,
        Fault::EndSession { by } => unit.end_session(request.headers(), *by),
        _ => {}
    }
    let answer = unit.answer(request, path).await;
    Some(match fault {
        Fault::CutJson => answer.halved(),
        _ => answer,
    })
}

/// What a fault does to the bytes of an answer.
fn orders(fault: Option<&Fault>) -> Orders {
    match fault {
        Some(Fault::LostReply) => Orders {
            cut: Some((0, End::CloseNotify)),
            slow: None,
        },
        Some(Fault::Cut { after, end }) => Orders {
            cut: Some((*after, *end)),
            slow: None,
        },
        Some(Fault::Slow {
            bytes,
            gap_ms,
            real_time,
        }) => Orders {
            cut: None,
            slow: Some(Slow {
                bytes: bytes.get(),
                gap: Duration::from_millis(*gap_ms),
                real_time: *real_time,
            }),
        },
        _ => Orders::default(),
    }
}

/// Doubled slashes count as one, as Apache httpd has it.
fn normal_path(path: &str) -> String {
    let mut normal = path.to_owned();
    while normal.contains("//") {
        normal = normal.replace("//", "/");
    }
    normal
}
