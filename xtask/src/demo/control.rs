//! A client for the simulator's control port: one request, one connection.

use core::time::Duration;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use anyhow::{Context as _, Result, bail};

/// Longest wait for the control port, which answers at once.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends `body` (JSON, or nothing) to `url` and gives the body of the answer.
pub(super) fn request(method: &str, url: &str, body: &str) -> Result<String> {
    let rest = url
        .strip_prefix("http://")
        .with_context(|| format!("{url} is not plain http"))?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream =
        TcpStream::connect(host).with_context(|| format!("no connection to {host}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let length = body.len();
    write!(
        stream,
        "{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .with_context(|| format!("no answer to {method} {url}"))?;
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .context("an answer without an end of head")?;
    if !head.starts_with("HTTP/1.1 2") {
        bail!(
            "{method} {url}: {}: {body}",
            head.lines().next().unwrap_or_default()
        );
    }
    if head.to_ascii_lowercase().contains("transfer-encoding") {
        bail!("{method} {url}: a chunked answer, which this client does not read");
    }
    Ok(body.to_owned())
}
