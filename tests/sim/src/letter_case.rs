//! Header names in the letter case of the real servers, through hyper.
//!
//! hyper keeps names in lower case. It writes them in another case only if the response carries
//! an extension of a private type, which its *client* attaches to responses it has parsed. So
//! one response with every name we send is parsed once, and its extensions are put on every
//! response of the simulator. A name that is not listed here goes out in lower case.

use hyper::http::Extensions;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::OnceCell;

use crate::scenario::HeaderCase;

const NAMES: &[&str] = &[
    "Accept-Ranges",
    "Allow",
    "Cache-Control",
    "Connection",
    "Content-Length",
    "Content-Security-Policy",
    "Content-Type",
    "DOMAINS",
    "DOMAIN_ID",
    "DOMAIN_UUID",
    "Date",
    "Keep-Alive",
    "Location",
    "Referrer-Policy",
    "Retry-After",
    "Server",
    "Strict-Transport-Security",
    "Transfer-Encoding",
    "USER_UUID",
    "Vary",
    "WWW-Authenticate",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "X-Permitted-Cross-Domain-Policies",
    "X-UA-Compatible",
    "X-XSS-Protection",
    "X-auth-access-token",
    "X-auth-refresh-token",
    "global",
    "token",
];

/// To be put on a response.
pub(crate) async fn extensions(case: HeaderCase) -> Extensions {
    static REAL: OnceCell<Extensions> = OnceCell::const_new();
    static UPPER: OnceCell<Extensions> = OnceCell::const_new();
    static TITLE: OnceCell<Extensions> = OnceCell::const_new();
    let (learnt, spelt): (_, fn(&str) -> String) = match case {
        HeaderCase::Lower => return Extensions::new(),
        HeaderCase::Real => (&REAL, str::to_owned),
        HeaderCase::Upper => (&UPPER, str::to_ascii_uppercase),
        HeaderCase::Title => (&TITLE, titled),
    };
    learnt.get_or_init(|| learn(spelt)).await.clone()
}

/// The first letter, and those after dashes, in upper case; all others in lower case.
fn titled(name: &str) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at(1);
        first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
    };
    let words: Vec<String> = name.split('-').map(word).collect();
    words.join("-")
}

async fn learn(spelt: fn(&str) -> String) -> Extensions {
    let (client, mut server) = tokio::io::duplex(4096);
    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .preserve_header_case(true)
        .handshake(TokioIo::new(client))
        .await
        .expect("no bytes are exchanged in a handshake");
    let request = hyper::Request::new(http_body_util::Empty::<bytes::Bytes>::new());
    let respond = async move {
        // hyper takes bytes that come before its request for a protocol error.
        server.read_u8().await.expect("the client writes a request");
        server
            .write_all(sample(spelt).as_bytes())
            .await
            .expect("the buffer is large enough");
    };
    // The server half closes after its response, so the connection ends too.
    let (response, (), _) = tokio::join!(sender.send_request(request), respond, connection);
    response.expect("the sample parses").extensions().clone()
}

/// A response that carries every name once, with values that hyper accepts.
fn sample(spelt: fn(&str) -> String) -> String {
    let value = |name| match name {
        "Content-Length" => "0",
        "Transfer-Encoding" => "chunked",
        _ => "x",
    };
    let lines: String = NAMES
        .iter()
        .map(|name| format!("{}: {}\r\n", spelt(name), value(*name)))
        .collect();
    format!("HTTP/1.1 200 OK\r\n{lines}\r\n")
}
