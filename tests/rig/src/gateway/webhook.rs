//! A web server that keeps what is posted to it.

use core::convert::Infallible;
use core::net::SocketAddrV4;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;

use super::stack::Stack;
use super::tcp::Stream;

/// A request that has come.
#[derive(Clone, Debug)]
pub struct Post {
    /// Its method.
    pub method: String,
    /// Its path and query.
    pub path: String,
    /// Its `Content-Type`.
    pub content_type: Option<String>,
    /// Its body.
    pub body: String,
}

#[derive(Clone, Default)]
pub(super) struct Webhook {
    posts: Arc<Mutex<Vec<Post>>>,
}

impl Webhook {
    pub(super) fn posts(&self) -> Vec<Post> {
        self.posts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// One connection after the other.
    pub(super) async fn serve(self, stack: Stack, address: SocketAddrV4) {
        loop {
            if let Ok(board) = Stream::accept(&stack, address).await {
                // A board that breaks off is no failure of the server's.
                let _ = self.connection(board).await;
            }
        }
    }

    async fn connection(&self, board: Stream) -> io::Result<()> {
        let service = service_fn(|request| self.clone().keep(request));
        let served = http1::Builder::new().serve_connection(TokioIo::new(board), service);
        served.await.map_err(io::Error::other)
    }

    async fn keep(self, request: Request<Incoming>) -> Result<Response<Empty<Bytes>>, Infallible> {
        let (head, body) = request.into_parts();
        let content_type = head.headers.get("content-type");
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let mut response = Response::new(Empty::new());
        let Ok(body) = body.collect().await else {
            *response.status_mut() = StatusCode::BAD_REQUEST;
            return Ok(response);
        };
        let post = Post {
            method: head.method.to_string(),
            path: head.uri.to_string(),
            content_type: content_type.map(str::to_owned),
            body: String::from_utf8_lossy(&body.to_bytes()).into_owned(),
        };
        self.posts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(post);
        Ok(response)
    }
}
