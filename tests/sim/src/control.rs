//! The control address: counts, virtual time and switches, over plain HTTP on loopback.

use core::convert::Infallible;
use core::time::Duration;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::sim::Inside;

const BODY_LIMIT: usize = 1 << 20;

const USAGE: &str = "GET /state, GET /events[?since=N], POST /advance?seconds=N, GET /scenario, \
                     POST /scenario (JSON of switches), POST /end-sessions?box=fmc|fxos, \
                     POST /release, POST /reset";

pub(crate) async fn serve(
    listener: TcpListener,
    inside: Arc<Inside>,
    mut stop: watch::Receiver<()>,
) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => return,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let (inside, mut stop) = (Arc::clone(&inside), stop.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = connection(stream, inside) => {}
                _ = stop.changed() => {}
            }
        });
    }
}

async fn connection(stream: TcpStream, inside: Arc<Inside>) {
    let service = service_fn(move |request| {
        let inside = Arc::clone(&inside);
        async move { Ok::<_, Infallible>(answer(&inside, request).await) }
    });
    // An error here is the client's going away.
    http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await
        .ok();
}

async fn answer(inside: &Inside, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    let query = parts.uri.query().unwrap_or_default();
    let done = match (parts.method.as_str(), parts.uri.path()) {
        ("GET", "/state") => return json(StatusCode::OK, &inside.state()),
        ("GET", "/scenario") => return json(StatusCode::OK, &inside.scenario()),
        ("GET", "/events") => match since(query) {
            Ok(since) => return json(StatusCode::OK, &inside.events(since)),
            Err(text) => Err(text),
        },
        ("POST", "/advance") => advance(inside, query),
        ("POST", "/end-sessions") => match value(query, "box") {
            Some(of) if inside.end_sessions(&of) => Ok(()),
            _ => Err("say POST /end-sessions?box=fmc or ?box=fxos".into()),
        },
        ("POST", "/scenario") => set_switches(inside, body).await,
        ("POST", "/release") => {
            inside.release();
            Ok(())
        }
        ("POST", "/reset") => {
            inside.reset();
            Ok(())
        }
        (method, path) => {
            let text = format!("no {method} {path} here; there is {USAGE}");
            return json(StatusCode::NOT_FOUND, &json!({ "error": text }));
        }
    };
    match done {
        Ok(()) => json(
            StatusCode::OK,
            &json!({ "clock_ms": inside.state().clock_ms }),
        ),
        Err(text) => json(StatusCode::BAD_REQUEST, &json!({ "error": text })),
    }
}

fn value(query: &str, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
    pairs
        .find(|(known, _)| known == name)
        .map(|(_, value)| value)
}

fn since(query: &str) -> Result<u64, String> {
    let text = value(query, "since").unwrap_or_else(|| "0".into());
    text.parse()
        .map_err(|_| "say GET /events?since=N with the n of an event".into())
}

fn advance(inside: &Inside, query: &str) -> Result<(), String> {
    let parsed = value(query, "seconds").and_then(|text| text.parse().ok());
    // A year is beyond every lifetime, and far from any overflow.
    match parsed {
        Some(seconds) if seconds <= 366 * 24 * 3600 => {
            inside.advance(Duration::from_secs(seconds));
            Ok(())
        }
        _ => Err("say POST /advance?seconds=N with N from 0 to 31622400".into()),
    }
}

async fn set_switches(inside: &Inside, body: Incoming) -> Result<(), String> {
    let body = Limited::new(body, BODY_LIMIT).collect().await;
    let body = body
        .map_err(|error| format!("request body: {error}"))?
        .to_bytes();
    let patch = serde_json::from_slice(&body)
        .map_err(|error| format!("request body is not JSON: {error}"))?;
    let next = inside
        .scenario()
        .merged(&patch)
        .map_err(|error| error.to_string())?;
    inside.set_scenario(next).map_err(|error| error.to_string())
}

fn json(status: StatusCode, body: &impl Serialize) -> Response<Full<Bytes>> {
    let mut text = serde_json::to_vec_pretty(body).expect("answers are JSON");
    text.push(b'\n');
    let mut response = Response::new(Full::new(text.into()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
