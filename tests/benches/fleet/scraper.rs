//! What Prometheus does: each target once in an interval, spread over it, on
//! connections that are kept.

use core::time::Duration;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// As Prometheus has it unless told.
const TIMEOUT: Duration = Duration::from_secs(10);

/// One scrape.
struct Scrape {
    name: String,
    took: Duration,
    /// `probe_success`, if it was answered.
    success: Option<bool>,
}

/// What came of scrapes.
#[derive(Default)]
pub(crate) struct Scrapes(Vec<Scrape>);

/// Some of them, the fastest first.
pub(crate) struct Chosen<'s>(Vec<&'s Scrape>);

impl Scrapes {
    pub(crate) fn extend(&mut self, more: Self) {
        self.0.extend(more.0);
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn late(&self) -> usize {
        self.0.iter().filter(|scrape| scrape.took > TIMEOUT).count()
    }

    pub(crate) fn unanswered(&self) -> usize {
        self.0
            .iter()
            .filter(|scrape| scrape.success.is_none())
            .count()
    }

    pub(crate) fn of(&self, fits: impl Fn(&str) -> bool) -> Chosen<'_> {
        let mut some: Vec<_> = self.0.iter().filter(|scrape| fits(&scrape.name)).collect();
        some.sort_by_key(|scrape| scrape.took);
        Chosen(some)
    }
}

impl Chosen<'_> {
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn successes(&self) -> usize {
        self.0
            .iter()
            .filter(|scrape| scrape.success == Some(true))
            .count()
    }

    pub(crate) fn quantile(&self, quantile: f64) -> Duration {
        let last = self.0.len().saturating_sub(1) as f64;
        let place = (quantile * last).round() as usize;
        self.0
            .get(place)
            .map_or(Duration::ZERO, |scrape| scrape.took)
    }
}

/// Scrapes each target once, in as long as an interval takes.
pub(crate) async fn round(address: &str, names: &[String], interval: Duration) -> Scrapes {
    let idle = Arc::new(Mutex::new(Vec::new()));
    let start = Instant::now();
    let mut scrapes = JoinSet::new();
    for (place, name) in names.iter().enumerate() {
        let share = place as f64 / names.len() as f64;
        let (name, address, idle) = (name.clone(), address.to_owned(), Arc::clone(&idle));
        scrapes.spawn(async move {
            let due = interval.mul_f64(share);
            sleep(due.saturating_sub(start.elapsed())).await;
            let begun = Instant::now();
            let answer = timeout(TIMEOUT * 2, scrape(&address, &name, &idle)).await;
            let success = match answer {
                Ok(Ok(body)) => Some(body.contains("\nprobe_success 1\n")),
                _ => None,
            };
            Scrape {
                name,
                took: begun.elapsed(),
                success,
            }
        });
    }
    let done = Scrapes(scrapes.join_all().await);
    sleep(interval.saturating_sub(start.elapsed())).await;
    done
}

async fn scrape(address: &str, name: &str, idle: &Mutex<Vec<TcpStream>>) -> io::Result<String> {
    let kept = idle.lock().expect("nobody panics").pop();
    let mut stream = match kept {
        Some(stream) => stream,
        None => TcpStream::connect(address).await?,
    };
    let request = format!(
        "GET /probe?target={name} HTTP/1.1\r\nHost: exporter\r\nX-Prometheus-Scrape-Timeout-Seconds: {}\r\n\r\n",
        TIMEOUT.as_secs()
    );
    stream.write_all(request.as_bytes()).await?;
    let body = answer(&mut stream).await?;
    idle.lock().expect("nobody panics").push(stream);
    Ok(body)
}

/// The body of an answer with a `Content-Length`.
async fn answer(stream: &mut TcpStream) -> io::Result<String> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let head = head.to_ascii_lowercase();
        let length = head
            .split("content-length: ")
            .nth(1)
            .and_then(|rest| rest.lines().next()?.parse().ok());
        if length.is_some_and(|length: usize| body.len() >= length) {
            return Ok(body.to_owned());
        }
    }
}
