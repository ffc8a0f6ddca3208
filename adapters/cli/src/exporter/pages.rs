//! What is answered to which request.

use core::convert::Infallible;
use core::fmt::Write as _;
use core::iter;
use core::time::Duration;
use std::sync::Arc;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use hyper::{Method, Request, Response, StatusCode};
use oobwatch_client::core::health::Report;
use oobwatch_client::core::health::encode::{prometheus, text};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::access::Verdict;
use super::fleet::{Fleet, Target};
use super::query::{Query, scrape_limit};
use super::{Exporter, metrics};
use crate::advice;
use crate::config::Module;
use crate::scope::Scope;

/// The module of a scrape that names none.
const DEFAULT_MODULE: &str = "default";

/// Names that a refusal lists at most.
const LISTED: usize = 20;

const PLAIN: &str = "text/plain; charset=utf-8";

type Answer = Response<Full<Bytes>>;

/// Answers a request. Those that take an answer's time go past no limit of
/// theirs.
pub(super) async fn answer(
    exporter: &Arc<Exporter>,
    request: Request<Incoming>,
) -> Result<Answer, Infallible> {
    let answer = route(exporter, &request, Instant::now()).await;
    exporter.counts.answered(answer.status().as_u16());
    Ok(answer)
}

/// A scrape has `begun` when its request was read: who asks is looked at in its time.
async fn route(exporter: &Arc<Exporter>, request: &Request<Incoming>, begun: Instant) -> Answer {
    let path = request.uri().path();
    let is_open = matches!(path, "/-/healthy" | "/-/ready");
    if !is_open {
        let authorization = request.headers().get(AUTHORIZATION);
        let doors = exporter.doors();
        match doors
            .users
            .judge(authorization.map(HeaderValue::as_bytes), time(request))
            .await
        {
            Verdict::Allowed => {}
            Verdict::Refused => return unauthorized(),
            Verdict::Busy => {
                let why = "too many passwords are being tried; try again";
                return plain(StatusCode::SERVICE_UNAVAILABLE, why);
            }
        }
    }
    let read = matches!(*request.method(), Method::GET | Method::HEAD);
    match (path, request.method()) {
        ("/probe", &Method::GET) => probe(exporter, request, begun).await,
        ("/metrics", _) if read => typed(metrics::CONTENT_TYPE, metrics::write(exporter)),
        ("/-/healthy", _) if read => plain(StatusCode::OK, "healthy"),
        ("/-/ready", _) if read && exporter.is_closing() => shutting_down(),
        ("/-/ready", _) if read => plain(StatusCode::OK, "ready"),
        ("/", _) if read => typed("text/html; charset=utf-8", landing(&exporter.fleet())),
        ("/-/reload", &Method::POST) => reload(exporter).await,
        ("/-/reload", _) => not_allowed("POST"),
        ("/probe", _) => not_allowed("GET"),
        ("/metrics" | "/-/healthy" | "/-/ready" | "/", _) => not_allowed("GET, HEAD"),
        _ => plain(
            StatusCode::NOT_FOUND,
            "there is /probe?target=NAME, /metrics, /-/healthy, /-/ready and /",
        ),
    }
}

/// A target that is not in the configuration is refused, and nothing is sent.
async fn probe(exporter: &Arc<Exporter>, request: &Request<Incoming>, begun: Instant) -> Answer {
    let fleet = exporter.fleet();
    let asked = match Asked::of(request, &fleet) {
        Ok(asked) => asked,
        Err(why) => {
            exporter.counts.refused.add();
            return plain(StatusCode::BAD_REQUEST, &why);
        }
    };
    let left = asked.limit.saturating_sub(begun.elapsed());
    let report = asked
        .target
        .probe(exporter, &asked.module, asked.scope.clone(), left)
        .await;
    let Some(report) = report else {
        return shutting_down();
    };
    match report.stopped_at() {
        None => exporter.counts.succeeded.add(),
        Some(_) => exporter.counts.failed.add(),
    }
    let mut metrics = String::new();
    // Into a string: it does not fail.
    let _ = prometheus::write(&mut metrics, [(None, &report)].into_iter());
    if asked.debug {
        plain(StatusCode::OK, &debug(&asked, &report, &metrics))
    } else {
        typed(prometheus::CONTENT_TYPE, metrics)
    }
}

/// How long the scraper says that it waits for the answer, less the way.
fn time(request: &Request<Incoming>) -> Option<Duration> {
    let header = request
        .headers()
        .get("X-Prometheus-Scrape-Timeout-Seconds")?;
    scrape_limit(header.to_str().ok()?)
}

/// A scrape that can be answered.
struct Asked {
    target: Arc<Target>,
    module: String,
    /// Of target and module together.
    scope: Scope,
    limit: Duration,
    debug: bool,
}

impl Asked {
    fn of(request: &Request<Incoming>, fleet: &Fleet) -> Result<Self, String> {
        let query = Query::parse(request.uri().query().unwrap_or_default());
        let query = query.map_err(|error| error.to_string())?;
        let target = fleet.targets.get(&query.target).ok_or_else(|| {
            let names = listed(fleet.targets.keys().map(String::as_str));
            format!(
                "the configuration names no target {:?}, and nothing else is asked; {names}",
                query.target
            )
        })?;
        let module = query.module.unwrap_or_else(|| DEFAULT_MODULE.to_owned());
        let set = match fleet.modules.get(&module) {
            Some(set) => set.clone(),
            None if module == DEFAULT_MODULE => Module::default(),
            None => {
                // It is there, named or not.
                let others = fleet.modules.keys().filter(|name| *name != DEFAULT_MODULE);
                let names: Vec<_> = iter::once(DEFAULT_MODULE)
                    .chain(others.map(String::as_str))
                    .collect();
                let names = listed(names.into_iter());
                return Err(format!(
                    "the configuration names no module {module:?}; {names}"
                ));
            }
        };
        let scope = target.scope.under(&set.scope);
        let checked = scope.check(target.account.key.address.product);
        checked.map_err(|why| format!("module {module:?}, target {:?}: {why}", target.name))?;
        let limits = time(request).into_iter().chain(set.timeout);
        Ok(Self {
            target: Arc::clone(target),
            scope,
            module,
            limit: limits.min().unwrap_or(target.client.check_limit()),
            debug: query.debug,
        })
    }
}

/// `there are: a, b, c, and 5 more`.
fn listed<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = names.len().saturating_sub(LISTED);
    let names: Vec<_> = names.take(LISTED).collect();
    match (names.is_empty(), more) {
        (true, _) => "there are none".to_owned(),
        (_, 0) => format!("there are: {}", names.join(", ")),
        (_, more) => format!("there are: {}, and {more} more", names.join(", ")),
    }
}

fn debug(asked: &Asked, report: &Report, metrics: &str) -> String {
    let mut out = String::new();
    // Into a string: it does not fail.
    let _ = text::write(&mut out, &asked.target.name, report);
    let hint = report
        .error
        .and_then(|error| advice::hint(report.product, error));
    if let Some(hint) = hint {
        let _ = writeln!(out, "  {:<12} {hint}", "advice");
    }
    let _ = write!(
        out,
        "\nmodule {}, at most {:?}; without debug=true:\n\n{metrics}",
        asked.module, asked.limit
    );
    out
}

async fn reload(exporter: &Exporter) -> Answer {
    if !exporter.enable_lifecycle {
        let why = "reloading by HTTP is off; send SIGHUP, or start with --enable-lifecycle";
        return plain(StatusCode::FORBIDDEN, why);
    }
    let (answer, answered) = oneshot::channel();
    if exporter.reload.send(answer).await.is_err() {
        return shutting_down();
    }
    match answered.await {
        Ok(Ok(())) => plain(StatusCode::OK, "reloaded"),
        Ok(Err(why)) => plain(StatusCode::INTERNAL_SERVER_ERROR, &why),
        Err(_) => shutting_down(),
    }
}

fn landing(fleet: &Fleet) -> String {
    let mut out = String::from(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Oobwatch exporter</title></head>\n<body><h1>Oobwatch exporter</h1>\n<p><a href=\"/metrics\">Metrics of the exporter</a></p>\n<h2>Targets</h2>\n<ul>\n",
    );
    for name in fleet.targets.keys() {
        let query: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
        let name = escaped(name);
        // Into a string: it does not fail.
        let _ = writeln!(
            out,
            "<li>{name}: <a href=\"/probe?target={query}\">probe</a>, <a href=\"/probe?target={query}&amp;debug=true\">explained</a></li>"
        );
    }
    out.push_str("</ul></body></html>\n");
    out
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

fn shutting_down() -> Answer {
    plain(
        StatusCode::SERVICE_UNAVAILABLE,
        "the exporter is shutting down",
    )
}

fn unauthorized() -> Answer {
    let why = "a user name and password of [exporter.users] are due";
    let mut answer = plain(StatusCode::UNAUTHORIZED, why);
    let challenge =
        HeaderValue::from_static("Basic realm=\"oobwatch exporter\", charset=\"UTF-8\"");
    answer.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    answer
}

fn not_allowed(methods: &'static str) -> Answer {
    let why = format!("this takes {methods}");
    let mut answer = plain(StatusCode::METHOD_NOT_ALLOWED, &why);
    answer
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(methods));
    answer
}

fn plain(status: StatusCode, line: &str) -> Answer {
    let end = if line.ends_with('\n') { "" } else { "\n" };
    let mut answer = typed(PLAIN, format!("{line}{end}"));
    *answer.status_mut() = status;
    answer
}

fn typed(media_type: &'static str, body: String) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(
        "X-Content-Type-Options",
        HeaderValue::from_static("nosniff"),
    );
    answer
}
