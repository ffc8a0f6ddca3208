//! The management centre: routes, response heads, error bodies.

mod auth;
mod domains;
mod health;
mod list;
mod networks;

use core::fmt;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, HOST, HeaderMap, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Request};
use serde::Serialize;

use crate::answer::{Answer, Content, Headers, html_page};
use crate::scenario::FmcScenario;
use crate::state::BoxState;
use crate::unit::World;
use auth::{Rights, Sessions};
use list::Query;
use networks::Networks;

const LOGIN: &str = "/api/fmc_platform/v1/auth/generatetoken";
const REFRESH: &str = "/api/fmc_platform/v1/auth/refreshtoken";
const REVOKE: &str = "/api/fmc_platform/v1/auth/revokeaccess";

/// FMC refuses a larger payload with 422.
const BODY_LIMIT: usize = 2_048_000;

#[derive(Debug)]
pub(crate) struct Fmc {
    world: Arc<World>,
    counts: Arc<Mutex<BoxState>>,
    sessions: Mutex<Sessions>,
    networks: Mutex<Networks>,
}

/// A request past authentication.
#[derive(Debug)]
struct Call<'a> {
    method: &'a Method,
    query: Query,
    /// `https://host:port/path`, as the client called it.
    url: String,
    /// `https://host:port`.
    origin: String,
    body: Bytes,
    switches: &'a FmcScenario,
    now_unix: u64,
}

impl Fmc {
    pub(crate) fn new(world: Arc<World>, counts: Arc<Mutex<BoxState>>) -> Self {
        Self {
            world,
            counts,
            sessions: Mutex::default(),
            networks: Mutex::default(),
        }
    }

    pub(crate) async fn answer(&self, request: Request<Incoming>, path: &str) -> Answer {
        let (parts, body) = request.into_parts();
        let auth = match path {
            LOGIN => Some(Self::login as fn(&Self, &HeaderMap) -> Answer),
            REFRESH => Some(Self::refresh as fn(&Self, &HeaderMap) -> Answer),
            REVOKE => Some(Self::revoke as fn(&Self, &HeaderMap) -> Answer),
            _ => None,
        };
        // The body is read whatever it is: FMC ignores it where it has no use for it.
        let Ok(body) = Limited::new(body, BODY_LIMIT).collect().await else {
            return error(422, "OTHER", "Unprocessable Entity");
        };
        match auth {
            Some(auth) if parts.method == Method::POST => auth(self, &parts.headers),
            Some(_) => not_supported(&parts.method),
            None if !path.starts_with("/api/") => html_page(404),
            None => self.authorised(&parts, body.to_bytes(), path),
        }
    }

    fn authorised(&self, parts: &Parts, body: Bytes, path: &str) -> Answer {
        let rights = match self.authorise(&parts.headers) {
            Ok(rights) => rights,
            Err(refusal) => return refusal,
        };
        let writes = !matches!(parts.method, Method::GET | Method::HEAD);
        if writes && rights == Rights::Read {
            return error(403, "FRAMEWORK", "The user is not authorized");
        }
        let switches = self.world.scenario.borrow().fmc.clone();
        let origin = origin(&parts.headers);
        let call = Call {
            method: &parts.method,
            query: Query::parse(parts.uri.query().unwrap_or_default()),
            url: format!("{origin}{path}"),
            origin,
            body,
            switches: &switches,
            now_unix: self.world.unix_seconds(),
        };
        self.route(&call, path)
    }

    fn route(&self, call: &Call<'_>, path: &str) -> Answer {
        let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match segments.as_slice() {
            ["api", "fmc_platform", "v1", "info", "serverversion"] => {
                reading(call, health::server_version)
            }
            ["api", "fmc_platform", "v1", "info", "domain"] => reading(call, domains::list),
            ["api", "fmc_config", "v1", "domain", domain, rest @ ..]
                if domains::exists(call.switches, domain) =>
            {
                self.route_in_domain(call, rest)
            }
            _ => invalid_url(),
        }
    }

    fn route_in_domain(&self, call: &Call<'_>, rest: &[&str]) -> Answer {
        match rest {
            ["devices", "devicerecords"] => reading(call, health::devices),
            ["devices", "devicerecords", id] => reading(call, |call| health::device(call, id)),
            ["health", "alerts"] => reading(call, health::alerts),
            ["integration", "fmchastatuses"] => reading(call, health::ha_statuses),
            ["deployment", "deployabledevices"] => reading(call, health::deployable_devices),
            ["object", "networks"] => crate::unit::lock(&self.networks).collection(call),
            ["object", "networks", id] => crate::unit::lock(&self.networks).member(call, id),
            _ => invalid_url(),
        }
    }
}

fn reading(call: &Call<'_>, answer: impl FnOnce(&Call<'_>) -> Answer) -> Answer {
    match *call.method {
        Method::GET | Method::HEAD => answer(call),
        _ => not_supported(call.method),
    }
}

/// The headers of every FMC answer around those of this one. Framing comes after them.
pub(crate) fn frame_headers(own: Headers) -> Headers {
    let fixed = |headers: &[(&'static str, &str)]| -> Headers {
        headers
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect()
    };
    let mut headers = fixed(&[
        ("Server", "Apache"),
        (
            "Strict-Transport-Security",
            "max-age=31536000; includeSubDomains",
        ),
        ("Cache-Control", "no-store"),
        ("Accept-Ranges", "bytes"),
        (
            "Vary",
            "Accept-Charset,Accept-Encoding,Accept-Language,Accept",
        ),
    ]);
    headers.extend(own);
    headers.extend(fixed(&[
        ("X-Frame-Options", "SAMEORIGIN"),
        ("X-UA-Compatible", "IE=edge"),
        ("X-Permitted-Cross-Domain-Policies", "none"),
        ("X-XSS-Protection", "1; mode=block"),
        ("Referrer-Policy", "same-origin"),
        ("Content-Security-Policy", "base-uri 'self'"),
        ("X-Content-Type-Options", "nosniff"),
    ]));
    headers
}

/// A password anywhere but at login, or a refresh token anywhere but at refresh.
pub(crate) fn has_stray_credentials(headers: &HeaderMap, path: &str) -> bool {
    let authorization = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
    let basic = authorization.is_some_and(|value| {
        value
            .first_chunk()
            .is_some_and(|scheme: &[u8; 6]| scheme.eq_ignore_ascii_case(b"basic "))
    });
    (basic && path != LOGIN) || (headers.contains_key("x-auth-refresh-token") && path != REFRESH)
}

fn origin(headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    format!("https://{}", host.unwrap_or("firepower"))
}

fn json(status: u16, body: &impl Serialize) -> Answer {
    let mut answer = Answer::json(status, body);
    if let Content::Some { content_type, .. } = &mut answer.content {
        content_type.push_str(";charset=UTF-8");
    }
    answer
}

/// Cisco's error body.
fn error(status: u16, category: &'static str, description: impl fmt::Display) -> Answer {
    #[derive(Serialize)]
    struct Envelope {
        error: Body,
    }
    #[derive(Serialize)]
    struct Body {
        category: &'static str,
        messages: [Message; 1],
        severity: &'static str,
    }
    #[derive(Serialize)]
    struct Message {
        description: String,
    }
    let messages = [Message {
        description: description.to_string(),
    }];
    json(
        status,
        &Envelope {
            error: Body {
                category,
                messages,
                severity: "ERROR",
            },
        },
    )
}

fn invalid_url() -> Answer {
    error(404, "FRAMEWORK", "Invalid URL")
}

fn not_supported(method: &Method) -> Answer {
    error(
        405,
        "FRAMEWORK",
        format_args!("The method {method} is not supported"),
    )
}
