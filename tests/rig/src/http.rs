//! One request to the board's HTTP server.

use core::net::Ipv4Addr;
use std::io;

use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;

use crate::gateway::Stream;

/// The body of a 200.
pub(crate) async fn get(stream: Stream, host: Ipv4Addr, path: &str) -> io::Result<String> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    let request = Request::get(path)
        .header("Host", host.to_string())
        .header("Connection", "close")
        .body(Empty::<Bytes>::new())
        .map_err(io::Error::other)?;
    let answered = async {
        let response = sender.send_request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        Ok::<_, hyper::Error>((status, body))
    };
    let (answered, _) = tokio::join!(answered, connection);
    let (status, body) = answered.map_err(io::Error::other)?;
    if status != StatusCode::OK {
        return Err(io::Error::other(format!("GET {path}: {status}")));
    }
    String::from_utf8(body.to_vec()).map_err(io::Error::other)
}
